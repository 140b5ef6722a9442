//! The error of an event that no handler takes.

use super::super::{
    error::EventError,
    list::Listed,
    record_kind::RecordKind,
    trigger::{Facts, Trigger},
};
use crate::event::{OtherEvent, OtherKind, UnsupportedEvent};
use serde::Deserialize;
use std::fmt::Write;

/// The maximum number of handlers in a message.
const SHOWN: usize = 8;
/// The maximum number of characters of a text of the event in a message.
const LONGEST: usize = 200;

/// The error of an event that no handler takes. If there are handlers of its kind, it says what they expect: the
/// likely reason is a filter that does not fit.
#[cold]
pub(super) fn untaken(event: &OtherEvent, facts: &Facts<'_>, handlers: &[Listed]) -> EventError {
    let unsupported = UnsupportedEvent::of(event);
    if event.kind == OtherKind::Records && is_empty(&event.records) {
        let message = "no handler takes an event without records, as that of a tumbling window";
        return EventError::untaken(unsupported, message.to_owned());
    }
    if let Some(service) = other_service(event) {
        let message = format!(
            "no handler takes records of `{}`, which has no kind of its own: `any(key = \"Records\")` takes its events",
            shorten(&service)
        );
        return EventError::untaken(unsupported, message);
    }
    let Some(what) = what(facts) else {
        return unsupported.into();
    };
    let mut message = format!("no handler takes {what}");
    let of_kind: Vec<_> = handlers
        .iter()
        .filter(|listed| is_of_kind(&listed.trigger, facts))
        .collect();
    match &*of_kind {
        [] => message.push_str("; there is no handler of this kind"),
        some => {
            message.push_str("; handlers of this kind: ");
            for (index, listed) in some.iter().take(SHOWN).enumerate() {
                let comma = if index == 0 { "" } else { ", " };
                let _ = write!(
                    message,
                    "{comma}`{}` ({})",
                    listed.handler.name, listed.trigger
                );
            }
            if let more @ 1.. = some.len().saturating_sub(SHOWN) {
                let _ = write!(message, " and {more} more");
            }
        }
    }
    EventError::untaken(unsupported, message)
}

/// The error of an event that two handlers take.
#[cold]
pub(super) fn ambiguous(event: &OtherEvent, one: &Listed, other: &Listed) -> EventError {
    let message = format!(
        "an array in the detail of the event fits two handlers: `{}` ({}) and `{}` ({})",
        one.handler.name, one.trigger, other.handler.name, other.trigger
    );
    EventError::untaken(UnsupportedEvent::of(event), message)
}

/// What an event is; `None` if its kind does not say more than its keys.
fn what(facts: &Facts<'_>) -> Option<String> {
    Some(match facts {
        Facts::Records { kind, origin: "" } => {
            let name = match kind {
                RecordKind::S3 => "the name of a bucket",
                RecordKind::Sns => "`TopicArn`",
                _ => "`eventSourceARN`",
            };
            format!("records of {} without {name}", kind.name())
        }
        Facts::Records { kind, origin } => {
            format!("records of {} from `{}`", kind.name(), shorten(origin))
        }
        Facts::EventBridge {
            source,
            detail_type,
            ..
        } => format!(
            "the event of EventBridge with the source `{}` and the detail type `{}`",
            shorten(source),
            shorten(detail_type)
        ),
        Facts::S3Test => "the test event of S3".to_owned(),
        Facts::Authorizer { kind, api_id } => format!(
            "the authorizer request of kind {kind:?} of the API `{}`",
            shorten(api_id)
        ),
        Facts::WebSocket { route_key, .. } => format!(
            "the event of the WebSocket API with the route `{}`",
            shorten(route_key)
        ),
        Facts::Other => return None,
    })
}

/// The service that sent the records, if it has no kind.
fn other_service(event: &OtherEvent) -> Option<String> {
    #[derive(Deserialize)]
    struct Record {
        #[serde(rename = "eventSource")]
        service: String,
    }
    let records: Vec<Record> = serde_json::from_slice(&event.records).ok()?;
    let Record { service } = records.into_iter().next()?;
    RecordKind::of(&service).is_none().then_some(service)
}

fn is_of_kind(trigger: &Trigger, facts: &Facts<'_>) -> bool {
    match (trigger, facts) {
        (Trigger::Records { kind, .. }, Facts::Records { kind: of, .. }) => kind == of,
        (Trigger::EventBridge { .. } | Trigger::Schedule { .. }, Facts::EventBridge { .. })
        | (Trigger::Authorizer(_), Facts::Authorizer { .. })
        | (Trigger::WebSocket(_), Facts::WebSocket { .. }) => true,
        _ => false,
    }
}

/// Whether a JSON array is empty.
fn is_empty(array: &[u8]) -> bool {
    array
        .iter()
        .all(|byte| byte.is_ascii_whitespace() || b"[]".contains(byte))
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}..", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
