//! The rest of the way to the handler, as a tower service that layers wrap.

use super::{Finish, LayerFn, Note};
use crate::{
    Body, BoxError, BoxFuture, IntoResponse, Limits, Problem, Request, Response,
    body::{Fair, take},
    error::framework,
    limits::Measure,
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::{
    convert::Infallible,
    fmt,
    sync::Arc,
    task::{Context, Poll},
};
use tower::{Layer, Service, ServiceExt};

/// Everything behind a layer, up to the handler.
///
/// A [`from_fn`](crate::from_fn) middleware calls [`run`](Next::run); a tower layer wraps it as the
/// service that it is. A layer that changes the type of the request's body is fine: the body is
/// collected again here, so that handlers can always borrow from it.
#[derive(Clone)]
pub struct Next(pub(super) Arc<dyn Handle>);

/// Answers one request.
pub(crate) trait Handle: Send + Sync {
    fn handle(&self, request: Request) -> BoxFuture<'static, Response>;

    /// Is told what a middleware around this says of itself.
    fn note(&self, note: &Note) {
        let _ = note;
    }
}

impl Next {
    pub(crate) fn new(handle: impl Handle + 'static) -> Self {
        Self(Arc::new(handle))
    }

    /// Lets the request go on, and waits for the reply.
    pub async fn run(self, request: Request) -> Response {
        if !request.body().is_stream() {
            return self.0.handle(request).await;
        }
        match buffered(request).await {
            Ok(request) => self.0.handle(request).await,
            Err(problem) => problem.into_response(),
        }
    }

    pub(crate) fn handle(&self, request: Request) -> BoxFuture<'static, Response> {
        self.0.handle(request)
    }

    pub(super) fn note(&self, note: &Note) {
        self.0.note(note);
    }
}

impl fmt::Debug for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Next")
    }
}

impl<B> Service<http::Request<B>> for Next
where
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let next = self.clone();
        Box::pin(async move {
            Ok(match buffered(request).await {
                Ok(request) => next.handle(request).await,
                Err(problem) => problem.into_response(),
            })
        })
    }
}

/// The request with its whole body in memory. A layer may make more of a body than came, as one that
/// decompresses it does.
async fn buffered<B>(request: http::Request<B>) -> Result<Request, Problem>
where
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    let (parts, body) = request.into_parts();
    let body = whole(body, || Limits::of(&parts.extensions).body).await?;
    Ok(Request::from_parts(parts, body))
}

/// The whole body, which is within the limit: a stream is not read any further.
pub(crate) async fn whole<B>(body: B, limit: impl FnOnce() -> usize) -> Result<Body, Problem>
where
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    let mut slot = Some(body);
    match take::<B, Body>(&mut slot) {
        Some(body) if !body.is_stream() => {
            let size = body.bytes().len();
            if size > 0 {
                Measure::Body
                    .check(size, limit())
                    .map_err(framework::over_limit)?;
            }
            Ok(body)
        }
        Some(stream) => collect(stream, limit()).await,
        None => match slot {
            Some(other) => collect(other, limit()).await,
            None => Ok(Body::empty()),
        },
    }
}

async fn collect<B>(body: B, limit: usize) -> Result<Body, Problem>
where
    B: http_body::Body,
    B::Error: Into<BoxError>,
{
    // What says that it is too large is not read at all.
    if let Ok(least) = usize::try_from(body.size_hint().lower()) {
        Measure::Body
            .check(least, limit)
            .map_err(framework::over_limit)?;
    }
    match Limited::new(Fair::new(body), limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes().into()),
        // Of this limit, or of a narrower one that a layer has put around the body.
        Err(error) if error.is::<LengthLimitError>() => Err(framework::body_too_large()),
        Err(error) => Err(framework::unreadable_body(&*error)),
    }
}

pub(crate) fn erase_layer<L, B>(layer: L) -> LayerFn
where
    L: Layer<Next> + Send + Sync + 'static,
    L::Service: Service<Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    <L::Service as Service<Request>>::Future: Send,
    <L::Service as Service<Request>>::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    LayerFn::new(move |next, finish| as_next(layer.layer(next), finish))
}

/// A tower service that becomes a part of the way when it is known how the application completes
/// problems.
pub(crate) type ServiceFn = Box<dyn Fn(&Finish) -> Next + Send + Sync>;

pub(crate) fn erase_service<S, B>(service: S) -> ServiceFn
where
    S: Service<Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    Box::new(move |finish| as_next(service.clone(), finish))
}

fn as_next<S, B>(service: S, finish: &Finish) -> Next
where
    S: Service<Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    Next::new(Layered {
        service,
        finish: finish.clone(),
    })
}

struct Layered<S> {
    service: S,
    finish: Finish,
}

impl<S, B> Handle for Layered<S>
where
    S: Service<Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn handle(&self, request: Request) -> BoxFuture<'static, Response> {
        let service = self.service.clone();
        let finish = self.finish.clone();
        Box::pin(async move {
            let invocation = finish.remember(&request);
            let response = match service.oneshot(request).await {
                Ok(response) => response.map(Body::of_layer),
                Err(error) => framework::internal(&*error.into()).into_response(),
            };
            finish.response(response, &invocation)
        })
    }
}
