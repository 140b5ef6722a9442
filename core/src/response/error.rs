//! Responses of errors.

use super::IntoResponse;
use crate::{
    Response,
    describe::Operation,
    error::{ApiError, Problem, with_text},
};
use http::StatusCode;
use std::borrow::Cow;

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.render();
        response.extensions_mut().insert(self);
        response
    }

    fn describe(operation: &mut Operation) {
        operation.error::<Self>();
    }
}

impl<T: IntoResponse, E: ApiError> IntoResponse for Result<T, E> {
    fn into_response(self) -> Response {
        match self {
            Ok(response) => response.into_response(),
            Err(error) => Problem::from_error(&error).into_response(),
        }
    }

    fn describe(operation: &mut Operation) {
        T::describe(operation);
        operation.error::<E>();
    }
}

macro_rules! with_text {
    ($($text:ty)*) => { $(
        /// A problem of this status. The code is its name, and the text is the detail; from 500 on
        /// the text is only logged.
        impl<T: IntoResponse> IntoResponse for Result<T, (StatusCode, $text)> {
            fn into_response(self) -> Response {
                match self {
                    Ok(value) => value.into_response(),
                    Err((status, text)) => with_text(status, text.into()).into_response(),
                }
            }

            fn describe(operation: &mut Operation) {
                T::describe(operation);
                operation.error::<StatusCode>();
            }
        }
    )* };
}
with_text! { String &'static str Cow<'static, str> }
