//! The handlers of an API behind a trait.

#[cfg(any(debug_assertions, feature = "local"))]
use super::list::Listed;
use super::{
    handle_event::{HandleEvent, Setup},
    table::{EventTable, Given},
};
use crate::setting::Variables;
use std::sync::Arc;

/// The handlers of events of an API, behind a trait, so that only programs that add some contain the code
/// that handles them.
pub(crate) trait Handlers: Send {
    fn table(&mut self) -> &mut EventTable;
    fn resolve(&mut self, variables: &Variables<'_>);
    fn check(&self, given: &Given<'_>, is_resolved: bool, errors: &mut Vec<String>);
    fn has_on_other(&self) -> bool;
    fn has_partial(&self) -> bool;
    /// The handlers, without the settings of the whole API.
    fn take_handlers(&mut self) -> Box<dyn Handlers>;
    /// The handlers, for descriptions.
    #[cfg(any(debug_assertions, feature = "local"))]
    fn listed(&self) -> &[Listed];
    /// Whether some are of a WebSocket API.
    #[cfg(feature = "websocket")]
    fn has_sockets(&self) -> bool;
    fn append(&mut self, other: Box<dyn Handlers>);
    fn build(self: Box<Self>, setup: Setup) -> Arc<dyn HandleEvent>;
}

impl Handlers for EventTable {
    fn table(&mut self) -> &mut EventTable {
        self
    }

    fn resolve(&mut self, variables: &Variables<'_>) {
        self.resolve(variables);
    }

    fn check(&self, given: &Given<'_>, is_resolved: bool, errors: &mut Vec<String>) {
        self.check(given, is_resolved, errors);
    }

    fn has_on_other(&self) -> bool {
        self.has_on_other()
    }

    #[cfg(any(debug_assertions, feature = "local"))]
    fn listed(&self) -> &[Listed] {
        self.handlers()
    }

    fn has_partial(&self) -> bool {
        self.has_partial()
    }

    fn take_handlers(&mut self) -> Box<dyn Handlers> {
        Box::new(self.take_handlers())
    }

    #[cfg(feature = "websocket")]
    fn has_sockets(&self) -> bool {
        self.has_sockets()
    }

    fn append(&mut self, mut other: Box<dyn Handlers>) {
        self.append(std::mem::take(other.table()));
    }

    fn build(self: Box<Self>, setup: Setup) -> Arc<dyn HandleEvent> {
        (*self).build(setup)
    }
}
