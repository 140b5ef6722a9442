//! One request: checked, turned into an event, answered, and the reply read back.

use super::{
    Handle,
    callers::Callers,
    context::Contexts,
    log::{self, Printable},
    own::Own,
    record::Recorder,
};
use crate::{
    Body, IntoResponse, Problem, Response,
    event::{
        Source,
        emulate::{self, Facts},
    },
    sensitive,
};
use bytes::Bytes;
use http::{
    HeaderMap, Method, StatusCode,
    header::{
        CONNECTION, CONTENT_LENGTH, PROXY_AUTHENTICATE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
    },
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::{net::IpAddr, time::Instant};

pub(super) struct Gateway<H> {
    own: Own,
    port: u16,
    source: Source,
    callers: Callers,
    recorder: Option<Recorder>,
    handle: H,
    contexts: Contexts,
}

impl<H: Handle> Gateway<H> {
    pub(super) fn new(port: u16, source: Source, handle: H) -> Self {
        Self {
            own: Own::new(port),
            port,
            source,
            callers: Callers::nobody(source),
            recorder: None,
            handle,
            contexts: Contexts::default(),
        }
    }

    pub(super) fn naming(self, callers: Callers) -> Self {
        Self { callers, ..self }
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
        let response = match self.reply(request, client).await {
            Ok(response) => response,
            Err(problem) => problem.into_response(),
        };
        log::line(&log::request(
            &method,
            &path,
            response.status(),
            started.elapsed(),
        ));
        response
    }

    async fn reply<B>(&self, request: http::Request<B>, client: IpAddr) -> Result<Response, Problem>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<crate::BoxError>,
    {
        if let Err(foreign) = self.own.check(request.uri(), request.headers()) {
            return Err(
                Problem::new(StatusCode::FORBIDDEN, foreign.code).with_detail(foreign.detail)
            );
        }
        let is_head = request.method() == Method::HEAD;
        let mut request = self.collected(request).await?;
        sensitive::mark_all(request.headers_mut(), self.callers.credentials());
        let named = match self.callers.of(&request).await {
            Ok(named) => named,
            Err(refused) => return Ok(refused.into_response()),
        };
        let lambda = self.contexts.next();
        let facts = Facts::new()
            .source_ip(client.to_string())
            .request_id(lambda.request_id.as_str())
            .forwarded("http", self.port);
        let told = named.tell(facts.clone());
        let event = emulate::event(self.source, &request, &told).to_string();
        if event.len() > EVENT_LIMIT {
            return Err(too_large(EVENT_LIMIT));
        }
        // Before anything can go wrong with it.
        if let Some(recorder) = &self.recorder {
            recorder.record(self.source, request, facts, &named);
        }
        let reply = match self.handle.handle(event.into(), lambda).await {
            Ok(reply) => reply,
            Err(error) => return Err(bad_reply("event refused", &error.to_string())),
        };
        let response = emulate::reply(self.source, &reply)
            .map_err(|error| bad_reply("invalid reply", &error.to_string()))?;
        let (mut parts, body) = response.into_parts();
        remove_connection_headers(&mut parts.headers, is_head);
        Ok(Response::from_parts(parts, Body::from(body)))
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
        match Limited::new(body, limit).collect().await {
            Ok(body) => Ok(http::Request::from_parts(parts, body.to_bytes())),
            Err(error) if error.is::<LengthLimitError>() => Err(too_large(limit)),
            Err(_) => Err(Problem::new(StatusCode::BAD_REQUEST, "unreadable_body")
                .with_detail("the body ended before its end")),
        }
    }
}

/// What Lambda takes as an event, and a load balancer as a body.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const EVENT_LIMIT: usize = 6 << 20;

fn too_large(limit: usize) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large")
        .with_detail(format!("the source takes at most {limit} bytes"))
}

/// What a source answers when it cannot read the reply of the function. The developer is told why
/// on standard error, where AWS would say it as well.
fn bad_reply(what: &str, why: &str) -> Problem {
    log::line(&format!("{what}: {}", Printable(why)));
    Problem::new(StatusCode::BAD_GATEWAY, "bad_gateway")
}

/// The server frames replies itself. A reply to HEAD has no body to take the length of.
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
