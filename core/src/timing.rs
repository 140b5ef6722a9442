//! The settings of deadlines.

use std::time::Duration;

/// The sources that invoke the function for a stream. All others get one buffered response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StreamingSources {
    pub(crate) function_url: bool,
    pub(crate) rest_api: bool,
}

/// The deadline settings of an application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Timing {
    /// How long the gateway waits, if that is not the default of its source.
    pub(crate) gateway: Option<Duration>,
    /// How long before the deadline a handler is stopped.
    pub(crate) margin: Option<Duration>,
    /// The `retry-after` of the response.
    pub(crate) retry_after: Option<Duration>,
    /// How long a response may stream.
    pub(crate) stream: Option<Duration>,
    /// The sources that get responses as streams.
    pub(crate) streams: StreamingSources,
}
