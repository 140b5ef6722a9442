//! The limit: what any framework has to do at least. The event is read once, into a borrowed
//! struct of the fields that the work needs, and the reply is written once. There is no runtime, no
//! router and no error.

use super::Peer;
use crate::orders::{NewOrder, Order, Stored, picture};
use bytes::Bytes;
use lambda_http::Context;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The limit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limit;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'e> {
    #[serde(borrow, alias = "path")]
    raw_path: Cow<'e, str>,
    #[serde(borrow)]
    query_string_parameters: Option<Parameters<'e>>,
    #[serde(borrow)]
    request_context: RequestContext<'e>,
    #[serde(borrow)]
    body: Option<Cow<'e, str>>,
}

#[derive(Deserialize)]
struct Parameters<'e> {
    #[serde(borrow)]
    page: Cow<'e, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'e> {
    #[serde(borrow, default)]
    http: Option<Http<'e>>,
    #[serde(borrow, default)]
    http_method: Cow<'e, str>,
}

#[derive(Deserialize)]
struct Http<'e> {
    #[serde(borrow)]
    method: Cow<'e, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reply<'r> {
    status_code: u16,
    headers: Headers,
    body: &'r str,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
struct Headers {
    #[serde(rename = "content-type")]
    content_type: &'static str,
}

fn text<'r>(status_code: u16, body: &'r str) -> Reply<'r> {
    Reply {
        status_code,
        headers: Headers {
            content_type: "application/json",
        },
        body,
        is_base64_encoded: false,
    }
}

fn write(reply: &Reply<'_>) -> Vec<u8> {
    let mut written = Vec::with_capacity(reply.body.len() * 5 / 4 + 128);
    serde_json::to_writer(&mut written, reply).expect("a reply is JSON");
    written
}

fn json(body: &impl Serialize) -> Vec<u8> {
    let body = serde_json::to_string(body).expect("the body is JSON");
    write(&text(200, &body))
}

impl Event<'_> {
    fn page(&self) -> Option<u32> {
        self.query_string_parameters.as_ref()?.page.parse().ok()
    }
}

impl Peer for Limit {
    const NAME: &'static str = "limit";

    async fn answer(&self, event: Bytes, _: &Context) -> Vec<u8> {
        let event: Event<'_> = serde_json::from_slice(&event).expect("an event");
        let method = match &event.request_context.http {
            Some(http) => &http.method,
            None => &event.request_context.http_method,
        };
        let (first, rest) = match event.raw_path.trim_start_matches('/').split_once('/') {
            Some((first, rest)) => (first, Some(rest)),
            None => (event.raw_path.trim_start_matches('/'), None),
        };
        match (&**method, first, rest) {
            ("GET", "orders", Some(id)) => {
                let id = id.parse().expect("a number");
                json(&Order::found(id, event.page().expect("a page")))
            }
            ("POST", "orders", None) => {
                let body = event.body.as_deref().unwrap_or_default();
                let order: NewOrder = serde_json::from_str(body).expect("an order");
                json(&Order::from(order))
            }
            ("GET", "files", Some(_)) => {
                let picture = picture();
                let mut written = Vec::with_capacity(picture.len() * 4 / 3 + 256);
                written.extend_from_slice(
                    br#"{"statusCode":200,"headers":{"content-type":"application/octet-stream"},"body":""#,
                );
                base64_simd::STANDARD.encode_append(picture, &mut written);
                written.extend_from_slice(br#"","isBase64Encoded":true}"#);
                written
            }
            ("POST", "files", None) => {
                let body = event.body.as_deref().unwrap_or_default();
                let body = base64_simd::STANDARD.decode_to_vec(body).expect("base64");
                json(&Stored { bytes: body.len() })
            }
            _ => write(&text(404, r#"{"title":"Not Found","status":404}"#)),
        }
    }
}
