//! Response of a function.

use super::outcome::FunctionError;
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{CONTENT_TYPE, SET_COOKIE},
};
use lambda_api::event::{Source, emulate};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::BTreeMap, fmt, time::Duration};

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
    /// [invoked](super::Invoke::response_stream) so. A response that the source does not expect arrives as the
    /// [table](super#streams) says. A REST API that buffers has the binary media type `*/*`.
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
        let read = match (self.response_stream, self.is_streamed()) {
            (true, true) if source.stream_limit().is_some() => streamed(&self.body),
            (false, false) => {
                emulate::parse_response(source, &self.body).map_err(|error| error.to_string())
            }
            (expected, _) => unexpected(source, expected, &self.body),
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

/// What a client receives if the function sends a stream to a source that buffers, or the reverse.
fn unexpected(
    source: Source,
    response_stream: bool,
    bytes: &Bytes,
) -> Result<Response<Bytes>, String> {
    if source != Source::FunctionUrl {
        let (expected, found) = match response_stream {
            true => ("a stream", "a buffered response"),
            false => ("a buffered response", "a stream"),
        };
        return Err(format!("expected {expected}, found {found}"));
    }
    // A function URL takes what it cannot read for the body.
    let content_type = match response_stream {
        true => "application/octet-stream",
        false => "application/json",
    };
    let mut response = Response::new(bytes.clone());
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    Ok(response)
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

/// The head of a streamed response.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Prelude {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, OneOrMore>,
    #[serde(default)]
    cookies: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// Reads `{"statusCode": 200, ..}`, eight NULs, and the body.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming>.
fn streamed(bytes: &Bytes) -> Result<Response<Bytes>, String> {
    let end = bytes
        .windows(8)
        .position(|eight| eight == [0; 8])
        .ok_or("there are no eight NULs between head and body")?;
    let head: Prelude = serde_json::from_slice(&bytes[..end]).map_err(|error| {
        format!("the head of the stream is not the JSON of a response: {error}")
    })?;
    let mut response = Response::new(bytes.slice(end + 8..));
    *response.status_mut() = StatusCode::from_u16(head.status_code)
        .map_err(|_| format!("{} is not a status", head.status_code))?;
    let value = |text: &str| {
        HeaderValue::try_from(text).map_err(|_| format!("{text:?} is not a header value"))
    };
    for (name, values) in head.headers {
        let known =
            HeaderName::try_from(&name).map_err(|_| format!("{name:?} is not a header name"))?;
        let values = match values {
            OneOrMore::One(one) => vec![one],
            OneOrMore::More(more) => more,
        };
        for text in values {
            response.headers_mut().append(known.clone(), value(&text)?);
        }
    }
    for cookie in head.cookies {
        response.headers_mut().append(SET_COOKIE, value(&cookie)?);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let body = b"{\"statusCode\":201,\"headers\":{\"x-a\":[\"1\",\"2\"],\"x-b\":\"3\"},\
            \"cookies\":[\"c=1\"]}\0\0\0\0\0\0\0\0two\0parts";
        let response = response(body, Some("Streaming")).http(Source::FunctionUrl);
        assert_eq!(response.status(), 201);
        let values: Vec<_> = response.headers().get_all("x-a").iter().collect();
        assert_eq!(values, ["1", "2"]);
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
    #[should_panic(expected = "there are no eight NULs between head and body; found {\"statusCode")]
    fn a_stream_without_a_head_is_shown() {
        let _ = response(b"{\"statusCode\":200}", Some("streaming")).http(Source::FunctionUrl);
    }
}
