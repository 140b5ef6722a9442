//! An API that answers.

#[cfg(feature = "lambda-http")]
use crate::interop::arrive;
use crate::{
    Body, BoxError, BoxFuture, Invocation, LambdaContext, Next, Problem, Request, Response,
    auth::{Installed, named_headers},
    current,
    error::framework,
    event::{self, DecodeError, DecodeOptions, Source},
    middleware::{
        CorsGate, Finish, Limit, Panic, Restyled, Timing, caught, copy_permission, late,
        timed_body, whole,
    },
    runtime::{Hooks, log},
    sensitive, spelling,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header::ORIGIN};
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
use tower::Service;
use tracing::Instrument;

/// A built [`Api`](crate::Api): a tower service that answers requests, and Lambda events.
///
/// Cloning it is cheap: all clones share one state.
///
/// As a service it keeps the timeouts of routes, and the deadline of a request that has an
/// [`Invocation`], once its body is read; in another runtime than tokio's, or in one without a timer,
/// neither. Equivalent spellings of a path become one, as in [`event::decode`](crate::event::decode).
/// The stream of a response body fails when its time is over. With the feature `lambda-http` it knows
/// the invocation of a request that `lambda_http` has made, and routes it by the path that the gateway
/// sent; see the module `interop`. What an `Api` wants to do at the end of the process
/// ([`Api::on_shutdown`](crate::Api::on_shutdown)) is for the runtime, and not done here.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    next: Next,
    cors: Option<CorsGate>,
    finish: Finish,
    timing: Timing,
    /// The header that tells the client the id of its request.
    request_id_header: Option<HeaderName>,
    decode: DecodeOptions,
    authenticators: Vec<Installed>,
    /// Where they take credentials that no name tells to be some.
    credentials: Vec<HeaderName>,
    hooks: Hooks,
    /// Whether no event was handled yet.
    cold: AtomicBool,
}

impl App {
    pub(crate) fn new(
        next: Next,
        cors: Option<CorsGate>,
        (finish, timing): (Finish, Timing),
        request_id_header: Option<HeaderName>,
        decode: DecodeOptions,
        authenticators: Vec<Installed>,
        hooks: Hooks,
    ) -> Self {
        Self(Arc::new(Inner {
            next,
            cors,
            finish,
            timing,
            request_id_header,
            decode,
            credentials: named_headers(&authenticators),
            authenticators,
            hooks,
            cold: AtomicBool::new(true),
        }))
    }

    /// Lets authenticators fetch what they need, keys above all, before the first request asks for
    /// it: for at most `limit`. What is under way then goes on; what fails, a request tries again.
    pub(crate) async fn prepare(&self, limit: Duration) {
        let tasks: Vec<_> = self
            .0
            .authenticators
            .iter()
            .cloned()
            .map(|one| {
                tokio::spawn(async move {
                    // It is not worth the start.
                    if let Err(panic) = caught(one.prepare()).await {
                        panic.log("an authenticator panicked when it was to prepare");
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

    /// What the application wants to do at turns of the process' life.
    pub(crate) fn hooks(&self) -> &Hooks {
        &self.0.hooks
    }

    /// Answers one Lambda event: decodes it, handles the request and encodes the reply, exactly as
    /// on Lambda.
    ///
    /// That includes the deadline: where the event or `lambda` tells one, a handler that waits too
    /// long is stopped, and the reply is a 504 problem. It takes a tokio runtime with a timer.
    ///
    /// What no gateway takes is not sent to one: a response with a status of 1xx or above 599 is a
    /// 500 problem whose cause is in the log, and [`event::encode`](crate::event::encode) has what
    /// else is left out. Header fields that come near to what the source lets through
    /// ([`Source::response_header_limit`](crate::event::Source::response_header_limit), four fifths
    /// of it) are a warning in the log, with their length and the name of the longest.
    ///
    /// Nobody takes the response before this returns, so what is to be done after it
    /// ([`Api::after_response`](crate::Api::after_response)) is done before: a test sees what came of it.
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
    /// let reply = app.handle_event(event.into(), LambdaContext::default()).await?;
    /// assert!(String::from_utf8(reply)?.contains(r#""statusCode":200"#));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`DecodeError::NotHttp`] when the event comes from no HTTP source. Everything else is a
    /// reply.
    pub async fn handle_event(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> Result<Vec<u8>, DecodeError> {
        let (reply, _) = self.handle_event_with_problem(event, lambda).await?;
        Ok(reply)
    }

    /// The same as [`App::handle_event`], and the problem that `on_problem` has restyled, which the
    /// client does not see. For tests.
    pub(crate) async fn handle_event_with_problem(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> Result<(Vec<u8>, Option<Problem>), DecodeError> {
        let deadline_ms = lambda.deadline_ms;
        let both = self.text_and_problem(event, lambda).await;
        if let Some(after) = self.0.hooks.responded(deadline_ms) {
            after.await;
        }
        both.map(|(text, problem)| (text.into_bytes(), problem))
    }

    /// The same as a text, for those who run what is to be done after the response themselves.
    pub(crate) async fn handle_event_text(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> Result<String, DecodeError> {
        let (text, _) = self.text_and_problem(event, lambda).await?;
        Ok(text)
    }

    async fn text_and_problem(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> Result<(String, Option<Problem>), DecodeError> {
        // What else the response has is dropped where a panic is caught.
        let both = async {
            let (text, mut extensions) = self.event_text(event, lambda).await?;
            Ok((text, extensions.remove().map(|Restyled(problem)| problem)))
        };
        match caught(both).await {
            Ok(both) => both,
            Err(panic) => Ok((bare(panic), None)),
        }
    }

    async fn event_text(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> Result<(String, http::Extensions), DecodeError> {
        let (invocation, (mut parts, body)) = match event::decode(event, lambda, &self.0.decode) {
            Ok(mut request) => {
                sensitive::mark(request.headers_mut(), &self.0.credentials);
                let invocation = Invocation::of(&request).clone();
                let cold = self.0.cold.swap(false, Ordering::Relaxed);
                let span = log::span(&invocation, cold);
                invocation.set_span(span.clone());
                let reply = self.whole_reply(request, &invocation).instrument(span);
                let reply = current::scope(invocation.clone(), reply).await;
                (invocation, reply)
            }
            Err(error) => {
                let (invocation, head, problem) = error.into_parts()?;
                let reply = self.refuse(head, problem, &invocation).await;
                (invocation, in_memory(reply).await)
            }
        };
        self.tell_request_id(&mut parts.headers, &invocation);
        let source = source(&invocation);
        let mut reply = event::encode_text(source, &parts, &body);
        let limit = self.reply_limit(&invocation);
        if reply.text.len() > limit {
            // The gateway would answer with an error that explains nothing.
            let problem = framework::response_too_large(reply.text.len(), limit);
            let body;
            (parts, body) = self.instead_of(&parts, problem, &invocation).await;
            self.tell_request_id(&mut parts.headers, &invocation);
            reply = event::encode_text(source, &parts, &body);
        }
        if let Some(limit) = source.response_header_limit()
            && reply.header_bytes > limit / 5 * 4
        {
            warn_of_headers(reply.header_bytes, limit, &parts.headers, &invocation);
        }
        Ok((reply.text, parts.extensions))
    }

    /// Puts the id of the request where the client looks for it, if the application wants that.
    fn tell_request_id(&self, headers: &mut HeaderMap, invocation: &Invocation) {
        if let Some(name) = &self.0.request_id_header
            && let Some(id) = invocation.request_id()
        {
            // What whoever may invoke the function writes into an event need not be a header's value.
            match HeaderValue::from_str(id) {
                Ok(id) => headers.insert(name, id),
                Err(_) => headers.remove(name),
            };
        }
    }

    /// How many bytes a reply may have.
    fn reply_limit(&self, invocation: &Invocation) -> usize {
        let source = source(invocation);
        source.reply_limit().min(self.0.decode.limits.reply)
    }

    /// The reply with its whole body; whatever goes wrong on the way there is a problem.
    async fn whole_reply(
        &self,
        request: Request,
        invocation: &Invocation,
    ) -> (http::response::Parts, Bytes) {
        let asked = self.asked(request.method(), request.headers());
        let is_head = asked.is_head;
        let response = match caught(async { self.answer(request).await }).await {
            Ok(response) => response,
            Err(panic) => self.refuse(asked.head(), panic.problem(), invocation).await,
        };
        let (mut parts, body) = response.into_parts();
        // As JSON, it only gets larger.
        let limit = self.reply_limit(invocation);
        let problem = if event::is_final(parts.status) {
            match caught(body.collect_within(limit)).await {
                Ok(Ok(body)) => {
                    if body.is_empty() && !is_head {
                        event::settle_length(parts.status, &mut parts.headers);
                    }
                    return (parts, body);
                }
                Ok(Err(error)) => match late(&*error) {
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

    /// A problem in place of a reply that has left the CORS layer already: what that reply permits
    /// to pages of other origins, the problem does too.
    async fn instead_of(
        &self,
        reply: &http::response::Parts,
        problem: Problem,
        invocation: &Invocation,
    ) -> (http::response::Parts, Bytes) {
        let (mut parts, body) = in_memory(self.0.finish.problem(problem, invocation)).await;
        copy_permission(&reply.headers, &mut parts.headers);
        (parts, body)
    }

    /// What is kept of a request in case that a panic takes it.
    fn asked(&self, method: &Method, headers: &HeaderMap) -> Asked {
        let cors = self.0.cors.as_ref();
        Asked {
            is_head: method == Method::HEAD,
            origin: cors.and_then(|_| headers.get(ORIGIN)).cloned(),
        }
    }

    /// A problem for a request that goes no further, inside of CORS.
    async fn refuse(&self, head: Request, problem: Problem, invocation: &Invocation) -> Response {
        let is_head = head.method() == Method::HEAD;
        let mut reply = self.0.finish.problem(problem, invocation);
        if let Some(cors) = &self.0.cors {
            reply = cors.around(head, reply).await;
        }
        if is_head { without_body(reply) } else { reply }
    }

    /// The request with its whole body, as far as the limits let it through.
    async fn admit<B>(&self, head: &http::request::Parts, body: B) -> Result<Body, Problem>
    where
        B: http_body::Body + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let limits = &self.0.decode.limits;
        limits.check(head).map_err(framework::over_limit)?;
        whole(body, || limits.body).await
    }

    fn answer(&self, request: Request) -> BoxFuture<'static, Response> {
        let is_head = request.method() == Method::HEAD;
        let reply = match &self.0.cors {
            Some(cors) => cors.handle(request),
            None => self.0.next.handle(request),
        };
        if is_head {
            Box::pin(async move { without_body(reply.await) })
        } else {
            reply
        }
    }
}

/// What the response to a request depends on, whatever the request was.
struct Asked {
    is_head: bool,
    origin: Option<HeaderValue>,
}

impl Asked {
    #[cold]
    fn head(self) -> Request {
        let mut head = Request::default();
        if self.is_head {
            *head.method_mut() = Method::HEAD;
        }
        if let Some(origin) = self.origin {
            head.headers_mut().insert(ORIGIN, origin);
        }
        head
    }
}

fn source(invocation: &Invocation) -> Source {
    invocation.source().unwrap_or(Source::HttpApi)
}

/// The reply to an event of which nothing is known but that it could not be handled: a mistake in
/// here, or in the drop of something that the application made.
#[cold]
fn bare(panic: Panic) -> String {
    let problem = panic.problem();
    problem.log();
    let (parts, body) = problem.render().into_parts();
    event::encode_text(Source::HttpApi, &parts, body.bytes()).text
}

/// Says that a source may refuse a response for its header fields, which no part of the response
/// shows. Values may be secrets, so there are none in the record.
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
        "the header fields of the response are near or over what the source lets through"
    );
}

/// The reply to a HEAD: the headers of the GET (RFC 9110, section 9.3.2).
fn without_body(mut response: Response) -> Response {
    *response.body_mut() = Body::empty();
    response
}

#[cfg(not(feature = "lambda-http"))]
fn arrive(_: &mut http::request::Parts, _: &DecodeOptions) -> Result<(), Problem> {
    Ok(())
}

/// Gives the path the one spelling that those of events have when they are decoded.
fn spell(head: &mut http::request::Parts) {
    if let Some(uri) = spelling::normal_uri(&head.uri) {
        if head.extensions.get::<Invocation>().is_none() {
            head.extensions.insert(Invocation::spelt(head.uri.path()));
        }
        head.uri = uri;
    }
}

/// A problem's reply; where the application's own style of it is a stream that fails, or that is
/// slow, its status and headers.
async fn in_memory(response: Response) -> (http::response::Parts, Bytes) {
    // The time of the request itself may be over.
    let limit = || {
        Some(Limit {
            left: Duration::from_millis(100),
            gone: Duration::ZERO,
            route: None,
        })
    };
    let (mut parts, body) = timed_body(response, limit).into_parts();
    let body = caught(body.collect()).await;
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
            // Only a response that says so needs it.
            let invocation = app.0.request_id_header.as_ref();
            let invocation = invocation.and_then(|_| head.extensions.get::<Invocation>().cloned());
            let answer = caught(async {
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
                            Some(current) => current::scope(current, app.answer(request)).await,
                            None => app.answer(request).await,
                        }
                    }
                    Err(problem) => {
                        let head = Request::from_parts(head, Body::empty());
                        let invocation = Invocation::of(&head).clone();
                        app.refuse(head, problem, &invocation).await
                    }
                }
            });
            let mut response = match answer.await {
                Ok(response) => response,
                Err(panic) => {
                    let (head, none) = (asked.head(), Invocation::default());
                    app.refuse(head, panic.problem(), &none).await
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
        endpoint::{BROKEN, Route},
        from_fn,
        shape::Shape,
    };

    #[test]
    fn an_app_can_be_shared_between_threads() {
        fn assert<T: Clone + Send + Sync + 'static>() {}
        assert::<App>();
    }

    type Call = for<'r> fn(&'r Request) -> BoxFuture<'r, Response>;

    /// The records of an event that one route answers with these headers, and the response.
    fn answered(source: Source, call: Call) -> (Vec<serde_json::Value>, String) {
        let route: &'static Route = Box::leak(Box::new(Route {
            method: "GET",
            path: "/",
            shape: Shape::of("/"),
            call,
            ..BROKEN
        }));
        let request = http::Request::new(Bytes::new());
        let facts = event::emulate::Facts::new();
        let event = event::emulate::event(source, &request, &facts).to_string();
        let mut text = String::new();
        let records = log::capture(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            runtime.expect("a runtime").block_on(async {
                let routes = Routes::__new(std::slice::from_ref(route));
                let app = Api::new().routes(routes).build().await.expect("no faults");
                let reply = app.handle_event_text(event.into(), LambdaContext::default());
                text = reply.await.expect("a response");
            });
        });
        (records, text)
    }

    #[test]
    fn a_status_that_gateways_refuse_is_logged() {
        let (records, text) = answered(Source::RestApi, |_| {
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
            "the response has the status 101, and gateways take 200 to 599"
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
            let (records, text) = answered(source, call);
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
    fn the_records_of_a_handler_name_its_route_whatever_spans_layers_open() {
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
            ..BROKEN
        };
        let records = log::capture(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            runtime.expect("a runtime").block_on(async {
                let routes = Routes::__new(std::slice::from_ref(&ROUTE));
                let api = Api::new().routes(routes).layer(from_fn(traced));
                let app = api.build().await.expect("no faults");
                for path in ["/orders/7", "/nothing"] {
                    let event = format!(
                        r#"{{"rawPath": "{path}", "requestContext": {{"http": {{"method": "GET"}},
                            "requestId": "id-1"}}}}"#
                    );
                    let reply = app.handle_event(event.into(), LambdaContext::default());
                    assert!(reply.await.is_ok());
                }
            });
        });
        let [found, refused] = &records[..] else {
            panic!("{records:?}");
        };
        assert_eq!(found["message"], "found");
        assert_eq!(found["route"], "/orders/{id}");
        assert_eq!(found["cold_start"], true);
        assert_eq!(refused["code"], "route_not_found");
        assert_eq!(refused["gateway_request_id"], "id-1");
        assert_eq!(refused["cold_start"], false);
        assert!(refused.get("route").is_none());
    }
}
