//! Replies named after their status.

use super::location;
use crate::{IntoResponse, Problem, Response, describe::Operation};
use http::{StatusCode, header::LOCATION};
use std::borrow::Cow;

/// Sets the status of a reply that is not an error.
pub(super) fn set(response: &mut Response, status: StatusCode) {
    if !Problem::is_in(response) {
        *response.status_mut() = status;
    }
}

/// 201: something was made, and this is it.
///
/// ```
/// use lambda_api::{Created, IntoResponse, Json};
///
/// let reply = Created(Json(7)).into_response();
/// assert_eq!(reply.status(), 201);
///
/// let reply = Created::at("/orders/7", Json(7)).into_response();
/// assert_eq!(reply.headers()["location"], "/orders/7");
/// ```
///
/// The `location` is sent as it is given. Where clients write a stage or a base path before the paths
/// of the API, it has to begin with that, or they are sent out of the API:
/// [`Invocation::path_prefix`](crate::Invocation::path_prefix) is what they write, and it is empty
/// where there is nothing:
///
/// ```
/// use lambda_api::{Created, Invocation, Json, api_handler};
///
/// #[api_handler(POST "/orders")]
/// async fn place_order(invocation: &Invocation) -> Created<Json<u32>> {
///     Created::at(format!("{}/orders/7", invocation.path_prefix()), Json(7))
/// }
/// ```
///
/// What a URI cannot hold is percent-encoded, so a value from outside is best encoded before it is
/// put between slashes. An empty location or one with control characters is a logged 500.
#[derive(Clone, Debug)]
pub struct Created<T> {
    /// What was made.
    pub body: T,
    location: Option<Cow<'static, str>>,
}

/// The reply of a handler that made something: the short form of [`Created::new`].
///
/// ```
/// use lambda_api::{Created, Json};
///
/// async fn place_order() -> Created<Json<u32>> {
///     Created(Json(7))
/// }
/// ```
#[allow(non_snake_case)] // It reads as the tuple struct it stands for.
#[must_use]
pub fn Created<T>(body: T) -> Created<T> {
    Created::new(body)
}

impl<T> Created<T> {
    /// Made, without saying where it is now.
    #[must_use]
    pub fn new(body: T) -> Self {
        Self {
            body,
            location: None,
        }
    }

    /// Made, and to be found there.
    #[must_use]
    pub fn at(location: impl Into<Cow<'static, str>>, body: T) -> Self {
        Self {
            body,
            location: Some(location.into()),
        }
    }

    /// Where it is to be found.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }
}

impl<T: IntoResponse> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        created(self.body.into_response(), self.location.as_deref())
    }

    fn describe(operation: &mut Operation) {
        T::describe(operation);
    }
}

fn created(mut response: Response, at: Option<&str>) -> Response {
    set(&mut response, StatusCode::CREATED);
    if let Some(at) = at.filter(|_| !Problem::is_in(&response)) {
        match location::header(at) {
            Ok(value) => response.headers_mut().insert(LOCATION, value),
            Err(error) => return Problem::from_error(&error).into_response(),
        };
    }
    response
}

/// 202: the work is taken on, and not done yet.
///
/// ```
/// use lambda_api::{Accepted, IntoResponse};
///
/// assert_eq!(Accepted("queued").into_response().status(), 202);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Accepted<T>(pub T);

impl<T: IntoResponse> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        set(&mut response, StatusCode::ACCEPTED);
        response
    }

    fn describe(operation: &mut Operation) {
        T::describe(operation);
    }
}

/// 204: done, and there is nothing to say.
///
/// ```
/// use lambda_api::{IntoResponse, NoContent};
///
/// assert_eq!(NoContent.into_response().status(), 204);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoContent;

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}
