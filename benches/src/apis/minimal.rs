//! The API as a bare handler of `lambda_runtime`, on a struct of the needed fields.

use super::{
    by_hand::{Found, find},
    reply::Reply,
};
use crate::orders::{NewOrder, Order, Stored};
use lambda_runtime::{Error, LambdaEvent};
use serde::Deserialize;

/// What of an event is needed.
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

/// Answers one event.
///
/// # Errors
/// What is wrong with it.
pub async fn handle(event: LambdaEvent<Event>) -> Result<Reply, Error> {
    let event = event.payload;
    let method = match &event.request_context.http {
        Some(http) => &http.method,
        None => &event.request_context.http_method,
    };
    let body = event.body.as_deref().unwrap_or_default();
    Ok(match find(method, &event.raw_path) {
        Some(Found::Order(id)) => {
            let query = event.query_string_parameters.ok_or("no query")?;
            Reply::json(&Order::found(id.parse()?, query.page.parse()?))
        }
        Some(Found::NewOrder) => {
            let order: NewOrder = serde_json::from_str(body)?;
            Reply::json(&Order::from(order))
        }
        Some(Found::Picture) => Reply::picture(),
        Some(Found::NewPicture) => {
            let body = base64_simd::STANDARD.decode_to_vec(body)?;
            Reply::json(&Stored { bytes: body.len() })
        }
        Some(Found::One(id)) => Reply::json(&id),
        Some(Found::All) => Reply::json(&[(); 0]),
        None => Reply::not_found(),
    })
}
