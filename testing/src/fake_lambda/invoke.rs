//! Event and headers of an invocation.

use super::builder::Options;
use crate::EventBuilder;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Event with the headers that Lambda sends beside it.
///
/// [`FakeLambda::invoke`](super::FakeLambda::invoke) makes one of any event; build one to change the
/// headers, such as `lambda-runtime-aws-tenant-id`.
///
/// ```no_run
/// # async fn example(lambda: lambda_api_testing::FakeLambda) {
/// use lambda_api_testing::fake_lambda::Invoke;
/// use serde_json::json;
///
/// let event = json!({"version": "2.0", "rawPath": "/", "requestContext": {"http": {"method": "GET"}}});
/// let outcome = lambda.invoke(Invoke::new(event).header("lambda-runtime-aws-tenant-id", "blue")).await;
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "it is sent by `FakeLambda::invoke`"]
pub struct Invoke {
    pub(super) event: Bytes,
    pub(super) timeout: Option<Duration>,
    /// Whether the response is expected as a stream.
    pub(super) response_stream: bool,
    request_id: Option<String>,
    /// In the order of the calls; no value takes a header away.
    headers: Vec<(HeaderName, Option<HeaderValue>)>,
}

pub(super) const REQUEST_ID: &str = "lambda-runtime-aws-request-id";
pub(super) const INVOCATION_ID: &str = "lambda-runtime-invocation-id";
pub(super) const DEADLINE: &str = "lambda-runtime-deadline-ms";
pub(super) const FUNCTION_ARN: &str = "lambda-runtime-invoked-function-arn";
pub(super) const TRACE_ID: &str = "lambda-runtime-trace-id";

impl Invoke {
    /// An invocation with this event: a JSON value, an [`EventBuilder`], text or bytes.
    pub fn new(event: impl Into<Invoke>) -> Self {
        event.into()
    }

    /// The id of the invocation; one of its own by default.
    #[track_caller]
    #[doc(hidden)]
    pub fn request_id(mut self, id: &str) -> Self {
        self.request_id = Some(id.to_owned());
        self.header(REQUEST_ID, id)
    }

    /// How long the function may take for this one, in place of its own
    /// [timeout](super::FakeLambdaBuilder::timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Invokes the function as a source does that streams, with `InvokeWithResponseStream`: the limit of the response
    /// is 200 MB instead of 6 MB, and [`http`](super::InvocationResponse::http) reads it as the client of such a
    /// source. The function does not see the difference.
    pub fn response_stream(mut self) -> Self {
        self.response_stream = true;
        self
    }

    /// Any header that the function gets with the event, in place of the one that it would get.
    #[track_caller]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let name = header_name(name);
        let Ok(value) = HeaderValue::from_bytes(value.as_ref()) else {
            panic!("header `{name}` cannot have this value");
        };
        self.headers.push((name, Some(value)));
        self
    }

    /// Leaves a header out, such as `lambda-runtime-deadline-ms`.
    #[track_caller]
    #[doc(hidden)]
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.push((header_name(name), None));
        self
    }

    /// The id of the `number`th invocation, if it has none of its own.
    pub(super) fn id(&self, number: u64) -> String {
        let own = || {
            format!(
                "{:08x}-{:04x}-4000-8000-000000000000",
                number >> 16,
                number & 0xffff
            )
        };
        self.request_id.clone().unwrap_or_else(own)
    }

    /// The headers of an event that is handed out now.
    pub(super) fn headers_now(&self, number: u64, options: &Options) -> HeaderMap {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let timeout = self.timeout.unwrap_or(options.timeout);
        let trace = format!(
            "Root=1-{:08x}-{number:024x};Parent={number:016x};Sampled=0",
            now.as_secs()
        );
        let mut headers = HeaderMap::new();
        for (name, value) in [
            (REQUEST_ID, self.id(number)),
            (INVOCATION_ID, format!("invocation-{number}")),
            (
                DEADLINE,
                now.saturating_add(timeout).as_millis().to_string(),
            ),
            (FUNCTION_ARN, options.function_arn()),
            (TRACE_ID, trace),
        ] {
            // A function's name may be any text; without an ARN its runtime gets by.
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        for (name, value) in &self.headers {
            match value {
                Some(value) => headers.insert(name, value.clone()),
                None => headers.remove(name),
            };
        }
        headers
    }
}

#[track_caller]
fn header_name(name: &str) -> HeaderName {
    match HeaderName::try_from(name) {
        Ok(name) => name,
        Err(_) => panic!("expected the name of a header, found {name:?}"),
    }
}

impl From<Bytes> for Invoke {
    fn from(event: Bytes) -> Self {
        Self {
            event,
            timeout: None,
            response_stream: false,
            request_id: None,
            headers: Vec::new(),
        }
    }
}

impl From<Vec<u8>> for Invoke {
    fn from(event: Vec<u8>) -> Self {
        Bytes::from(event).into()
    }
}

impl From<String> for Invoke {
    fn from(event: String) -> Self {
        Bytes::from(event).into()
    }
}

impl From<&str> for Invoke {
    fn from(event: &str) -> Self {
        event.to_owned().into()
    }
}

impl From<&Value> for Invoke {
    fn from(event: &Value) -> Self {
        event.to_string().into()
    }
}

impl From<Value> for Invoke {
    fn from(event: Value) -> Self {
        Self::from(&event)
    }
}

impl From<&EventBuilder> for Invoke {
    fn from(event: &EventBuilder) -> Self {
        let mut invoke = Invoke::from(event.to_bytes());
        invoke.response_stream = event.is_response_stream();
        invoke
    }
}

impl From<EventBuilder> for Invoke {
    fn from(event: EventBuilder) -> Self {
        Self::from(&event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Options {
        Options::new("/srv/app/hello".into())
    }

    #[test]
    fn an_invocation_has_the_headers_of_lambda() {
        let headers = Invoke::new("{}").headers_now(7, &options());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let deadline: u128 = headers[DEADLINE].to_str().unwrap().parse().unwrap();
        let left = deadline - now.as_millis();
        assert!((25_000..=30_000).contains(&left), "{left}");
        assert_eq!(headers[REQUEST_ID], "00000000-0007-4000-8000-000000000000");
        assert_eq!(
            headers[FUNCTION_ARN],
            "arn:aws:lambda:eu-west-1:123456789012:function:hello"
        );
        assert!(headers[TRACE_ID].to_str().unwrap().starts_with("Root=1-"));
        assert_eq!(headers.len(), 5);
    }

    #[test]
    fn the_headers_of_the_test_win() {
        let invoke = Invoke::new("{}")
            .request_id("mine")
            .header("lambda-runtime-aws-tenant-id", "blue")
            .header("lambda-runtime-client-context", "{\"custom\":{}}")
            .header("lambda-runtime-trace-id", "{")
            .without_header("lambda-runtime-deadline-ms");
        assert_eq!(invoke.id(7), "mine");
        let headers = invoke.headers_now(7, &options());
        assert_eq!(headers[REQUEST_ID], "mine");
        assert_eq!(headers["lambda-runtime-aws-tenant-id"], "blue");
        assert_eq!(headers["lambda-runtime-client-context"], r#"{"custom":{}}"#);
        assert_eq!(headers[TRACE_ID], "{");
        assert!(!headers.contains_key(DEADLINE));
    }
}
