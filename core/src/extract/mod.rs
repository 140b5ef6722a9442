//! From a request to the arguments of a handler.
//!
//! An extractor looks at a shared reference of the request and never consumes it, so there is no
//! order among arguments, and arguments may borrow from the request.

mod json;
pub(crate) mod plain;

pub use json::Json;

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
/// future.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of an API handler",
    label = "no extractor, and no parameter of this name in the path",
    note = "a plain value comes from the path by its name, or is marked `#[query]`, `#[header(\"..\")]`, `#[cookie]` or `#[path]`",
    note = "the body is taken by `Json<T>`, `Form<T>`, `Text` or `Bytes`; types of your own implement `FromRequest`"
)]
pub trait FromRequest<'r>: Sized {
    /// What the client is told when the request does not fit.
    type Rejection: ApiError;

    /// Of extractors that never wait: the same as [`from_request`](FromRequest::from_request)
    /// without a future.
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
    fn describe(operation: &mut Operation) {
        let _ = operation;
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
