//! One request: checked, turned into an event, answered, and the reply read back.

use super::{
    Handle,
    callers::Callers,
    context::Contexts,
    log::{self, Shown},
    own::Own,
    record::Recorder,
};
use crate::{
    Body, IntoResponse, Problem, Response,
    error::observed,
    event::{
        Source,
        emulate::{self, Facts},
    },
    sensitive,
};
use bytes::{Bytes, BytesMut};
use http::{
    HeaderMap, Method, StatusCode,
    header::{
        CONNECTION, CONTENT_LENGTH, HeaderValue, PROXY_AUTHENTICATE, TE, TRAILER,
        TRANSFER_ENCODING, UPGRADE,
    },
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::{
    net::IpAddr,
    time::{Duration, Instant},
};
use tokio::time::timeout;

pub(super) struct Gateway<H> {
    own: Own,
    port: u16,
    source: Source,
    binary_media_types: Vec<String>,
    callers: Callers,
    recorder: Option<Recorder>,
    handle: H,
    contexts: Contexts,
    /// How long a body may bring nothing.
    patience: Duration,
}

/// How long a request's body may stall: what comes from this machine comes at once, and a gateway
/// does not wait for ever either.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

impl<H: Handle> Gateway<H> {
    pub(super) fn new(own: Own, port: u16, source: Source, handle: H) -> Self {
        Self {
            own,
            port,
            source,
            binary_media_types: Vec::new(),
            callers: Callers::nobody(source),
            recorder: None,
            handle,
            contexts: Contexts::default(),
            patience: PATIENCE,
        }
    }

    pub(super) fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    pub(super) fn naming(self, callers: Callers) -> Self {
        Self { callers, ..self }
    }

    /// With these in the list of a REST API, which is empty as that of a new one.
    pub(super) fn listing(self, binary_media_types: Vec<String>) -> Self {
        Self {
            binary_media_types,
            ..self
        }
    }

    pub(super) fn recording(self, recorder: Option<Recorder>) -> Self {
        Self { recorder, ..self }
    }

    /// Answers one request, and logs it.
    pub(super) async fn answer<B>(&self, request: http::Request<B>, client: IpAddr) -> Response
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<crate::BoxError>,
    {
        let started = Instant::now();
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let (reply, mut problems) = observed(self.reply(request, client)).await;
        let response = match reply {
            Ok(response) => response,
            Err(refused) => {
                let (response, problem) = *refused;
                problems.push(problem);
                response
            }
        };
        log::request(&Shown {
            method: &method,
            path: &path,
            status: response.status(),
            took: started.elapsed(),
            problems: &problems,
        });
        response
    }

    async fn reply<B>(&self, request: http::Request<B>, client: IpAddr) -> Result<Response, Refused>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<crate::BoxError>,
    {
        if let Err(foreign) = self.own.check(request.uri(), request.headers()) {
            return Err(refused(
                Problem::new(StatusCode::FORBIDDEN, foreign.code)
                    .with_detail(foreign.detail)
                    .with_cause(foreign.why),
            ));
        }
        let is_head = request.method() == Method::HEAD;
        let mut request = self.collected(request).await.map_err(refused)?;
        sensitive::mark_all(request.headers_mut(), self.callers.credentials());
        let named = match self.callers.of(&request).await {
            Ok(named) => named,
            Err(refused) => return Err(Box::new((refused.response(), refused.problem()))),
        };
        let lambda = self.contexts.next();
        let facts = Facts::new()
            .source_ip(client.to_string())
            .request_id(lambda.request_id.as_str())
            .forwarded("http", self.port)
            .binary_media_types(self.binary_media_types.iter().map(String::as_str));
        let facts = named.call(facts, self.port);
        let told = named.tell(facts.clone());
        let event = emulate::event(self.source, &request, &told).to_string();
        if event.len() > EVENT_LIMIT {
            return Err(refused(too_large(EVENT_LIMIT)));
        }
        // Before anything can go wrong with it.
        if let Some(recorder) = &self.recorder {
            recorder.record(self.source, request.clone(), facts, &named);
        }
        let reply = match self.handle.handle(event.into(), lambda).await {
            Ok(reply) => reply,
            Err(error) => return Err(bad_reply("event refused", &error.to_string())),
        };
        let response = emulate::response(self.source, &request, &told, &reply)
            .map_err(|error| bad_reply("invalid reply", &error.to_string()))?;
        if !is_head && self.left_encoded(&reply, &response) {
            log::line(NOT_DECODED);
        }
        let (mut parts, body) = response.into_parts();
        remove_connection_headers(&mut parts.headers, is_head);
        Ok(Response::from_parts(parts, Body::from(body)))
    }

    /// Whether the client receives base64 in place of what the function sent.
    fn left_encoded(&self, reply: &[u8], response: &http::Response<Bytes>) -> bool {
        self.source == Source::RestApi
            && emulate::reply(self.source, reply).is_ok_and(|sent| sent.body() != response.body())
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
        // Known before anything is read; such a body is not read at all.
        if body.size_hint().lower() > limit as u64 {
            return Err(too_large(limit));
        }
        let mut body = std::pin::pin!(Limited::new(body, limit));
        let mut whole = BytesMut::new();
        loop {
            let frame = match timeout(self.patience, body.frame()).await {
                Ok(Some(frame)) => frame,
                Ok(None) => return Ok(http::Request::from_parts(parts, whole.freeze())),
                Err(_) => return Err(stalled(self.patience)),
            };
            match frame {
                Ok(frame) => {
                    if let Ok(data) = frame.into_data() {
                        whole.extend_from_slice(&data);
                    }
                }
                Err(error) if error.is::<LengthLimitError>() => return Err(too_large(limit)),
                Err(_) => {
                    return Err(Problem::new(StatusCode::BAD_REQUEST, "unreadable_body")
                        .with_detail("the body ended before its end"));
                }
            }
        }
    }
}

/// A request that goes no further: the response, and what the terminal says of it.
type Refused = Box<(Response, Problem)>;

fn refused(problem: Problem) -> Refused {
    Box::new((problem.clone().into_response(), problem))
}

/// What Lambda takes as an event, and a load balancer as a body.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const EVENT_LIMIT: usize = 6 << 20;

/// Nobody would find out why from what a browser shows.
const NOT_DECODED: &str = "note: the client received the response as base64 text: no binary media type \
    of the REST API fits its `accept`; see `--binary-media-types`";

fn too_large(limit: usize) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large")
        .with_detail(format!("the source takes at most {limit} bytes"))
}

/// The client has sent no more of its body (RFC 9110, section 15.5.9). The connection cannot be used
/// for another request.
fn stalled(patience: Duration) -> Problem {
    let mut problem =
        Problem::new(StatusCode::REQUEST_TIMEOUT, "request_timeout").with_detail(format!(
            "nothing more of the body came for {} s",
            patience.as_secs_f64()
        ));
    let close = HeaderValue::from_static("close");
    problem.headers_mut().insert(CONNECTION, close);
    problem
}

/// What a source answers when it cannot read the reply of the function. The developer is told why
/// on standard error, where AWS would say it as well.
fn bad_reply(what: &str, why: &str) -> Refused {
    let problem = Problem::new(StatusCode::BAD_GATEWAY, "bad_gateway");
    refused(problem.with_cause(format!("{what}: {why}")))
}

/// The server frames responses itself, and a source may have sent what an Api never sends. A response
/// to HEAD has no body to take the length of.
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
