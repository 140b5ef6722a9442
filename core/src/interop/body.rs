//! The body that services made for lambda_http read.

use crate::Body;
use bytes::Bytes;

/// `Text` if it is UTF-8, `Binary` if it is not. Nothing for a stream, which has to be collected
/// first; the body of a request that a service is handed is always in memory.
impl From<Body> for lambda_http::Body {
    fn from(body: Body) -> Self {
        let bytes: Bytes = body.to_bytes();
        drop(body);
        if bytes.is_empty() {
            return Self::Empty;
        }
        // Without a copy where nothing else holds the bytes.
        match String::from_utf8(bytes.into()) {
            Ok(text) => Self::Text(text),
            Err(error) => Self::Binary(error.into_bytes()),
        }
    }
}
