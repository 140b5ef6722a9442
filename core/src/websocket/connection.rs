//! The connection that an event comes from.

use super::{
    connections::Connections,
    context::{Context, SocketEvent},
    error::ManagementError,
    management::{Endpoint, Management},
    message::IntoMessage,
    transport::{Command, Delivery, Transport},
};
use crate::{
    Error, Operation,
    events::{Event, FromEvent, Kinds},
};
use serde::Deserialize;
use serde_json::Value;
use std::{fmt, sync::Arc, time::SystemTime};

/// Argument of a [`#[ws_handler]`](macro@crate::ws_handler): the connection of the client.
///
/// ```
/// use lambda_api::{Error, Json, websocket::Connection, ws_handler};
///
/// #[ws_handler(route = "subscribe")]
/// async fn subscribe(connection: Connection) -> Result<Json<&'static str>, Error> {
///     for count in 0..3 {
///         connection.post(Json(count)).await?;
///     }
///     Ok(Json("done"))
/// }
/// ```
///
/// While the handler of `$connect` runs, the connection is not open yet: a message to it is
/// [`Delivery::Gone`].
///
/// What it says comes from the event, which any caller with `lambda:InvokeFunction` can write: grant that to the
/// WebSocket API alone.
#[derive(Clone)]
pub struct Connection {
    id: String,
    connected_at: Option<SystemTime>,
    source_ip: Option<String>,
    user_agent: Option<String>,
    user_arn: Option<String>,
    authorizer: Option<Value>,
    transport: Result<Arc<dyn Transport>, ManagementError>,
}

impl Connection {
    /// The id of the connection, for [`Connections`].
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When the client connected.
    #[must_use]
    pub fn connected_at(&self) -> Option<SystemTime> {
        self.connected_at
    }

    /// The IP address of the client, as API Gateway saw it.
    #[must_use]
    pub fn source_ip(&self) -> Option<&str> {
        self.source_ip.as_deref()
    }

    /// The header `user-agent` of the handshake.
    #[must_use]
    pub fn user_agent(&self) -> Option<&str> {
        self.user_agent.as_deref()
    }

    /// The ARN of the IAM user or role that signed the handshake, if `$connect` has `AuthorizationType: AWS_IAM`. Keep
    /// it in `connect`: AWS does not say that later events repeat it.
    #[must_use]
    pub fn user_arn(&self) -> Option<&str> {
        self.user_arn.as_deref()
    }

    /// The principal that the Lambda authorizer of `$connect` named.
    #[must_use]
    pub fn principal_id(&self) -> Option<&str> {
        self.authorizer.as_ref()?.get("principalId")?.as_str()
    }

    /// What the Lambda authorizer of `$connect` said, as a type: its context and `principalId`. All later
    /// events of the connection repeat it. `None` if there was no authorizer, or if the type does not fit.
    ///
    /// ```
    /// use lambda_api::{websocket::Connection, ws_handler};
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Member { tenant: String }
    ///
    /// #[ws_handler(message)]
    /// async fn message(connection: Connection) -> Option<String> {
    ///     connection.authorizer::<Member>().map(|member| member.tenant)
    /// }
    /// ```
    #[must_use]
    pub fn authorizer<'a, T: Deserialize<'a>>(&'a self) -> Option<T> {
        T::deserialize(self.authorizer.as_ref()?).ok()
    }

    /// Sends a message to the client.
    ///
    /// # Errors
    /// If the message cannot be sent. A connection that is closed is no error.
    pub async fn post(&self, message: impl IntoMessage) -> Result<Delivery, ManagementError> {
        let message = message.into_message();
        let message = message.map_err(|why| ManagementError::Message(why.to_string()))?;
        self.send(Command::Post(message)).await
    }

    /// Closes the connection. One that is closed already is no error.
    ///
    /// # Errors
    /// If API Gateway cannot be asked.
    pub async fn close(&self) -> Result<(), ManagementError> {
        self.send(Command::Close).await.map(drop)
    }

    async fn send(&self, command: Command) -> Result<Delivery, ManagementError> {
        let transport = self.transport.as_ref().map_err(Clone::clone)?;
        transport.send(&self.id, command).await
    }
}

impl<'e> FromEvent<'e> for Connection {
    type Rejection = Error;

    const KINDS: Kinds = Kinds::CONNECT.or(Kinds::MESSAGE).or(Kinds::DISCONNECT);

    fn from_event(event: &'e Event) -> Result<Self, Error> {
        let SocketEvent {
            request_context: context,
            ..
        } = event.read()?;
        let connections = event.data().state::<Connections>();
        let transport = match connections.and_then(Connections::transport) {
            Some(transport) => Ok(Arc::clone(transport)),
            None => of_event(&context),
        };
        Ok(Self {
            connected_at: context.connected_at(),
            id: context.connection_id,
            source_ip: context.identity.source_ip,
            user_agent: context.identity.user_agent,
            user_arn: context.identity.user_arn,
            authorizer: context.authorizer,
            transport,
        })
    }

    fn describe(_: &mut Operation) {}
}

fn of_event(context: &Context) -> Result<Arc<dyn Transport>, ManagementError> {
    let endpoint = Endpoint::of_event(&context.domain_name, &context.stage)?;
    Ok(Arc::new(Management::new(endpoint)))
}

// What an authorizer said may hold secrets.
impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
