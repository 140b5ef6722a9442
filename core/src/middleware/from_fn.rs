//! Middleware from an async function.

use super::Next;
use crate::{BoxFuture, IntoResponse, Request, Response};
use std::{
    convert::Infallible,
    fmt,
    future::Future,
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
/// The function may also answer by itself, with anything that is
/// [`IntoResponse`](crate::IntoResponse); a [`Problem`](crate::Problem) is completed with the id of
/// the request.
pub fn from_fn<F, Fut, R>(function: F) -> FromFn<F>
where
    F: Fn(Request, Next) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = R> + Send + 'static,
    R: IntoResponse,
{
    FromFn { function }
}

/// The layer that [`from_fn`] makes.
#[derive(Clone)]
pub struct FromFn<F> {
    function: F,
}

impl<F> fmt::Debug for FromFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FromFn({})", std::any::type_name::<F>())
    }
}

impl<F: Clone> Layer<Next> for FromFn<F> {
    type Service = FromFnService<F>;

    fn layer(&self, next: Next) -> Self::Service {
        FromFnService {
            function: self.function.clone(),
            next,
        }
    }
}

/// The service of a [`FromFn`] layer.
#[derive(Clone)]
pub struct FromFnService<F> {
    function: F,
    next: Next,
}

impl<F> fmt::Debug for FromFnService<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FromFnService({})", std::any::type_name::<F>())
    }
}

impl<F, Fut, R> Service<Request> for FromFnService<F>
where
    F: Fn(Request, Next) -> Fut,
    Fut: Future<Output = R> + Send + 'static,
    R: IntoResponse,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let answer = (self.function)(request, self.next.clone());
        Box::pin(async move { Ok(answer.await.into_response()) })
    }
}
