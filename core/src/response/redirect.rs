//! Sending the client somewhere else.

use super::location;
use crate::{IntoResponse, Problem, Response};
use http::{StatusCode, header::LOCATION};
use std::borrow::Cow;

/// Sends the client to another address.
///
/// ```
/// use lambda_api::{IntoResponse, Redirect};
///
/// let reply = Redirect::to("/orders/7").into_response();
/// assert_eq!(reply.status(), 303);
/// assert_eq!(reply.headers()["location"], "/orders/7");
/// ```
///
/// What a URI cannot hold is percent-encoded. An empty address or one with control characters is a
/// logged 500.
///
/// The address is sent as it is given. One within the API begins with what clients write before its
/// paths, a stage or a base path:
///
/// ```
/// use lambda_api::{Invocation, Redirect, api_handler};
///
/// #[api_handler(GET "/orders/latest")]
/// async fn latest(invocation: &Invocation) -> Redirect {
///     Redirect::to(format!("{}/orders/7", invocation.path_prefix()))
/// }
/// ```
///
/// # Addresses from outside
///
/// An address that a client names (`?next=..`) must not be followed as it is: a link to your
/// domain could then lead anyone to a page that imitates it (an open redirect). Prefer a name that
/// you map to an address of your own. Where it must be a path, take only what begins with one
/// slash and is followed neither by a second one nor by a backslash, since browsers read both
/// `//example.com` and `/\example.com` as another host:
///
/// ```
/// use lambda_api::Redirect;
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
    location: Cow<'static, str>,
}

impl Redirect {
    /// 303: look there with GET, as after a form was sent.
    #[must_use]
    pub fn to(location: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::SEE_OTHER, location.into())
    }

    /// 307: send the same request there, this time.
    #[must_use]
    pub fn temporary(location: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::TEMPORARY_REDIRECT, location.into())
    }

    /// 308: send the same request there, from now on. Browsers remember it.
    #[must_use]
    pub fn permanent(location: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::PERMANENT_REDIRECT, location.into())
    }

    fn new(status: StatusCode, location: Cow<'static, str>) -> Self {
        Self { status, location }
    }
}

impl IntoResponse for Redirect {
    fn into_response(self) -> Response {
        match location::header(&self.location) {
            Ok(value) => {
                let mut response = self.status.into_response();
                response.headers_mut().insert(LOCATION, value);
                response
            }
            Err(error) => Problem::from_error(&error).into_response(),
        }
    }
}
