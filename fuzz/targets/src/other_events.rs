//! Events that are not HTTP requests, handled by an API that has a handler for every kind and an argument of
//! every type.

#![allow(
    clippy::too_many_arguments,
    reason = "handlers with every kind of argument"
)]

use crate::calls::block_on;
use bytes::Bytes;
use http::Method;
use lambda_api::{
    Api, App, Error, Json, LambdaContext, Problem, authorizer,
    authorizer::{Allow, AuthorizerRequest},
    event_handler, events,
    events::{
        BatchFailures, BusEvent, Change, DynamoDb, Event, EventBridge, Kinesis, Meta, Notification,
        Record, S3, S3Objects, Sns, Sqs,
    },
    extract::{Deadline, Text},
    websocket::{Connection, Disconnected, Handshake},
    ws_handler,
};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::HashSet, fmt::Debug, sync::LazyLock};

static APP: LazyLock<App> = LazyLock::new(|| {
    let api = Api::new().report_batch_item_failures(true).events(events![
        message, import, object, topic, change, data, ready, night, authorize, connect, disconnect,
        send, other, any
    ]);
    block_on(api.build()).expect("the API has no error")
});

/// Uses a value, and fails for some records.
fn use_up(value: &impl Debug, text: Option<&str>) -> Result<(), Error> {
    let _ = format!("{value:?}");
    match text {
        Some(text) if text.len() % 3 == 1 => Err(Error::msg("this one fails")),
        _ => Ok(()),
    }
}

type Caught<T, E = Error> = Result<T, E>;

#[event_handler(sqs(from = "orders"))]
async fn message(
    Meta(message): Meta<Sqs>,
    json: Caught<Json<Value>>,
    objects: Caught<S3Objects>,
    notification: Caught<Notification<Value>>,
    event: Caught<BusEvent<Value>>,
    record: &Record,
    deadline: Deadline,
) -> Result<(), Error> {
    let all = (
        message,
        json,
        objects,
        notification,
        event,
        record,
        deadline,
    );
    use_up(&all, record.text())
}

#[event_handler(sqs(from = "imports.fifo"), batch)]
async fn import(records: &[Record]) -> BatchFailures {
    let mut failures = BatchFailures::default();
    for record in records {
        if record.extract::<Json<Value>>().is_err() {
            failures.add(record);
        }
    }
    failures
}

#[event_handler(s3)]
async fn object(
    Meta(object): Meta<S3>,
    objects: S3Objects,
    bytes: Caught<Bytes>,
) -> Result<(), Error> {
    use_up(&(&object, objects, bytes), Some(object.key()))
}

#[event_handler(sns)]
async fn topic(
    Meta(message): Meta<Sns>,
    text: Caught<&str>,
    notification: Caught<Notification<Value>>,
) -> Result<(), Error> {
    use_up(&(message, &text, notification), text.as_deref().ok())
}

#[event_handler(dynamodb)]
async fn change(Meta(meta): Meta<DynamoDb>, change: Change<Value>) -> Result<(), Error> {
    use_up(&(meta, change), None)
}

#[event_handler(kinesis)]
async fn data(Meta(meta): Meta<Kinesis>, data: &[u8], text: Caught<&str>) -> Result<(), Error> {
    use_up(&(meta, data, &text), text.as_deref().ok())
}

#[event_handler(event_bridge(detail("bucket.name" = "uploads")))]
async fn ready(
    Meta(meta): Meta<EventBridge>,
    Json(detail): Json<Value>,
    objects: Caught<S3Objects>,
) -> Result<Json<Value>, Error> {
    use_up(&(meta, objects), None)?;
    Ok(Json(detail))
}

#[event_handler(any(key = "schedule"))]
async fn night(event: &Event, json: Json<Value>) -> Result<(), Error> {
    use_up(&(event, event.keys(), json), None)
}

#[authorizer(per_request)]
async fn authorize(request: AuthorizerRequest) -> Result<Allow, Error> {
    use_up(&request, request.token())?;
    Ok(match request.token().unwrap_or_default().len() % 4 {
        0 => Allow::all_routes("alice"),
        1 => Allow::this_route_only("bob"),
        2 => Allow::new("bob").route(Method::GET, "/orders/*"),
        _ => Allow::new(request.token().unwrap_or("x")).context("path", request.path()),
    })
}

#[ws_handler(connect)]
async fn connect(handshake: Handshake, connection: Connection) -> Result<(), Error> {
    match handshake.query("room") {
        Some(_) => use_up(&(handshake, connection), None),
        None => Err(Problem::new(http::StatusCode::FORBIDDEN, "no_room").into()),
    }
}

#[ws_handler(disconnect)]
async fn disconnect(disconnected: Disconnected) -> Result<(), Error> {
    use_up(&disconnected, None)
}

#[ws_handler(route = "send")]
async fn send(Json(message): Json<Value>) -> Result<Json<Value>, Error> {
    Ok(Json(message))
}

#[ws_handler(message)]
async fn other(Text(text): Text) -> Result<String, Error> {
    use_up(&text, Some(&text))?;
    Ok(text)
}

#[event_handler(any)]
fn any(event: &Event) {
    let _ = format!("{event:?} {:?}", event.keys());
}

/// The ids by which Lambda may know the records of a batch.
fn ids(event: &[u8]) -> HashSet<String> {
    // The library skips a byte order mark.
    let event = event.strip_prefix(b"\xef\xbb\xbf").unwrap_or(event);
    let event: Value = serde_json::from_slice(event).unwrap_or_default();
    let records = event["Records"].as_array().map(Vec::as_slice);
    let places = [
        "/messageId",
        "/kinesis/sequenceNumber",
        "/dynamodb/SequenceNumber",
    ];
    let ids =
        |record: &Value| places.map(|place| Some(record.pointer(place)?.as_str()?.to_owned()));
    let all = records.unwrap_or_default().iter().flat_map(ids);
    all.flatten().collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Partial {
    batch_item_failures: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    item_identifier: String,
}

/// Handles an event.
///
/// # Panics
/// Panics if a handler panics, if the response is not JSON, or if it reports records that the event does not have.
pub fn run(data: &[u8]) {
    let event = Bytes::copy_from_slice(data);
    match block_on(APP.handle_event(event, LambdaContext::default())) {
        Ok(response) => {
            let response: Value = serde_json::from_slice(&response).expect("JSON");
            if let Ok(partial) = Partial::deserialize(&response) {
                let (known, mut seen) = (ids(data), HashSet::new());
                for Item { item_identifier } in partial.batch_item_failures {
                    assert!(known.contains(&item_identifier), "{item_identifier}");
                    assert!(seen.insert(item_identifier), "an id is reported twice");
                }
            }
        }
        Err(error) => {
            let text = error.to_string();
            assert!(error.error_type() != "HandlerPanicked", "{text}");
            assert!(text.len() < 4096, "{text}");
        }
    }
}
