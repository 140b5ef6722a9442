//! The Extensions API: what a function calls that wants to hear of its end.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html>. All extensions
//! are internal ones here, since they are part of the function's own process.

use super::{
    answer::{Answer, json, refusal},
    invoke::{DEADLINE, FUNCTION_ARN, REQUEST_ID, TRACE_ID},
    options::{HANDLER, Options, VERSION},
    shared::Shared,
    state::Extension,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::json;

const NAME: &str = "lambda-extension-name";
const IDENTIFIER: &str = "lambda-extension-identifier";

pub(super) fn register(shared: &Shared, process: u64, headers: &HeaderMap, body: &Bytes) -> Answer {
    #[derive(Deserialize)]
    struct Wanted {
        #[serde(default)]
        events: Vec<String>,
    }
    if !headers.contains_key(NAME) {
        let message = format!("the header `{NAME}` is missing");
        return refusal(
            shared,
            StatusCode::BAD_REQUEST,
            "Extension.InvalidExtensionName",
            message,
        );
    }
    let wanted = match serde_json::from_slice::<Wanted>(body) {
        Ok(wanted) => wanted.events,
        Err(error) => {
            let message = format!("the body of `register` is not what it should be: {error}");
            return refusal(
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
        return refusal(shared, StatusCode::FORBIDDEN, kind, message);
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
        return refusal(
            shared,
            StatusCode::FORBIDDEN,
            "InvalidStateTransition",
            message,
        );
    };
    let mut answer = json(StatusCode::OK, &about(&shared.options));
    let identifier = HeaderValue::from(index);
    answer.headers_mut().insert(IDENTIFIER, identifier);
    answer
}

fn about(options: &Options) -> serde_json::Value {
    json!({"functionName": options.name, "functionVersion": VERSION, "handler": HANDLER})
}

/// Waits for an event. There is none of the end: an internal extension gets SIGTERM in its place.
pub(super) async fn next(shared: &Shared, process: u64, headers: &HeaderMap) -> Answer {
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
        return refusal(
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
    let mut answer = Answer::new(Bytes::from(event.await).into());
    let kind = HeaderValue::from_static("application/json");
    answer.headers_mut().insert("content-type", kind);
    answer
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
