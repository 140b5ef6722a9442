//! `Next`: the service that layers wrap.

use super::ProblemRenderer;
use crate::{
    Body, BoxError, BoxFuture, IntoResponse, Invocation, Operation, Problem, Request, Response,
    body::{Fair, take},
    error::framework,
    limits::Measure,
    matched_route::limits_of,
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::{
    convert::Infallible,
    fmt,
    sync::Arc,
    task::{Context, Poll},
};
use tower::{Service, ServiceExt};

/// The rest of the services up to the handler, which a layer wraps.
///
/// A [`from_fn`](crate::middleware::from_fn) middleware calls [`run`](Next::run); a tower layer wraps it as a
/// service. A layer may change the type of the request's body: the body is collected again here, so
/// that handlers can always borrow from it.
#[derive(Clone)]
pub struct Next(pub(super) Arc<dyn Handle>);

/// Handles a request.
pub(crate) trait Handle: Send + Sync {
    fn handle(&self, request: Request) -> BoxFuture<'static, Response>;

    /// Receives the description of a middleware around this.
    fn note(&self, note: &Note) {
        let _ = note;
    }
}

/// The name of a [`from_fn`](crate::middleware::from_fn) middleware, and the description of its
/// extractors.
#[derive(Clone, Copy)]
pub(crate) struct Note {
    pub(crate) name: &'static str,
    pub(crate) describe: fn(&mut Operation),
}

impl Next {
    pub(crate) fn new(handle: impl Handle + 'static) -> Self {
        Self(Arc::new(handle))
    }

    /// Passes the request on, and returns the response.
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

/// The request with its whole body in memory. A layer can enlarge a body, such as one that
/// decompresses it.
async fn buffered<B>(request: http::Request<B>) -> Result<Request, Problem>
where
    B: http_body::Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    let (parts, body) = request.into_parts();
    let body = whole(body, || limits_of(&parts.extensions).body).await?;
    Ok(Request::from_parts(parts, body))
}

/// The whole body, if it is within the limit; otherwise a stream is not read any further.
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
    // A body whose stated size exceeds the limit is not read at all.
    if let Ok(least) = usize::try_from(body.size_hint().lower()) {
        Measure::Body
            .check(least, limit)
            .map_err(framework::over_limit)?;
    }
    match Limited::new(Fair::new(body), limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes().into()),
        // The limit is this one, or a lower one that a layer has set on the body.
        Err(error) if error.is::<LengthLimitError>() => Err(framework::body_too_large()),
        Err(error) => Err(framework::unreadable_body(&*error)),
    }
}

/// Creates a service once it is known how the application completes problems.
pub(crate) type ServiceFn = Box<dyn Fn(&ProblemRenderer) -> Next + Send + Sync>;

pub(crate) fn erase_service<S, B>(service: S) -> ServiceFn
where
    S: Service<Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    Box::new(move |renderer| as_next(service.clone(), renderer))
}

pub(super) fn as_next<S, B>(service: S, renderer: &ProblemRenderer) -> Next
where
    S: Service<Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    Next::new(Layered {
        service,
        renderer: renderer.clone(),
    })
}

struct Layered<S> {
    service: S,
    renderer: ProblemRenderer,
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
        let renderer = self.renderer.clone();
        Box::pin(async move {
            let invocation = Invocation::of(&request).clone();
            let response = match service.oneshot(request).await {
                Ok(response) => response.map(Body::of_layer),
                Err(error) => framework::internal(&*error.into()).into_response(),
            };
            renderer.response(response, &invocation)
        })
    }
}
