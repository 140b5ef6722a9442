//! From an event to its handler.

#[cfg(feature = "websocket")]
use super::socket_route::SocketRoute;
use super::{
    authorizer::{AuthorizerHead, AuthorizerKind, ForAuthorizer},
    batch,
    error::EventError,
    event::Event,
    handle_event::{HandleEvent, OnOther, Setup},
    handler::Call,
    list::Listed,
    record::Record,
    run::{failed, run},
    trigger::{Facts, RecordKind, Trigger},
};
use crate::{
    BoxFuture,
    event::{OtherEvent, OtherKind, UnsupportedEvent, current},
    log,
};
#[cfg(feature = "websocket")]
use crate::{Setting, state::States};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{borrow::Cow, sync::Arc};
use tracing::Instrument;

/// The handlers of events of an application.
pub(super) struct Dispatcher {
    /// In the order in which they are asked.
    handlers: Vec<Listed>,
    on_other: Option<OnOther>,
    setup: Setup,
}

impl Dispatcher {
    pub(super) fn new(handlers: Vec<Listed>, on_other: Option<OnOther>, setup: Setup) -> Self {
        Self {
            handlers,
            on_other,
            setup,
        }
    }

    /// The handler of an event, if there is one.
    fn find(&self, facts: &Facts<'_>, event: &Event) -> Option<&Listed> {
        let has_key = |key: &str| event.has_key(key);
        let mut handlers = self.handlers.iter();
        handlers.find(|listed| listed.trigger.takes(facts, &has_key))
    }

    async fn dispatch(&self, mut event: Event, is_cold: bool) -> Result<Vec<u8>, EventError> {
        let data = Arc::clone(&event.data);
        let read = Read::of(&data.event);
        let Some(listed) = self.find(&read.facts(), &event) else {
            return self.other(&event);
        };
        if let Some((kind, records)) = read.records() {
            let shared = |record: &&RawValue| data.event.records.slice_ref(record.get().as_bytes());
            let record = |json: Bytes| Record::new(Arc::clone(&data), kind, json);
            event.set_records(records.iter().map(shared).map(record).collect());
        }
        if let Trigger::Authorizer(trigger) = &listed.trigger {
            let given = ForAuthorizer::new(trigger, &self.setup.authenticators);
            event.extensions_mut().insert(given);
        }
        let span = log::event_span(&data.invocation, listed.handler.name, is_cold);
        let handled = async {
            match listed.handler.call {
                Call::Event(call) => {
                    let handled = run(call(&event), &event).await;
                    handled.map_err(|error| failed(error, listed.handler.name))
                }
                Call::Record(_) | Call::Batch(_) => {
                    batch::handle(&listed.handler, &event, &self.setup).await
                }
            }
        };
        current::scope(data.invocation.clone(), handled)
            .instrument(span)
            .await
    }

    /// The response to an event that no handler takes.
    fn other(&self, event: &Event) -> Result<Vec<u8>, EventError> {
        let answer = self.on_other.as_ref().and_then(|respond| respond(event));
        if let Some(value) = answer {
            return Ok(value.to_string().into_bytes());
        }
        let is_socket = event.data.event.kind == OtherKind::WebSocket;
        let mut handlers = self.handlers.iter().filter(|_| is_socket);
        match handlers.find_map(|listed| listed.handler.otherwise) {
            Some(respond) => Ok(respond(event)),
            None => Err(UnsupportedEvent::of(&event.data.event).into()),
        }
    }
}

impl HandleEvent for Dispatcher {
    #[cfg(feature = "websocket")]
    fn socket_routes(&self) -> Vec<SocketRoute> {
        let handlers = self.handlers.iter();
        handlers
            .filter_map(|listed| listed.trigger.socket_route())
            .collect()
    }

    #[cfg(feature = "websocket")]
    fn socket_authorizer(&self) -> Option<Option<String>> {
        self.handlers.iter().find_map(|listed| {
            let Trigger::Authorizer(trigger) = &listed.trigger else {
                return None;
            };
            let kinds = trigger.kinds;
            let takes = kinds.is_empty() || kinds.contains(&AuthorizerKind::WebSocket);
            let api = trigger.api.as_ref().and_then(Setting::literal);
            takes.then(|| api.map(str::to_owned))
        })
    }

    #[cfg(feature = "websocket")]
    fn states(&self) -> &States {
        &self.setup.states
    }

    fn handle(
        &self,
        event: OtherEvent,
        is_cold: bool,
    ) -> BoxFuture<'_, Result<Vec<u8>, EventError>> {
        Box::pin(async move {
            if event.kind == OtherKind::Forged {
                return Err(UnsupportedEvent::of(&event).into());
            }
            let event = Event::new(event, Arc::clone(&self.setup.states));
            self.dispatch(event, is_cold).await
        })
    }
}

/// What selects the handler, as read from an event.
enum Read<'e> {
    Records {
        kind: RecordKind,
        head: Head<'e>,
        records: Vec<&'e RawValue>,
    },
    EventBridge(EventBridge<'e>),
    WebSocket(Socket<'e>),
    Authorizer(AuthorizerKind, AuthorizerHead<'e>),
    Other,
}

/// The members of a record that say where it comes from.
#[derive(Deserialize)]
struct Head<'e> {
    #[serde(borrow, alias = "EventSource", rename = "eventSource")]
    event_source: Cow<'e, str>,
    #[serde(borrow, default, rename = "eventSourceARN")]
    arn: Option<Cow<'e, str>>,
    #[serde(borrow, default)]
    s3: Option<S3<'e>>,
    #[serde(borrow, default, rename = "Sns")]
    sns: Option<Sns<'e>>,
}

#[derive(Deserialize)]
struct S3<'e> {
    #[serde(borrow)]
    bucket: Bucket<'e>,
}

#[derive(Deserialize)]
struct Bucket<'e> {
    #[serde(borrow)]
    name: Cow<'e, str>,
}

#[derive(Deserialize)]
struct Sns<'e> {
    #[serde(borrow, rename = "TopicArn")]
    topic: Cow<'e, str>,
}

#[derive(Deserialize)]
struct EventBridge<'e> {
    #[serde(borrow)]
    source: Cow<'e, str>,
    #[serde(borrow, rename = "detail-type")]
    detail_type: Cow<'e, str>,
    #[serde(borrow)]
    detail: Option<&'e RawValue>,
    #[serde(default)]
    resources: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Socket<'e> {
    #[serde(borrow)]
    request_context: SocketContext<'e>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SocketContext<'e> {
    #[serde(borrow)]
    event_type: Cow<'e, str>,
    #[serde(borrow)]
    route_key: Cow<'e, str>,
}

impl<'e> Read<'e> {
    fn of(event: &'e OtherEvent) -> Self {
        match event.kind {
            OtherKind::Records => Self::of_records(&event.records).unwrap_or(Self::Other),
            OtherKind::EventBridge => {
                let read = serde_json::from_slice(&event.json);
                read.map_or(Self::Other, Self::EventBridge)
            }
            OtherKind::WebSocket => {
                let read = serde_json::from_slice(&event.json);
                read.map_or(Self::Other, Self::WebSocket)
            }
            OtherKind::Authorizer => Self::of_authorizer(&event.json).unwrap_or(Self::Other),
            _ => Self::Other,
        }
    }

    fn of_records(json: &'e [u8]) -> Option<Self> {
        let records: Vec<&RawValue> = serde_json::from_slice(json).ok()?;
        let head: Head<'_> = serde_json::from_str(records.first()?.get()).ok()?;
        Some(Self::Records {
            kind: RecordKind::of(&head.event_source)?,
            head,
            records,
        })
    }

    fn of_authorizer(json: &'e [u8]) -> Option<Self> {
        let head: AuthorizerHead<'_> = serde_json::from_slice(json).ok()?;
        Some(Self::Authorizer(head.kind()?, head))
    }

    fn facts(&self) -> Facts<'_> {
        match self {
            Self::Records { kind, head, .. } => Facts::Records {
                kind: *kind,
                origin: head.origin(),
            },
            Self::EventBridge(event) => Facts::EventBridge {
                source: &event.source,
                detail_type: &event.detail_type,
                detail: event.detail.map_or("null", RawValue::get),
                resources: &event.resources,
            },
            Self::WebSocket(event) => Facts::WebSocket {
                event_type: &event.request_context.event_type,
                route_key: &event.request_context.route_key,
            },
            Self::Authorizer(kind, head) => Facts::Authorizer {
                kind: *kind,
                api_id: head.api_id(),
            },
            Self::Other => Facts::Other,
        }
    }

    fn records(&self) -> Option<(RecordKind, &[&'e RawValue])> {
        match self {
            Self::Records { kind, records, .. } => Some((*kind, records)),
            _ => None,
        }
    }
}

impl Head<'_> {
    /// The ARN of the queue, topic, table or stream; the name of the bucket.
    fn origin(&self) -> &str {
        let bucket = self.s3.as_ref().map(|s3| &*s3.bucket.name);
        let topic = self.sns.as_ref().map(|sns| &*sns.topic);
        self.arn.as_deref().or(bucket).or(topic).unwrap_or_default()
    }
}
