//! Gateway: checks a request, turns it into an event, and reads the response of the function.

#[cfg(feature = "docs")]
use super::docs::{LocalDocs, TOKEN};
#[cfg(feature = "websocket")]
use super::websocket::Sockets;
use super::{
    context::Contexts,
    event_callers::Callers,
    handle::Handle,
    host_guard::{Foreign, HostGuard},
    log::{self, Shown},
    posted_event,
    record::Recorder,
    stream::{self, Streamed, Watched},
};
#[cfg(feature = "websocket")]
use crate::websocket::emulate::{Hub, Routes};
use crate::{
    Body, IntoResponse, Problem, Response,
    error::observed,
    event::{
        EventResponse, Source,
        emulate::{self, GatewayContext},
    },
    events::watched,
    request_body::{self, Patience},
    sensitive,
};
use bytes::Bytes;
use http::{
    HeaderMap, Method, StatusCode,
    header::{
        CONNECTION, CONTENT_LENGTH, PROXY_AUTHENTICATE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
    },
};
use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

pub(super) struct Gateway<H> {
    guard: HostGuard,
    port: u16,
    source: Source,
    binary_media_types: Vec<String>,
    callers: Callers,
    recorder: Option<Recorder>,
    #[cfg(feature = "docs")]
    docs: Option<LocalDocs>,
    handle: Arc<H>,
    contexts: Contexts,
    /// Whether events can be posted.
    takes_events: bool,
    #[cfg(feature = "websocket")]
    sockets: Option<Arc<Sockets>>,
    /// How long a body may stall.
    patience: Duration,
}

/// How long the body of a request may stall. Gateways do not wait forever either.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

impl<H: Handle> Gateway<H> {
    pub(super) fn new(guard: HostGuard, port: u16, source: Source, handle: H) -> Self {
        Self {
            guard,
            port,
            source,
            binary_media_types: Vec::new(),
            callers: Callers::none(source),
            recorder: None,
            #[cfg(feature = "docs")]
            docs: None,
            handle: Arc::new(handle),
            contexts: Contexts::default(),
            takes_events: true,
            #[cfg(feature = "websocket")]
            sockets: None,
            patience: PATIENCE,
        }
    }

    pub(super) fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    pub(super) fn naming(self, callers: Callers) -> Self {
        Self { callers, ..self }
    }

    /// Sets the binary media types of a REST API. The list is empty by default, like that of a new API.
    pub(super) fn listing(self, binary_media_types: Vec<String>) -> Self {
        Self {
            binary_media_types,
            ..self
        }
    }

    /// Whether responses are streams: then Lambda's limit is the only one of their time.
    pub(super) fn streaming(self, streams: bool) -> Self {
        let contexts = match streams {
            true => self.contexts.lasting(stream::LONGEST),
            false => self.contexts,
        };
        Self { contexts, ..self }
    }

    pub(super) fn recording(self, recorder: Option<Recorder>) -> Self {
        Self { recorder, ..self }
    }

    /// Sets whether events can be posted.
    pub(super) fn taking_events(self, takes_events: bool) -> Self {
        Self {
            takes_events,
            ..self
        }
    }

    /// Adds a WebSocket API, if it has routes.
    #[cfg(feature = "websocket")]
    pub(super) fn with_sockets(mut self, routes: Option<(Routes, Hub)>) -> Self {
        let handle = &self.handle;
        self.sockets = routes
            .map(|(routes, hub)| Arc::new(Sockets::new(self.port, routes, hub, handle.clone())));
        self
    }

    /// The WebSocket API, so that its connections can be closed.
    #[cfg(feature = "websocket")]
    pub(super) fn sockets(&self) -> Option<Arc<Sockets>> {
        self.sockets.clone()
    }

    /// Adds the docs page.
    #[cfg(feature = "docs")]
    pub(super) fn documented(self, docs: Option<LocalDocs>) -> Self {
        Self { docs, ..self }
    }

    /// Whether a path is of the docs page.
    #[cfg(feature = "docs")]
    fn is_docs(&self, path: &str) -> bool {
        self.docs.is_some() && LocalDocs::file(path).is_some()
    }

    #[cfg(not(feature = "docs"))]
    fn is_docs(&self, _: &str) -> bool {
        false
    }

    /// Serves one request, and logs it.
    pub(super) async fn respond<B>(&self, request: http::Request<B>, client: IpAddr) -> Response
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<crate::BoxError>,
    {
        let started = Instant::now();
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        // On the heap: the futures of debug builds are large.
        let handled = Box::pin(observed(self.response(request, client)));
        let ((outcome, mut problems), seen) = watched(handled).await;
        let response = match outcome {
            Ok(response) => response,
            Err(rejected) => {
                let (response, problem) = *rejected;
                problems.push(problem);
                response
            }
        };
        // The files of the docs page say nothing about the program.
        if self.is_docs(&path) && response.status().as_u16() < 400 {
            return response;
        }
        let status = response.status();
        log::request(&Shown {
            method: &method,
            path: &path,
            status,
            took: started.elapsed(),
            taken: seen.taken,
            problems: &problems,
        });
        if cfg!(not(feature = "docs")) && path == "/_docs" && response.status().is_client_error() {
            log::line(NO_DOCS);
        }
        response.map(|body| match body.is_stream() {
            false => body,
            true => Body::stream(Watched {
                body,
                method,
                path,
                status,
                started,
                failed: None,
            }),
        })
    }

    #[cfg(feature = "docs")]
    async fn docs_response<B>(
        &self,
        docs: &LocalDocs,
        file: &str,
        request: http::Request<B>,
    ) -> Result<Response, Rejected>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<crate::BoxError>,
    {
        if file != TOKEN {
            let query = request.uri().query();
            let response = docs.respond(request.method(), request.headers(), file, query);
            return response.map_err(rejected);
        }
        let own = self.guard.check_own_page(request.headers());
        own.map_err(forbidden)?;
        let request = self.collected(request).await.map_err(rejected)?;
        docs.token(&request).await.map_err(rejected)
    }

    async fn response<B>(
        &self,
        request: http::Request<B>,
        client: IpAddr,
    ) -> Result<Response, Rejected>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<crate::BoxError>,
    {
        if let Err(foreign) = self.guard.check(request.uri(), request.headers()) {
            return Err(forbidden(foreign));
        }
        #[cfg(feature = "docs")]
        if let Some(docs) = &self.docs
            && let Some(file) = LocalDocs::file(request.uri().path())
        {
            let file = file.to_owned();
            return self.docs_response(docs, &file, request).await;
        }
        if self.takes_events && request.uri().path() == posted_event::PATH {
            return Box::pin(self.posted_event(request, client)).await;
        }
        #[cfg(feature = "websocket")]
        if let Some(sockets) = &self.sockets
            && sockets.take(&request)
        {
            let response = sockets.respond(request, client, self.patience()).await;
            return response.map_err(rejected);
        }
        let is_head = request.method() == Method::HEAD;
        let mut request = self.collected(request).await.map_err(rejected)?;
        sensitive::mark_all(request.headers_mut(), self.callers.credentials());
        let callers = match self.callers.of(&request).await {
            Ok(callers) => callers,
            Err(rejected) => return Err(Box::new((rejected.response(), rejected.problem()))),
        };
        let lambda = self.contexts.next();
        let context = GatewayContext::new()
            .source_ip(client.to_string())
            .request_id(lambda.request_id.as_str())
            .forwarded("http", self.port)
            .binary_media_types(self.binary_media_types.iter().map(String::as_str));
        let context = callers.set_url(context, self.port);
        let sent = callers.apply(context.clone());
        let event = emulate::event(self.source, &request, &sent).to_string();
        if event.len() > EVENT_LIMIT {
            return Err(rejected(too_large(EVENT_LIMIT)));
        }
        // The event is recorded before anything can fail.
        if let Some(recorder) = &self.recorder {
            recorder.record(self.source, request.clone(), context, &callers);
        }
        let invalid = |why: String| bad_response("invalid response", &why);
        let (mut parts, body) = match self.handle.handle(event.into(), lambda).await {
            Ok(EventResponse::Buffered(raw_response)) => {
                let response =
                    emulate::client_response(self.source, &request, &sent, &raw_response)
                        .map_err(|error| invalid(error.to_string()))?;
                if !is_head && self.left_encoded(&raw_response, &response) {
                    log::line(NOT_DECODED);
                }
                let (parts, body) = response.into_parts();
                (parts, Body::from(body))
            }
            Ok(EventResponse::Stream(body)) => {
                let read = stream::read(self.source, body).await;
                let Streamed { head, body, .. } = read.map_err(|why| invalid(why.to_string()))?;
                (head, if is_head { Body::empty() } else { body })
            }
            Err(error) => return Err(bad_response("event rejected", &error.to_string())),
        };
        remove_connection_headers(&mut parts.headers, is_head);
        Ok(Response::from_parts(parts, body))
    }

    /// The response to an event of a tool on this machine.
    async fn posted_event<B>(
        &self,
        request: http::Request<B>,
        client: IpAddr,
    ) -> Result<Response, Rejected>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<crate::BoxError>,
    {
        posted_event::check(request.method(), request.headers(), client)?;
        let event = self.collected(request).await.map_err(rejected)?.into_body();
        let outcome = self.handle.handle(event, self.contexts.next()).await;
        posted_event::response(outcome)
    }

    /// Whether the client receives base64 instead of the body that the function returned.
    fn left_encoded(&self, raw_response: &[u8], response: &http::Response<Bytes>) -> bool {
        self.source == Source::RestApi
            && emulate::parse_response(self.source, raw_response)
                .is_ok_and(|sent| sent.body() != response.body())
    }

    fn patience(&self) -> Patience {
        Patience {
            next: self.patience,
            whole: None,
        }
    }

    async fn collected<B>(&self, request: http::Request<B>) -> Result<http::Request<Bytes>, Problem>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<crate::BoxError>,
    {
        let limit = match self.source {
            Source::Alb | Source::AlbMultiValue => 1 << 20,
            _ => EVENT_LIMIT,
        };
        let (parts, body) = request.into_parts();
        match request_body::collect(body, limit, self.patience()).await {
            Ok(body) => Ok(http::Request::from_parts(parts, body)),
            Err(unread) => Err(unread.problem(|| too_large(limit))),
        }
    }
}

/// A rejected request: the response, and the problem for the terminal.
type Rejected = Box<(Response, Problem)>;

fn rejected(problem: Problem) -> Rejected {
    Box::new((problem.clone().into_response(), problem))
}

fn forbidden(foreign: Foreign) -> Rejected {
    let problem = Problem::new(StatusCode::FORBIDDEN, foreign.code);
    rejected(problem.with_detail(foreign.detail).with_cause(foreign.why))
}

/// The limits of Lambda for an event, and of a load balancer for a body.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const EVENT_LIMIT: usize = 6 << 20;

/// Browsers do not show why a response has base64.
const NOT_DECODED: &str = "note: the client received the response as base64 text: no binary media type \
    of the REST API fits its `accept`; see `--binary-media-types`";

const NO_DOCS: &str = "note: the feature `docs` of lambda-api adds a docs page at /_docs: `cargo add \
    lambda-api --features docs`";

fn too_large(limit: usize) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large")
        .with_detail(format!("the limit of the source is {limit} bytes"))
}

/// The response of a source that cannot read the response of the function. The reason is written to
/// standard error.
fn bad_response(what: &str, why: &str) -> Rejected {
    let problem = Problem::new(StatusCode::BAD_GATEWAY, "bad_gateway");
    rejected(problem.with_cause(format!("{what}: {why}")))
}

/// Removes the headers that frame a response: the server writes its own. A response to HEAD has no body
/// to take the length from.
fn remove_connection_headers(headers: &mut HeaderMap, is_head: bool) {
    for name in [
        CONNECTION,
        PROXY_AUTHENTICATE,
        TE,
        TRAILER,
        TRANSFER_ENCODING,
        UPGRADE,
    ] {
        headers.remove(name);
    }
    headers.remove("keep-alive");
    if !is_head {
        headers.remove(CONTENT_LENGTH);
    }
}
