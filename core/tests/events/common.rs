//! What the tests share: calls of handlers, and sending events.

use lambda_api::{Api, App, LambdaContext, events::EventError};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// What the handlers were called with.
#[derive(Clone, Default)]
pub(crate) struct Calls(Arc<Mutex<Vec<String>>>);

impl Calls {
    pub(crate) fn add(&self, call: impl Into<String>) {
        self.0.lock().unwrap().push(call.into());
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Handles one event. Returns what Lambda gets.
pub(crate) async fn send(api: Api, event: &Value) -> Result<Value, EventError> {
    let app = api.build().await.unwrap();
    send_to(&app, event, LambdaContext::for_test()).await
}

pub(crate) async fn send_to(
    app: &App,
    event: &Value,
    lambda: LambdaContext,
) -> Result<Value, EventError> {
    let response = app.handle_event(event.to_string().into(), lambda).await?;
    Ok(serde_json::from_slice(&response).unwrap())
}

/// Messages of a queue, with the ids `m0`, `m1` and so on.
pub(crate) fn sqs(queue: &str, bodies: &[&str]) -> Value {
    let records = bodies
        .iter()
        .enumerate()
        .map(|(at, body)| message(queue, &format!("m{at}"), body));
    json!({"Records": records.collect::<Vec<_>>()})
}

pub(crate) fn message(queue: &str, id: &str, body: &str) -> Value {
    json!({
        "messageId": id,
        "receiptHandle": "AQEB",
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:eu-west-1:123456789012:{queue}"),
        "awsRegion": "eu-west-1",
        "body": body,
        "md5OfBody": "x",
        "attributes": {
            "ApproximateReceiveCount": "2",
            "SentTimestamp": "1545082649183",
            "SenderId": "AIDA",
            "ApproximateFirstReceiveTimestamp": "1545082649185",
        },
        "messageAttributes": {
            "tenant": {"dataType": "String", "stringValue": "blue", "stringListValues": []},
        },
    })
}

/// A message of a FIFO queue.
pub(crate) fn in_group(queue: &str, id: &str, group: &str, body: &str) -> Value {
    let mut message = message(queue, id, body);
    message["attributes"]["MessageGroupId"] = group.into();
    message
}

/// The ids that a response names.
pub(crate) fn failures(response: &Value) -> Vec<&str> {
    let items = response["batchItemFailures"].as_array().unwrap();
    let ids = items.iter().map(|item| item["itemIdentifier"].as_str());
    ids.map(Option::unwrap).collect()
}

/// Pseudo-random numbers, the same in each run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as usize % end
    }
}
