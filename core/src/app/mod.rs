//! `App`: an API that was built.

#[cfg(feature = "server")]
mod served;
mod stream;

#[cfg(feature = "lambda-http")]
use crate::interop::arrive;
use crate::{
    Body, BoxError, BoxFuture, Invocation, LambdaContext, Problem, Request, Response,
    auth::{Installed, named_headers},
    catch_unwind::{Panic, catch_unwind},
    deadline::{Limit, LimitedBy},
    error::framework,
    event::{self, DecodeError, DecodeOptions, EventResponse, Source, current},
    hooks::Hooks,
    log,
    middleware::{
        CorsGate, FailedLink, Next, ProblemRenderer, Restyled, copy_permission, find_elapsed,
        timed_body, whole,
    },
    path_normalization, sensitive,
    timing::Timing,
};
use bytes::Bytes;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, header::ORIGIN};
use http_body_util::LengthLimitError;
use std::{
    convert::Infallible,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use stream::Begun;
pub(crate) use stream::StreamError;
use tokio::time::Instant;
use tower::Service;
use tracing::{Instrument, Span};

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
        hooks: Hooks,
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

    /// Handles one Lambda event as on Lambda: decodes it, handles the request and encodes the
    /// response.
    ///
    /// This includes the deadline, if the event or `lambda` has one: a handler that waits too long
    /// is stopped, and the response is a 504 problem. Requires a tokio runtime with a timer.
    ///
    /// A response that gateways do not accept, with a status of 1xx or above 599, is replaced by a
    /// 500 problem whose cause is logged; [`event::encode`](crate::event::encode) lists what else
    /// is left out. If the header fields come close to the limit of the source (four fifths of
    /// [`Source::response_header_limit`](crate::event::Source::response_header_limit)), a warning
    /// is logged, with their length and the name of the longest.
    ///
    /// The hooks of [`Api::after_response`](crate::Api::after_response) run before this returns the
    /// response, so that a test sees their effects.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use lambda_api::{Api, LambdaContext, api_handler, routes};
    ///
    /// #[api_handler(GET "/health")]
    /// async fn health() -> &'static str { "ok" }
    ///
    /// let app = Api::new().routes(routes![health]).build().await?;
    /// let event = r#"{"version": "2.0", "rawPath": "/health", "requestContext": {"http": {"method": "GET"}}}"#;
    /// let response = app.handle_event(event.into(), LambdaContext::default()).await?;
    /// assert!(String::from_utf8(response)?.contains(r#""statusCode":200"#));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// An event with `invokeCompletionStatus`, which a REST API sends after a stream, is acknowledged with
    /// `null`. Without `rest` among the [sources that stream](crate::Api::stream_on), the first one is a
    /// warning.
    ///
    /// # Errors
    /// Returns [`DecodeError::UnsupportedEvent`] if the event does not come from an HTTP source.
    /// All other errors are responses.
    pub async fn handle_event(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> Result<Vec<u8>, DecodeError> {
        let (response, _) = self.handle_event_with_extensions(event, lambda).await?;
        Ok(response)
    }

    /// Handles one Lambda event as [`handle_event`](App::handle_event) does, and returns a stream where the source
    /// of the event [streams](crate::Api::stream_on): then *every* response is a stream, also a problem.
    ///
    /// The functions of [`Api::after_response`](crate::Api::after_response) do not run, since the response has
    /// not been sent yet.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use lambda_api::{Api, LambdaContext, api_handler, event::{EventResponse, Source}, routes};
    ///
    /// #[api_handler(GET "/health")]
    /// async fn health() -> &'static str { "ok" }
    ///
    /// let api = Api::new().routes(routes![health]).stream_on([Source::FunctionUrl]);
    /// let app = api.build().await?;
    /// let event = r#"{"version": "2.0", "rawPath": "/health", "requestContext": {
    ///     "domainName": "abc.lambda-url.eu-west-1.on.aws", "http": {"method": "GET"}}}"#;
    /// let response = app.stream_event(event.into(), LambdaContext::default()).await?;
    /// let EventResponse::Stream(body) = response else { panic!("no stream") };
    /// assert!(body.collect().await.unwrap().ends_with(b"\0\0\0\0\0\0\0\0ok"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`handle_event`](App::handle_event).
    pub async fn stream_event(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> Result<EventResponse, DecodeError> {
        let (response, _) = self.event_response(event, lambda, Mode::OfSource).await?;
        Ok(response)
    }

    /// Like [`App::handle_event`], with the extensions of the response, which the client does not
    /// see. For tests.
    pub(crate) async fn handle_event_with_extensions(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> Result<(Vec<u8>, Extensions), DecodeError> {
        let deadline_ms = lambda.deadline_ms;
        let both = self.event_response(event, lambda, Mode::Buffered).await;
        if let Some(after) = self.0.hooks.responded(deadline_ms) {
            after.await;
        }
        let (response, extensions) = both?;
        Ok((buffered(response), extensions))
    }

    /// Like [`App::stream_event`], with the extensions of the response. For tests.
    pub(crate) async fn stream_event_with_extensions(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> Result<(EventResponse, Extensions), DecodeError> {
        self.event_response(event, lambda, Mode::OfSource).await
    }

    /// The buffered response to an event, for callers that run the functions of `after_response` themselves.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) async fn respond_to_event(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> Result<Vec<u8>, DecodeError> {
        let (response, _) = self.event_response(event, lambda, Mode::Buffered).await?;
        Ok(buffered(response))
    }

    async fn event_response(
        &self,
        event: Bytes,
        lambda: LambdaContext,
        mode: Mode,
    ) -> Result<(EventResponse, Extensions), DecodeError> {
        // Only those that tests read are kept; the others are dropped where a panic is caught.
        let both = async {
            let (response, mut extensions) = self.encoded_response(event, lambda, mode).await?;
            let mut kept = Extensions::new();
            if let Some(restyled) = extensions.remove::<Restyled>() {
                kept.insert(restyled);
            }
            if let Some(failed) = extensions.remove::<FailedLink>() {
                kept.insert(failed);
            }
            Ok((response, kept))
        };
        match catch_unwind(both).await {
            Ok(both) => both,
            Err(panic) => Ok((EventResponse::Buffered(bare(panic)), Extensions::new())),
        }
    }

    async fn encoded_response(
        &self,
        event: Bytes,
        lambda: LambdaContext,
        mode: Mode,
    ) -> Result<(EventResponse, Extensions), DecodeError> {
        let streams = |invocation: &Invocation| {
            mode == Mode::OfSource && self.0.timing.streams_to(invocation.source())
        };
        let (invocation, (mut parts, body)) = match event::decode(event, lambda, &self.0.decode) {
            Ok(mut request) => {
                sensitive::mark(request.headers_mut(), &self.0.credentials);
                let invocation = Invocation::of(&request).clone();
                let cold = self.0.cold.swap(false, Ordering::Relaxed);
                let span = log::span(&invocation, cold);
                invocation.set_span(span.clone());
                if streams(&invocation) {
                    return Ok(Box::pin(self.streamed_response(request, invocation, span)).await);
                }
                let response = self.whole_response(request, &invocation).instrument(span);
                let response = current::scope(invocation.clone(), response).await;
                (invocation, response)
            }
            Err(error) if error.is_completion() => {
                self.note_completion();
                let acknowledged = EventResponse::Buffered(b"null".to_vec());
                return Ok((acknowledged, Extensions::new()));
            }
            Err(error) => {
                let (invocation, head, problem) = error.into_parts()?;
                let asked = self.asked(head.method(), head.headers());
                let response = self.reject(asked, problem, &invocation).await;
                let (parts, body) = in_memory(response).await;
                if streams(&invocation) {
                    return Ok(self.stream_of(parts, Begun::Whole(body), &invocation));
                }
                (invocation, (parts, body))
            }
        };
        self.tell_request_id(&mut parts.headers, &invocation);
        let source = source(&invocation);
        let mut response = event::encode_measured(source, &parts, &body);
        let limit = self.response_limit(&invocation);
        if response.json.len() > limit {
            // Otherwise the gateway would respond with an error that explains nothing.
            let problem = framework::response_too_large(response.json.len(), limit);
            let body;
            (parts, body) = self.instead_of(&parts, problem, &invocation).await;
            self.tell_request_id(&mut parts.headers, &invocation);
            response = event::encode_measured(source, &parts, &body);
        }
        check_header_limit(source, response.header_bytes, &parts.headers, &invocation);
        Ok((EventResponse::Buffered(response.json), parts.extensions))
    }

    /// A REST API reports the end of a stream, so it streams.
    #[cold]
    fn note_completion(&self) {
        let is_known = self.0.timing.streams_to(Some(Source::RestApi));
        if !is_known && !self.0.completion_noted.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                target: "lambda_api",
                "a REST API streams, and its clients get 502: \
                 `rest` is missing in `LAMBDA_API_STREAM` or in `Api::stream_on`"
            );
        }
    }

    /// The response to a request from a source that streams.
    async fn streamed_response(
        &self,
        request: Request,
        invocation: Invocation,
        span: Span,
    ) -> (EventResponse, Extensions) {
        let limit = source(&invocation).stream_limit().unwrap_or(usize::MAX);
        let response = async {
            let (response, is_head) = self.response(request, &invocation).await;
            self.begin(response, is_head, limit, &invocation).await
        };
        let response = response.instrument(span);
        let (parts, begun) = current::scope(invocation.clone(), response).await;
        self.stream_of(parts, begun, &invocation)
    }

    /// Begins to send a response as its body is made: for servers, which have no limit of a source.
    ///
    /// A body that fails before its first part becomes a problem. Later errors and panics are logged, and end
    /// the body early, and so do the timeout of streams and a wrong `content-length`. The body is polled in the
    /// span of the invocation.
    #[cfg(feature = "server")]
    pub(crate) async fn begin_response(
        &self,
        response: Response,
        is_head: bool,
        invocation: &Invocation,
    ) -> Response {
        let (parts, begun) = self.begin(response, is_head, usize::MAX, invocation).await;
        Response::from_parts(parts, begun.into_body(None))
    }

    async fn begin(
        &self,
        response: Response,
        is_head: bool,
        limit: usize,
        invocation: &Invocation,
    ) -> (http::response::Parts, Begun) {
        let (mut parts, body) = response.into_parts();
        let most = limit.min(self.0.decode.limits.response);
        let begun = if event::is_final(parts.status) {
            let has_body = !event::has_no_body(parts.status);
            let body = self.limit_stream(body);
            let limits = (most, limit);
            Begun::new(body, has_body, limits, self.0.timing, (&parts, invocation)).await
        } else {
            Err(framework::unsendable(parts.status))
        };
        match begun {
            Ok(begun) => {
                if begun.is_empty() && !is_head {
                    event::settle_length(parts.status, &mut parts.headers);
                }
                (parts, begun)
            }
            Err(problem) => {
                let (parts, body) = self.instead_of(&parts, problem, invocation).await;
                let body = if is_head { Bytes::new() } else { body };
                (parts, Begun::Whole(body))
            }
        }
    }

    /// Applies the timeout of streams, which begins now.
    fn limit_stream(&self, body: Body) -> Body {
        let Some(timeout) = self.0.timing.stream else {
            return body;
        };
        let started = Instant::now();
        let limit = move || {
            let gone = started.elapsed();
            Some(Limit {
                left: timeout.saturating_sub(gone),
                gone,
                by: LimitedBy::Stream(timeout),
            })
        };
        timed_body(Response::new(body), limit).into_body()
    }

    /// What is sent to Lambda: the head of a response, and its body.
    fn stream_of(
        &self,
        mut parts: http::response::Parts,
        begun: Begun,
        invocation: &Invocation,
    ) -> (EventResponse, Extensions) {
        self.tell_request_id(&mut parts.headers, invocation);
        let source = source(invocation);
        let prelude = event::encode_prelude_measured(source, &parts, begun.whole());
        check_header_limit(source, prelude.header_bytes, &parts.headers, invocation);
        let body = begun.into_body(Some(prelude.json));
        (EventResponse::Stream(body), parts.extensions)
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

    /// The maximum size of a response in bytes.
    fn response_limit(&self, invocation: &Invocation) -> usize {
        let source = source(invocation);
        source.response_limit().min(self.0.decode.limits.response)
    }

    /// The response with its whole body. Any error on the way becomes a problem.
    async fn whole_response(
        &self,
        request: Request,
        invocation: &Invocation,
    ) -> (http::response::Parts, Bytes) {
        let (response, is_head) = self.response(request, invocation).await;
        let (mut parts, body) = response.into_parts();
        // The JSON is never smaller.
        let limit = self.response_limit(invocation);
        let problem = if event::is_final(parts.status) {
            match catch_unwind(body.collect_within(limit)).await {
                Ok(Ok(body)) => {
                    if body.is_empty() && !is_head {
                        event::settle_length(parts.status, &mut parts.headers);
                    }
                    return (parts, body);
                }
                Ok(Err(error)) => match find_elapsed(&*error) {
                    Some(late) => self.0.timing.problem(late),
                    None if error.is::<LengthLimitError>() => framework::stream_too_large(limit),
                    None => framework::internal(&*error),
                },
                Err(panic) => panic.problem(),
            }
        } else {
            framework::unsendable(parts.status)
        };
        let (parts, body) = self.instead_of(&parts, problem, invocation).await;
        (parts, if is_head { Bytes::new() } else { body })
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

/// The form of the response to an event.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Buffered,
    /// A stream, if the source streams.
    OfSource,
}

fn buffered(response: EventResponse) -> Vec<u8> {
    match response {
        EventResponse::Buffered(json) => json,
        // Not in this mode.
        EventResponse::Stream(body) => body.bytes().to_vec(),
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

/// The response to an event that could not be handled, when nothing else is known: an error in this
/// library, or in the drop of a value of the application.
#[cold]
fn bare(panic: Panic) -> Vec<u8> {
    let problem = panic.problem();
    problem.log();
    let (parts, body) = problem.render().into_parts();
    event::encode_measured(Source::HttpApi, &parts, body.bytes()).json
}

/// Warns of a response whose header fields are near the limit of its source.
fn check_header_limit(source: Source, found: usize, headers: &HeaderMap, invocation: &Invocation) {
    if let Some(limit) = source.response_header_limit()
        && found > limit / 5 * 4
    {
        warn_of_headers(found, limit, headers, invocation);
    }
}

/// Warns that a source may reject a response for its header fields, since nothing in the response
/// shows it. Values may be secrets and are not logged.
#[cold]
fn warn_of_headers(found: usize, limit: usize, headers: &HeaderMap, invocation: &Invocation) {
    let longest = headers.iter().max_by_key(|(_, value)| value.len());
    tracing::warn!(
        target: "lambda_api",
        request_id = invocation.request_id(),
        source = invocation.source().map(Source::name),
        header_bytes = found,
        limit,
        longest = longest.map(|(name, _)| name.as_str()),
        "the header fields of the response are near or over the limit of the source"
    );
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
    let limit = || {
        Some(Limit {
            left: Duration::from_millis(100),
            gone: Duration::ZERO,
            by: LimitedBy::Deadline,
        })
    };
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
    use crate::{
        Api, Routes,
        endpoint::{INVALID, Route},
        middleware::from_fn,
        path_shape::Shape,
    };

    #[test]
    fn an_app_can_be_shared_between_threads() {
        fn assert<T: Clone + Send + Sync + 'static>() {}
        assert::<App>();
    }

    type Call = for<'r> fn(&'r Request) -> BoxFuture<'r, Response>;

    /// Handles one event on a route that responds with these headers. Returns the log records and
    /// the response.
    fn respond(source: Source, call: Call) -> (Vec<serde_json::Value>, String) {
        let route: &'static Route = Box::leak(Box::new(Route {
            method: "GET",
            path: "/",
            shape: Shape::of("/"),
            call,
            ..INVALID
        }));
        let request = http::Request::new(Bytes::new());
        let gateway = event::emulate::GatewayContext::new();
        let event = event::emulate::event(source, &request, &gateway).to_string();
        let mut text = String::new();
        let records = log::capture(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            runtime.expect("a runtime").block_on(async {
                let routes = Routes::__new(std::slice::from_ref(route));
                let app = Api::new().routes(routes).build().await.expect("no errors");
                let response = app.respond_to_event(event.into(), LambdaContext::default());
                let response = response.await.expect("a response");
                text = String::from_utf8(response).expect("UTF-8");
            });
        });
        (records, text)
    }

    #[test]
    fn a_status_that_gateways_reject_is_logged() {
        let (records, text) = respond(Source::RestApi, |_| {
            Box::pin(async {
                let mut response = Response::default();
                *response.status_mut() = http::StatusCode::SWITCHING_PROTOCOLS;
                response
            })
        });
        let [record] = &records[..] else {
            panic!("{records:?}");
        };
        assert_eq!(record["level"], "ERROR");
        assert_eq!(record["code"], "internal_error");
        assert_eq!(
            record["cause"],
            "the response has the status 101, but gateways only accept 200 to 599"
        );
        assert!(
            text.contains(r#""statusCode":500"#) && !text.contains("101"),
            "{text}"
        );
    }

    #[test]
    fn large_response_headers_are_one_warning() {
        fn with<const LENGTH: usize>() -> Call {
            |_| {
                Box::pin(async {
                    let mut response = Response::default();
                    let secret = "s".repeat(LENGTH / 2);
                    for name in ["x-a", "set-cookie"] {
                        let value = secret.parse().expect("a value");
                        response.headers_mut().append(name, value);
                    }
                    response
                })
            }
        }
        for (source, call, limit) in [
            (Source::HttpApi, with::<4_000>(), None),
            (Source::HttpApi, with::<8_000>(), None),
            (Source::HttpApi, with::<9_000>(), Some(10_240)),
            (Source::HttpApi, with::<20_000>(), Some(10_240)),
            (Source::HttpApiV1, with::<9_000>(), Some(10_240)),
            (Source::RestApi, with::<9_000>(), Some(10_240)),
            (Source::Alb, with::<20_000>(), None),
            (Source::Alb, with::<30_000>(), Some(32_768)),
            (Source::AlbMultiValue, with::<40_000>(), Some(32_768)),
            (Source::FunctionUrl, with::<40_000>(), None),
            (Source::FunctionUrl, with::<1_000_000>(), Some(1_048_576)),
            (Source::LatticeV2, with::<40_000>(), None),
        ] {
            let (records, text) = respond(source, call);
            assert!(text.contains(r#""statusCode":200"#), "{source}");
            assert_eq!(records.len(), usize::from(limit.is_some()), "{records:?}");
            for record in records {
                assert_eq!(record["level"], "WARN");
                assert_eq!(record["limit"].as_u64(), limit);
                assert_eq!(record["source"], source.name());
                assert!(!record.to_string().contains("ssss"), "{record}");
            }
        }
    }

    #[test]
    fn handler_records_name_the_route_inside_layer_spans() {
        async fn traced(request: Request, next: Next) -> Response {
            next.run(request)
                .instrument(tracing::info_span!("of a layer"))
                .await
        }
        static ROUTE: Route = Route {
            method: "GET",
            path: "/orders/{id}",
            shape: Shape::of("/orders/{id}"),
            call: |_| {
                Box::pin(async {
                    tracing::info!("found");
                    Response::default()
                })
            },
            ..INVALID
        };
        let records = log::capture(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            runtime.expect("a runtime").block_on(async {
                let routes = Routes::__new(std::slice::from_ref(&ROUTE));
                let api = Api::new().routes(routes).layer(from_fn(traced));
                let app = api.build().await.expect("no errors");
                for path in ["/orders/7", "/nothing"] {
                    let event = format!(
                        r#"{{"rawPath": "{path}", "requestContext": {{"http": {{"method": "GET"}},
                            "requestId": "id-1"}}}}"#
                    );
                    let response = app.handle_event(event.into(), LambdaContext::default());
                    assert!(response.await.is_ok());
                }
            });
        });
        let [found, rejected] = &records[..] else {
            panic!("{records:?}");
        };
        assert_eq!(found["message"], "found");
        assert_eq!(found["route"], "/orders/{id}");
        assert_eq!(found["cold_start"], true);
        assert_eq!(rejected["code"], "route_not_found");
        assert_eq!(rejected["gateway_request_id"], "id-1");
        assert_eq!(rejected["cold_start"], false);
        assert!(rejected.get("route").is_none());
    }
}
