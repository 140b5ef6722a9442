//! Messages to connections by their ids.

use super::{
    emulate::{Hub, RouteSelection},
    error::ManagementError,
    message::IntoMessage,
    transport::{Command, Delivery, Transport},
};
use futures_util::{StreamExt, stream};
use std::{
    fmt,
    pin::pin,
    sync::{Arc, OnceLock},
};

/// How many messages are sent at once.
const AT_ONCE: usize = 32;

/// The connections of the WebSocket API, by their ids: a state of programs with
/// [`Api::websocket`](crate::Api::websocket) or with a [`#[ws_handler]`](macro@crate::ws_handler).
///
/// It is an argument of any handler: of routes, of queues, of messages. It needs
/// [`WebSocketApi::endpoint`](super::WebSocketApi::endpoint), except in tests and on the local server.
///
/// ```
/// use lambda_api::{Api, Error, Json, NoContent, State, api_handler, env, routes};
/// use lambda_api::websocket::{Connections, WebSocketApi};
///
/// #[api_handler(POST "/connections/{id}/messages")]
/// async fn notify(
///     id: String,
///     State(connections): State<Connections>,
///     Json(text): Json<String>,
/// ) -> Result<NoContent, Error> {
///     if connections.post(&id, Json(text)).await?.is_gone() {
///         // Forget the id.
///     }
///     Ok(NoContent)
/// }
///
/// let api = Api::new()
///     .websocket(WebSocketApi::new().endpoint(env("WS_ENDPOINT")))
///     .routes(routes![notify]);
/// ```
///
/// Each call is a request to the
/// [Management API](https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html),
/// signed with the credentials of the function as they are at that time. Its role needs
/// `execute-api:ManageConnections`. A request takes at most 5 seconds. It is sent again if API Gateway limits the rate
/// (status 429) or fails (5xx), after 0.1 and 0.4 seconds, and if the connection to it closes before the response: so a
/// message may arrive twice.
#[derive(Clone)]
pub struct Connections(Arc<Inner>);

struct Inner {
    /// Of the setting.
    endpoint: Option<Arc<dyn Transport>>,
    /// Of tests and of the local server.
    attached: OnceLock<(Hub, Arc<dyn Transport>)>,
    selection: RouteSelection,
}

impl Connections {
    pub(super) fn new(endpoint: Option<Arc<dyn Transport>>, selection: RouteSelection) -> Self {
        Self(Arc::new(Inner {
            endpoint,
            attached: OnceLock::new(),
            selection,
        }))
    }

    /// Sends a message to a connection.
    ///
    /// # Errors
    /// If the message cannot be sent. A connection that is closed is no error.
    pub async fn post(
        &self,
        id: &str,
        message: impl IntoMessage,
    ) -> Result<Delivery, ManagementError> {
        let message = message.into_message();
        let message = message.map_err(|why| ManagementError::Message(why.to_string()))?;
        self.send(id, Command::Post(message)).await
    }

    /// Sends a message to several connections, up to 32 at once.
    ///
    /// # Errors
    /// If the message cannot be serialised. Connections that it cannot be sent to are in the result.
    pub async fn post_all(
        &self,
        ids: impl IntoIterator<Item = impl Into<String>>,
        message: impl IntoMessage,
    ) -> Result<PostedAll, ManagementError> {
        let message = message.into_message();
        let message = message.map_err(|why| ManagementError::Message(why.to_string()))?;
        let ids: Vec<String> = ids.into_iter().map(Into::into).collect();
        let sent = stream::iter(ids).map(|id| {
            let command = Command::Post(message.clone());
            async move {
                let sent = self.send(&id, command).await;
                (id, sent)
            }
        });
        let mut sent = pin!(sent.buffer_unordered(AT_ONCE));
        let mut posted = PostedAll::default();
        while let Some((id, sent)) = sent.next().await {
            match sent {
                Ok(Delivery::Sent) => posted.sent += 1,
                Ok(Delivery::Gone) => posted.gone.push(id),
                Err(error) => posted.failed.push((id, error)),
            }
        }
        Ok(posted)
    }

    /// Closes a connection. One that is closed already is no error.
    ///
    /// # Errors
    /// If API Gateway cannot be asked.
    pub async fn close(&self, id: &str) -> Result<(), ManagementError> {
        self.send(id, Command::Close).await.map(drop)
    }

    /// Whether a connection is open.
    ///
    /// # Errors
    /// If API Gateway cannot be asked.
    pub async fn is_open(&self, id: &str) -> Result<bool, ManagementError> {
        let found = self.send(id, Command::Get).await?;
        Ok(!found.is_gone())
    }

    async fn send(&self, id: &str, command: Command) -> Result<Delivery, ManagementError> {
        match self.transport() {
            Some(transport) => transport.send(id, command).await,
            None => Err(ManagementError::Endpoint(
                "expected `WebSocketApi::endpoint`, since no event names one".to_owned(),
            )),
        }
    }

    /// The way to the connections, unless the event has to name it.
    pub(super) fn transport(&self) -> Option<&Arc<dyn Transport>> {
        let attached = self.0.attached.get().map(|(_, transport)| transport);
        attached.or(self.0.endpoint.as_ref())
    }

    /// The connections of a gateway in this process, which messages reach from now on.
    pub(crate) fn attach(&self) -> Hub {
        let attached = self.0.attached.get_or_init(|| {
            let hub = Hub::default();
            (hub.clone(), Arc::new(hub))
        });
        attached.0.clone()
    }

    pub(crate) fn selection(&self) -> &RouteSelection {
        &self.0.selection
    }
}

/// What became of a message to several connections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PostedAll {
    /// The number of connections that API Gateway sends it to.
    pub sent: usize,
    /// The ids of connections that are closed, to be forgotten.
    pub gone: Vec<String>,
    /// The ids of connections that it could not be sent to, and why.
    pub failed: Vec<(String, ManagementError)>,
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connections(..)")
    }
}
