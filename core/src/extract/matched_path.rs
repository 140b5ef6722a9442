//! The route that a request matched.

use super::{FromRequest, fault::INTERNAL_ERROR};
use crate::{
    ApiError, Operation, Request,
    matched::{Matched, Pattern},
};
use http::StatusCode;
use std::{borrow::Cow, fmt};

/// The pattern of the route that a request matched, such as `/orders/{id}`, with the prefixes of
/// all nests.
///
/// Unlike the path itself it has few values, which makes it a good name for metrics.
///
/// ```
/// use lambda_api::MatchedPath;
///
/// async fn get_order(route: MatchedPath) -> String {
///     format!("served by {route}")
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let reply = get_order(MatchedPath::new("/orders/{id}")).await;
/// assert_eq!(reply, "served by /orders/{id}");
/// # }
/// ```
///
/// `Option<MatchedPath>` is `None` in a fallback, where no route matched.
#[derive(Clone, Debug)]
pub struct MatchedPath(Pattern);

impl MatchedPath {
    /// A pattern of your own, for calling a handler in a test.
    #[must_use]
    pub fn new(pattern: impl Into<String>) -> Self {
        Self(Pattern::Joined(pattern.into().into()))
    }

    /// The pattern.
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

/// Why there is no [`MatchedPath`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MatchedPathRejection {
    /// The request matched no route: the program's mistake, a 500.
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
}

impl<'r> FromRequest<'r> for MatchedPath {
    type Rejection = MatchedPathRejection;

    const NOW: Option<fn(&'r Request) -> Result<Self, MatchedPathRejection>> =
        Some(|request| match Matched::of(request) {
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
