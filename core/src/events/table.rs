//! The handlers of an API: their settings, their checks, and what is built from them.

use super::{
    dispatch::Dispatcher,
    handle_event::{HandleEvent, OnOther, Setup},
    list::{Events, Listed},
    partial::Partial,
};
use crate::{Operation, setting::Variables};
use std::{any::TypeId, sync::Arc};

/// What an API has for the arguments of its handlers.
pub(crate) struct Given<'a> {
    pub(crate) states: &'a [TypeId],
    /// Whether an authenticator of the outermost API verifies a credential itself, rather than reads what a
    /// gateway has verified.
    pub(crate) has_verifier: bool,
}

/// The handlers of events of an API.
#[derive(Default)]
pub(crate) struct EventTable {
    handlers: Vec<Listed>,
    pub(super) on_other: Option<OnOther>,
    partial: Partial,
}

impl EventTable {
    pub(crate) fn add(&mut self, events: Events) {
        self.handlers.extend(events.0.iter().map(|handler| Listed {
            handler: *handler,
            trigger: (handler.trigger)(),
        }));
    }

    /// The handlers, without the settings of the whole API. What the environment says stays true.
    pub(crate) fn take_handlers(&mut self) -> Self {
        Self {
            handlers: std::mem::take(&mut self.handlers),
            partial: self.partial.of_environment(),
            ..Self::default()
        }
    }

    pub(crate) fn append(&mut self, other: Self) {
        self.handlers.extend(other.handlers);
    }

    pub(crate) fn set_on_other(&mut self, on_other: OnOther) {
        self.on_other = Some(on_other);
    }

    pub(crate) fn has_on_other(&self) -> bool {
        self.on_other.is_some()
    }

    /// Whether Lambda reads which records failed.
    pub(crate) fn set_partial(&mut self, is_on: bool) {
        self.partial.set(is_on);
    }

    pub(crate) fn assume_partial(&mut self) {
        self.partial.assume();
    }

    pub(crate) fn has_partial(&self) -> bool {
        self.partial.is_set()
    }

    #[cfg(feature = "websocket")]
    pub(crate) fn has_sockets(&self) -> bool {
        let mut handlers = self.handlers.iter();
        handlers.any(|listed| listed.trigger.socket_route().is_some())
    }

    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn handlers(&self) -> &[Listed] {
        &self.handlers
    }

    /// Replaces references to environment variables by their values.
    pub(crate) fn resolve(&mut self, variables: &Variables<'_>) {
        for listed in &mut self.handlers {
            listed.trigger.resolve(variables);
        }
        self.partial.resolve(variables);
    }

    /// Adds the errors: missing state, and handlers that take the same events; also missing variables,
    /// if the settings were resolved.
    pub(crate) fn check(&self, given: &Given<'_>, is_resolved: bool, errors: &mut Vec<String>) {
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
                    errors.push(format!(
                        "the event handler {origin} needs the state `{name}`: add it with `Api::state`"
                    ));
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

    pub(crate) fn build(mut self, mut setup: Setup) -> Arc<dyn HandleEvent> {
        self.handlers.sort_by_key(|listed| listed.trigger.rank());
        setup.partial = self.partial.is_on();
        Arc::new(Dispatcher::new(self.handlers, self.on_other, setup))
    }
}
