//! Handlers of events that are not HTTP requests.

use super::Api;
#[cfg(any(debug_assertions, feature = "local"))]
use super::table::EventInfo;
#[cfg(any(debug_assertions, feature = "local"))]
use crate::events::Listed;
use crate::events::{Event, EventTable, Events, Given, Handlers};
use serde_json::Value;
use std::{any::TypeId, sync::Arc};

impl Api {
    /// Adds handlers of events that are not HTTP requests, collected by [`events!`](crate::events!): messages
    /// of a queue, objects of a bucket, schedules. The module [`events`](mod@crate::events) has the kinds.
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
    /// without this function, with an error that says what came.
    ///
    /// A schedule or a plugin that keeps the function warm sends such events:
    ///
    /// ```
    /// use lambda_api::{Api, events};
    ///
    /// let api = Api::new().on_other_event(events::warm_up);
    /// ```
    ///
    /// # Responses acknowledge
    /// Whatever the function returns as `Some`, Lambda takes for a success: it deletes messages of a queue, and does not
    /// send an asynchronous event again. A function that returns `Some` for everything loses the messages of a
    /// queue whose `from` has a typing error. So return `Some` only for events that the function knows:
    ///
    /// ```
    /// use lambda_api::Api;
    /// use serde_json::json;
    ///
    /// let api = Api::new().on_other_event(|event| event.has_key("ping").then(|| json!("pong")));
    /// ```
    ///
    /// A panic of the function fails the invocation.
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

    /// Sets whether Lambda reads which records of a batch failed: whether `ReportBatchItemFailures` is among the
    /// `FunctionResponseTypes` of the event source mappings of SQS, Kinesis and DynamoDB. Replaces the
    /// environment variable `LAMBDA_API_PARTIAL`, `true` or `false`.
    ///
    /// Neither the event nor Lambda tells the function. Without `ReportBatchItemFailures`, Lambda ignores which
    /// records a response names, and deletes all messages of the batch. So, unless this or the variable says `true`,
    /// one failed record fails the invocation, and Lambda sends the whole batch again. It says `true` of *all*
    /// mappings of the function.
    ///
    /// [Events](crate::guide::events) has the whole story.
    ///
    /// Only on the outermost API.
    ///
    /// ```
    /// use lambda_api::Api;
    ///
    /// let api = Api::new().report_batch_item_failures(true);
    /// ```
    pub fn report_batch_item_failures(mut self, is_on: bool) -> Self {
        self.event_table().set_partial(is_on);
        self
    }

    /// Assumes that Lambda reads which records failed, unless the program or the environment says otherwise.
    pub(crate) fn assume_partial_responses(&mut self) {
        if let Some(events) = &mut self.events {
            events.assume_partial();
        }
    }

    pub(super) fn has_partial_responses(&self) -> bool {
        let events = self.events.as_ref();
        events.is_some_and(|events| events.has_partial())
    }

    fn event_table(&mut self) -> &mut Box<dyn Handlers> {
        self.events
            .get_or_insert_with(|| Box::<EventTable>::default())
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

    /// Moves the handlers of an API that will be nested here. Its settings stay, for their errors.
    pub(super) fn take_events_of(&mut self, nested: &mut Self) {
        if let Some(events) = &mut nested.events {
            events.move_to(&mut self.events);
        }
    }

    /// The table of the handlers, as the command line shows it.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn events_table(&self) -> Vec<EventInfo> {
        self.listed_events().iter().map(EventInfo::from).collect()
    }

    /// The handlers, with those of nested APIs.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(super) fn listed_events(&self) -> &[Listed] {
        let events = self.events.as_ref();
        events.map_or(&[], |events| events.listed())
    }
}
