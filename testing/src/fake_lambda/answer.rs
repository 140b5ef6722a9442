//! What the Runtime API answers.

use super::shared::Shared;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::Full;
use serde_json::{Value, json};

pub(super) type Answer = Response<Full<Bytes>>;

pub(super) fn accepted() -> Answer {
    json(StatusCode::ACCEPTED, &json!({"status": "OK"}))
}

pub(super) fn json(status: StatusCode, body: &Value) -> Answer {
    let mut answer = Answer::new(Bytes::from(body.to_string()).into());
    *answer.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

/// The answer to a call that a runtime should not make; it is kept for the test to see.
pub(super) fn refusal(
    shared: &Shared,
    status: StatusCode,
    kind: &str,
    message: impl Into<String>,
) -> Answer {
    let message = message.into();
    let answer = json(status, &json!({"errorType": kind, "errorMessage": message}));
    shared.update(|state| state.refused.push(format!("{kind}: {message}")));
    answer
}
