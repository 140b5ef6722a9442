//! What an API says of deadlines.

use super::Api;
use std::time::Duration;

/// # Deadlines
///
/// Lambda ends an invocation that takes longer than the function's timeout, and the process with
/// it; a gateway stops waiting before that. The client then gets an error that explains nothing.
/// So a handler that is not done shortly before is stopped: its future is dropped, with layers,
/// extractors and the stream of its reply, the client gets a 504 problem, `timed_out`, and the log
/// one record with the route and the time that it ran. [`Deadline`](crate::Deadline) tells a
/// handler how long it has, and `timeout = "3s"` in
/// [`#[api_handler]`](macro@crate::api_handler) gives a route less.
///
/// What cannot be stopped is a handler that blocks the thread, with a long computation or with
/// `std::thread::sleep`: it is never asked to wait. Such work belongs into
/// `tokio::task::spawn_blocking`, with the handler waiting for it.
///
/// Work that a handler leaves behind, with `tokio::spawn` say, has no deadline, and no time either:
/// Lambda freezes the process when the reply is sent, and thaws it for the next invocation, or
/// never. It goes on then where it was, with connections that others may have closed. What must
/// happen belongs before the reply, or into a queue.
impl Api {
    /// How long the gateway in front of the function waits, instead of what is known of the source
    /// that an event comes from: 29 seconds at a REST API, 30 seconds at an HTTP API.
    ///
    /// For a REST API whose
    /// [quota was raised](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html),
    /// for an integration whose timeout was set lower, or for something else in front that gives up
    /// sooner, such as CloudFront. It counts from when the event arrives: time that the gateway has
    /// waited for a cold start is not in it.
    ///
    /// Only for the outermost API, and more than nothing.
    ///
    /// ```
    /// use lambda_api::Api;
    /// use std::time::Duration;
    ///
    /// let api = Api::new().gateway_timeout(Duration::from_secs(120));
    /// ```
    pub fn gateway_timeout(mut self, timeout: Duration) -> Self {
        self.timing.gateway = Some(timeout);
        self
    }

    /// How long before the deadline a handler is stopped: half a second unless this is set, and no
    /// more than a quarter of the time that there was.
    ///
    /// In that time the reply is written, sent to Lambda, and passed on to the gateway, on a small
    /// function with a fourteenth of a processor. Set more where layers or drops of your own take
    /// time, and less where handlers need it all.
    ///
    /// Only for the outermost API. What is set is taken as it is: with a margin of more than the
    /// function's timeout, every handler that waits is stopped at once.
    ///
    /// ```
    /// use lambda_api::Api;
    /// use std::time::Duration;
    ///
    /// let api = Api::new().deadline_margin(Duration::from_secs(1));
    /// ```
    pub fn deadline_margin(mut self, margin: Duration) -> Self {
        self.timing.margin = Some(margin);
        self
    }

    /// Answers what was stopped with a 503 problem and `retry-after`, instead of a 504: clients and
    /// proxies may try again after this time, in whole seconds.
    ///
    /// The problem is `timed_out` all the same. The handler may have done a part of its work, or
    /// all of it: only say so where all routes can be called twice.
    ///
    /// Only for the outermost API.
    ///
    /// ```
    /// use lambda_api::Api;
    /// use std::time::Duration;
    ///
    /// let api = Api::new().retry_after_timeout(Duration::from_secs(2));
    /// ```
    pub fn retry_after_timeout(mut self, after: Duration) -> Self {
        self.timing.retry_after = Some(after);
        self
    }
}
