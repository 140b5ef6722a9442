//! `Error`: any error, as a 500.

use super::{ApiError, Outcome, Problem, chain::Chain};
use crate::BoxError;
use http::StatusCode;
use std::{borrow::Cow, fmt};

/// An error that is converted from any other error by `?` and responds with a 500. The client gets
/// no details; the log gets the error and its sources.
///
/// ```
/// use lambda_api::Error;
///
/// async fn total(text: String) -> Result<String, Error> {
///     let mut total = 0_u32;
///     for line in text.lines() {
///         let price: u32 = line.parse().map_err(|error| Error::new(error).context("bad price"))?;
///         total = total.checked_add(price).ok_or_else(|| Error::msg("the total is too large"))?;
///     }
///     Ok(total.to_string())
/// }
/// ```
///
/// The code of the problem is `internal_error`. If the error is a [`Problem`], the response is that
/// problem instead.
pub struct Error(BoxError);

impl Error {
    /// Creates an error from another error or from a text.
    pub fn new(error: impl Into<BoxError>) -> Self {
        Self(error.into())
    }

    /// Creates an error from a message, for the log.
    pub fn msg(message: impl fmt::Display) -> Self {
        Self(message.to_string().into())
    }

    /// Adds a message that says what failed. The log shows it before the error.
    #[must_use]
    pub fn context(self, message: impl fmt::Display) -> Self {
        Self(Box::new(Context {
            message: message.to_string(),
            source: self.0,
        }))
    }

    /// Returns the inner error if it has the type `E`.
    #[must_use]
    pub fn downcast_ref<E: std::error::Error + 'static>(&self) -> Option<&E> {
        self.0.downcast_ref()
    }

    /// Returns the inner error, with its sources.
    pub(crate) fn into_boxed(self) -> BoxError {
        self.0
    }

    fn problem(&self) -> Option<&Problem> {
        self.downcast_ref()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct Context {
    message: String,
    source: BoxError,
}

impl<E: Into<BoxError>> From<E> for Error {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Debug for Error {
    /// The error and its sources, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Chain(&*self.0), f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Problem {
    /// Sets the error that is logged with its sources, replacing the previous one. It is never
    /// sent.
    #[must_use]
    pub fn with_cause(self, error: impl Into<Error>) -> Self {
        self.caused_by(&*error.into().into_boxed())
    }
}

impl ApiError for Error {
    fn status(&self) -> StatusCode {
        self.problem()
            .map_or(StatusCode::INTERNAL_SERVER_ERROR, Problem::status)
    }

    fn code(&self) -> Cow<'static, str> {
        self.problem()
            .map_or("internal_error".into(), ApiError::code)
    }

    fn decorate(&self, problem: Problem) -> Problem {
        match self.problem() {
            Some(own) => own.clone(),
            None => problem,
        }
    }

    fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }

    fn outcomes() -> Vec<Outcome> {
        vec![Outcome::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
        )]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<u32, Error> {
        Ok(text.parse::<u32>()?)
    }

    #[test]
    fn any_error_is_taken_through_the_question_mark() {
        let error = parse("tea").expect_err("no number");
        assert_eq!(error.to_string(), "invalid digit found in string");
        assert!(error.downcast_ref::<std::num::ParseIntError>().is_some());
        assert_eq!(error.status(), 500);
    }

    #[test]
    fn debug_shows_the_whole_chain_in_one_line() {
        let error = Error::msg("connection reset").context("reading orders");
        assert_eq!(error.to_string(), "reading orders");
        assert_eq!(format!("{error:?}"), "reading orders: connection reset");
    }

    #[test]
    fn a_problem_inside_stays_the_response_that_it_is() {
        let problem = Problem::new(StatusCode::CONFLICT, "taken").with_detail("pick another name");
        let response = Problem::from_error(&Error::new(problem));
        assert_eq!(response.status(), 409);
        assert_eq!(response.code(), "taken");
        assert_eq!(response.detail(), Some("pick another name"));
    }
}
