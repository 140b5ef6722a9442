//! Streaming settings of an API.

use super::Api;
use crate::{environment::STREAM, event::Source, timing::StreamingSources};
use std::time::Duration;

/// # Streaming
///
/// A function URL with the invoke mode `RESPONSE_STREAM` and a REST API with the response transfer mode
/// `STREAM` pass a response on while the function sends it. Neither the event nor Lambda tells the function
/// how it was invoked, and the two modes expect different responses. So the function has to know which of
/// its sources stream: from the environment variable `LAMBDA_API_STREAM`, which `template --stream` sets, or from
/// [`stream_on`](Api::stream_on). All other sources get buffered responses, so one function can
/// serve several. [Streams](crate::guide::streaming) has the whole story.
impl Api {
    /// Sets the sources that stream: [`Source::FunctionUrl`], [`Source::RestApi`] or both. Replaces the
    /// environment variable `LAMBDA_API_STREAM`, a list of `url` and `rest`; an empty list turns streams off.
    ///
    /// The source must be configured for streams: *every* response to it, also one in memory and a problem, is
    /// sent as a stream, which it cannot read in its buffered mode.
    ///
    /// Only on the outermost API. [`Api::build`] fails if another source is listed, since the others
    /// only buffer responses.
    ///
    /// ```
    /// use lambda_api::{Api, event::Source};
    ///
    /// let api = Api::new().stream_on([Source::FunctionUrl]);
    /// ```
    pub fn stream_on(mut self, sources: impl IntoIterator<Item = Source>) -> Self {
        self.stream_on = Some(sources.into_iter().collect());
        self
    }

    /// Sets how long the body of a response may stream. Then the stream ends early, which is an error: it is logged,
    /// the client sees that the end is missing, and Lambda gets an error as well.
    ///
    /// By default, it may stream until shortly before the [deadline](crate::extract::Deadline). Lambda does not tell
    /// the function that a client is gone, and bills until the stream ends, so this bounds the price of a
    /// stream that never ends. Events that go on for ever should end regularly before:
    /// [`Sse::max_duration`](crate::response::Sse::max_duration).
    ///
    /// The time begins when the handler has returned. A stream whose client does not read is not polled; on Lambda
    /// it is dropped 5 seconds after this time, with a warning, and so is a body in memory that is not read. The timeout
    /// does not apply to responses that are collected for a source.
    ///
    /// Only on the outermost API. Must be greater than zero.
    ///
    /// ```
    /// use lambda_api::Api;
    /// use std::time::Duration;
    ///
    /// let api = Api::new().stream_timeout(Duration::from_secs(60));
    /// ```
    pub fn stream_timeout(mut self, timeout: Duration) -> Self {
        self.timing.stream = Some(timeout);
        self
    }

    /// Sets the sources that stream, from the code or the environment.
    pub(super) fn resolve_streams(&mut self, get: impl FnOnce(&str) -> Option<String>) {
        if self.stream_on.is_some() {
            return;
        }
        match Source::streaming(&get(STREAM).unwrap_or_default()) {
            Ok(sources) => self.stream_on = Some(sources),
            Err(error) => self.stream_error = Some(error),
        }
    }

    /// The sources that stream, and the errors of the settings.
    pub(super) fn streaming_sources(&self, errors: &mut Vec<String>) -> StreamingSources {
        if self.timing.stream.is_some_and(|timeout| timeout.is_zero()) {
            errors.push("`stream_timeout` must be greater than zero".to_owned());
        }
        if let Some(error) = &self.stream_error {
            errors.push(format!("the environment variable `{STREAM}`: {error}"));
        }
        let mut streams = StreamingSources::default();
        for source in self.stream_on.iter().flatten() {
            match source {
                Source::FunctionUrl => streams.function_url = true,
                Source::RestApi => streams.rest_api = true,
                source => errors.push(format!(
                    "`stream_on`: the source `{source}` cannot stream responses: only `url` and `rest` can"
                )),
            }
        }
        streams
    }
}
