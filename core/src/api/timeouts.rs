//! Deadline settings of an API.

use super::Api;
use std::time::Duration;

/// # Deadlines
///
/// Lambda ends an invocation that exceeds the function's timeout, together with the process; a
/// gateway stops waiting before that. The client then gets an error that explains nothing. So a
/// handler that has not finished shortly before the deadline is stopped: its future is dropped,
/// with layers, extractors and the stream of its response. The client gets a 504 problem with the
/// code `timed_out`, and one log record has the route and the elapsed time. A handler can read its
/// remaining time from [`Deadline`](crate::extract::Deadline), and `timeout = "3s"` in
/// [`#[api_handler]`](macro@crate::api_handler) sets a shorter limit for a route.
///
/// A handler that blocks the thread, with a long computation or with `std::thread::sleep`, cannot
/// be stopped. Move such work into `tokio::task::spawn_blocking` and await it in the handler.
///
/// A task that a handler leaves running, such as with `tokio::spawn`, has no deadline, but no time
/// either: Lambda freezes the process once the response is sent, and thaws it for the next
/// invocation, or never. The task then continues, with connections that the other side may have
/// closed. Do required work before the response, or put it into a queue.
impl Api {
    /// Sets how long the gateway in front of the function waits. By default, this depends on the
    /// source of the event: 29 seconds for a REST API, 30 seconds for an HTTP API. A source
    /// that [streams](Self::stream_on) has no timeout of its own.
    ///
    /// Set it for a REST API whose [quota was
    /// raised](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html),
    /// for an integration with a lower timeout, or for another proxy in front that times out
    /// earlier, such as CloudFront. The time starts when the event arrives; it does not include the
    /// time that the gateway has waited for a cold start.
    ///
    /// It does not apply to [events](Self::events) that are not HTTP requests, for which no gateway waits.
    ///
    /// Only on the outermost API. Must be greater than zero.
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

    /// Sets how long before the deadline a handler is stopped. The default is half a second, but at
    /// most a quarter of the available time.
    ///
    /// The margin is the time to write the response, send it to Lambda, and pass it on to the
    /// gateway, on a small function with a fourteenth of a processor. Set more if your layers or
    /// drops take time, and less if handlers need it.
    ///
    /// Only on the outermost API. The value is not checked: if it exceeds the function's timeout,
    /// every handler that awaits is stopped at once.
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

    /// Responds to a timeout with a 503 problem and `retry-after`, instead of a 504: clients and
    /// proxies may retry after this time, in whole seconds.
    ///
    /// The problem still has the code `timed_out`. The handler may have done part or all of its
    /// work, so only set this if all routes can safely be called twice.
    ///
    /// Only on the outermost API.
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
