//! What a function posts.

use super::outcome::FunctionError;
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::fmt;

/// A body that was posted, and what came after it.
pub(super) struct Posted {
    pub(super) body: Bytes,
    pub(super) trailers: Option<HeaderMap>,
}

impl Posted {
    pub(super) async fn read(mut incoming: Incoming) -> Result<Self, Cut> {
        let (mut body, mut trailers) = (BytesMut::new(), None);
        while let Some(frame) = incoming.frame().await {
            match frame.map_err(|_| Cut)?.into_data() {
                Ok(data) => body.extend_from_slice(&data),
                Err(frame) => trailers = frame.into_trailers().ok(),
            }
        }
        Ok(Self {
            body: body.freeze(),
            trailers,
        })
    }
}

pub(super) fn error_type(headers: &HeaderMap) -> Option<&str> {
    headers
        .get("lambda-runtime-function-error-type")?
        .to_str()
        .ok()
}

/// The error that ends a stream: its type as it is, its body in base64.
pub(super) fn stream_error(trailers: &HeaderMap) -> Option<FunctionError> {
    let kind = error_type(trailers)?;
    let body = trailers.get("lambda-runtime-function-error-body");
    let body = body.and_then(|body| base64_simd::STANDARD.decode_to_vec(body.as_bytes()).ok());
    Some(FunctionError::read(&body.unwrap_or_default(), Some(kind)))
}

/// The connection is cut.
#[derive(Debug)]
pub(super) struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cut, as the test wants it")
    }
}

impl std::error::Error for Cut {}
