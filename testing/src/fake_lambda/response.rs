//! Response of a function.

use super::outcome::FunctionError;
use bytes::Bytes;
use http::{HeaderMap, Response};
use lambda_api::event::{Source, emulate};
use serde_json::Value;
use std::{fmt, time::Duration};

/// Response of a function, as it was posted to `/response`.
#[derive(Clone, Debug)]
pub struct InvocationResponse {
    pub(super) request_id: String,
    pub(super) body: Bytes,
    pub(super) headers: HeaderMap,
    /// Whether the source expects a stream.
    pub(super) response_stream: bool,
    pub(super) stream_error: Option<FunctionError>,
    pub(super) took: Duration,
}

impl InvocationResponse {
    /// The id of the invocation, which the function knows as `request_id`.
    #[must_use]
    #[doc(hidden)]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The bytes; all of them when they were streamed.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The response as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("the response is not JSON ({error}): {self}"),
        }
    }

    /// The HTTP response that the client of a source receives: of one that streams if the function was
    /// [invoked](super::Invoke::response_stream) so. A REST API that buffers has the binary media type `*/*`.
    /// [`emulate`] says what arrives if the function sends the format of the other mode.
    ///
    /// # Panics
    /// When the source cannot read the response, and its client would see a 502; when a stream has ended early.
    #[must_use]
    #[track_caller]
    pub fn http(&self, source: Source) -> Response<Bytes> {
        match self.read(source) {
            Ok(response) => response,
            Err(error) => panic!("{error}"),
        }
    }

    pub(super) fn read(&self, source: Source) -> Result<Response<Bytes>, String> {
        if let Some(error) = &self.stream_error {
            return Err(format!("the stream ended early: {error}; found {self}"));
        }
        let read = match self.response_stream {
            true => emulate::parse_stream(source, &self.body),
            false => emulate::parse_response(source, &self.body),
        };
        read.map_err(|error| {
            format!("source `{source}` cannot read the response: {error}; found {self}")
        })
    }

    /// Whether the function sent it as a stream.
    #[must_use]
    pub fn is_streamed(&self) -> bool {
        let mode = self.headers.get("lambda-runtime-function-response-mode");
        mode.is_some_and(|mode| mode.as_bytes().eq_ignore_ascii_case(b"streaming"))
    }

    /// The error that ended a stream early, from the trailers of the call.
    #[must_use]
    pub fn stream_error(&self) -> Option<&FunctionError> {
        self.stream_error.as_ref()
    }

    /// The headers of the call.
    #[must_use]
    #[doc(hidden)]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// From the invocation's being handed out to the end of the response.
    #[must_use]
    #[doc(hidden)]
    pub fn took(&self) -> Duration {
        self.took
    }
}

/// How many bytes a message of failure shows.
const SHOWN: usize = 2000;

impl fmt::Display for InvocationResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.body.get(..SHOWN).unwrap_or(&self.body);
        f.write_str(&String::from_utf8_lossy(shown))?;
        match self.body.len().saturating_sub(shown.len()) {
            0 => Ok(()),
            more => write!(f, ".. ({more} bytes more)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn response(body: &'static [u8], mode: Option<&'static str>) -> InvocationResponse {
        let mut headers = HeaderMap::new();
        if let Some(mode) = mode {
            let mode = HeaderValue::from_static(mode);
            headers.insert("lambda-runtime-function-response-mode", mode);
        }
        InvocationResponse {
            request_id: "1".to_owned(),
            body: body.into(),
            response_stream: headers.contains_key("lambda-runtime-function-response-mode"),
            headers,
            stream_error: None,
            took: Duration::ZERO,
        }
    }

    #[test]
    fn a_stream_has_a_head_and_a_body() {
        let body = b"{\"statusCode\":201,\"headers\":{\"x-b\":\"3\"},\"cookies\":[\"c=1\"]}\
            \0\0\0\0\0\0\0\0two\0parts";
        let response = response(body, Some("Streaming")).http(Source::FunctionUrl);
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["x-b"], "3");
        assert_eq!(response.headers()["set-cookie"], "c=1");
        assert_eq!(response.body(), &b"two\0parts"[..]);
    }

    #[test]
    fn a_whole_response_is_read_as_the_source_reads_it() {
        let response =
            response(br#"{"statusCode": 404, "body": "no"}"#, None).http(Source::RestApi);
        assert_eq!(
            (response.status().as_u16(), &response.body()[..]),
            (404, &b"no"[..])
        );
    }

    #[test]
    #[should_panic(expected = "source `alb` cannot read the response: ")]
    fn an_unreadable_response_is_shown() {
        let _ = response(b"{}", None).http(Source::Alb);
    }

    #[test]
    #[should_panic(
        expected = "source `rest` cannot read the response: expected eight bytes of zero"
    )]
    fn a_stream_without_a_head_is_shown() {
        let _ = response(b"{\"statusCode\":200}", Some("streaming")).http(Source::RestApi);
    }
}
