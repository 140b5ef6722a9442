//! What selects the handler of an event, as read from it.

use super::super::{
    data::Data,
    envelope::Envelope,
    error::EventError,
    parts::or_default,
    record::Record,
    record_kind::RecordKind,
    trigger::{AuthorizerHead, AuthorizerKind, Facts},
};
use crate::event::{OtherEvent, OtherKind};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{borrow::Cow, sync::Arc};

/// What selects the handler of an event, as read from it.
pub(super) enum Read<'e> {
    Records {
        kind: RecordKind,
        first: Box<Envelope<'e>>,
        all: Vec<&'e RawValue>,
    },
    EventBridge(EventBridge<'e>),
    S3Test,
    WebSocket(Socket<'e>),
    Authorizer(AuthorizerKind, AuthorizerHead<'e>),
    Other,
}

#[derive(Deserialize)]
pub(super) struct EventBridge<'e> {
    #[serde(borrow)]
    source: Cow<'e, str>,
    #[serde(borrow, rename = "detail-type")]
    detail_type: Cow<'e, str>,
    #[serde(borrow)]
    detail: Option<&'e RawValue>,
    #[serde(default, deserialize_with = "or_default")]
    resources: Vec<String>,
}

/// `{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "uploads", ..}`
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct S3Test<'e> {
    #[serde(borrow)]
    event: Cow<'e, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Socket<'e> {
    #[serde(borrow)]
    request_context: SocketContext<'e>,
}

impl Socket<'_> {
    /// `CONNECT`, `DISCONNECT` or `MESSAGE`.
    #[cfg(feature = "websocket")]
    pub(crate) fn event_type(&self) -> &str {
        &self.request_context.event_type
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SocketContext<'e> {
    #[serde(borrow)]
    event_type: Cow<'e, str>,
    // The type of the event is enough for `$connect` and `$disconnect`.
    #[serde(borrow)]
    route_key: Option<Cow<'e, str>>,
}

impl<'e> Read<'e> {
    pub(super) fn of(event: &'e OtherEvent) -> Self {
        let read = match event.kind {
            OtherKind::Records => Self::of_records(&event.records),
            OtherKind::EventBridge => serde_json::from_slice(&event.json)
                .ok()
                .map(Self::EventBridge),
            OtherKind::WebSocket => serde_json::from_slice(&event.json)
                .ok()
                .map(Self::WebSocket),
            OtherKind::Authorizer => Self::of_authorizer(&event.json),
            OtherKind::Unknown => {
                let test = serde_json::from_slice::<S3Test<'_>>(&event.json).ok();
                let test = test.filter(|test| test.event == "s3:TestEvent");
                test.map(|_| Self::S3Test)
            }
            _ => None,
        };
        read.unwrap_or(Self::Other)
    }

    fn of_records(json: &'e [u8]) -> Option<Self> {
        let all: Vec<&RawValue> = serde_json::from_slice(json).ok()?;
        let first = Envelope::read(all.first()?.get()).ok()?;
        Some(Self::Records {
            kind: first.kind()?,
            first: Box::new(first),
            all,
        })
    }

    fn of_authorizer(json: &'e [u8]) -> Option<Self> {
        let head: AuthorizerHead<'_> = serde_json::from_slice(json).ok()?;
        Some(Self::Authorizer(head.kind()?, head))
    }

    pub(super) fn facts(&self) -> Facts<'_> {
        match self {
            Self::Records { kind, first, .. } => Facts::Records {
                kind: *kind,
                origin: first.origin(),
            },
            Self::EventBridge(event) => Facts::EventBridge {
                source: &event.source,
                detail_type: &event.detail_type,
                detail: event.detail.map_or("null", RawValue::get),
                resources: &event.resources,
            },
            Self::S3Test => Facts::S3Test,
            Self::WebSocket(event) => Facts::WebSocket {
                event_type: &event.request_context.event_type,
                route_key: event
                    .request_context
                    .route_key
                    .as_deref()
                    .unwrap_or_default(),
            },
            Self::Authorizer(kind, head) => Facts::Authorizer {
                kind: *kind,
                api_id: head.api_id(),
            },
            Self::Other => Facts::Other,
        }
    }

    /// The records of the event. Fails if they are not all of one origin: the handler was selected by the
    /// first one.
    pub(super) fn records(&self, data: &Arc<Data>) -> Result<Vec<Record>, EventError> {
        let Self::Records { kind, first, all } = self else {
            return Ok(Vec::new());
        };
        let record = |(index, raw): (usize, &&RawValue)| {
            let envelope = Envelope::read(raw.get())
                .map_err(|error| invalid(&format!("record {index} cannot be read: {error}")))?;
            if envelope.kind() != Some(*kind) || envelope.origin() != first.origin() {
                return Err(invalid(&format!(
                    "record {index} has another source than the first one"
                )));
            }
            let json = data.event.records.slice_ref(raw.get().as_bytes());
            Ok(Record::new(
                Arc::clone(data),
                *kind,
                index,
                (json, &envelope),
            ))
        };
        all.iter().enumerate().map(record).collect()
    }
}

#[cold]
fn invalid(why: &str) -> EventError {
    tracing::error!(target: "lambda_api", "the batch is invalid: {why}");
    EventError::failed("InvalidBatch", "the records of the batch are invalid")
}
