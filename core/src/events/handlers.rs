//! The handlers of an API behind a trait.

use super::{
    handle_event::{HandleEvent, OnOther, Setup},
    list::{Events, Listed},
};
use crate::setting::Variables;
use std::{any::TypeId, sync::Arc};

/// The handlers of events of an API, behind a trait, so that only programs that add some contain the code
/// that handles them.
pub(crate) trait Handlers: Send {
    fn add(&mut self, events: Events);
    fn append(&mut self, handlers: &mut Vec<Listed>);
    /// Moves the handlers to those of another API. The settings of the whole API stay.
    fn move_to(&mut self, outer: &mut Option<Box<dyn Handlers>>);

    fn set_on_other(&mut self, on_other: OnOther);
    fn has_on_other(&self) -> bool;

    /// Whether Lambda reads which records failed.
    fn set_partial(&mut self, is_on: bool);
    fn has_partial(&self) -> bool;
    /// Assumes that Lambda reads which records failed, unless the program or the environment says otherwise.
    fn assume_partial(&mut self);

    /// Replaces references to environment variables by their values.
    fn resolve(&mut self, variables: &Variables<'_>);
    /// Adds the errors: missing state, and handlers that take the same events; also missing variables,
    /// if the settings were resolved.
    fn check(&self, given: &Given<'_>, is_resolved: bool, errors: &mut Vec<String>);

    /// The handlers, for descriptions.
    #[cfg(any(debug_assertions, feature = "local"))]
    fn listed(&self) -> &[Listed];
    /// Whether some are of a WebSocket API.
    #[cfg(feature = "websocket")]
    fn has_sockets(&self) -> bool;

    fn build(self: Box<Self>, setup: Setup) -> Arc<dyn HandleEvent>;
}

/// What an API has for the arguments of its handlers.
pub(crate) struct Given<'a> {
    pub(crate) states: &'a [TypeId],
    /// Whether an authenticator of the outermost API verifies a credential itself, rather than reads what a
    /// gateway has verified.
    pub(crate) has_verifier: bool,
}
