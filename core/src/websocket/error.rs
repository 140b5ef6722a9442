//! What can go wrong between this function and a connection.

/// Error of a message to a connection, or of closing one.
///
/// A connection that is gone is no error: see [`Delivery`](crate::websocket::Delivery).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManagementError {
    /// The message is larger than API Gateway sends.
    #[error("expected a message of at most 131072 bytes, found {0}")]
    TooLarge(usize),
    /// The value cannot be serialised.
    #[error("the message cannot be sent: {0}")]
    Message(String),
    /// Too many requests per second for the account and the region.
    #[error("API Gateway limits the rate of messages: status 429")]
    Throttled,
    /// The role of the function must not send to connections of this API, or the stage does not exist.
    #[error(
        "API Gateway denied access: expected a role with `execute-api:ManageConnections` for this API \
         and stage, credentials that have not expired, and an endpoint with the right stage"
    )]
    Denied,
    /// No endpoint is known.
    #[error("{0}")]
    Endpoint(String),
    /// No credentials are known.
    #[error("no credentials: {0}")]
    Credentials(&'static str),
    /// The endpoint cannot be reached, or not in time.
    #[error("API Gateway cannot be reached: {0}")]
    Unreachable(&'static str),
    /// The response has a status that means nothing for this request.
    #[error("API Gateway responded with status {0}")]
    Status(u16),
}
