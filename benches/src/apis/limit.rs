//! The lower limit: the minimum that any framework has to do. The event is deserialized once, into
//! a borrowed struct of the fields that the work needs, and the response is serialized once. There
//! is no runtime and no error handling.

use super::{
    by_hand::{Found, find},
    response::WireResponse,
};
use crate::orders::{NewOrder, Order, Stored, picture};
use serde::Deserialize;
use std::borrow::Cow;

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
    #[serde(borrow)]
    http: Option<Http<'e>>,
    #[serde(borrow, default)]
    http_method: Cow<'e, str>,
}

#[derive(Deserialize)]
struct Http<'e> {
    #[serde(borrow)]
    method: Cow<'e, str>,
}

impl Event<'_> {
    fn page(&self) -> Option<u32> {
        self.query_string_parameters.as_ref()?.page.parse().ok()
    }
}

/// Handles an event.
///
/// # Panics
/// Panics if it is not an event of the benchmarks.
#[must_use]
pub fn respond(event: &[u8]) -> Vec<u8> {
    let event: Event<'_> = serde_json::from_slice(event).expect("an event");
    let method = match &event.request_context.http {
        Some(http) => &http.method,
        None => &event.request_context.http_method,
    };
    let body = event.body.as_deref().unwrap_or_default();
    match find(method, &event.raw_path) {
        Some(Found::Order(id)) => {
            let id = id.parse().expect("a number");
            WireResponse::json(&Order::found(id, event.page().expect("a page"))).write()
        }
        Some(Found::NewOrder) => {
            let order: NewOrder = serde_json::from_str(body).expect("an order");
            WireResponse::json(&Order::from(order)).write()
        }
        // Base64 needs no escaping, so it is written directly into the response.
        Some(Found::Picture) => {
            let picture = picture();
            let mut written = Vec::with_capacity(picture.len() * 4 / 3 + 256);
            written.extend_from_slice(br#"{"statusCode":200,"headers":{"content-type":"#);
            written.extend_from_slice(br#""application/octet-stream"},"body":""#);
            base64_simd::STANDARD.encode_append(picture, &mut written);
            written.extend_from_slice(br#"","isBase64Encoded":true}"#);
            written
        }
        Some(Found::NewPicture) => {
            let body = base64_simd::STANDARD.decode_to_vec(body).expect("base64");
            WireResponse::json(&Stored { bytes: body.len() }).write()
        }
        Some(Found::One(id)) => WireResponse::json(&id).write(),
        Some(Found::All) => WireResponse::json(&[(); 0]).write(),
        None => WireResponse::problem().write(),
    }
}
