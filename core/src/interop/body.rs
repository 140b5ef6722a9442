//! The body for services that are written for lambda_http.

use crate::Body;
use bytes::Bytes;

/// `Text` if the body is UTF-8, and `Binary` otherwise. `Empty` if it has no bytes or is a stream,
/// which must be collected first; the body of a request to a service is always in memory.
impl From<Body> for lambda_http::Body {
    fn from(body: Body) -> Self {
        let bytes: Bytes = body.to_bytes();
        drop(body);
        if bytes.is_empty() {
            return Self::Empty;
        }
        // Does not copy if nothing else refers to the bytes.
        match String::from_utf8(bytes.into()) {
            Ok(text) => Self::Text(text),
            Err(error) => Self::Binary(error.into_bytes()),
        }
    }
}
