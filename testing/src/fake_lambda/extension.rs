//! The Extensions API, which a function calls to get SIGTERM before its end.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html>. All extensions
//! are internal ones here, since they are part of the function's own process.

use super::{
    builder::{HANDLER, Options, VERSION},
    invoke::{DEADLINE, FUNCTION_ARN, REQUEST_ID, TRACE_ID},
    messages::{ApiResponse, json, rejection},
    shared::Shared,
    state::Extension,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::json;

const NAME: &str = "lambda-extension-name";
const IDENTIFIER: &str = "lambda-extension-identifier";

pub(super) fn register(
    shared: &Shared,
    process: u64,
    headers: &HeaderMap,
    body: &Bytes,
) -> ApiResponse {
    #[derive(Deserialize)]
    struct Wanted {
        #[serde(default)]
        events: Vec<String>,
    }
    if !headers.contains_key(NAME) {
        let message = format!("the header `{NAME}` is missing");
        return rejection(
            shared,
            StatusCode::BAD_REQUEST,
            "Extension.InvalidExtensionName",
            message,
        );
    }
    let wanted = match serde_json::from_slice::<Wanted>(body) {
        Ok(wanted) => wanted.events,
        Err(error) => {
            let message = format!("the body of `register` is invalid: {error}");
            return rejection(
                shared,
                StatusCode::BAD_REQUEST,
                "InvalidRequestFormat",
                message,
            );
        }
    };
    if let Some(event) = wanted.iter().find(|event| *event != "INVOKE") {
        let message = format!("an internal extension cannot register for {event:?}");
        let kind = "ShutdownEventNotSupportedForInternalExtension";
        return rejection(shared, StatusCode::FORBIDDEN, kind, message);
    }
    let index = shared.update(|state| {
        let process = state
            .process(process)
            .filter(|process| !process.is_ready())?;
        process.extensions.push(Extension {
            wants_invoke: !wanted.is_empty(),
            ..Extension::default()
        });
        Some(process.extensions.len() - 1)
    });
    let Some(index) = index else {
        let message = "an extension registered after the function was ready";
        return rejection(
            shared,
            StatusCode::FORBIDDEN,
            "InvalidStateTransition",
            message,
        );
    };
    let mut response = json(StatusCode::OK, &about(&shared.options));
    let identifier = HeaderValue::from(index);
    response.headers_mut().insert(IDENTIFIER, identifier);
    response
}

fn about(options: &Options) -> serde_json::Value {
    json!({"functionName": options.name, "functionVersion": VERSION, "handler": HANDLER})
}

/// Waits for an event. There is no event for the end: internal extensions get SIGTERM instead.
pub(super) async fn next(shared: &Shared, process: u64, headers: &HeaderMap) -> ApiResponse {
    let index = headers
        .get(IDENTIFIER)
        .and_then(|index| index.to_str().ok()?.parse::<usize>().ok());
    let known = shared.update(|state| {
        let extension = state.process(process)?.extensions.get_mut(index?)?;
        extension.asked_next = true;
        state.check_ready(process);
        index
    });
    let Some(index) = known else {
        let message = format!("`{IDENTIFIER}` is not that of an extension: {index:?}");
        return rejection(
            shared,
            StatusCode::FORBIDDEN,
            "Extension.UnknownExtensionIdentifier",
            message,
        );
    };
    let event = shared.until(|state| {
        let extension = state.process(process)?.extensions.get_mut(index)?;
        extension.events.pop_front()
    });
    let mut response = ApiResponse::new(Bytes::from(event.await).into());
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert("content-type", kind);
    response
}

/// The event of an invocation with these headers.
pub(super) fn invoke_event(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    json!({
        "eventType": "INVOKE",
        "deadlineMs": text(DEADLINE).and_then(|deadline| deadline.parse::<u64>().ok()),
        "requestId": text(REQUEST_ID),
        "invokedFunctionArn": text(FUNCTION_ARN),
        "tracing": {"type": "X-Amzn-Trace-Id", "value": text(TRACE_ID)},
    })
    .to_string()
}
