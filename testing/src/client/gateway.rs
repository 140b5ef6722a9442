//! Exchange of a request for a response through an event source.

use super::{
    ReceivedChunk,
    stream::{Failed, Reader},
};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE};
use lambda_api::{
    __private, App, LambdaContext, Problem,
    event::{
        EventResponse, Source,
        emulate::{self, GatewayContext, InvalidResponse},
    },
};
use serde_json::{Value, json};
use std::{future::Future, time::Duration};
use tokio::time::{Instant, timeout_at};

/// What Lambda takes as an event
/// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
const EVENT_LIMIT: usize = 6 << 20;

/// What a load balancer takes as a body
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>).
const ALB_BODY_LIMIT: usize = 1 << 20;

/// What API Gateway takes as headers; an HTTP API counts the request line as well
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>).
const HEADER_LIMIT: usize = 10_240;

/// Request and response at the source.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) event: Value,
    /// The response of the function, if there is one.
    pub(super) raw: Option<Bytes>,
    pub(super) response: Response<Bytes>,
    /// The body as it came.
    pub(super) chunks: Vec<ReceivedChunk>,
    /// Whether the response was streamed.
    pub(super) is_stream: bool,
    /// Why a stream ended early.
    pub(super) stream_error: Option<String>,
    /// The problem that `Api::on_problem` has given another form.
    pub(super) problem: Option<Problem>,
    /// Why a link in the response could not be resolved.
    pub(super) failed_link: Option<String>,
    /// Why the gateway responded instead of the function.
    pub(super) error: Option<String>,
}

/// How long the function may take, and whether the limit is that of the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Patience {
    limit: Duration,
    by_gateway: bool,
}

impl Patience {
    /// A gateway has no limit for a response that `streams`.
    pub(super) fn new(source: Source, lambda: Duration, streams: bool) -> Self {
        match source.timeout().filter(|_| !streams) {
            Some(gateway) if gateway < lambda => Self {
                limit: gateway,
                by_gateway: true,
            },
            _ => Self {
                limit: lambda,
                by_gateway: false,
            },
        }
    }
}

pub(super) async fn exchange(
    app: &App,
    source: Source,
    request: &Request<Bytes>,
    gateway: &GatewayContext,
    lambda: LambdaContext,
    patience: Option<Patience>,
) -> Exchange {
    let event = emulate::event(source, request, gateway);
    let text = event.to_string();
    let mut exchange = Exchange::new(event);
    if let Some((status, reason)) = rejected(source, request, text.len()) {
        return exchange.gateway_response(source, status, reason, Duration::ZERO);
    }
    let started = Instant::now();
    let until = patience.and_then(|patience| started.checked_add(patience.limit));
    let deadline_ms = lambda.deadline_ms;
    let handled = within(until, __private::stream_event(app, text.into(), lambda)).await;
    let after = started.elapsed();
    let Some(handled) = handled else {
        let (status, reason) = late(source, patience);
        return exchange.gateway_response(source, status, reason, after);
    };
    let handled = match handled {
        Ok(handled) => handled,
        Err(error) => {
            __private::after_response(app, deadline_ms).await;
            let reason = format!("the function rejected the event: {error}");
            return exchange.gateway_response(source, function_failed(source), reason, after);
        }
    };
    exchange.problem = handled.problem;
    exchange.failed_link = handled.failed_link;
    match handled.response {
        EventResponse::Buffered(sent) => {
            // The client has the response meanwhile.
            __private::after_response(app, deadline_ms).await;
            let sent = Bytes::from(sent);
            exchange.raw = Some(sent.clone());
            match emulate::client_response(source, request, gateway, &sent) {
                Ok(response) => exchange.whole(response, after),
                Err(error) => exchange.invalid(source, &error, after),
            }
        }
        EventResponse::Stream(body) => {
            exchange.is_stream = true;
            let mut reader = Reader::new(source, started);
            let read = within(until, reader.read(body)).await;
            let after = started.elapsed();
            __private::after_response(app, deadline_ms).await;
            let has_head = reader.has_head();
            let received = reader.finish(request.method() == http::Method::HEAD);
            exchange.raw = Some(received.raw);
            exchange.stream_error = match read {
                Some(Ok(())) => None,
                Some(Err(Failed::Early(reason))) => Some(reason),
                Some(Err(Failed::Invalid(error))) => {
                    return exchange.invalid(source, &error, after);
                }
                None => {
                    let (status, reason) = late(source, patience);
                    if !has_head {
                        return exchange.gateway_response(source, status, reason, after);
                    }
                    Some(reason)
                }
            };
            exchange.response = received.response;
            exchange.chunks = received.chunks;
            exchange
        }
    }
}

/// The output of a future, if it is there in time.
async fn within<F: Future>(until: Option<Instant>, future: F) -> Option<F::Output> {
    match until {
        None => Some(future.await),
        Some(until) => timeout_at(until, future).await.ok(),
    }
}

/// The response to a function that is late.
fn late(source: Source, patience: Option<Patience>) -> (StatusCode, String) {
    let (status, who) = match patience {
        Some(patience) if patience.by_gateway => (gateway_timeout(source), "the source waits"),
        _ => (function_failed(source), "Lambda lets it run"),
    };
    let limit = patience.map(|patience| patience.limit).unwrap_or_default();
    let reason = format!("the function did not respond within the {limit:?} that {who}");
    (status, reason)
}

/// The response to a URL outside of the API, which lacks the stage or the base path.
pub(super) fn outside(
    source: Source,
    request: &Request<Bytes>,
    gateway: &GatewayContext,
) -> Exchange {
    let prefix = gateway.path_prefix(source);
    let error = format!(
        "{} is outside of the API, whose paths begin with {prefix}",
        request.uri().path()
    );
    let exchange = Exchange::new(emulate::event(source, request, gateway));
    // A REST API responds to unknown paths as to forbidden ones.
    let status = match source {
        Source::RestApi => StatusCode::FORBIDDEN,
        _ => StatusCode::NOT_FOUND,
    };
    exchange.gateway_response(source, status, error, Duration::ZERO)
}

/// Why a request does not reach the function.
fn rejected(
    source: Source,
    request: &Request<Bytes>,
    event_size: usize,
) -> Option<(StatusCode, String)> {
    let too_large = |what: &str, size: usize, limit: usize| {
        let error = format!("{what} has {size} bytes, and the limit is {limit}");
        (StatusCode::PAYLOAD_TOO_LARGE, error)
    };
    if let Source::RestApi | Source::HttpApi | Source::HttpApiV1 = source {
        let size = header_size(source, request);
        if size > HEADER_LIMIT {
            let (_, error) = too_large("the head of the request", size, HEADER_LIMIT);
            return Some((StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, error));
        }
    }
    let body = request.body().len();
    if matches!(source, Source::Alb | Source::AlbMultiValue) && body > ALB_BODY_LIMIT {
        return Some(too_large("the body", body, ALB_BODY_LIMIT));
    }
    (event_size > EVENT_LIMIT).then(|| too_large("the event", event_size, EVENT_LIMIT))
}

fn header_size(source: Source, request: &Request<Bytes>) -> usize {
    let values: usize = request.headers().values().map(HeaderValue::len).sum();
    if source == Source::RestApi {
        return values;
    }
    let target = request
        .uri()
        .path_and_query()
        .map_or(1, |it| it.as_str().len());
    // `GET /orders HTTP/1.1`
    values + request.method().as_str().len() + target + " HTTP/1.1 ".len()
}

/// The status if the function failed, or if its response is invalid.
fn function_failed(source: Source) -> StatusCode {
    match source {
        Source::HttpApi | Source::HttpApiV1 => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_GATEWAY,
    }
}

fn gateway_timeout(source: Source) -> StatusCode {
    match source {
        Source::HttpApi | Source::HttpApiV1 => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::GATEWAY_TIMEOUT,
    }
}

impl Exchange {
    fn new(event: Value) -> Self {
        Self {
            event,
            raw: None,
            response: Response::new(Bytes::new()),
            chunks: Vec::new(),
            is_stream: false,
            stream_error: None,
            problem: None,
            failed_link: None,
            error: None,
        }
    }

    /// Whether a REST API left the body as the base64 that the function wrote.
    pub(super) fn is_left_encoded(&self, source: Source) -> bool {
        let Some(response) = self.raw.as_ref().filter(|_| source == Source::RestApi) else {
            return false;
        };
        let found = self.response.body();
        let sent = emulate::parse_response(source, response);
        self.error.is_none() && !found.is_empty() && sent.is_ok_and(|sent| sent.body() != found)
    }

    /// The response, in one piece.
    fn whole(mut self, response: Response<Bytes>, after: Duration) -> Self {
        let body = response.body();
        if !body.is_empty() {
            self.chunks = vec![ReceivedChunk::new(body.clone(), after)];
        }
        self.response = response;
        self
    }

    fn invalid(self, source: Source, error: &InvalidResponse, after: Duration) -> Self {
        let reason = format!("the source cannot read the response: {error}");
        self.gateway_response(source, function_failed(source), reason, after)
    }

    fn gateway_response(
        mut self,
        source: Source,
        status: StatusCode,
        error: String,
        after: Duration,
    ) -> Self {
        let reason = status.canonical_reason().unwrap_or_default();
        let (content_type, body) = match source {
            Source::Alb | Source::AlbMultiValue => (
                "text/html",
                format!(
                    "<html><body><h1>{} {reason}</h1></body></html>",
                    status.as_u16()
                ),
            ),
            Source::LatticeV1 | Source::LatticeV2 => ("text/plain", reason.to_owned()),
            _ => ("application/json", json!({"message": reason}).to_string()),
        };
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = status;
        let content_type = HeaderValue::from_static(content_type);
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        self.problem = None;
        self.is_stream = false;
        self.error = Some(error);
        self.whole(response, after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_timeout_applies() {
        let seconds = Duration::from_secs;
        for (source, lambda, streams, limit, by_gateway) in [
            (Source::RestApi, 60, false, 29, true),
            (Source::RestApi, 10, false, 10, false),
            (Source::RestApi, 60, true, 60, false),
            (Source::HttpApi, 60, false, 30, true),
            (Source::FunctionUrl, 60, false, 60, false),
        ] {
            let expected = Patience {
                limit: seconds(limit),
                by_gateway,
            };
            let found = Patience::new(source, seconds(lambda), streams);
            assert_eq!(found, expected, "{source}");
        }
    }
}
