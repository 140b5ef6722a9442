//! Handlers of events that are not HTTP requests.

use super::Api;
use crate::events::{Event, EventTable, Events, Given, Handlers};
use serde_json::Value;
use std::{any::TypeId, sync::Arc};

impl Api {
    /// Adds handlers of events that are not HTTP requests, collected by [`events!`](crate::events!): messages
    /// of a queue, objects of a bucket, schedules. The module [`events`](crate::events) has the kinds.
    ///
    /// Several handlers and routes in one program are told apart by the event. Handlers that would take
    /// the same event are an error of [`build`](Api::build). The handlers of a nested API are added to
    /// those of the outermost one; its prefix does not matter to them.
    ///
    /// ```
    /// use lambda_api::{Api, Json, api_handler, env, event_handler, events, routes};
    ///
    /// #[api_handler(GET "/health")]
    /// async fn health() -> &'static str { "ok" }
    ///
    /// #[event_handler(sqs(from = env("ORDERS_QUEUE")))]
    /// async fn ship(Json(order): Json<u64>) {
    ///     # let _ = order;
    /// }
    ///
    /// let api = Api::new().routes(routes![health]).events(events![ship]);
    /// ```
    pub fn events(mut self, events: Events) -> Self {
        self.event_table().add(events);
        self
    }

    /// Responds to events that no handler takes.
    ///
    /// The function returns the JSON that Lambda gets, or `None`: then the invocation fails, as it does
    /// without this function, with an error that names the keys of the event.
    ///
    /// A schedule or a plugin that keeps the function warm sends such events:
    ///
    /// ```
    /// use lambda_api::{Api, events};
    ///
    /// let api = Api::new().on_other_event(events::warm_up);
    /// ```
    ///
    /// Only on the outermost API.
    ///
    /// The function does not see HTTP requests, events that are not JSON, and an event with two request
    /// contexts, which always fails.
    pub fn on_other_event<F>(mut self, respond: F) -> Self
    where
        F: Fn(&Event) -> Option<Value> + Send + Sync + 'static,
    {
        self.event_table().set_on_other(Arc::new(respond));
        self
    }

    fn event_table(&mut self) -> &mut EventTable {
        let events = self
            .events
            .get_or_insert_with(|| Box::<EventTable>::default());
        events.table()
    }

    pub(super) fn has_on_other_event(&self) -> bool {
        let events = self.events.as_ref();
        events.is_some_and(|events| events.has_on_other())
    }

    /// Adds the errors of the handlers.
    pub(super) fn check_events(&self, given: &[TypeId], errors: &mut Vec<String>) {
        if let Some(events) = &self.events {
            let mut authenticators = self.authenticators.iter();
            let given = Given {
                states: given,
                has_verifier: authenticators.any(|one| one.scheme.gateway.is_none()),
            };
            events.check(&given, self.is_resolved, errors);
        }
    }

    /// Takes the handlers, with those of nested APIs.
    pub(super) fn take_events(&mut self) -> Option<Box<dyn Handlers>> {
        let mut events = self.events.take();
        for (_, nested) in &mut self.nests {
            if let Some(more) = nested.take_events() {
                match &mut events {
                    Some(events) => events.append(more),
                    None => events = Some(more),
                }
            }
        }
        events
    }
}
