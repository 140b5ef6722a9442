//! Responses from types of other crates: text, bytes, a status, a whole response.

use super::media_type::{ANY, BYTES, TEXT};
use crate::{Body, BoxError, IntoResponse, Response, describe::Operation};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use std::{borrow::Cow, convert::Infallible};

/// A 200 response with this content.
pub(crate) fn ok(content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

macro_rules! content {
    ($content_type:literal, $media_type:expr; $($type:ty),*) => { $(
        impl IntoResponse for $type {
            fn into_response(self) -> Response {
                ok($content_type, self.into())
            }

            fn describe(operation: &mut Operation) {
                operation.response(StatusCode::OK, Some($media_type));
            }
        }
    )* };
}
content!("text/plain; charset=utf-8", TEXT; &'static str, String, Cow<'static, str>);
content!("application/octet-stream", BYTES; Bytes, Vec<u8>, &'static [u8]);

/// Like `&'static [u8]`, for the type of a byte string literal.
impl<const N: usize> IntoResponse for &'static [u8; N] {
    fn into_response(self) -> Response {
        self.as_slice().into_response()
    }

    fn describe(operation: &mut Operation) {
        operation.response(StatusCode::OK, Some(BYTES));
    }
}

/// A 204 response without content.
impl IntoResponse for () {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }

    fn describe(operation: &mut Operation) {
        operation.response(StatusCode::NO_CONTENT, None);
    }
}

impl IntoResponse for StatusCode {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        *response.status_mut() = self;
        response
    }

    fn describe(operation: &mut Operation) {
        operation.any_response(None, None);
    }
}

/// A 200 response without `content-type`, since only the handler knows the type of the bytes.
impl IntoResponse for Body {
    fn into_response(self) -> Response {
        Response::new(self)
    }

    fn describe(operation: &mut Operation) {
        operation.response(StatusCode::OK, Some(ANY));
    }
}

impl<B> IntoResponse for http::Response<B>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn into_response(self) -> Response {
        self.map(Body::new)
    }
}

impl IntoResponse for Infallible {
    fn into_response(self) -> Response {
        match self {}
    }
}
