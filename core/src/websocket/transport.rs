//! How messages reach connections: through the Management API, or through a gateway in this process.

use super::error::ManagementError;
use crate::BoxFuture;

/// The largest message that API Gateway sends
/// ([quotas](https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html)).
pub const MAX_MESSAGE: usize = 128 * 1024;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// The connection is open, and API Gateway sends the message. Whether the client receives it is not known.
    Sent,
    /// The connection is closed, or never was: status 410, or 400 for an id that API Gateway has not given.
    Gone,
}

impl Delivery {
    /// Whether the connection is closed, so that it can be forgotten.
    #[must_use]
    pub fn is_gone(self) -> bool {
        self == Self::Gone
    }
}

/// What is done to a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Sends a text message.
    Post(String),
    Close,
    /// Asks whether it is open.
    Get,
}

/// Way to the connections of one API.
pub(crate) trait Transport: Send + Sync + 'static {
    fn send<'a>(
        &'a self,
        id: &'a str,
        command: Command,
    ) -> BoxFuture<'a, Result<Delivery, ManagementError>>;
}
