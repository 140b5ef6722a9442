//! Conversion of the values of handlers into responses.

mod channel;
mod cookie;
pub(crate) mod download;
mod encoded;
mod error;
mod html;
mod json_stream;
mod link;
mod link_value;
mod location;
pub(crate) mod media_type;
mod part;
mod plain;
mod redirect;
pub mod sse;
mod status;
#[cfg(test)]
mod tests;

pub use channel::{Closed, Sender};
pub use cookie::{SameSite, SetCookie};
pub use download::Download;
pub use html::Html;
pub use json_stream::{JsonArray, JsonLines};
pub use link::Link;
pub(crate) use link::Target;
#[doc(hidden)]
pub use link::{LinkArgument, LinkValue};
pub use location::Location;
pub(crate) use location::{Unresolved, encode_sent};
pub use part::ResponsePart;
pub(crate) use plain::ok;
pub use redirect::Redirect;
#[doc(inline)]
pub use sse::Sse;
pub use status::{Accepted, Created, NoContent};

use crate::{Response, describe::Operation};

/// A type that a handler can respond with.
///
/// | value | response |
/// |---|---|
/// | `()`, [`NoContent`] | 204 without content |
/// | `&'static str`, `String`, `Cow<'static, str>` | 200, `text/plain; charset=utf-8` |
/// | `Bytes`, `Vec<u8>`, `&'static [u8]` | 200, `application/octet-stream` |
/// | [`Json<T>`](crate::Json) | 200, `application/json` |
/// | [`Html<T>`] | 200, `text/html; charset=utf-8` |
/// | [`Created<T>`](struct@Created), [`Accepted<T>`] | that of `T` as 201 (with a `location`), 202 |
/// | [`Sse`] | 200, what a stream yields, as events; 204 if none are left |
/// | [`JsonArray<T>`], [`JsonLines<T>`] | 200, what a stream yields, as JSON |
/// | [`Download`] | 200, 206, 304, 412 or 416: content with the name of a file, ranges of it, and preconditions |
/// | [`Redirect`] | 303, 307 or 308 |
/// | [`http::StatusCode`] | that status without content |
/// | [`Body`](crate::Body), [`http::Response<B>`] | as it is |
/// | tuples: `(StatusCode, T)`, `([(name, value); N], T)`, `(SetCookie, T)`, `(Location, T)`, .. | that of `T` with each [`ResponsePart`] applied |
/// | `Result<T, E>` where `E:` [`ApiError`](crate::ApiError) | that of `T`, or the problem of the error |
/// | `Result<T, (StatusCode, String)>` | that of `T`, or a problem of [this status](crate::ApiError#a-status-as-an-error) |
/// | [`Problem`](crate::Problem) | that problem |
///
/// ```
/// use http::StatusCode;
/// use lambda_api::{IntoResponse, Json, response::SetCookie};
///
/// fn sign_in() -> impl IntoResponse {
///     (
///         StatusCode::CREATED,
///         [("cache-control", "no-store")],
///         SetCookie::new("session", "38afes7a8"),
///         Json("welcome"),
///     )
/// }
/// # assert_eq!(sign_in().into_response().status(), 201);
/// ```
///
/// Through a REST API, a binary body only reaches clients if `binaryMediaTypes` lists its type; see
/// [`event::encode`](crate::event::encode#binary-bodies-at-a-rest-api), which also lists the header
/// fields that are left to the gateway.
///
/// Build your own types from existing responses:
///
/// ```
/// use lambda_api::{IntoResponse, Response};
///
/// struct Csv(String);
///
/// impl IntoResponse for Csv {
///     fn into_response(self) -> Response {
///         ([("content-type", "text/csv")], self.0).into_response()
///     }
/// }
/// # let response = Csv("a,b".into()).into_response();
/// # assert_eq!(response.headers()["content-type"], "text/csv");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the response of an API handler",
    label = "cannot be converted into an HTTP response",
    note = "return a string, `Json<T>`, `Created<Json<T>>`, a status code, a tuple of these, or `Result<_, E>` where `E: ApiError`",
    note = "wrap your own type, a number or a `Vec` in `Json(value)`; for an `Option<T>`, return `Result<T, StatusCode>` and `value.ok_or(StatusCode::NOT_FOUND)`; instead of types of axum, actix or poem, use those of `lambda_api`, such as `lambda_api::Json`"
)]
pub trait IntoResponse {
    /// Converts the value into a response.
    fn into_response(self) -> Response;

    /// Declares the response for the OpenAPI document: see
    /// [`Operation::response`]. A type that does not declare any is documented as unspecified.
    fn describe(operation: &mut Operation)
    where
        Self: Sized,
    {
        let _ = operation;
    }
}
