//! Middleware from an async function.

use super::{Next, Note};
use crate::{
    BoxFuture, FromRequest, IntoResponse, Operation, Problem, Request, Response,
    extract::from_request::describe,
};
use std::{
    any::type_name,
    convert::Infallible,
    fmt,
    future::Future,
    sync::Arc,
    task::{Context, Poll},
};
use tower::{Layer, Service};

/// Creates a layer from an async function of the request and [`Next`].
///
/// ```
/// use lambda_api::{Api, Request, Response, middleware::{Next, from_fn}};
/// use http::HeaderValue;
///
/// async fn no_store(request: Request, next: Next) -> Response {
///     let mut response = next.run(request).await;
///     response.headers_mut().insert("cache-control", HeaderValue::from_static("no-store"));
///     response
/// }
///
/// let api = Api::new().layer(from_fn(no_store));
/// ```
///
/// The function can also respond itself, with any [`IntoResponse`](crate::IntoResponse). If it
/// returns a [`Problem`](crate::Problem), the id of the request is added.
///
/// # Extractors
///
/// Like a handler, the function can take up to eight extractors, before `Request` and [`Next`]:
///
/// ```
/// use lambda_api::{Api, Identity, Problem, Request, Response, State, middleware::{Next, from_fn}};
/// use http::StatusCode;
///
/// #[derive(Clone)]
/// struct Banned(Vec<String>);
///
/// async fn reject_banned(
///     State(banned): State<Banned>,
///     identity: Option<Identity>,
///     request: Request,
///     next: Next,
/// ) -> Result<Response, Problem> {
///     if identity.is_some_and(|caller| banned.0.iter().any(|name| name == caller.subject())) {
///         return Err(Problem::new(StatusCode::FORBIDDEN, "banned"));
///     }
///     Ok(next.run(request).await)
/// }
///
/// # struct Sessions;
/// # impl lambda_api::auth::Authenticator for Sessions {
/// #     fn scheme(&self) -> lambda_api::auth::Scheme {
/// #         lambda_api::auth::Scheme::new("none", lambda_api::auth::Credential::bearer())
/// #     }
/// #     async fn authenticate(&self, _: &Request) -> Result<Identity, lambda_api::auth::AuthError> {
/// #         Err(lambda_api::auth::AuthError::Absent)
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let api = || Api::new().authenticate(Sessions).route_layer(from_fn(reject_banned));
/// assert!(api().state(Banned(vec![])).build().await.is_ok());
/// // What an extractor needs is found missing when the Api is built.
/// assert!(api().build().await.is_err());
/// # }
/// ```
///
/// If an extractor rejects the request, the rejection is the response and `next` does not run.
/// Extractors must own their values, because the request is moved: `HeaderMap` and `Identity`
/// instead of `&HeaderMap` and `&Identity`. To borrow a value, or to extract it only in some cases,
/// call [`extract`](crate::extract) with `&request`; `build` cannot check what that needs.
///
/// The available values depend on the layer. The layers of the outermost
/// [`Api::layer`](crate::Api::layer) run before the router and the authenticators: they have
/// states, headers, the query and the body, but no identity, and no parameters or
/// [`MatchedPath`](crate::extract::MatchedPath) of a route. `build` fails if such a layer takes them. The
/// layers of [`Api::route_layer`](crate::Api::route_layer) and
/// [`Routes::layer`](crate::Routes::layer) have all values.
pub fn from_fn<F, M>(function: F) -> FromFn
where
    F: Middleware<M>,
{
    FromFn {
        call: Arc::new(move |request, next| function.call(request, next)),
        note: Note {
            name: type_name::<F>(),
            describe: F::describe,
        },
    }
}

/// A function that [`from_fn`] converts into a layer: `async fn(Request, Next) -> R`, with up to
/// eight extractors before the request.
///
/// `M` distinguishes functions with different numbers of extractors.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a middleware",
    label = "expected an `async fn(Request, Next) -> R`",
    note = "a middleware takes up to eight extractors, then `Request`, then `Next`, and returns a type that implements `IntoResponse`",
    note = "its extractors must own their values (`HeaderMap`, not `&HeaderMap`), because the request is moved",
    note = "a closure needs the types of all arguments: `async |request: Request, next: Next| ..`"
)]
pub trait Middleware<M>: Clone + Send + Sync + 'static {
    #[doc(hidden)]
    fn call(&self, request: Request, next: Next) -> ResponseFuture;

    #[doc(hidden)]
    fn describe(operation: &mut Operation);
}

type ResponseFuture = BoxFuture<'static, Result<Response, Infallible>>;

macro_rules! middleware {
    ($($t:ident)*) => {
        impl<F, Fut, R, $($t,)*> Middleware<($($t,)*)> for F
        where
            F: Fn($($t,)* Request, Next) -> Fut + Clone + Send + Sync + 'static,
            Fut: Future<Output = R> + Send + 'static,
            R: IntoResponse,
            $($t: for<'r> FromRequest<'r> + Send + 'static,)*
        {
            #[allow(non_snake_case)]
            fn call(&self, request: Request, next: Next) -> ResponseFuture {
                middleware!(@call self request next; $($t)*)
            }

            fn describe(operation: &mut Operation) {
                let _ = &operation;
                $(describe::<$t>(operation);)*
            }
        }
    };
    (@call $self:ident $request:ident $next:ident;) => {{
        let response = $self($request, $next);
        Box::pin(async move { Ok(response.await.into_response()) })
    }};
    (@call $self:ident $request:ident $next:ident; $($t:ident)+) => {{
        let function = $self.clone();
        Box::pin(async move {
            $(let $t = match taken::<$t>(&$request).await {
                Ok(taken) => taken,
                Err(problem) => return Ok(problem.into_response()),
            };)+
            Ok(function($($t,)+ $request, $next).await.into_response())
        })
    }};
}

middleware!();
middleware!(A);
middleware!(A B);
middleware!(A B C);
middleware!(A B C D);
middleware!(A B C D E);
middleware!(A B C D E G);
middleware!(A B C D E G H);
middleware!(A B C D E G H I);

/// Boxed, which proves it `Send` if `T` is only known for one lifetime.
fn taken<'r, T: FromRequest<'r> + Send + 'r>(
    request: &'r Request,
) -> BoxFuture<'r, Result<T, Problem>> {
    let rejected = |rejection| Problem::from_error(&rejection);
    match T::SYNC {
        Some(now) => Box::pin(std::future::ready(now(request).map_err(rejected))),
        None => Box::pin(async move { T::from_request(request).await.map_err(rejected) }),
    }
}

/// The layer that [`from_fn`] creates.
#[derive(Clone)]
pub struct FromFn {
    call: Arc<dyn Fn(Request, Next) -> ResponseFuture + Send + Sync>,
    note: Note,
}

impl fmt::Debug for FromFn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FromFn({})", self.note.name)
    }
}

impl Layer<Next> for FromFn {
    type Service = FromFnService;

    fn layer(&self, next: Next) -> Self::Service {
        next.note(&self.note);
        FromFnService {
            layer: self.clone(),
            next,
        }
    }
}

/// The service of a [`FromFn`] layer.
#[derive(Clone)]
pub struct FromFnService {
    layer: FromFn,
    next: Next,
}

impl fmt::Debug for FromFnService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FromFnService({})", self.layer.note.name)
    }
}

impl Service<Request> for FromFnService {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        (self.layer.call)(request, self.next.clone())
    }
}
