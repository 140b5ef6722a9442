//! The same API, built with each of the peers.

mod axum;
mod limit;
mod ours;

pub use self::axum::AxumOnLambdaHttp;
pub use limit::Limit;
pub use ours::{Direct, Ours};

use bytes::Bytes;
use lambda_http::Context;
use serde::Deserialize;
use std::future::Future;

/// A way to answer an event.
///
/// An event comes as the Lambda runtime has it before it reads it, and the reply leaves as the
/// runtime sends it. What the runtime does in between is done here as it does it, with
/// the same crates: its own services can only be called with a client behind them.
pub trait Peer {
    /// The name in the table.
    const NAME: &'static str;

    /// Answers one event.
    fn answer(&self, event: Bytes, context: &Context) -> impl Future<Output = Vec<u8>>;
}

/// Reads an event as the Lambda runtime does for every peer.
fn read<'e, T: Deserialize<'e>>(event: &'e [u8]) -> T {
    let mut reader = serde_json::Deserializer::from_slice(event);
    serde_path_to_error::deserialize(&mut reader).expect("an event of this type")
}
