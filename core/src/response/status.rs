//! Responses named after their status.

use super::location;
use crate::{IntoResponse, Problem, Response, describe::Operation};
use http::{StatusCode, header::LOCATION};
use std::borrow::Cow;

/// Sets the status of a response, unless it is a problem.
pub(super) fn set(response: &mut Response, status: StatusCode) {
    if !Problem::is_in(response) {
        *response.status_mut() = status;
    }
}

/// A 201 response: a resource was created.
///
/// ```
/// use lambda_api::{Created, IntoResponse, Json};
///
/// let response = Created(Json(7)).into_response();
/// assert_eq!(response.status(), 201);
///
/// let response = Created::at("/orders/7", Json(7)).into_response();
/// assert_eq!(response.headers()["location"], "/orders/7");
/// ```
///
/// The `location` is sent as given. If clients write a stage or a base path before the paths of the
/// API, it must begin with that: [`Invocation::path_prefix`](crate::Invocation::path_prefix)
/// returns the prefix, or an empty string if there is none:
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
/// Characters that a URI cannot contain are percent-encoded. Encode values from outside before you
/// put them between slashes. If the location is empty or has control characters, the response is a
/// 500, which is logged.
#[derive(Clone, Debug)]
pub struct Created<T> {
    /// The response that describes the created resource.
    pub body: T,
    location: Option<Cow<'static, str>>,
}

/// Creates a 201 response; short for [`Created::new`].
///
/// ```
/// use lambda_api::{Created, Json};
///
/// async fn place_order() -> Created<Json<u32>> {
///     Created(Json(7))
/// }
/// ```
#[allow(non_snake_case)] // It reads like the constructor of a tuple struct.
#[must_use]
pub fn Created<T>(body: T) -> Created<T> {
    Created::new(body)
}

impl<T> Created<T> {
    /// Creates a 201 response without a `location`.
    #[must_use]
    pub fn new(body: T) -> Self {
        Self {
            body,
            location: None,
        }
    }

    /// Creates a 201 response with the `location` of the resource.
    #[must_use]
    pub fn at(location: impl Into<Cow<'static, str>>, body: T) -> Self {
        Self {
            body,
            location: Some(location.into()),
        }
    }

    /// Returns the `location`.
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
        operation.response_status(Some(StatusCode::CREATED));
        operation.optionally(|operation| operation.response_header("location"));
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

/// A 202 response: the request was accepted, but the work is not finished.
///
/// ```
/// use lambda_api::{IntoResponse, response::Accepted};
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
        operation.response_status(Some(StatusCode::ACCEPTED));
    }
}

/// A 204 response without content.
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

    fn describe(operation: &mut Operation) {
        operation.response(StatusCode::NO_CONTENT, None);
    }
}
