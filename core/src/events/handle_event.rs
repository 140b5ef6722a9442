//! What an application calls for an event that is not an HTTP request.

#[cfg(feature = "websocket")]
use super::trigger::SocketRoute;
use super::{error::EventError, event::Event};
use crate::{BoxFuture, auth::Installed, event::OtherEvent, state::States};
use serde_json::Value;
use std::sync::Arc;

/// Responds to an event that no handler takes; `None` if the invocation fails.
pub(crate) type OnOther = Arc<dyn Fn(&Event) -> Option<Value> + Send + Sync>;

/// Handles events that are not HTTP requests. A program without handlers of events does not contain
/// the implementation.
pub(crate) trait HandleEvent: Send + Sync {
    /// `is_cold`: whether this is the first event of the process.
    fn handle(
        &self,
        event: OtherEvent,
        is_cold: bool,
    ) -> BoxFuture<'_, Result<Vec<u8>, EventError>>;

    /// The routes of a WebSocket API among the handlers.
    #[cfg(feature = "websocket")]
    fn socket_routes(&self) -> Vec<SocketRoute>;

    /// The authorizer of new connections, if there is one: the id of its API, if it has one.
    #[cfg(feature = "websocket")]
    fn socket_authorizer(&self) -> Option<Option<String>>;

    #[cfg(feature = "websocket")]
    fn states(&self) -> &States;
}

/// What an application gives to its handlers of events.
pub(crate) struct Setup {
    pub(crate) states: Arc<States>,
    /// Whether Lambda reads the list of failed records; `None` if nothing says it.
    pub(crate) partial: Option<bool>,
    /// Those of the outermost API, which authorizers verify credentials with.
    pub(crate) authenticators: Arc<[Installed]>,
}
