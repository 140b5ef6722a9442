//! The health check.

use crate::{Body, Response};
use http::{
    HeaderValue, Method, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};

/// The response to a health check: 200, or 503 while the server drains. `None` for other methods
/// than GET and HEAD.
pub(super) fn response(method: &Method, is_draining: bool) -> Option<Response> {
    if *method != Method::GET && *method != Method::HEAD {
        return None;
    }
    let (status, text) = if is_draining {
        (StatusCode::SERVICE_UNAVAILABLE, "draining\n")
    } else {
        (StatusCode::OK, "ok\n")
    };
    let mut response = Response::new(if *method == Method::HEAD {
        Body::empty()
    } else {
        Body::from(text)
    });
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Some(response)
}
