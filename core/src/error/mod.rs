//! Errors as replies: every failure reaches the client as an RFC 9457 problem.

mod any;
mod bounded;
mod chain;
pub(crate) mod framework;
mod log;
#[cfg(any(debug_assertions, feature = "local"))]
mod observed;
mod problem;
mod render;
mod status;

pub use any::Error;
pub(crate) use bounded::{Bounded, TEXT_LIMIT, beginning, bounded};
pub(crate) use chain::Chain;
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use observed::{is_shown_elsewhere, observed};
pub use problem::Problem;
pub(crate) use problem::Trace;

use crate::{IntoResponse, Response};
use http::StatusCode;
use std::{borrow::Cow, fmt};

/// An error that knows which reply it makes.
///
/// Derive it beside `thiserror::Error`:
///
/// ```
/// use lambda_api::ApiError;
///
/// #[derive(Debug, thiserror::Error, ApiError)]
/// enum OrderError {
///     #[error("order {0} does not exist")]
///     #[api(status = 404, code = "order_not_found")]
///     NotFound(u64),
///     #[error("only {left} of {sku} left")]
///     #[api(status = 409, code = "out_of_stock")]
///     OutOfStock { #[api(extension)] left: u32, sku: String },
/// }
///
/// assert_eq!(OrderError::NotFound(7).status(), 404);
/// ```
///
/// Written by hand, it looks like this:
///
/// ```
/// use http::StatusCode;
/// use lambda_api::{ApiError, Outcome, Problem};
/// use std::{borrow::Cow, fmt};
///
/// #[derive(Debug)]
/// struct Busy { seconds: u32 }
///
/// impl fmt::Display for Busy {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         f.write_str("too many orders at once")
///     }
/// }
///
/// impl ApiError for Busy {
///     fn status(&self) -> StatusCode {
///         StatusCode::TOO_MANY_REQUESTS
///     }
///
///     fn code(&self) -> Cow<'static, str> {
///         "busy".into()
///     }
///
///     fn decorate(&self, problem: &mut Problem) {
///         problem.set_header("retry-after", self.seconds);
///     }
///
///     fn outcomes() -> Vec<Outcome> {
///         vec![Outcome::new(StatusCode::TOO_MANY_REQUESTS, "busy")]
///     }
/// }
///
/// let problem = Problem::from_error(&Busy { seconds: 7 });
/// assert_eq!(problem.detail(), Some("too many orders at once"));
/// assert_eq!(problem.headers()["retry-after"], "7");
/// ```
///
/// The text of an error below 500 is the `detail` of the problem. The text of a 5xx stays in the
/// log, together with the errors that caused it.
///
/// # A status as an error
///
/// `Err(StatusCode::NOT_FOUND)` is a problem, too, and so is a status with a text: the `Err` of a
/// handler may be `(StatusCode, String)`, with a `&'static str` or a `Cow<'static, str>` as well.
/// The code is the name of the status: `not_found`, `conflict`, `service_unavailable`; that of 500
/// is `internal_error`, and that of a status without a name `client_error` or `server_error`. Below
/// 500 the text is the detail, and from there on it goes to the log alone. A status that is no error
/// is a logged 500. Clients can tell such problems apart only as far as their statuses differ: an
/// error type has a code for each case.
///
/// ```
/// use http::StatusCode;
///
/// async fn get_order(id: u64) -> Result<String, (StatusCode, String)> {
///     match id {
///         7 => Ok("tea".to_owned()),
///         _ => Err((StatusCode::NOT_FOUND, format!("order {id} does not exist"))),
///     }
/// }
/// # use lambda_api::IntoResponse;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() { assert_eq!(get_order(8).await.into_response().status(), 404); }
/// ```
///
/// A whole response is no error: [`Problem::new`] makes one by hand, with headers and members of your
/// own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `ApiError`",
    label = "the error of an API handler must implement `ApiError`",
    note = "derive it beside `thiserror::Error`: `#[derive(Debug, thiserror::Error, ApiError)]`, with `#[api(status = .., code = \"..\")]` on each variant",
    note = "or return `Result<_, lambda_api::Error>`, which takes any error through `?` and replies with a masked 500",
    note = "an error made by hand is `Problem::new(status, \"code\")`, a `StatusCode`, or `(StatusCode, String)`; a whole response, or a status with JSON, is none"
)]
pub trait ApiError: fmt::Debug + fmt::Display {
    /// The status of the reply, 400 to 599.
    fn status(&self) -> StatusCode;

    /// The stable, machine-readable name of the error, in `snake_case`.
    fn code(&self) -> Cow<'static, str>;

    /// Adds to the problem what status, code and text do not say: extension members, headers, a
    /// title.
    fn decorate(&self, problem: &mut Problem) {
        let _ = problem;
    }

    /// The error that caused this one; it is written to the log and never sent.
    fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
        None
    }

    /// Of the rejection of an extractor: the thing was not there at all, so that
    /// `Option<T>` is `None`.
    fn is_absent(&self) -> bool {
        false
    }

    /// Every reply this error can make, for the description of the API.
    fn outcomes() -> Vec<Outcome>
    where
        Self: Sized,
    {
        Vec::new()
    }
}

/// One reply that an error type can make.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The status of the reply.
    pub status: StatusCode,
    /// The code of the problem.
    pub code: &'static str,
}

impl Outcome {
    /// An outcome of this status and code.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str) -> Self {
        Self { status, code }
    }
}

impl ApiError for std::convert::Infallible {
    fn status(&self) -> StatusCode {
        match *self {}
    }

    fn code(&self) -> Cow<'static, str> {
        match *self {}
    }
}

impl<T: IntoResponse, E: ApiError> IntoResponse for Result<T, E> {
    fn into_response(self) -> Response {
        match self {
            Ok(reply) => reply.into_response(),
            Err(error) => Problem::from_error(&error).into_response(),
        }
    }

    fn describe(operation: &mut crate::describe::Operation) {
        T::describe(operation);
    }
}
