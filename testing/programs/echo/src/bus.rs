//! Events of EventBridge.

use lambda_api::{
    Json, event_handler,
    events::{Event, EventBridge, Meta, ReadError},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a handler sees of an event.
#[derive(Debug, Serialize)]
pub(crate) struct Seen {
    id: String,
    source: String,
    detail_type: String,
    account: String,
    time: String,
    region: String,
    resources: Vec<String>,
    detail: Value,
}

/// The time as the event has it.
#[derive(Deserialize)]
struct Sent {
    time: String,
}

/// Describe an event of any source.
#[event_handler(event_bridge)]
pub(crate) fn event(
    Meta(event): Meta<EventBridge>,
    Json(detail): Json<Value>,
    whole: &Event,
) -> Result<Json<Seen>, ReadError> {
    let Sent { time } = whole.read()?;
    assert!(event.time().is_some());
    Ok(Json(Seen {
        id: event.id().to_owned(),
        source: event.source().to_owned(),
        detail_type: event.detail_type().to_owned(),
        account: event.account().to_owned(),
        time,
        region: event.region().to_owned(),
        resources: event.resources().map(str::to_owned).collect(),
        detail,
    }))
}
