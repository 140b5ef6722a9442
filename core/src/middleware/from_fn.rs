//! Middleware from an async function.

use super::{Next, Note};
use crate::{BoxFuture, FromRequest, IntoResponse, Operation, Problem, Request, Response};
use std::{
    any::type_name,
    convert::Infallible,
    fmt,
    future::Future,
    sync::Arc,
    task::{Context, Poll},
};
use tower::{Layer, Service};

/// A layer from an async function of the request and the rest of the way.
///
/// ```
/// use lambda_api::{Api, Next, Request, Response, from_fn};
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
/// The function may also respond by itself, with anything that is
/// [`IntoResponse`](crate::IntoResponse); a [`Problem`](crate::Problem) is completed with the id of
/// the request.
///
/// # Extractors
///
/// Before `Request` and [`Next`], the function may take up to eight extractors, as a handler does:
///
/// ```
/// use lambda_api::{Api, Identity, Next, Problem, Request, Response, State, from_fn};
/// use http::StatusCode;
///
/// #[derive(Clone)]
/// struct Banned(Vec<String>);
///
/// async fn refuse_banned(
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
/// # struct Nobody;
/// # impl lambda_api::Authenticator for Nobody {
/// #     fn scheme(&self) -> lambda_api::auth::Scheme {
/// #         lambda_api::auth::Scheme::new("none", lambda_api::auth::Credential::bearer())
/// #     }
/// #     async fn authenticate(&self, _: &Request) -> Result<Identity, lambda_api::auth::Refusal> {
/// #         Err(lambda_api::auth::Refusal::Absent)
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let api = || Api::new().authenticate(Nobody).route_layer(from_fn(refuse_banned));
/// assert!(api().state(Banned(vec![])).build().await.is_ok());
/// // What an extractor needs is found missing when the Api is built.
/// assert!(api().build().await.is_err());
/// # }
/// ```
///
/// A rejection is the response, and the rest of the way is not taken. Extractors own what they
/// take, since the request moves on: `HeaderMap` and `Identity` rather than `&HeaderMap` and
/// `&Identity`. Where something is to be borrowed, or taken in some cases only, the function calls
/// [`extract`](crate::extract) with `&request`; what that needs is not known beforehand.
///
/// What there is to take depends on where the layer stands. One of the outermost
/// [`Api::layer`](crate::Api::layer) sees the request before the router and the authenticators do: it
/// has states, headers, the query and the body, but neither an identity nor the parameters or the
/// [`MatchedPath`](crate::MatchedPath) of a route, and an API with such a layer is not built. Those
/// of [`Api::route_layer`](crate::Api::route_layer) and [`Routes::layer`](crate::Routes::layer) have
/// all of it.
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

/// A function that [`from_fn`] makes a layer of: `async fn(Request, Next) -> R`, with up to eight
/// extractors before the request.
///
/// `M` tells functions of different numbers of extractors apart.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no middleware",
    label = "expected an `async fn(Request, Next) -> R`",
    note = "a middleware takes up to eight extractors, then `Request`, then `Next`, and returns what is `IntoResponse`",
    note = "its extractors own what they take (`HeaderMap`, not `&HeaderMap`), since the request moves on",
    note = "of a closure, the types of all arguments are written out: `async |request: Request, next: Next| ..`"
)]
pub trait Middleware<M>: Clone + Send + Sync + 'static {
    #[doc(hidden)]
    fn call(&self, request: Request, next: Next) -> Answer;

    #[doc(hidden)]
    fn describe(operation: &mut Operation);
}

type Answer = BoxFuture<'static, Result<Response, Infallible>>;

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
            fn call(&self, request: Request, next: Next) -> Answer {
                middleware!(@call self request next; $($t)*)
            }

            fn describe(operation: &mut Operation) {
                let _ = &operation;
                $($t::describe(operation);)*
            }
        }
    };
    (@call $self:ident $request:ident $next:ident;) => {{
        let answer = $self($request, $next);
        Box::pin(async move { Ok(answer.await.into_response()) })
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

/// Boxed, which proves it `Send` where `T` is known for one lifetime only.
fn taken<'r, T: FromRequest<'r> + Send + 'r>(
    request: &'r Request,
) -> BoxFuture<'r, Result<T, Problem>> {
    let refused = |rejection| Problem::from_error(&rejection);
    match T::NOW {
        Some(now) => Box::pin(std::future::ready(now(request).map_err(refused))),
        None => Box::pin(async move { T::from_request(request).await.map_err(refused) }),
    }
}

/// The layer that [`from_fn`] makes.
#[derive(Clone)]
pub struct FromFn {
    call: Arc<dyn Fn(Request, Next) -> Answer + Send + Sync>,
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
