//! stub
use crate::Problem;
use http::{HeaderValue, StatusCode};
pub(crate) fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "route_not_found")
}
pub(crate) fn method_not_allowed(allow: HeaderValue) -> Problem {
    let mut p = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed");
    p.headers_mut().insert("allow", allow);
    p
}
pub(crate) fn internal(_: &(dyn std::error::Error + 'static)) -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error")
}
pub(crate) fn misused(_: &'static str) -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error")
}
pub(crate) fn panicked(_: &str) -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error")
}
pub(crate) fn malformed_request(d: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "malformed_request").detail(d)
}
pub(crate) fn body_too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large")
}
pub(crate) fn unreadable_body(_: &(dyn std::error::Error + 'static)) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "unreadable_body")
}
