//! Kinds of events that are not HTTP requests.

/// What the scan of an event found that is not from an HTTP source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OtherKind {
    /// It has two request contexts. Nothing may handle it.
    Forged,
    /// A REST API reports the end of a stream.
    Completion,
    /// A request to a Lambda authorizer.
    Authorizer,
    /// A connection or a message of a WebSocket API.
    WebSocket,
    /// It has `Records`.
    Records,
    /// It has a `detail-type`.
    EventBridge,
    Unknown,
}

impl OtherKind {
    /// What the event looks like, if the kind says it.
    pub(super) fn text(self) -> Option<&'static str> {
        match self {
            Self::Forged => Some("a forged event: it has two request contexts"),
            Self::Completion => Some("the completion status of a streamed response"),
            Self::Authorizer => Some("a Lambda authorizer event"),
            Self::WebSocket => Some("a WebSocket API event"),
            Self::Records | Self::EventBridge | Self::Unknown => None,
        }
    }
}
