//! From a request to the arguments of a handler.
//!
//! An extractor looks at a shared reference of the request and never consumes it, so there is no
//! order among arguments, and arguments may borrow from the request.

mod clip;
mod comma_separated;
mod cookies;
mod deadline;
mod dry_run;
mod extension;
mod fault;
mod form;
mod guess;
mod json;
mod matched_path;
mod media;
#[cfg(feature = "multipart")]
mod multipart;
mod pairs;
mod parts;
mod path;
pub(crate) mod plain;
mod query;
mod state;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
mod together;
mod urlencoded;
mod value_error;
mod values;
mod wrappers;

pub use comma_separated::CommaSeparated;
pub use cookies::Cookies;
pub(crate) use cookies::pairs as cookie_pairs;
pub use deadline::Deadline;
pub use extension::{Extension, ExtensionRejection};
pub use form::{Form, FormRejection};
pub use json::{Json, JsonRejection};
pub use matched_path::{MatchedPath, MatchedPathRejection};
#[cfg(feature = "multipart")]
#[cfg_attr(docsrs, doc(cfg(feature = "multipart")))]
pub use multipart::{Multipart, MultipartRejection, Part};
pub use path::{Path, PathRejection};
pub use query::{Query, QueryRejection};
pub use state::{State, StateRejection};
pub use text::{Text, TextRejection};
pub(crate) use together::together;

use crate::{BoxFuture, Request, describe::Operation, error::ApiError};
use std::future::Future;

/// A type that can be an argument of an API handler.
///
/// Implement it with an `async fn` for types of your own:
///
/// ```
/// use lambda_api::{ApiError, FromRequest, Request};
///
/// struct Session { user: String }
///
/// #[derive(Debug, thiserror::Error, ApiError)]
/// enum NoSession {
///     #[error("no session cookie was sent")]
///     #[api(status = 401, code = "no_session", absent)]
///     Missing,
/// }
///
/// impl<'r> FromRequest<'r> for Session {
///     type Rejection = NoSession;
///
///     async fn from_request(request: &'r Request) -> Result<Self, NoSession> {
///         let user = request.headers().get("x-user").ok_or(NoSession::Missing)?;
///         Ok(Session { user: String::from_utf8_lossy(user.as_bytes()).into_owned() })
///     }
/// }
/// ```
///
/// An extractor that never waits may set [`NOW`](FromRequest::NOW) instead, which spares the
/// future:
///
/// ```
/// use lambda_api::{FromRequest, Request};
/// use std::convert::Infallible;
///
/// struct UserAgent<'r>(&'r [u8]);
///
/// impl<'r> FromRequest<'r> for UserAgent<'r> {
///     type Rejection = Infallible;
///
///     const NOW: Option<fn(&'r Request) -> Result<Self, Infallible>> = Some(|request| {
///         let value = request.headers().get("user-agent");
///         Ok(UserAgent(value.map_or(b"", |value| value.as_bytes())))
///     });
/// }
/// ```
///
/// Where several extractors and arguments reject one request, the client is told of all of it in
/// [one problem](crate::Problem#several-errors).
///
/// # What it needs
///
/// An extractor that takes a [`State`](crate::State), an identity or the route of the request through
/// [`extract`](crate::extract()) says so in [`describe`](FromRequest::describe), by passing the
/// question on. Then a state that nobody gives keeps the [Api from being built](crate::Api::build),
/// instead of being a 500 of the first request:
///
/// ```
/// use lambda_api::{Api, FromRequest, Operation, Request, State, StateRejection, api_handler, extract, routes};
///
/// #[derive(Clone)]
/// struct Flags { beta: bool }
///
/// struct Beta(bool);
///
/// impl<'r> FromRequest<'r> for Beta {
///     type Rejection = StateRejection;
///
///     async fn from_request(request: &'r Request) -> Result<Self, StateRejection> {
///         let State(flags) = extract::<State<Flags>>(request).await?;
///         Ok(Beta(flags.beta))
///     }
///
///     fn describe(operation: &mut Operation) {
///         State::<Flags>::describe(operation);
///     }
/// }
///
/// #[api_handler(GET "/beta")]
/// async fn is_beta(Beta(beta): Beta) -> String { beta.to_string() }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert!(Api::new().routes(routes![is_beta]).build().await.is_err());
/// let api = Api::new().routes(routes![is_beta]).state(Flags { beta: true });
/// assert!(api.build().await.is_ok());
/// # }
/// ```
///
/// Where `describe` is not written, a debug build (tests, `cargo run`) finds such a state all the
/// same, in most cases: while the Api is built, it runs the extractor once, up to where it waits
/// first, on a `GET /` without headers, and takes note of the state that it asks for. A panic in there
/// is caught, and where panics end the process the extractor is not run. What this does not see is a
/// state that an extractor asks for later, behind a header that it looks for first, say. A release
/// build does not do it.
///
/// # What comes with the library
///
/// | argument | takes |
/// |---|---|
/// | [`Path<T>`](crate::Path), [`Query<T>`](crate::Query) | all parameters of the path, the whole query string |
/// | [`Json<T>`](crate::Json), [`Form<T>`](crate::Form), `Multipart` (feature `multipart`), [`Text`](crate::Text), `bytes::Bytes` | the body |
/// | [`Cookies`](crate::Cookies), `HeaderMap`, `Method`, `Uri`, `Version`, `&HeaderMap`, `&Method`, `&Uri`, `&Request` | parts of the request |
/// | [`State<T>`](crate::State), [`Extension<T>`](crate::Extension) | values of the application, values that a layer put into the request |
/// | [`MatchedPath`](crate::MatchedPath) | the pattern of the route |
/// | [`Invocation`](crate::Invocation), [`LambdaContext`](crate::LambdaContext) (or references), [`Deadline`](crate::Deadline) | what gateway and Lambda say about the invocation |
/// | `Option<E>` | `None` when what the extractor `E` looks for is not there at all; what is there and wrong is still refused |
/// | `Result<E, E::Rejection>` | hands the rejection to the handler |
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of an API handler",
    label = "no extractor, and no parameter of this name in the path",
    note = "a plain value comes from the path by its name, or is marked `#[query]`, `#[header(\"..\")]`, `#[cookie]`, or `#[path]` when the prefix of a nest brings it",
    note = "the body is taken by `Json<T>`, `Form<T>`, `Text` or `Bytes` of `lambda_api`, not by those of axum; types of your own implement `FromRequest`"
)]
pub trait FromRequest<'r>: Sized {
    /// What the client is told when the request does not fit.
    type Rejection: ApiError;

    /// Of extractors that never wait: the same as [`from_request`](FromRequest::from_request)
    /// without a future.
    #[expect(clippy::type_complexity, reason = "implementations repeat it as it is")]
    const NOW: Option<fn(&'r Request) -> Result<Self, Self::Rejection>> = None;

    /// Takes the value from the request.
    fn from_request(
        request: &'r Request,
    ) -> impl Future<Output = Result<Self, Self::Rejection>> + Send {
        const {
            assert!(
                Self::NOW.is_some(),
                "an extractor implements `from_request` or sets `NOW`"
            );
        }
        async move {
            match Self::NOW {
                Some(now) => now(request),
                None => unreachable!("checked when compiled"),
            }
        }
    }

    /// Says what the extractor needs and reads, for the checks of [`Api::build`](crate::Api::build)
    /// and for the description of the API.
    ///
    /// Write it for every extractor that calls other ones. Where it is not written, a debug build
    /// tries the extractor out when the Api is built; see [the trait](FromRequest#what-it-needs).
    fn describe(operation: &mut Operation) {
        dry_run::ask::<Self>(operation);
    }
}

/// Runs one extractor from within another.
///
/// Inside `from_request` of a type of your own, call this rather than `T::from_request`: it
/// returns a boxed future, and so compiles for every combination of wrappers and borrowed data.
///
/// ```
/// use lambda_api::{FromRequest, Request, extract, ApiError};
/// use http::{Method, Uri};
///
/// struct Target(Method, String);
///
/// impl<'r> FromRequest<'r> for Target {
///     type Rejection = std::convert::Infallible;
///
///     async fn from_request(request: &'r Request) -> Result<Self, Self::Rejection> {
///         let method = extract::<Method>(request).await?;
///         let uri = extract::<&Uri>(request).await?;
///         Ok(Target(method, uri.path().to_owned()))
///     }
/// }
/// ```
pub fn extract<'r, T>(request: &'r Request) -> BoxFuture<'r, Result<T, T::Rejection>>
where
    T: FromRequest<'r> + Send + 'r,
    T::Rejection: Send,
{
    match T::NOW {
        Some(now) => Box::pin(std::future::ready(now(request))),
        None => Box::pin(T::from_request(request)),
    }
}
