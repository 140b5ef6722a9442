//! The body of an error reply (RFC 9457).

use crate::{ApiError, Body, IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde::Serialize;
use std::{borrow::Cow, fmt::Write};

/// An error reply: `application/problem+json`, as [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)
/// defines it, with a stable `code` and the id of the request.
#[derive(Clone, Debug)]
pub struct Problem(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    status: StatusCode,
    code: Cow<'static, str>,
    kind: Option<Cow<'static, str>>,
    title: Option<Cow<'static, str>>,
    detail: Option<Cow<'static, str>>,
    instance: Option<String>,
    request_id: Option<String>,
    extensions: serde_json::Map<String, serde_json::Value>,
    headers: HeaderMap,
    cause: Option<String>,
}

impl Problem {
    /// A problem of this status and code.
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            status,
            code: code.into(),
            kind: None,
            title: None,
            detail: None,
            instance: None,
            request_id: None,
            extensions: serde_json::Map::new(),
            headers: HeaderMap::new(),
            cause: None,
        }))
    }

    /// The problem that an error makes.
    pub fn from_error(error: &impl ApiError) -> Self {
        let status = error.status();
        let mut problem = Self::new(status, error.code());
        if status.is_server_error() {
            let mut cause = error.to_string();
            let mut next = error.cause();
            while let Some(source) = next {
                let _ = write!(cause, ": {source}");
                next = source.source();
            }
            problem.0.cause = Some(cause);
        } else {
            problem.0.detail = Some(error.to_string().into());
        }
        error.decorate(&mut problem);
        problem
    }

    pub(crate) fn take(r: &mut Response) -> Option<Self> {
        r.extensions_mut().remove()
    }
    pub(crate) fn render(&self) -> Response {
        let mut r = self.clone().into_response();
        r.extensions_mut().clear();
        r
    }
    pub(crate) fn log(&self) {}
    pub(crate) fn set_request_id(&mut self, _: Option<&str>) {}
    /// x
    pub fn status(&self) -> StatusCode {
        self.0.status
    }
    /// Explains this occurrence to the client.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Adds a member of your own.
    pub fn set_extension(&mut self, name: &str, value: &impl Serialize) {
        let value = serde_json::to_value(value).unwrap_or_default();
        self.0.extensions.insert(name.to_owned(), value);
    }

    /// The headers that the reply gets besides `content-type`.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.0.headers
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::json!({"status": self.0.status.as_u16(), "code": self.0.code, "detail": self.0.detail});
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.0.status;
        response.headers_mut().insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        response
    }
}
