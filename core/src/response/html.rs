//! HTML responses.

use super::{media_type::HTML, plain::ok};
use crate::{Body, IntoResponse, Response, describe::Operation};
use http::StatusCode;

/// An HTML response: `text/html; charset=utf-8`.
///
/// The text is not escaped. A template must escape text that comes from outside.
///
/// ```
/// use lambda_api::{IntoResponse, response::Html};
///
/// let response = Html("<h1>Orders</h1>").into_response();
/// assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Html<T>(pub T);

impl<T: Into<Body>> IntoResponse for Html<T> {
    fn into_response(self) -> Response {
        ok("text/html; charset=utf-8", self.0.into())
    }

    fn describe(operation: &mut Operation) {
        operation.response(StatusCode::OK, Some(HTML));
    }
}
