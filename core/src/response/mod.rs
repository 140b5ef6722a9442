//! From the value of a handler to a reply.

mod cookie;
mod html;
mod json;
mod location;
mod part;
mod plain;
mod redirect;
mod status;

pub use cookie::{SameSite, SetCookie};
pub use html::Html;
pub use part::ResponsePart;
pub use redirect::Redirect;
pub use status::{Accepted, Created, NoContent};

use crate::{Response, describe::Operation};

/// A type that a handler can reply with.
///
/// | value | reply |
/// |---|---|
/// | `()`, [`NoContent`] | 204 without content |
/// | `&'static str`, `String`, `Cow<'static, str>` | 200, `text/plain; charset=utf-8` |
/// | `Bytes`, `Vec<u8>`, `&'static [u8]` | 200, `application/octet-stream` |
/// | [`Json<T>`](crate::Json) | 200, `application/json` |
/// | [`Html<T>`] | 200, `text/html; charset=utf-8` |
/// | [`Created<T>`](struct@Created), [`Accepted<T>`] | that of `T` as 201 (with a `location`), 202 |
/// | [`Redirect`] | 303, 307 or 308 |
/// | [`http::StatusCode`] | that status without content |
/// | [`Body`](crate::Body), [`http::Response<B>`] | as it is |
/// | tuples: `(StatusCode, T)`, `([(name, value); N], T)`, `(SetCookie, T)`, .. | that of `T` with each [`ResponsePart`] applied |
/// | `Result<T, E>` where `E:` [`ApiError`](crate::ApiError) | that of `T`, or the problem of the error |
/// | `Result<T, (StatusCode, String)>` | that of `T`, or a problem of [this status](crate::ApiError#a-status-as-an-error) |
/// | [`Problem`](crate::Problem) | that problem |
///
/// ```
/// use http::StatusCode;
/// use lambda_api::{IntoResponse, Json, SetCookie};
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
/// Bodies that are no text reach the clients of a REST API only where its `binaryMediaTypes` list
/// them; [`event::encode`](crate::event::encode#binary-bodies-at-a-rest-api) says how. It also says
/// which header fields are left to the gateway.
///
/// A type of your own builds on the replies that are there:
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
/// # let reply = Csv("a,b".into()).into_response();
/// # assert_eq!(reply.headers()["content-type"], "text/csv");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the reply of an API handler",
    label = "cannot be turned into an HTTP response",
    note = "reply with a string, `Json<T>`, `Created<Json<T>>`, a status code, a tuple of these, or `Result<_, E>` where `E: ApiError`",
    note = "a value of your own, a number or a `Vec` goes into `Json(value)`; for an `Option<T>` say what absence is: return `Result<T, StatusCode>` and `value.ok_or(StatusCode::NOT_FOUND)`; of types of axum, actix or poem take the one of `lambda_api`, such as `lambda_api::Json`"
)]
pub trait IntoResponse {
    /// Makes the reply.
    fn into_response(self) -> Response;

    /// Says what the reply looks like, for the description of the API.
    fn describe(operation: &mut Operation)
    where
        Self: Sized,
    {
        let _ = operation;
    }
}
