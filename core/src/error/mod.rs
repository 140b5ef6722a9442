//! Errors as responses: every failure reaches the client as a problem (RFC 9457).

mod any;
mod bounded;
mod chain;
pub(crate) mod framework;
mod list;
mod log;
#[cfg(any(debug_assertions, feature = "local"))]
mod observed;
mod outcome;
mod problem;
mod render;
mod status;

pub use any::Error;
pub(crate) use bounded::{Bounded, TEXT_LIMIT, beginning, bounded};
pub(crate) use chain::Chain;
pub(crate) use list::write_list;
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use observed::{is_shown_elsewhere, observed, observed_now};
pub use outcome::Outcome;
pub use problem::Problem;
pub(crate) use problem::Trace;
pub(crate) use status::with_text;

use http::StatusCode;
use std::{
    borrow::Cow,
    fmt::{self, Write},
};

/// An error that defines its response.
///
/// Derive it together with `thiserror::Error`:
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
/// A manual implementation looks like this:
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
///     fn decorate(&self, problem: Problem) -> Problem {
///         problem.with_header("retry-after", self.seconds)
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
/// If the status is below 500, the error's text is the `detail` of the problem. The text of a 5xx
/// is only logged, together with its sources.
///
/// # A status as an error
///
/// `Err(StatusCode::NOT_FOUND)` becomes a problem too, and so does a status with a text: the `Err`
/// of a handler can be `(StatusCode, String)`, or have a `&'static str` or a `Cow<'static, str>`.
/// The code is the name of the status: `not_found`, `conflict`, `service_unavailable`; the code of
/// 500 is `internal_error`, and a status without a name has `client_error` or `server_error`. Below
/// 500 the text is the detail; from 500 on it is only logged. If the status is not an error, the
/// response is a 500, which is logged. Clients can only distinguish such problems by their status;
/// use an error type to give each case its own code.
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
/// A whole response cannot be an error. Use [`Problem::new`] for an error with your own headers and
/// members.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an `ApiError`",
    label = "the error of an API handler must implement `ApiError`",
    note = "derive it together with `thiserror::Error`: `#[derive(Debug, thiserror::Error, ApiError)]`, with `#[api(status = .., code = \"..\")]` on each variant",
    note = "or return `Result<_, lambda_api::Error>`, which converts from any error with `?` and responds with a masked 500",
    note = "without an error type, return `Problem::new(status, \"code\")`, a `StatusCode`, or `(StatusCode, String)`; a whole response, or a status with JSON, is not an error"
)]
pub trait ApiError: fmt::Debug + fmt::Display {
    /// The status of the response, 400 to 599.
    fn status(&self) -> StatusCode;

    /// The stable, machine-readable name of the error, in `snake_case`.
    fn code(&self) -> Cow<'static, str>;

    /// Adds extension members, headers or a title to the problem.
    fn decorate(&self, problem: Problem) -> Problem {
        problem
    }

    /// The error that caused this one. It is logged and never sent.
    fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
        None
    }

    /// For rejections of extractors: whether the value is missing from the request, so that
    /// `Option<T>` is `None`.
    fn is_absent(&self) -> bool {
        false
    }

    /// All responses that this error can produce, for the description of the API: documents list
    /// them for each handler that returns the error.
    fn outcomes() -> Vec<Outcome>
    where
        Self: Sized,
    {
        Vec::new()
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

impl Problem {
    /// Creates the problem of an error.
    ///
    /// If the status is below 500, the error's text is the detail; otherwise it is kept for the
    /// log. [`ApiError::cause`] is always kept for the log.
    #[must_use]
    pub fn from_error(error: &impl ApiError) -> Self {
        Self::from_dyn(error)
    }

    fn from_dyn(error: &dyn ApiError) -> Self {
        let mut problem = Self::new(error.status(), error.code());
        let text = error.to_string();
        let cause = error.cause().map(Chain);
        if problem.status().is_server_error() {
            let mut kept = text;
            if let Some(cause) = cause {
                // Writing to a string cannot fail.
                let _ = write!(kept, ": {cause}");
            }
            problem.set_cause_text(kept);
        } else {
            problem.set_detail(text);
            if let Some(cause) = cause {
                problem.set_cause_text(cause.to_string());
            }
        }
        error.decorate(problem)
    }
}

impl ApiError for Problem {
    fn status(&self) -> StatusCode {
        Problem::status(self)
    }

    fn code(&self) -> Cow<'static, str> {
        self.code_text().clone()
    }

    /// Copies the whole problem, including the hidden cause.
    fn decorate(&self, _: Problem) -> Problem {
        self.clone()
    }
}
