//! What becomes of an event.

use super::EventBuilder;
use crate::AtCaller;
use bytes::Bytes;
use http::Response;
use lambda_api::{
    App, Invocation, LambdaContext, Request,
    event::{self, DecodeError, DecodeOptions, emulate},
};
use serde_json::Value;
use std::{fmt, fs, path::Path, time::SystemTime};

impl EventBuilder {
    /// The event.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut event = match &self.recorded {
            Some(recorded) => recorded.changed(&self.to_request(), &self.facts),
            None => emulate::event(self.source, &self.to_request(), &self.facts),
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

    /// Writes the event to a file, laid out for reading; directories on the way there are made.
    /// [`from_file`](EventBuilder::from_file) reads it back.
    ///
    /// # Panics
    /// When the file cannot be written.
    #[track_caller]
    pub fn to_file(&self, path: impl AsRef<Path>) {
        let path = path.as_ref();
        let directory = path.parent().unwrap_or(Path::new(""));
        let written =
            fs::create_dir_all(directory).and_then(|()| fs::write(path, format!("{self:#}\n")));
        if let Err(error) = written {
            panic!("cannot write the event to {}: {error}", path.display());
        }
    }

    /// The request as an API receives it: the event, decoded. Its extensions have the
    /// [`Invocation`]. A [base path](EventBuilder::base_path) is taken off, as for an API that was
    /// told of it.
    ///
    /// ```
    /// use lambda_api::{Json, event::Source, extract};
    /// use lambda_api_testing::EventBuilder;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), lambda_api::JsonRejection> {
    /// let request = EventBuilder::new(Source::RestApi).method("POST").json(&[1, 2]).decode();
    /// let Json(numbers) = extract::<Json<Vec<u8>>>(&request).await?;
    /// assert_eq!(numbers, [1, 2]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// When the event cannot be decoded, after [`set`](EventBuilder::set) for example: an API would
    /// answer it with 400.
    #[must_use]
    #[track_caller]
    pub fn decode(&self) -> Request {
        match self.try_decode() {
            Ok(request) => request,
            Err(error) => panic!("the event of source `{}` is refused: {error}", self.source),
        }
    }

    /// What a handler is told of the invocation, for calling it directly.
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
    /// When the event is none of an HTTP source, after [`set`](EventBuilder::set) for example.
    #[must_use]
    #[track_caller]
    pub fn to_invocation(&self) -> Invocation {
        match self.try_decode() {
            Ok(request) => {
                let invocation = request.extensions().get::<Invocation>();
                invocation.cloned().unwrap_or_default()
            }
            Err(DecodeError::Malformed { invocation, .. }) => *invocation,
            Err(DecodeError::OverLimit(over)) => over.invocation().clone(),
            Err(error) => panic!("the event of source `{}` is refused: {error}", self.source),
        }
    }

    fn try_decode(&self) -> Result<Request, DecodeError> {
        let options = DecodeOptions {
            base_path: self.base_path.clone(),
            ..DecodeOptions::default()
        };
        event::decode(self.to_bytes(), self.lambda_context(), &options)
    }

    fn lambda_context(&self) -> LambdaContext {
        self.lambda.clone().unwrap_or_else(LambdaContext::for_test)
    }

    /// Sends the event to an API, and reads the reply as the source would: as its client sees it.
    /// [`emulate::Facts::binary_media_types`] says what a REST API does with binary responses.
    ///
    /// # Panics
    /// When the source could not read the reply, and its client would see a 502. An API that is
    /// built with `lambda-api` never replies so, unless a reply is larger than the source allows.
    pub fn send(
        &self,
        app: &App,
    ) -> AtCaller<impl Future<Output = Result<Response<Bytes>, String>> + Send> {
        AtCaller::new(async move {
            let source = self.source;
            let mut lambda = self.lambda_context();
            lambda.received.get_or_insert_with(SystemTime::now);
            let reply = app.handle_event(self.to_bytes(), lambda).await;
            let reply = reply
                .map_err(|error| format!("the event of source `{source}` is refused: {error}"))?;
            let request = self.to_request();
            emulate::response(source, &request, &self.facts, &reply).map_err(|error| {
                let found = String::from_utf8_lossy(&reply);
                format!("source `{source}` cannot read the reply: {error}; found {found}")
            })
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
