//! From the bytes of an event to the response that is sent to Lambda.

use super::{
    App, SendingEnd,
    header_limit::check_header_limit,
    in_memory, source,
    stream::{Opened, body_problem},
};
use crate::{
    Body, Invocation, LambdaContext, Request,
    catch_unwind::{Panic, catch_unwind},
    error::framework,
    event::{
        self, EventResponse, NotRequest, OtherEvent, OtherKind, Source, UnsupportedEvent, current,
    },
    events::EventError,
    log,
    middleware::{FailedLink, Restyled},
    sensitive,
};
use bytes::Bytes;
use http::Extensions;
use http_body_util::LengthLimitError;
use std::sync::{OnceLock, atomic::Ordering};
use tokio::time::Instant;
use tracing::Instrument;

impl App {
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
    /// The response is one JSON document, for every source: [`stream_event`](App::stream_event) streams. A program
    /// that [streams](crate::Api::stream_on) to the source of the event has the time until the deadline of Lambda
    /// here, too, without the shorter time of the gateway.
    ///
    /// An event with `invokeCompletionStatus`, which a REST API sends after a stream, is acknowledged with
    /// `null`. Without `rest` among the [sources that stream](crate::Api::stream_on), the first one is a
    /// warning.
    ///
    /// # Errors
    /// Returns an error if the event does not come from an HTTP source, and no handler of
    /// [`Api::events`](crate::Api::events) takes it, or the handler fails. All other errors are responses.
    pub async fn handle_event(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> Result<Vec<u8>, EventError> {
        let deadline_ms = lambda.deadline_ms;
        let response = self.event_response(event, lambda, &BUFFERED).await;
        if let Some(after) = self.0.hooks.responded(deadline_ms) {
            after.await;
        }
        let (response, _) = response?;
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
    ) -> Result<EventResponse, EventError> {
        let (response, _) = self.event_response(event, lambda, &OF_SOURCE).await?;
        Ok(response)
    }

    /// Like [`App::stream_event`], with the extensions of the response: those that tests read, and the
    /// [`SendingEnd`] of a stream.
    pub(crate) async fn stream_event_with_extensions(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> Result<(EventResponse, Extensions), EventError> {
        self.event_response(event, lambda, &OF_SOURCE).await
    }

    /// The buffered response to an event, for callers that run the functions of `after_response` themselves.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) async fn respond_to_event(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> Result<Vec<u8>, EventError> {
        let (response, _) = self.event_response(event, lambda, &BUFFERED).await?;
        Ok(response)
    }

    async fn event_response<T>(
        &self,
        event: Bytes,
        lambda: LambdaContext,
        forms: &Forms<T>,
    ) -> Result<(T, Extensions), EventError> {
        let known = Known::default();
        // Only those that are read are kept; the others are dropped where a panic is caught.
        let both = async {
            let encoded = self.encoded_response(event, lambda, forms, &known);
            let (response, mut extensions) = encoded.await?;
            let mut kept = Extensions::new();
            if let Some(restyled) = extensions.remove::<Restyled>() {
                kept.insert(restyled);
            }
            if let Some(failed) = extensions.remove::<FailedLink>() {
                kept.insert(failed);
            }
            if let Some(end) = extensions.remove::<SendingEnd>() {
                kept.insert(end);
            }
            Ok((response, kept))
        };
        match catch_unwind(both).await {
            Ok(both) => both,
            Err(panic) if known.is_request.get().is_some() => {
                let response = bare(panic, forms, known.streams_to.get());
                Ok((response, Extensions::new()))
            }
            Err(panic) => Err(unhandled(&panic)),
        }
    }

    async fn encoded_response<T>(
        &self,
        event: Bytes,
        lambda: LambdaContext,
        forms: &Forms<T>,
        known: &Known,
    ) -> Result<(T, Extensions), EventError> {
        let stream = |invocation: &Invocation| {
            let stream = forms.stream?;
            self.0.timing.streams_to(invocation.source()).then(|| {
                let _ = known.streams_to.set(source(invocation));
                stream
            })
        };
        let (invocation, (mut parts, body)) =
            match event::decode_request(event, lambda, &self.0.decode) {
                Ok(mut request) => {
                    let _ = known.is_request.set(());
                    sensitive::mark(request.headers_mut(), &self.0.credentials);
                    let invocation = Invocation::of(&request).clone();
                    let cold = self.0.cold.swap(false, Ordering::Relaxed);
                    let span = log::span(&invocation, cold);
                    invocation.set_span(span.clone());
                    if let Some(stream) = stream(&invocation) {
                        let response = self.streamed_response(request, invocation, span);
                        let (body, extensions) = Box::pin(response).await;
                        return Ok((stream(body), extensions));
                    }
                    let response = self.whole_response(request, &invocation).instrument(span);
                    let response = current::scope(invocation.clone(), response).await;
                    (invocation, response)
                }
                Err(NotRequest::Other(event)) => {
                    let response = self.other_response(*event).await?;
                    return Ok(((forms.whole)(response), Extensions::new()));
                }
                Err(NotRequest::Error(error)) => {
                    let (invocation, head, problem) = error.into_parts()?;
                    let _ = known.is_request.set(());
                    let asked = self.asked(head.method(), head.headers());
                    let response = self.reject(asked, problem, &invocation).await;
                    let (parts, body) = in_memory(response).await;
                    if let Some(stream) = stream(&invocation) {
                        let response = (parts, Opened::Whole(body));
                        let (body, extensions) =
                            self.stream_of(response, Instant::now(), &invocation);
                        return Ok((stream(body), extensions));
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
        Ok(((forms.whole)(response.json), parts.extensions))
    }

    /// The response to an event that is not an HTTP request.
    async fn other_response(&self, event: OtherEvent) -> Result<Vec<u8>, EventError> {
        if event.kind == OtherKind::Completion {
            self.note_completion();
            return Ok(b"null".to_vec());
        }
        match &self.0.events {
            Some(events) => {
                let is_cold = self.0.cold.swap(false, Ordering::Relaxed);
                events.handle(event, is_cold).await
            }
            None => Err(UnsupportedEvent::of(&event).into()),
        }
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
                Ok(Err(error)) if error.is::<LengthLimitError>() => {
                    framework::stream_too_large(limit)
                }
                Ok(Err(error)) => body_problem(&*error, &self.0.timing),
                Err(panic) => panic.problem(),
            }
        } else {
            framework::unsendable(parts.status)
        };
        let (parts, body) = self.instead_of(&parts, problem, invocation).await;
        (parts, if is_head { Bytes::new() } else { body })
    }
}

/// What is known of an event when its handling panics.
#[derive(Default)]
struct Known {
    /// Set if it is an HTTP request. Of a response with status 500, Lambda would think that any other event was
    /// handled: it would delete the messages of a queue.
    is_request: OnceLock<()>,
    /// Set if the source streams: then the response to a panic is a stream, too.
    streams_to: OnceLock<Source>,
}

/// The forms that the response to an event can have.
struct Forms<T> {
    whole: fn(Vec<u8>) -> T,
    /// For a source that streams.
    stream: Option<fn(Body) -> T>,
}

const BUFFERED: Forms<Vec<u8>> = Forms {
    whole: |json| json,
    stream: None,
};

const OF_SOURCE: Forms<EventResponse> = Forms {
    whole: EventResponse::Buffered,
    stream: Some(EventResponse::Stream),
};

/// The error of an event that is not known to be an HTTP request, and whose handling panicked.
#[cold]
fn unhandled(panic: &Panic) -> EventError {
    panic.log("the handling of an event panicked");
    EventError::failed("HandlerPanicked", "the handling of the event panicked")
}

/// The response to a request that could not be handled, when nothing else is known: an error in this
/// library, or in the drop of a value of the application. It is a stream for a source that streams.
#[cold]
fn bare<T>(panic: Panic, forms: &Forms<T>, streams_to: Option<&Source>) -> T {
    let problem = panic.problem();
    problem.log();
    let (parts, body) = problem.render().into_parts();
    let body = body.to_bytes();
    match (forms.stream, streams_to) {
        (Some(stream), Some(source)) => {
            let head = event::encode_prelude_measured(*source, &parts, Some(&body)).json;
            stream(Opened::Whole(body).into_body(Some(head)))
        }
        _ => (forms.whole)(event::encode_measured(Source::HttpApi, &parts, &body).json),
    }
}

#[cfg(test)]
mod tests;
