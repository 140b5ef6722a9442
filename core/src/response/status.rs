//! Responses named after their status.

use super::Location;
use crate::{IntoResponse, Problem, Response, describe::Operation};
use http::StatusCode;

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
/// The `location` of a resource of the API is a [`Link`](crate::response::Link) to its route. It has the
/// stage and the base path that clients write before the paths of the API:
///
/// ```
/// use lambda_api::{Created, Json, api_handler};
///
/// #[api_handler(POST "/orders")]
/// async fn place_order() -> Created<Json<u32>> {
///     Created::at(get_order::path(7), Json(7))
/// }
///
/// #[api_handler(GET "/orders/{id}")]
/// async fn get_order(id: u32) -> Json<u32> { Json(id) }
/// ```
///
/// A text is sent as given; see [`Location`](struct@Location). Encode values from outside before you put
/// them between slashes, and begin with
/// [`Invocation::path_prefix`](crate::Invocation::path_prefix) if it leads to the API.
#[derive(Clone, Debug)]
pub struct Created<T> {
    /// The response that describes the created resource.
    pub body: T,
    location: Option<Location>,
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
    pub fn at(location: impl Into<Location>, body: T) -> Self {
        Self {
            body,
            location: Some(location.into()),
        }
    }

    /// Returns the `location`.
    ///
    /// ```
    /// use lambda_api::{Created, Json};
    ///
    /// let created = Created::at("/orders/7", Json(7));
    /// assert_eq!(created.location(), Some(&"/orders/7".into()));
    /// ```
    #[must_use]
    pub fn location(&self) -> Option<&Location> {
        self.location.as_ref()
    }
}

impl<T: IntoResponse> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        created(self.body.into_response(), self.location)
    }

    fn describe(operation: &mut Operation) {
        T::describe(operation);
        operation.response_status(Some(StatusCode::CREATED));
        operation.optionally(|operation| operation.response_header("location"));
    }
}

fn created(mut response: Response, at: Option<Location>) -> Response {
    set(&mut response, StatusCode::CREATED);
    match at.map_or(Ok(()), |at| at.set(&mut response)) {
        Ok(()) => response,
        Err(error) => Problem::from_error(&error).into_response(),
    }
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
