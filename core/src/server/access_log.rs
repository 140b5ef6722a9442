//! One record for each request, as access logs of gateways have it.

use crate::Invocation;
use http::{Method, StatusCode, Uri};
use std::{fmt, time::Instant};

/// The maximum length of a path in a record.
const PATH: usize = 300;

/// What is known about a request before its response.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) invocation: Invocation,
    pub(super) started: Instant,
}

/// How a response ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Complete,
    /// The client left.
    Client,
    /// The client did not read its response.
    Timeout,
    /// The server stopped.
    Shutdown,
    /// The body failed; a record of its own says why.
    Failed,
}

/// Whether records are written.
pub(super) fn is_enabled() -> bool {
    tracing::enabled!(target: "lambda_api::access", tracing::Level::INFO)
}

impl Entry {
    /// Writes the record. It has no query, and a path only if no route has it, since both can hold
    /// secrets. What ended before the router may be for a route. `status` is that of the response, if there was one.
    pub(super) fn write(&self, status: Option<StatusCode>, bytes: u64, end: End) {
        let record = || {
            let path = self
                .invocation
                .is_unrouted()
                .then(|| begin(self.uri.path()));
            let ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::info!(
                target: "lambda_api::access",
                method = self.method.as_str(),
                path,
                status = status.map(|status| status.as_u16()),
                duration_ms = ms,
                response_bytes = bytes,
                ended_early = match end {
                    End::Complete => None,
                    End::Client => Some("client"),
                    End::Timeout => Some("timeout"),
                    End::Shutdown => Some("shutdown"),
                    End::Failed => Some("error"),
                },
                "request"
            );
        };
        // Entering a span costs something too.
        if !is_enabled() {
            return;
        }
        match self.invocation.span() {
            Some(span) => span.in_scope(record),
            None => record(),
        }
    }
}

/// Records that what a client sent was not a request.
pub(super) fn rejected(error: &dyn fmt::Display) {
    let error = error.to_string();
    tracing::info!(target: "lambda_api::access", error, "request rejected");
}

/// The begin of a path, for a record that a client cannot make long. It is ASCII.
fn begin(path: &str) -> &str {
    path.get(..PATH).unwrap_or(path)
}
