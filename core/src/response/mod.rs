//! From the value of a handler to a reply.

use crate::{Response, describe::Operation};

/// A type that a handler can reply with.
///
/// ```
/// use lambda_api::{Body, IntoResponse, Response};
///
/// struct Csv(String);
///
/// impl IntoResponse for Csv {
///     fn into_response(self) -> Response {
///         ([("content-type", "text/csv")], self.0).into_response()
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the reply of an API handler",
    label = "cannot be turned into an HTTP response",
    note = "reply with a string, `Json<T>`, `Created<Json<T>>`, a status code, a tuple of these, or `Result<_, E>` where `E: ApiError`"
)]
pub trait IntoResponse {
    /// Makes the reply.
    fn into_response(self) -> Response;

    /// Says what the reply looks like, for the description of the API.
    fn describe(operation: &mut Operation)
    where
        Self: Sized,
    {
        let _ = operation;
    }
}

impl IntoResponse for Response {
    fn into_response(self) -> Response {
        self
    }
}

impl IntoResponse for http::StatusCode {
    fn into_response(self) -> Response {
        let mut r = Response::default();
        *r.status_mut() = self;
        r
    }
}
