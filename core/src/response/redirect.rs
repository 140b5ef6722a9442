//! Redirects.

use super::Location;
use crate::{IntoResponse, Problem, Response, describe::Operation};
use http::StatusCode;

/// A response that redirects the client to another address.
///
/// ```
/// use lambda_api::{IntoResponse, response::Redirect};
///
/// let response = Redirect::to("/orders/7").into_response();
/// assert_eq!(response.status(), 303);
/// assert_eq!(response.headers()["location"], "/orders/7");
/// ```
///
/// A text is sent as given; see [`Location`](struct@Location). An address within the API is better a
/// [`Link`](crate::response::Link), which has the stage and the base path that clients write before its
/// paths:
///
/// ```
/// use lambda_api::{api_handler, response::Redirect};
///
/// #[api_handler(GET "/orders/latest")]
/// async fn latest() -> Redirect {
///     Redirect::to(get_order::path(7))
/// }
///
/// #[api_handler(GET "/orders/{id}")]
/// async fn get_order(id: u64) {}
/// ```
///
/// # Addresses from outside
///
/// Do not redirect to an address that a client sends (`?next=..`): a link to your domain could then
/// lead to a page that imitates it (an open redirect). Prefer a name that you map to an address of
/// your own. If it must be a path, only accept one that begins with a single slash that is followed
/// neither by a second slash nor by a backslash: browsers read both `//example.com` and
/// `/\example.com` as another host:
///
/// ```
/// use lambda_api::response::Redirect;
///
/// fn back_to(next: String) -> Redirect {
///     let mut begin = next.chars();
///     match (begin.next(), begin.next()) {
///         (Some('/'), second) if second != Some('/') && second != Some('\\') => Redirect::to(next),
///         _ => Redirect::to("/"),
///     }
/// }
/// # assert_eq!(back_to("//example.com".into()), Redirect::to("/"));
/// # assert_eq!(back_to("/\\example.com".into()), Redirect::to("/"));
/// # assert_eq!(back_to("/a".into()), Redirect::to("/a"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    status: StatusCode,
    location: Location,
}

impl Redirect {
    /// A 303: the client gets the other address with `GET`, as after submitting a form.
    #[must_use]
    pub fn to(location: impl Into<Location>) -> Self {
        Self::new(StatusCode::SEE_OTHER, location.into())
    }

    /// A 307: the client repeats the same request there, this time only.
    #[must_use]
    pub fn temporary(location: impl Into<Location>) -> Self {
        Self::new(StatusCode::TEMPORARY_REDIRECT, location.into())
    }

    /// A 308: the client sends the same request there from now on. Browsers cache it.
    #[must_use]
    pub fn permanent(location: impl Into<Location>) -> Self {
        Self::new(StatusCode::PERMANENT_REDIRECT, location.into())
    }

    fn new(status: StatusCode, location: Location) -> Self {
        Self { status, location }
    }
}

impl IntoResponse for Redirect {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        match self.location.set(&mut response) {
            Ok(()) => response,
            Err(error) => Problem::from_error(&error).into_response(),
        }
    }

    fn describe(operation: &mut Operation) {
        for status in [
            StatusCode::SEE_OTHER,
            StatusCode::TEMPORARY_REDIRECT,
            StatusCode::PERMANENT_REDIRECT,
        ] {
            operation.response(status, None);
        }
        operation.response_header("location");
    }
}
