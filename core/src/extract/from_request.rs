//! The extractor trait, and the dry run of extractors without `describe`.

use crate::{
    body::{BoxFuture, Request},
    catch_unwind::catch_unwind_now,
    describe::Operation,
    error::{ApiError, Problem},
};
use std::{
    cell::RefCell,
    future::Future,
    pin::pin,
    sync::LazyLock,
    task::{Context, Waker},
};

/// Types that can be an argument of an API handler.
///
/// Implement it with an `async fn` for your own types:
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
/// An extractor that never awaits can set [`SYNC`](FromRequest::SYNC) instead, which avoids the
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
///     const SYNC: Option<fn(&'r Request) -> Result<Self, Infallible>> = Some(|request| {
///         let value = request.headers().get("user-agent");
///         Ok(UserAgent(value.map_or(b"", |value| value.as_bytes())))
///     });
/// }
/// ```
///
/// If several extractors and arguments reject a request, the response lists all errors in [one
/// problem](crate::Problem#several-errors).
///
/// # What it needs
///
/// An extractor that calls [`extract`](crate::extract::extract()) for a [`State`](crate::State), an identity
/// or the route of the request declares that in [`describe`](FromRequest::describe), by calling
/// `describe` of the other extractor. Then [`Api::build`](crate::Api::build) fails if the state is
/// missing; otherwise, the first request gets a 500:
///
/// ```
/// use lambda_api::{
///     Api, FromRequest, Operation, Request, State, api_handler, extract::{StateRejection, extract},
///     routes,
/// };
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
/// Without `describe`, a debug build (tests, `cargo run`) still detects the state in most cases.
/// While the Api is built, it runs the extractor once, up to its first await, on a `GET /` without
/// headers, and records the state that it requests. A panic in the extractor is caught; if panics
/// abort the process, the extractor is not run. State that is requested later is not detected, for
/// example after a check for a missing header. Release builds do not do this.
///
/// # Built-in extractors
///
/// | argument | value |
/// |---|---|
/// | [`Path<T>`](crate::Path), [`Query<T>`](crate::Query) | all parameters of the path, the whole query string |
/// | [`Json<T>`](crate::Json), [`Form<T>`](crate::extract::Form), `Multipart` (feature `multipart`), [`Text`](crate::extract::Text), `bytes::Bytes` | the body |
/// | [`Cookies`](crate::extract::Cookies), `HeaderMap`, `Method`, `Uri`, `Version`, `&HeaderMap`, `&Method`, `&Uri`, `&Request` | parts of the request |
/// | [`State<T>`](crate::State), [`Extension<T>`](crate::extract::Extension) | a value of the application, a value that a layer inserted into the request |
/// | [`Range`](crate::extract::Range), [`LastEventId`](crate::extract::LastEventId) | the range and the preconditions for a [`Download`](crate::response::Download), and the header `last-event-id` |
/// | [`MatchedPath`](crate::extract::MatchedPath) | the pattern of the route |
/// | [`Invocation`](crate::Invocation), [`LambdaContext`](crate::LambdaContext) (or references), [`Deadline`](crate::extract::Deadline) | the data of the gateway and of Lambda about the invocation |
/// | `Valid<E>` (feature `validate`) | the value of the extractor `E`, if it satisfies the rules of its type |
/// | `Option<E>` | `None` if the value of the extractor `E` is missing; an invalid value is still rejected |
/// | `Result<E, E::Rejection>` | passes the rejection to the handler |
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of an API handler",
    label = "not an extractor, and the path has no parameter of this name",
    note = "a plain value is the path parameter of the same name, unless it is marked `#[query]`, `#[header(\"..\")]`, `#[cookie]`, or `#[path]` for a parameter in the prefix of a nested API",
    note = "use `Json<T>`, `Form<T>`, `Text` or `Bytes` of `lambda_api` for the body, not those of axum; implement `FromRequest` for your own types"
)]
pub trait FromRequest<'r>: Sized {
    /// The error if extraction fails. It is converted into a response.
    type Rejection: ApiError;

    /// For extractors that never await: [`from_request`](FromRequest::from_request) without a
    /// future.
    #[expect(clippy::type_complexity, reason = "implementations repeat the type")]
    const SYNC: Option<fn(&'r Request) -> Result<Self, Self::Rejection>> = None;

    /// Extracts the value from the request.
    fn from_request(
        request: &'r Request,
    ) -> impl Future<Output = Result<Self, Self::Rejection>> + Send {
        const {
            assert!(
                Self::SYNC.is_some(),
                "an extractor implements `from_request` or sets `SYNC`"
            );
        }
        async move {
            match Self::SYNC {
                Some(now) => now(request),
                None => unreachable!("checked when compiled"),
            }
        }
    }

    /// Declares what the extractor needs and reads, for the checks of
    /// [`Api::build`](crate::Api::build) and for the OpenAPI document:
    /// [`request_body`](Operation::request_body) if it reads a body. The problems of its
    /// [`Rejection`](FromRequest::Rejection) are declared by themselves.
    ///
    /// Implement it for every extractor that calls other extractors. Without it, a debug build runs
    /// the extractor when the Api is built; see [the trait](FromRequest#what-it-needs).
    fn describe(operation: &mut Operation) {
        dry_run::<Self>(operation);
    }
}

/// Runs an extractor inside another one.
///
/// In `from_request` of your own type, call this function instead of `T::from_request`: it returns
/// a boxed future, and so compiles for every combination of wrappers and borrowed data.
///
/// ```
/// use lambda_api::{ApiError, FromRequest, Request, extract::extract};
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
    match T::SYNC {
        Some(now) => Box::pin(std::future::ready(now(request))),
        None => Box::pin(T::from_request(request)),
    }
}

/// Describes an extractor and its rejection.
#[inline]
pub fn describe<'r, T: FromRequest<'r>>(operation: &mut Operation) {
    T::describe(operation);
    operation.rejection::<T::Rejection>();
}

/// Runs an extractor only for its rejection.
pub(crate) type Check<'r> = fn(&'r Request) -> Option<Problem>;

/// Marks the request of a dry run.
#[derive(Clone)]
struct DryRun;

static REQUEST: LazyLock<Request> = LazyLock::new(|| {
    let mut request = Request::default();
    request.extensions_mut().insert(DryRun);
    request
});

thread_local! {
    static ASKED: RefCell<Vec<fn(&mut Operation)>> = const { RefCell::new(Vec::new()) };
}

/// Runs the extractor up to its first await, and adds the states that it requests.
///
/// Without `describe`, missing state would only be detected by the first request. Release builds do
/// not run the extractor, since code that expects a client should not run while a function starts.
/// Builds in which a panic ends the process do not run it either.
fn dry_run<'r, T: FromRequest<'r>>(operation: &mut Operation) {
    if cfg!(all(debug_assertions, panic = "unwind")) {
        let run = || match T::SYNC {
            Some(now) => drop(now(&REQUEST)),
            None => {
                let mut future = pin!(T::from_request(&REQUEST));
                let _ = future
                    .as_mut()
                    .poll(&mut Context::from_waker(Waker::noop()));
            }
        };
        // A panic on the empty request does not imply one on a real request.
        let _ = catch_unwind_now(run);
        for require in ASKED.take() {
            require(operation);
        }
    }
}

/// Records a missing state if this is a dry run.
pub(super) fn asked_for<T: 'static>(request: &Request) {
    if request.extensions().get::<DryRun>().is_some() {
        ASKED.with_borrow_mut(|asked| asked.push(Operation::require_state::<T>));
    }
}
