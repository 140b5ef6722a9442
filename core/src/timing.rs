//! The settings of deadlines.

use std::time::Duration;

/// The deadline settings of an application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Timing {
    /// How long the gateway waits, if that is not the default of its source.
    pub(crate) gateway: Option<Duration>,
    /// How long before the deadline a handler is stopped.
    pub(crate) margin: Option<Duration>,
    /// The `retry-after` of the response.
    pub(crate) retry_after: Option<Duration>,
}
