//! The problems that the framework itself responds with. Their codes are part of the public
//! interface; [`Problem`] lists them.

use super::{Problem, Trace};
use crate::{
    BoxError,
    catch_unwind::Panic,
    limits::{Exceeded, Measure},
};
use http::{
    HeaderValue, StatusCode,
    header::{ALLOW, RETRY_AFTER},
};
use std::{error::Error, time::Duration};

const BODY_TOO_LARGE: &str = "body_too_large";

/// No route matches the path.
pub(crate) fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "route_not_found")
        .with_detail("there is nothing at this path")
}

/// The path has routes, but none for this method; `allow` lists the methods that it has.
pub(crate) fn method_not_allowed(allow: HeaderValue) -> Problem {
    let mut problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed")
        .with_detail(
            "this path does not support this method; the header `allow` lists those it does",
        );
    problem.headers_mut().insert(ALLOW, allow);
    problem
}

/// The event does not contain a valid HTTP request.
pub(crate) fn malformed_request(detail: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "malformed_request").with_detail(detail)
}

/// The body of the request exceeds the limit of a layer.
pub(crate) fn body_too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, BODY_TOO_LARGE)
        .with_detail("the request body exceeds the limit")
}

/// A part of the request exceeds a limit. The client gets the limit; the log also gets the actual
/// value.
pub(crate) fn over_limit(exceeded: Exceeded) -> Problem {
    // RFC 6585, section 5.
    const TOO_LARGE_FIELDS: StatusCode = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
    let (status, code) = match exceeded.measure {
        Measure::Body | Measure::EncodedBody => (StatusCode::PAYLOAD_TOO_LARGE, BODY_TOO_LARGE),
        Measure::Path | Measure::Uri => (StatusCode::URI_TOO_LONG, "uri_too_long"),
        Measure::Headers => (TOO_LARGE_FIELDS, "too_many_headers"),
        Measure::HeaderBytes => (TOO_LARGE_FIELDS, "headers_too_large"),
        Measure::QueryPairs => (StatusCode::BAD_REQUEST, "too_many_parameters"),
        Measure::Cookies => (StatusCode::BAD_REQUEST, "too_many_cookies"),
    };
    let problem = Problem::new(status, code).with_detail(exceeded.to_string());
    match exceeded.found {
        Some(found) => problem.with_cause(format!("{exceeded}: found {found}")),
        None => problem.with_cause(exceeded.to_string()),
    }
}

/// The body of the request is a stream that failed before its end.
pub(crate) fn unreadable_body(cause: &(dyn Error + 'static)) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "unreadable_body")
        .with_detail("the body ended too early")
        .caused_by(cause)
}

/// An error of the application or of the framework.
pub(crate) fn internal(cause: &(dyn Error + 'static)) -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error").caused_by(cause)
}

/// An error in the configuration of the application that only a request reveals.
pub(crate) fn misused(what: &'static str) -> Problem {
    internal(&*BoxError::from(what))
}

/// A panic of a handler, an extractor or a layer.
pub(crate) fn panicked(message: &str) -> Problem {
    internal(&*BoxError::from(format!("panicked: {message}")))
}

impl Panic {
    /// The response to a request whose handling panicked.
    pub(crate) fn problem(self) -> Problem {
        panicked(&self.message).with_trace(self.into())
    }

    /// The problem of a panic in `on_problem`: only logged, since the problem itself is sent.
    pub(crate) fn hook_problem(self) -> Problem {
        let cause = format!("`on_problem` panicked: {}", self.message);
        internal(&*BoxError::from(cause)).with_trace(self.into())
    }
}

impl From<Panic> for Trace {
    fn from(panic: Panic) -> Self {
        Self {
            location: panic.location,
            backtrace: panic.backtrace,
            elapsed: None,
        }
    }
}

/// A handler was stopped by a timeout.
pub(crate) fn timed_out(cause: String, retry_after: Option<Duration>) -> Problem {
    let status = match retry_after {
        Some(_) => StatusCode::SERVICE_UNAVAILABLE,
        None => StatusCode::GATEWAY_TIMEOUT,
    };
    let mut problem = Problem::new(status, "timed_out")
        .with_detail("the request took too long and was stopped")
        .with_cause(cause);
    if let Some(after) = retry_after {
        // Whole seconds (RFC 9110, section 10.2.3), rounded up.
        let part = u64::from(after.subsec_nanos() > 0);
        let seconds = after.as_secs().saturating_add(part);
        problem.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    problem
}

/// The response has a status that gateways do not accept, because it does not end a request.
pub(crate) fn unsendable(status: StatusCode) -> Problem {
    internal(&*BoxError::from(format!(
        "the response has the status {}, but gateways only accept 200 to 599",
        status.as_u16()
    )))
}

/// The `on_problem` hook returned such a response. Only logged: the problem itself is sent.
pub(crate) fn hook_unsendable(status: StatusCode) -> Problem {
    internal(&*BoxError::from(format!(
        "`on_problem` responded with the status {}, but gateways only accept 200 to 599",
        status.as_u16()
    )))
}

/// The response exceeds the limit of its source.
pub(crate) fn response_too_large(size: usize, limit: usize) -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "response_too_large").with_cause(format!(
        "the response has {size} bytes, which exceeds the limit of {limit} bytes"
    ))
}

/// A streamed response exceeds the limit of its source.
pub(crate) fn stream_too_large(limit: usize) -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "response_too_large").with_cause(format!(
        "the streamed response exceeds the limit of {limit} bytes"
    ))
}

/// A server has as many requests as it may have, and none of them has ended in time.
#[cfg(feature = "server")]
pub(crate) fn overloaded(most: usize) -> Problem {
    let mut problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded")
        .with_detail("the server has too many requests")
        .with_cause(format!(
            "the maximum of {most} requests was reached, and none ended in time"
        ));
    problem.headers_mut().insert(RETRY_AFTER, 1.into());
    problem
}

/// A streamed response does not have the length that its `content-length` states.
pub(crate) fn wrong_length(stated: u64, found: u64) -> Problem {
    internal(&*BoxError::from(format!(
        "the streamed response states a length of {stated} bytes, found {found}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt;

    fn allow() -> HeaderValue {
        HeaderValue::from_static("GET, HEAD")
    }

    #[test]
    fn the_codes_are_those_of_the_documentation() {
        let table = [
            (not_found(), 404, "route_not_found"),
            (method_not_allowed(allow()), 405, "method_not_allowed"),
            (malformed_request("a".into()), 400, "malformed_request"),
            (body_too_large(), 413, "body_too_large"),
            (unreadable_body(&fmt::Error), 400, "unreadable_body"),
            (internal(&fmt::Error), 500, "internal_error"),
            (misused("broken"), 500, "internal_error"),
            (panicked("broken"), 500, "internal_error"),
            (response_too_large(2, 1), 500, "response_too_large"),
            (timed_out("late".into(), None), 504, "timed_out"),
            (
                timed_out("late".into(), Some(Duration::ZERO)),
                503,
                "timed_out",
            ),
        ];
        for (problem, status, code) in table {
            assert_eq!((problem.status().as_u16(), problem.code()), (status, code));
        }
    }

    #[test]
    fn an_exceeded_limit_is_a_problem_with_a_logged_cause() {
        for (measure, status, code) in [
            (Measure::Body, 413, "body_too_large"),
            (Measure::EncodedBody, 413, "body_too_large"),
            (Measure::Path, 414, "uri_too_long"),
            (Measure::Uri, 414, "uri_too_long"),
            (Measure::Headers, 431, "too_many_headers"),
            (Measure::HeaderBytes, 431, "headers_too_large"),
            (Measure::QueryPairs, 400, "too_many_parameters"),
            (Measure::Cookies, 400, "too_many_cookies"),
        ] {
            let problem = over_limit(measure.exceeded(17, Some(4711)));
            assert_eq!((problem.status().as_u16(), problem.code()), (status, code));
            let detail = problem.detail().unwrap();
            assert!(
                detail.contains("17") && !detail.contains("4711"),
                "{detail}"
            );
            assert!(problem.cause_text().unwrap().contains("4711"));
        }
    }

    #[test]
    fn a_405_lists_the_allowed_methods() {
        assert_eq!(method_not_allowed(allow()).headers()["allow"], "GET, HEAD");
    }

    #[test]
    fn retry_after_is_in_whole_seconds() {
        for (after, expected) in [(1_500, "2"), (2_000, "2"), (1, "1"), (0, "0")] {
            let problem = timed_out("late".into(), Some(Duration::from_millis(after)));
            assert_eq!(problem.headers()["retry-after"], expected, "{after}");
        }
    }

    #[test]
    fn errors_of_the_server_say_nothing_to_the_client() {
        for problem in [
            internal(&fmt::Error),
            misused("secret"),
            panicked("secret"),
            response_too_large(2, 1),
        ] {
            assert_eq!(problem.detail(), None);
            assert!(problem.cause_text().is_some());
        }
    }
}
