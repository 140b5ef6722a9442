//! `App`: an API that was built.

mod events;
mod header_limit;
#[cfg(feature = "server")]
mod served;
mod stream;
mod streamed;

#[cfg(feature = "lambda-http")]
use crate::interop::arrive;
use crate::{
    Body, BoxError, BoxFuture, Invocation, Problem, Request, Response,
    auth::{Installed, named_headers},
    catch_unwind::catch_unwind,
    deadline::Limit,
    error::framework,
    event::{self, DecodeOptions, Source, current},
    events::HandleEvent,
    hooks::Hooks,
    middleware::{CorsGate, Next, ProblemRenderer, copy_permission, timed_body, whole},
    path_normalization, sensitive,
    timing::Timing,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header::ORIGIN};
use std::{
    convert::Infallible,
    fmt,
    sync::{Arc, atomic::AtomicBool},
    task::{Context, Poll},
    time::Duration,
};
pub(crate) use stream::{SendingEnd, StreamError};
use tower::Service;

/// A built [`Api`](crate::Api): a tower service that handles requests and Lambda events.
///
/// Cloning it is cheap: all clones share one state.
///
/// As a service, it applies the timeouts of routes, and the deadline of a request that has an
/// [`Invocation`], once its body is read. Neither applies in a runtime other than tokio's or
/// without a timer. Equivalent spellings of a path are normalised, as in
/// [`event::decode`](crate::event::decode). The stream of a response body fails when its time is
/// over. With the feature `lambda-http`, it uses the invocation of a request from `lambda_http`,
/// and routes it by the path that the gateway sent; see the module `interop`. It does not run the
/// hooks at the end of the process ([`Api::on_shutdown`](crate::Api::on_shutdown)); the runtime
/// does.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    next: Next,
    cors: Option<CorsGate>,
    renderer: ProblemRenderer,
    timing: Timing,
    /// The response header with the id of the request.
    request_id_header: Option<HeaderName>,
    decode: DecodeOptions,
    authenticators: Vec<Installed>,
    /// Headers with credentials whose names do not show this.
    credentials: Vec<HeaderName>,
    hooks: Hooks,
    /// What handles events that are not HTTP requests.
    events: Option<Arc<dyn HandleEvent>>,
    /// Whether no event has been handled yet.
    cold: AtomicBool,
    /// Whether there was a warning about a source that streams.
    completion_noted: AtomicBool,
}

impl App {
    pub(crate) fn new(
        next: Next,
        cors: Option<CorsGate>,
        (renderer, timing): (ProblemRenderer, Timing),
        request_id_header: Option<HeaderName>,
        decode: DecodeOptions,
        authenticators: Vec<Installed>,
        (hooks, events): (Hooks, Option<Arc<dyn HandleEvent>>),
    ) -> Self {
        Self(Arc::new(Inner {
            next,
            cors,
            renderer,
            timing,
            request_id_header,
            decode,
            credentials: named_headers(&authenticators),
            authenticators,
            hooks,
            events,
            cold: AtomicBool::new(true),
            completion_noted: AtomicBool::new(false),
        }))
    }

    /// Lets authenticators fetch what they need, mainly keys, before the first request needs it.
    /// Waits for at most `limit`: unfinished work then continues, and a request retries what
    /// failed.
    pub(crate) async fn prepare(&self, limit: Duration) {
        let tasks: Vec<_> = self
            .0
            .authenticators
            .iter()
            .cloned()
            .map(|one| {
                tokio::spawn(async move {
                    // A panic here must not prevent the start.
                    if let Err(panic) = catch_unwind(one.prepare()).await {
                        panic.log("an authenticator panicked during preparation");
                    }
                })
            })
            .collect();
        let all = async {
            for task in tasks {
                let _ = task.await;
            }
        };
        let _ = tokio::time::timeout(limit, all).await;
    }

    /// Whether responses to a source are streams.
    pub(crate) fn streams_to(&self, source: Source) -> bool {
        self.0.timing.streams_to(Some(source))
    }

    /// The application's hooks for the life of the process.
    pub(crate) fn hooks(&self) -> &Hooks {
        &self.0.hooks
    }

    /// What handles events that are not HTTP requests.
    #[cfg(feature = "websocket")]
    pub(crate) fn events(&self) -> Option<&dyn HandleEvent> {
        self.0.events.as_deref()
    }

    /// Adds the header with the id of the request, if the application has set one.
    fn tell_request_id(&self, headers: &mut HeaderMap, invocation: &Invocation) {
        if let Some(name) = &self.0.request_id_header
            && let Some(id) = invocation.request_id()
        {
            // A caller with permission to invoke the function can send an id that is not a valid
            // header value.
            match HeaderValue::from_str(id) {
                Ok(id) => headers.insert(name, id),
                Err(_) => headers.remove(name),
            };
        }
    }

    /// The response, and whether the request is `HEAD`. A panic becomes a problem.
    async fn response(&self, request: Request, invocation: &Invocation) -> (Response, bool) {
        let asked = self.asked(request.method(), request.headers());
        let is_head = asked.is_head;
        let response = match catch_unwind(async { self.respond(request).await }).await {
            Ok(response) => response,
            Err(panic) => self.reject(asked, panic.problem(), invocation).await,
        };
        (response, is_head)
    }

    /// Replaces a response that has already passed the CORS layer by a problem with the same CORS
    /// headers.
    async fn instead_of(
        &self,
        before: &http::response::Parts,
        problem: Problem,
        invocation: &Invocation,
    ) -> (http::response::Parts, Bytes) {
        let (mut parts, body) =
            in_memory(self.0.renderer.problem_without_request(problem, invocation)).await;
        copy_permission(&before.headers, &mut parts.headers);
        (parts, body)
    }

    /// The data of a request that is needed if a panic takes the request.
    fn asked(&self, method: &Method, headers: &HeaderMap) -> Asked {
        let cors = self.0.cors.as_ref();
        Asked {
            is_head: method == Method::HEAD,
            origin: cors.and_then(|_| headers.get(ORIGIN)).cloned(),
        }
    }

    /// Responds with a problem to a request that is not passed on, inside CORS.
    async fn reject(&self, asked: Asked, problem: Problem, invocation: &Invocation) -> Response {
        let mut response = self.0.renderer.problem_without_request(problem, invocation);
        if let Some(cors) = &self.0.cors {
            response = cors.allow(asked.origin, response).await;
        }
        if asked.is_head {
            without_body(response)
        } else {
            response
        }
    }

    /// The request with its whole body, within the limits.
    async fn admit<B>(&self, head: &http::request::Parts, body: B) -> Result<Body, Problem>
    where
        B: http_body::Body + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let limits = &self.0.decode.limits;
        limits.check(head).map_err(framework::over_limit)?;
        whole(body, || limits.body).await
    }

    fn respond(&self, request: Request) -> BoxFuture<'static, Response> {
        let is_head = request.method() == Method::HEAD;
        let response = match &self.0.cors {
            Some(cors) => cors.handle(request),
            None => self.0.next.handle(request),
        };
        if is_head {
            Box::pin(async move { without_body(response.await) })
        } else {
            response
        }
    }
}

/// The parts of a request that its response depends on.
struct Asked {
    is_head: bool,
    origin: Option<HeaderValue>,
}

fn source(invocation: &Invocation) -> Source {
    invocation.source().unwrap_or(Source::HttpApi)
}

/// The response to `HEAD`: the headers of the `GET` (RFC 9110, section 9.3.2).
fn without_body(mut response: Response) -> Response {
    *response.body_mut() = Body::empty();
    response
}

#[cfg(not(feature = "lambda-http"))]
fn arrive(_: &mut http::request::Parts, _: &DecodeOptions) -> Result<(), Problem> {
    Ok(())
}

/// Normalises the path, as for decoded events.
fn spell(head: &mut http::request::Parts) {
    if let Some(uri) = path_normalization::normal_uri(&head.uri) {
        if head.extensions.get::<Invocation>().is_none() {
            head.extensions.insert(Invocation::spelt(head.uri.path()));
        }
        head.uri = uri;
    }
}

/// The response of a problem. If an `on_problem` hook returned a stream that fails or is slow, only
/// its status and headers.
async fn in_memory(response: Response) -> (http::response::Parts, Bytes) {
    // The time limit of the request itself may have passed.
    let limit = || Some(Limit::within(Duration::from_millis(100)));
    let (mut parts, body) = timed_body(response, limit).into_parts();
    let body = catch_unwind(body.collect()).await;
    let body = body.ok().and_then(Result::ok).unwrap_or_default();
    if body.is_empty() {
        event::settle_length(parts.status, &mut parts.headers);
    }
    (parts, body)
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("App")
    }
}

impl<B> Service<http::Request<B>> for App
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
        let app = self.clone();
        Box::pin(async move {
            let (mut head, body) = request.into_parts();
            let readable = arrive(&mut head, &app.0.decode);
            let asked = app.asked(&head.method, &head.headers);
            // Only needed for the request id header.
            let invocation = app.0.request_id_header.as_ref();
            let invocation = invocation.and_then(|_| head.extensions.get::<Invocation>().cloned());
            let outcome = catch_unwind(async {
                sensitive::mark_all(&mut head.headers, &app.0.credentials);
                let admitted = match readable {
                    Ok(()) => app.admit(&head, body).await,
                    Err(problem) => Err(problem),
                };
                spell(&mut head);
                match admitted {
                    Ok(body) => {
                        let request = Request::from_parts(head, body);
                        match request.extensions().get::<Invocation>().cloned() {
                            Some(current) => current::scope(current, app.respond(request)).await,
                            None => app.respond(request).await,
                        }
                    }
                    Err(problem) => {
                        let asked = app.asked(&head.method, &head.headers);
                        let invocation = head.extensions.get::<Invocation>();
                        let invocation = invocation.cloned().unwrap_or_default();
                        app.reject(asked, problem, &invocation).await
                    }
                }
            });
            let mut response = match outcome.await {
                Ok(response) => response,
                Err(panic) => {
                    let none = Invocation::default();
                    app.reject(asked, panic.problem(), &none).await
                }
            };
            if let Some(invocation) = invocation {
                app.tell_request_id(response.headers_mut(), &invocation);
            }
            Ok(response)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_can_be_shared_between_threads() {
        fn assert<T: Clone + Send + Sync + 'static>() {}
        assert::<App>();
    }
}
