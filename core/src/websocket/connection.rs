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
    auth::{
        ClaimsError,
        gateway::{Lists, coerced_claims},
    },
    events::{Event, FromEvent, Kinds},
};
use serde::{Deserialize, de::Error as _};
use serde_json::value::RawValue;
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
    principal_id: Option<String>,
    authorizer: Option<Box<RawValue>>,
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
        self.principal_id.as_deref()
    }

    /// What the Lambda authorizer of `$connect` said, as a type: its context and `principalId`. All later
    /// events of the connection repeat it.
    ///
    /// API Gateway turns the values of the context into strings, from which the type reads booleans and numbers.
    ///
    /// ```
    /// use lambda_api::{Error, websocket::Connection, ws_handler};
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Member { tenant: String, level: u32 }
    ///
    /// #[ws_handler(message)]
    /// async fn message(connection: Connection) -> Result<String, Error> {
    ///     let member: Member = connection.authorizer()?;
    ///     Ok(format!("{} {}", member.tenant, member.level))
    /// }
    /// ```
    ///
    /// # Errors
    /// If there was no authorizer, or the type does not fit.
    pub fn authorizer<'a, T: Deserialize<'a>>(&'a self) -> Result<T, ClaimsError> {
        let said = match &self.authorizer {
            Some(said) => coerced_claims(said.get(), Some(Lists::Commas)),
            None => Err(serde_json::Error::custom(
                "the connection has no authorizer",
            )),
        };
        said.map_err(|error| ClaimsError::new(&error))
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
            principal_id: context.authorizer.as_deref().and_then(principal_id),
            authorizer: context.authorizer,
            transport,
        })
    }

    fn describe(_: &mut Operation) {}
}

fn principal_id(authorizer: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Principal {
        principal_id: String,
    }
    let principal: Principal = serde_json::from_str(authorizer.get()).ok()?;
    Some(principal.principal_id)
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
