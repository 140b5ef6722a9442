//! Invocations that fail.

use crate::event::UnsupportedEvent;
use std::{borrow::Cow, fmt};

/// The error of an event whose invocation fails: Lambda gets its type and its message.
///
/// All errors of HTTP requests are responses. An invocation fails if nothing handles its event, or if
/// the handler of an event that is not an HTTP request fails. What a handler's own error says is in the
/// log; Lambda, and the caller of the function, get a constant message.
#[derive(Debug)]
pub struct EventError(Kind);

#[derive(Debug)]
enum Kind {
    Unsupported {
        event: Box<UnsupportedEvent>,
        /// What says more than the keys of the event.
        message: Option<String>,
    },
    Failed {
        error_type: &'static str,
        message: Cow<'static, str>,
    },
}

impl EventError {
    /// An event that no handler takes, with a message that says why.
    pub(super) fn untaken(event: UnsupportedEvent, message: String) -> Self {
        Self(Kind::Unsupported {
            event: Box::new(event),
            message: Some(message),
        })
    }

    /// An invocation that fails with a message.
    pub(crate) fn failed(error_type: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Kind::Failed {
            error_type,
            message: message.into(),
        })
    }

    /// The `errorType` that Lambda gets:
    ///
    /// | type | meaning |
    /// |---|---|
    /// | `UnsupportedEvent` | nothing handles the event, or an array in its detail fits two handlers |
    /// | `HandlerError` | the handler returned an error, or its arguments did not fit |
    /// | `HandlerPanicked` | the handler panicked, or the function of [`Api::on_other_event`](crate::Api::on_other_event) |
    /// | `TimedOut` | the handler was stopped shortly before the deadline |
    /// | `BatchFailed` | records failed, and the response cannot name them: that of S3 and SNS never can; for queues and streams see [`Api::report_batch_item_failures`](crate::Api::report_batch_item_failures) |
    /// | `InvalidBatch` | the records are not those of one queue, stream, table, topic or bucket, or a batch handler reported a record of another batch |
    /// | `Unauthorized` | an authorizer rejected the credential: the client gets a 401 |
    #[must_use]
    pub fn error_type(&self) -> &'static str {
        match &self.0 {
            Kind::Unsupported { .. } => "UnsupportedEvent",
            Kind::Failed { error_type, .. } => error_type,
        }
    }

    /// The event, if nothing handles it.
    #[must_use]
    pub fn unsupported(&self) -> Option<&UnsupportedEvent> {
        match &self.0 {
            Kind::Unsupported { event, .. } => Some(event),
            Kind::Failed { .. } => None,
        }
    }
}

impl From<UnsupportedEvent> for EventError {
    fn from(event: UnsupportedEvent) -> Self {
        Self(Kind::Unsupported {
            event: Box::new(event),
            message: None,
        })
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Unsupported {
                message: Some(message),
                ..
            } => f.write_str(message),
            Kind::Unsupported { event, .. } => event.fmt(f),
            Kind::Failed { message, .. } => f.write_str(message),
        }
    }
}

impl std::error::Error for EventError {}

/// The error of an event or a record that does not fit the type it is read as.
#[derive(Debug, thiserror::Error)]
#[error("the {what} does not fit: {error}")]
pub struct ReadError {
    what: &'static str,
    error: serde_json::Error,
}

impl ReadError {
    pub(super) fn new(what: &'static str, error: serde_json::Error) -> Self {
        Self { what, error }
    }
}
