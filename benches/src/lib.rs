//! One small API, built with lambda-api and with axum on lambda_http, from event bytes to reply
//! bytes. `cargo bench -p benches` times them side by side.

mod axum_on_lambda_http;
mod ours;

pub use axum_on_lambda_http::AxumOnLambdaHttp;
pub use ours::Ours;

use serde::{Deserialize, Serialize};
use std::{borrow::Cow, future::Future};

/// A way to answer an event.
pub trait Peer {
    /// The name in the table.
    const NAME: &'static str;

    /// Answers one event.
    fn answer(&self, event: &'static [u8]) -> impl Future<Output = Vec<u8>>;
}

/// The events to answer, with their names.
pub const EVENTS: [(&str, &[u8]); 2] = [
    ("GET with path and query", include_bytes!("get.json")),
    ("POST of JSON", include_bytes!("post.json")),
];

/// Reads an event as the Lambda runtime does for every peer.
fn read<'e, T: Deserialize<'e>>(event: &'e [u8]) -> T {
    let mut reader = serde_json::Deserializer::from_slice(event);
    serde_path_to_error::deserialize(&mut reader).expect("an HTTP event")
}

#[derive(Deserialize)]
struct NewOrder<'r> {
    #[serde(borrow)]
    sku: Cow<'r, str>,
    quantity: u32,
    #[serde(borrow)]
    notes: Vec<Cow<'r, str>>,
}

#[derive(Serialize)]
struct Order {
    id: u64,
    sku: String,
    quantity: u32,
    notes: usize,
    page: u32,
}

impl Order {
    fn found(id: u64, page: u32) -> Self {
        Self {
            id,
            sku: "tea".to_owned(),
            quantity: 2,
            notes: 0,
            page,
        }
    }
}

impl From<NewOrder<'_>> for Order {
    fn from(order: NewOrder<'_>) -> Self {
        Self {
            id: 1,
            sku: order.sku.into_owned(),
            quantity: order.quantity,
            notes: order.notes.len(),
            page: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn all_peers_give_the_same_answer() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let (ours, axum) = (runtime.block_on(Ours::new()), AxumOnLambdaHttp::new());
        for (name, event) in EVENTS {
            let read = |reply: Vec<u8>| {
                let reply: Value = serde_json::from_slice(&reply).unwrap();
                let body = reply["body"].as_str().unwrap().to_owned();
                (reply["statusCode"].clone(), body)
            };
            let answer = read(runtime.block_on(ours.answer(event)));
            assert_eq!(answer.0, 200, "{name}: {}", answer.1);
            assert_eq!(read(runtime.block_on(axum.answer(event))), answer, "{name}");
        }
    }
}
