//! The WebSocket API of a program.

use super::Api;
use crate::{
    App,
    state::States,
    websocket::{
        Connections, WebSocketApi,
        emulate::{Hub, Routes},
    },
};
use std::any::TypeId;

impl Api {
    /// Sets the settings of the WebSocket API, whose handlers are in [`events`](Api::events), and adds the
    /// state [`Connections`].
    ///
    /// Only on the outermost API.
    #[cfg_attr(docsrs, doc(cfg(feature = "websocket")))]
    pub fn websocket(mut self, settings: WebSocketApi) -> Self {
        self.websocket = Some(settings);
        self
    }

    /// The state [`Connections`], if the program has a WebSocket API.
    pub(super) fn connections_id(&self) -> Option<TypeId> {
        self.has_websocket().then(TypeId::of::<Connections>)
    }

    /// Adds the state [`Connections`], if the program has a WebSocket API.
    pub(super) fn add_connections(&mut self, states: &mut States, errors: &mut Vec<String>) {
        if self.has_websocket() {
            let settings = self.websocket.take().unwrap_or_default();
            let connections = settings.connections(errors);
            let id = TypeId::of::<Connections>();
            states.values.insert(id, Box::new(connections));
        }
    }

    fn has_websocket(&self) -> bool {
        self.websocket.is_some() || self.events.as_ref().is_some_and(|all| all.has_sockets())
    }
}

impl App {
    /// The routes of the WebSocket API, and its connections in this process, which the application
    /// reaches from now on. `None` if it has no handlers of such an API.
    pub(crate) fn attach_hub(&self) -> Option<(Routes, Hub)> {
        let events = self.events()?;
        let keys: Vec<_> = events.socket_routes();
        let connections = events.states().get::<Connections>()?;
        if keys.is_empty() {
            return None;
        }
        let authorizer = events.socket_authorizer();
        let routes = Routes {
            keys: keys.iter().map(|route| route.key().to_owned()).collect(),
            selection: connections.selection().clone(),
            has_authorizer: authorizer.is_some(),
            api_id: authorizer.flatten(),
        };
        Some((routes, connections.attach()))
    }
}
