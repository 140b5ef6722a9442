//! HTML as a reply.

use super::plain::ok;
use crate::{Body, IntoResponse, Response};

/// A page: `text/html; charset=utf-8`.
///
/// Nothing is escaped here: text that comes from outside has to be escaped by the template that
/// makes the page.
///
/// ```
/// use lambda_api::{Html, IntoResponse};
///
/// let reply = Html("<h1>Orders</h1>").into_response();
/// assert_eq!(reply.headers()["content-type"], "text/html; charset=utf-8");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Html<T>(pub T);

impl<T: Into<Body>> IntoResponse for Html<T> {
    fn into_response(self) -> Response {
        ok("text/html; charset=utf-8", self.0.into())
    }
}
