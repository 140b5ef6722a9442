//! The API as a bare handler of `lambda_runtime` on a struct of the needed fields.

use super::{
    by_hand::{Found, find},
    response::WireResponse,
};
use crate::orders::{NewOrder, Order, Stored};
use lambda_runtime::{Error, LambdaEvent};
use serde::Deserialize;

/// The needed fields of an event.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    #[serde(alias = "path")]
    raw_path: String,
    query_string_parameters: Option<Parameters>,
    request_context: RequestContext,
    body: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Parameters {
    page: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    http: Option<Http>,
    #[serde(default)]
    http_method: String,
}

#[derive(Debug, Deserialize)]
struct Http {
    method: String,
}

#[cfg(feature = "several")]
impl Event {
    pub(super) fn path(&self) -> &str {
        &self.raw_path
    }
}

/// Handles an event.
///
/// # Errors
/// Fails if the event is invalid.
pub async fn handle(event: LambdaEvent<Event>) -> Result<WireResponse, Error> {
    let event = event.payload;
    let method = match &event.request_context.http {
        Some(http) => &http.method,
        None => &event.request_context.http_method,
    };
    let body = event.body.as_deref().unwrap_or_default();
    Ok(match find(method, &event.raw_path) {
        Some(Found::Order(id)) => {
            let query = event.query_string_parameters.ok_or("no query")?;
            WireResponse::json(&Order::found(id.parse()?, query.page.parse()?))
        }
        Some(Found::NewOrder) => {
            let order: NewOrder = serde_json::from_str(body)?;
            WireResponse::json(&Order::from(order))
        }
        Some(Found::Picture) => WireResponse::picture(),
        Some(Found::NewPicture) => {
            let body = base64_simd::STANDARD.decode_to_vec(body)?;
            WireResponse::json(&Stored { bytes: body.len() })
        }
        Some(Found::One(id)) => WireResponse::json(&id),
        Some(Found::All) => WireResponse::json(&[(); 0]),
        None => WireResponse::not_found(),
    })
}
