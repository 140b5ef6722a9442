//! The route that a request matched.

use super::{FromRequest, field_error::INTERNAL_ERROR};
use crate::{
    ApiError, Operation, Outcome, Request,
    matched_route::{MatchedRoute, Pattern},
};
use http::StatusCode;
use std::{borrow::Cow, fmt};

/// Extractor for the pattern of the matched route, such as `/orders/{id}`, with the prefixes of all
/// nested APIs.
///
/// Unlike the path, it has few values, and so is a good label for metrics.
///
/// ```
/// use lambda_api::extract::MatchedPath;
///
/// async fn get_order(route: MatchedPath) -> String {
///     format!("served by {route}")
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let response = get_order(MatchedPath::new("/orders/{id}")).await;
/// assert_eq!(response, "served by /orders/{id}");
/// # }
/// ```
///
/// `Option<MatchedPath>` is `None` in a fallback.
#[derive(Clone, Debug)]
pub struct MatchedPath(Pattern);

impl MatchedPath {
    /// Creates a pattern, to call a handler in a test.
    #[must_use]
    pub fn new(pattern: impl Into<String>) -> Self {
        Self(Pattern::Joined(pattern.into().into()))
    }

    /// Returns the pattern.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.text()
    }
}

impl fmt::Display for MatchedPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Rejection of [`MatchedPath`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MatchedPathRejection {
    /// The request matched no route: an error of the application, 500.
    #[error("the request matched no route")]
    Missing,
}

impl ApiError for MatchedPathRejection {
    fn status(&self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }

    fn code(&self) -> Cow<'static, str> {
        INTERNAL_ERROR.into()
    }

    fn is_absent(&self) -> bool {
        *self == Self::Missing
    }

    fn outcomes() -> Vec<Outcome> {
        vec![Outcome::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            INTERNAL_ERROR,
        )]
    }
}

impl<'r> FromRequest<'r> for MatchedPath {
    type Rejection = MatchedPathRejection;

    const SYNC: Option<fn(&'r Request) -> Result<Self, MatchedPathRejection>> =
        Some(|request| match MatchedRoute::of(request) {
            Some(matched) if matched.pattern.route().is_some() => Ok(Self(matched.pattern.clone())),
            _ => Err(MatchedPathRejection::Missing),
        });

    fn describe(operation: &mut Operation) {
        operation.require_route();
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{get, now, routed},
        *,
    };

    #[test]
    fn the_pattern_is_that_of_the_route() {
        let request = routed("/orders/{id}", "/orders/7", &[("id", Some("7"))]);
        let matched = now::<MatchedPath>(&request).unwrap();
        assert_eq!(matched.as_str(), "/orders/{id}");
        assert_eq!(matched.to_string(), "/orders/{id}");
    }

    #[test]
    fn without_a_route_there_is_none() {
        let request = get("/");
        assert_eq!(now::<MatchedPath>(&request).unwrap_err().status(), 500);
        assert!(now::<Option<MatchedPath>>(&request).unwrap().is_none());
    }
}
