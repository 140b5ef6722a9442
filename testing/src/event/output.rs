//! Conversions of an event, and sending it.

use super::EventBuilder;
use crate::TrackedFuture;
use bytes::Bytes;
use http::Response;
use lambda_api::{
    App, Invocation, LambdaContext, Request,
    event::{self, DecodeError, DecodeOptions, EventResponse, emulate},
    events::EventError,
};
use serde_json::Value;
use std::{fmt, time::SystemTime};

impl EventBuilder {
    /// The event.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut event = match &self.recorded {
            Some(recorded) => recorded.changed(&self.to_request(), &self.gateway),
            None => emulate::event(self.source, &self.to_request(), &self.gateway),
        };
        for patch in &self.patches {
            patch.apply(&mut event);
        }
        event
    }

    /// The event as the bytes that a function receives. Its text is what `to_string` gives.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        self.to_string().into()
    }

    /// The decoded event: the request as an API receives it, with the [`Invocation`] in its extensions
    /// and without the [base path](EventBuilder::base_path).
    ///
    /// ```
    /// use lambda_api::{Json, event::Source, extract::extract};
    /// use lambda_api_testing::EventBuilder;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), lambda_api::extract::JsonRejection> {
    /// let request = EventBuilder::new(Source::RestApi).method("POST").json(&[1, 2]).decode();
    /// let Json(numbers) = extract::<Json<Vec<u8>>>(&request).await?;
    /// assert_eq!(numbers, [1, 2]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// If the event cannot be decoded, after [`set`](EventBuilder::set) for example.
    #[must_use]
    #[track_caller]
    pub fn decode(&self) -> Request {
        match self.try_decode() {
            Ok(request) => request,
            Err(error) => panic!("the event of source `{}` is rejected: {error}", self.source),
        }
    }

    /// The [`Invocation`] of the event, to call a handler directly.
    ///
    /// ```
    /// use lambda_api::{Invocation, event::Source};
    /// use lambda_api_testing::EventBuilder;
    ///
    /// fn greet(invocation: Invocation) -> String {
    ///     format!("hello, {}", invocation.source_ip().unwrap_or("stranger"))
    /// }
    ///
    /// let invocation = EventBuilder::new(Source::RestApi).source_ip("198.51.100.7").to_invocation();
    /// assert_eq!(greet(invocation), "hello, 198.51.100.7");
    /// ```
    ///
    /// # Panics
    /// If it is not the event of an HTTP source, after [`set`](EventBuilder::set) for example.
    #[must_use]
    #[track_caller]
    pub fn to_invocation(&self) -> Invocation {
        match self.try_decode() {
            Ok(request) => {
                let invocation = request.extensions().get::<Invocation>();
                invocation.cloned().unwrap_or_default()
            }
            Err(DecodeError::Malformed { invocation, .. }) => *invocation,
            Err(DecodeError::LimitExceeded(over)) => over.invocation().clone(),
            Err(error) => panic!("the event of source `{}` is rejected: {error}", self.source),
        }
    }

    fn try_decode(&self) -> Result<Request, DecodeError> {
        let base_paths = self.base_path.iter();
        let options = base_paths.fold(DecodeOptions::default(), DecodeOptions::base_path);
        event::decode(self.to_bytes(), self.lambda_context(), &options)
    }

    fn lambda_context(&self) -> LambdaContext {
        self.lambda.clone().unwrap_or_else(LambdaContext::for_test)
    }

    /// Sends the event to an API, and returns the response that the client of the source receives.
    /// [`emulate::GatewayContext::binary_media_types`] says what a REST API does with binary responses.
    ///
    /// With [`response_stream`](EventBuilder::response_stream), the source expects a stream. It is collected, and the
    /// functions of [`Api::after_response`](lambda_api::Api::after_response) do not run.
    ///
    /// # Panics
    /// If the source cannot read the response, for example because it is too large, or if a stream ends early.
    pub fn send<'a>(&'a self, app: &'a App) -> TrackedFuture<'a, Response<Bytes>> {
        TrackedFuture::new(async move {
            let source = self.source;
            let mut lambda = self.lambda_context();
            lambda.received.get_or_insert_with(SystemTime::now);
            let rejected =
                |error: EventError| format!("the event of source `{source}` is rejected: {error}");
            let unreadable = |error: emulate::InvalidResponse, response: &[u8]| {
                let found = String::from_utf8_lossy(response);
                format!("source `{source}` cannot read the response: {error}; found {found}")
            };
            if self.response_stream {
                let response = app.stream_event(self.to_bytes(), lambda).await;
                let sent = match response.map_err(rejected)? {
                    EventResponse::Buffered(json) => json.into(),
                    EventResponse::Stream(body) => body.collect().await.map_err(|error| {
                        format!("the stream to source `{source}` ended early: {error}")
                    })?,
                };
                return emulate::parse_stream(source, &sent)
                    .map_err(|error| unreadable(error, &sent));
            }
            let response = app.handle_event(self.to_bytes(), lambda).await;
            let response = response.map_err(rejected)?;
            let request = self.to_request();
            emulate::client_response(source, &request, &self.gateway, &response)
                .map_err(|error| unreadable(error, &response))
        })
    }
}

/// The event as JSON: on one line, or laid out for reading with `{:#}`. A recorded event of which
/// nothing was changed is the text that was recorded.
impl fmt::Display for EventBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event = self.to_value();
        match &self.recorded {
            Some(recorded) if !f.alternate() => match recorded.text_of(&event) {
                Some(text) => f.write_str(text),
                None => event.fmt(f),
            },
            _ => event.fmt(f),
        }
    }
}
