//! From an event to its handler.

mod read;
mod untaken;

#[cfg(feature = "websocket")]
pub(crate) use read::Socket;

#[cfg(feature = "websocket")]
use super::trigger::{AuthorizerKind, SocketRoute};
use super::{
    batch::{Batch, Batches},
    error::EventError,
    event::{Event, Part},
    handle_event::{HandleEvent, OnOther, Setup},
    handler::Call,
    list::Listed,
    record_kind::RecordKind,
    run::{failed, run},
    taken::Taken,
    trigger::{Facts, ForAuthorizer, Trigger},
};
use crate::{
    BoxFuture,
    event::{OtherEvent, OtherKind, UnsupportedEvent, current},
    log,
};
#[cfg(feature = "websocket")]
use crate::{Setting, state::States};
use read::Read;
use std::sync::Arc;
use tracing::Instrument;
use untaken::{ambiguous, untaken};

/// The handlers of events of an application.
pub(super) struct Dispatcher {
    /// In the order in which they are asked.
    handlers: Vec<Listed>,
    on_other: Option<OnOther>,
    setup: Setup,
    batches: Batches,
}

impl Dispatcher {
    pub(super) fn new(handlers: Vec<Listed>, on_other: Option<OnOther>, setup: Setup) -> Self {
        Self {
            handlers,
            on_other,
            batches: Batches::new(setup.partial),
            setup,
        }
    }

    /// The handler of an event, if there is one.
    fn find(&self, facts: &Facts<'_>, event: &Event) -> Option<&Listed> {
        let has_key = |key: &str| event.has_key(key);
        let mut handlers = self.handlers.iter();
        handlers.find(|listed| listed.trigger.takes(facts, &has_key))
    }

    /// Another handler that takes an event of EventBridge, which has an array in its detail that fits both.
    /// EventBridge sends such an event once for each rule, and the events are the same.
    fn find_another(&self, facts: &Facts<'_>, taken_by: &Listed) -> Option<&Listed> {
        let Trigger::EventBridge { .. } = taken_by.trigger else {
            return None;
        };
        let mut handlers = self.handlers.iter().filter(|listed| {
            matches!(listed.trigger, Trigger::EventBridge { .. })
                && listed.trigger.takes(facts, &|_| false)
        });
        handlers.nth(1)
    }

    async fn dispatch(&self, mut event: Event, is_cold: bool) -> Result<Vec<u8>, EventError> {
        let data = Arc::clone(&event.data);
        let read = Read::of(&data.event);
        let facts = read.facts();
        let Some(listed) = self.find(&facts, &event) else {
            return self.other(event, &read);
        };
        if let Some(another) = self.find_another(&facts, listed) {
            return Err(ambiguous(&data.event, listed, another));
        }
        let handler = &listed.handler;
        Taken::by(handler).note();
        event.set_part(match &listed.trigger {
            Trigger::EventBridge { .. } | Trigger::Schedule { .. } => Part::Detail,
            Trigger::WebSocket(_) => Part::Message,
            Trigger::Records { .. } | Trigger::Any { .. } | Trigger::Authorizer(_) => Part::Whole,
        });
        if let Trigger::Authorizer(trigger) = &listed.trigger {
            let given = ForAuthorizer::new(trigger, &self.setup.authenticators);
            event.extensions_mut().insert(given);
        }
        let span = log::event_span(&data.invocation, handler.name, is_cold);
        let handled = async {
            event.set_records(read.records(&data)?);
            let batch = |kind: RecordKind, origin: &str| Batch {
                event: &event,
                kind,
                is_fifo: origin.ends_with(".fifo"),
            };
            match (handler.call, &facts) {
                (Call::Event(call), _) => {
                    let handled = run(call(&event), &event).await;
                    handled.map_err(|error| failed(error, handler.name))
                }
                (Call::Record(call), Facts::Records { kind, origin }) => {
                    self.batches.each(handler, call, batch(*kind, origin)).await
                }
                (Call::Batch(call), Facts::Records { kind, origin }) => {
                    self.batches
                        .whole(handler, call, batch(*kind, origin))
                        .await
                }
                // S3 sends it when a notification is configured.
                (_, Facts::S3Test) => Ok(b"null".to_vec()),
                // A handler of records takes nothing else.
                _ => Err(UnsupportedEvent::of(&data.event).into()),
            }
        };
        current::scope(data.invocation.clone(), handled)
            .instrument(span)
            .await
    }

    /// The response to an event that no handler takes.
    fn other(&self, mut event: Event, read: &Read<'_>) -> Result<Vec<u8>, EventError> {
        let is_schedule = |listed: &Listed| matches!(listed.trigger, Trigger::Schedule { .. });
        event.set_has_schedules(self.handlers.iter().any(is_schedule));
        let mut response = None;
        if let Some(respond) = &self.on_other {
            event.set_records(read.records(&event.data)?);
            response = respond(&event);
        }
        if let Some(value) = response {
            Taken::BY_ON_OTHER.note();
            return Ok(value.to_string().into_bytes());
        }
        let is_socket = event.data.event.kind == OtherKind::WebSocket;
        let mut handlers = self.handlers.iter().filter(|_| is_socket);
        match handlers.find_map(|listed| listed.handler.otherwise) {
            Some(respond) => Ok(respond(&event)),
            None => Err(untaken(&event.data.event, &read.facts(), &self.handlers)),
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
