//! The handlers of an API: their settings, their checks, and what is built from them.

mod partial;

use super::{
    dispatch::Dispatcher,
    handle_event::{HandleEvent, OnOther, Setup},
    handlers::{Given, Handlers},
    list::{Events, Listed},
};
use crate::{Operation, setting::Variables, state::missing};
use partial::Partial;
use std::sync::Arc;

/// The handlers of events of an API.
#[derive(Default)]
pub(crate) struct EventTable {
    handlers: Vec<Listed>,
    on_other: Option<OnOther>,
    partial: Partial,
}

impl Handlers for EventTable {
    fn add(&mut self, events: Events) {
        self.handlers.extend(events.0.iter().map(|handler| Listed {
            handler: *handler,
            trigger: (handler.trigger)(),
        }));
    }

    fn append(&mut self, handlers: &mut Vec<Listed>) {
        self.handlers.append(handlers);
    }

    fn move_to(&mut self, outer: &mut Option<Box<dyn Handlers>>) {
        let outer = outer.get_or_insert_with(|| Box::<Self>::default());
        outer.append(&mut self.handlers);
    }

    fn set_on_other(&mut self, on_other: OnOther) {
        self.on_other = Some(on_other);
    }

    fn has_on_other(&self) -> bool {
        self.on_other.is_some()
    }

    fn set_partial(&mut self, is_on: bool) {
        self.partial.set(is_on);
    }

    fn has_partial(&self) -> bool {
        self.partial.is_set()
    }

    fn assume_partial(&mut self) {
        self.partial.assume();
    }

    fn resolve(&mut self, variables: &Variables<'_>) {
        for listed in &mut self.handlers {
            listed.trigger.resolve(variables);
        }
        self.partial.resolve(variables);
    }

    fn check(&self, given: &Given<'_>, is_resolved: bool, errors: &mut Vec<String>) {
        for listed in &self.handlers {
            let origin = listed.handler.origin();
            if is_resolved
                && let Some((name, setting)) = listed.trigger.setting()
                && let Some(variable) = setting.variable()
            {
                errors.push(format!(
                    "the event handler {origin}: the environment variable `{variable}` for `{name}` is \
                     missing or empty"
                ));
            }
            if let Some(error) = listed.trigger.error() {
                errors.push(format!("the event handler {origin}: `from`: {error}"));
            }
            let mut operation = Operation::default();
            (listed.handler.describe)(&mut operation);
            for (id, name) in &operation.state {
                if !given.states.contains(id) {
                    errors.push(format!("the event handler {origin} {}", missing(name)));
                }
            }
            if operation.needs_identity && !given.has_verifier {
                errors.push(format!(
                    "the authorizer {origin} takes an identity, but the API has no authenticator that verifies a \
                     credential itself"
                ));
            }
        }
        errors.extend(self.partial.error());
        for (index, listed) in self.handlers.iter().enumerate() {
            for before in self.handlers.iter().take(index) {
                if listed.trigger.overlaps(&before.trigger) {
                    errors.push(format!(
                        "the event handlers {} and {} take the same events: `{}` and `{}`{}",
                        before.handler.origin(),
                        listed.handler.origin(),
                        before.trigger,
                        listed.trigger,
                        listed.trigger.advice(),
                    ));
                }
            }
        }
    }

    #[cfg(any(debug_assertions, feature = "local"))]
    fn listed(&self) -> &[Listed] {
        &self.handlers
    }

    #[cfg(feature = "websocket")]
    fn has_sockets(&self) -> bool {
        let mut handlers = self.handlers.iter();
        handlers.any(|listed| listed.trigger.socket_route().is_some())
    }

    fn build(mut self: Box<Self>, mut setup: Setup) -> Arc<dyn HandleEvent> {
        self.handlers.sort_by_key(|listed| listed.trigger.rank());
        setup.partial = self.partial.is_on();
        Arc::new(Dispatcher::new(self.handlers, self.on_other, setup))
    }
}
