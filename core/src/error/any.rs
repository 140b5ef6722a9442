//! The error of handlers that need none of their own.

use crate::{ApiError, BoxError};
use http::StatusCode;
use std::{borrow::Cow, fmt};

/// Any error, taken through `?`, as a 500 that says nothing to the client and everything to the
/// log.
pub struct Error(BoxError);

impl<E: Into<BoxError>> From<E> for Error {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ApiError for Error {
    fn status(&self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }

    fn code(&self) -> Cow<'static, str> {
        "internal_error".into()
    }

    fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}
