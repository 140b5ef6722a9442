//! Builder of events, as each source sends them.

mod body;
mod difference;
mod gateway;
mod output;
mod patch;
mod recorded;

use crate::encoding;
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request,
    header::{AUTHORIZATION, COOKIE, USER_AGENT},
};
use lambda_api::{
    LambdaContext,
    event::{Source, emulate},
};
pub(crate) use patch::Patch;
use recorded::Recorded;
use std::{collections::HashSet, fmt};

/// Builder of the event that a source sends for an HTTP request.
///
/// Its methods describe the request; how the source encodes it (where cookies go, what is decoded, when a
/// body is base64) follows from [`emulate::event`]. Everything has a default: a new event is a `GET` of
/// `/`.
///
/// ```
/// use lambda_api::event::Source;
/// use lambda_api_testing::EventBuilder;
///
/// let event = EventBuilder::new(Source::HttpApi)
///     .method("POST")
///     .path("/orders")
///     .query("tag", "fragile & heavy")
///     .header("x-tenant", "blue")
///     .cookie("session", "s-1")
///     .json(&serde_json::json!({"sku": "tea"}))
///     .to_value();
/// assert_eq!(event["rawPath"], "/orders");
/// assert_eq!(event["rawQueryString"], "tag=fragile+%26+heavy");
/// assert_eq!(event["headers"]["x-tenant"], "blue");
/// assert_eq!(event["cookies"][0], "session=s-1");
/// assert_eq!(event["body"], r#"{"sku":"tea"}"#);
/// ```
///
/// A recorded event becomes a test case, with changes that the test is about:
///
/// ```
/// use lambda_api_testing::EventBuilder;
/// use serde_json::json;
///
/// let recorded = json!({
///     "version": "2.0",
///     "rawPath": "/orders",
///     "headers": {"X-Tenant": "blue", "accept": "*/*"},
///     "requestContext": {"http": {"method": "GET", "path": "/orders"}, "requestId": "r-1"},
/// });
/// let event = EventBuilder::from_value(recorded).header("x-tenant", "red").to_value();
/// assert_eq!(event["headers"], json!({"x-tenant": "red", "accept": "*/*"}));
/// assert_eq!(event["requestContext"]["requestId"], "r-1");
/// ```
///
/// To make an invalid event, change a valid one:
///
/// ```
/// # use lambda_api::event::Source;
/// # use lambda_api_testing::EventBuilder;
/// let event = EventBuilder::new(Source::RestApi)
///     .set("/requestContext/identity/sourceIp", 7)
///     .unset("/multiValueHeaders")
///     .to_value();
/// assert_eq!(event["requestContext"]["identity"]["sourceIp"], 7);
/// ```
///
/// # Panics
/// Its methods panic on invalid arguments, such as a method with a space.
#[derive(Clone, Debug)]
#[must_use = "an event is made by `to_value`, `to_bytes` or `send`"]
pub struct EventBuilder {
    source: Source,
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
    /// The headers that come from a default, a body or a recording, and that the test has not set.
    given: HashSet<HeaderName>,
    cookies: Vec<String>,
    body: Bytes,
    gateway: emulate::GatewayContext,
    lambda: Option<LambdaContext>,
    base_path: Option<String>,
    recorded: Option<Recorded>,
    patches: Vec<Patch>,
    response_stream: bool,
}

impl EventBuilder {
    /// A `GET` of `/`, through this source.
    pub fn new(source: Source) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, HeaderValue::from_static(CLIENT));
        Self {
            source,
            method: Method::GET,
            path: "/".to_owned(),
            query: String::new(),
            headers,
            given: HashSet::from([USER_AGENT]),
            cookies: Vec::new(),
            body: Bytes::new(),
            gateway: emulate::GatewayContext::new(),
            lambda: None,
            base_path: None,
            recorded: None,
            patches: Vec::new(),
            response_stream: false,
        }
    }

    /// Replaces method, path, query, headers and body by those of a request.
    ///
    /// ```
    /// # use lambda_api::event::Source;
    /// # use lambda_api_testing::EventBuilder;
    /// let request = http::Request::post("/orders?a=1").header("x-tenant", "blue").body("{}".into())?;
    /// let event = EventBuilder::new(Source::HttpApi).request(request).to_value();
    /// assert_eq!(event["rawQueryString"], "a=1");
    /// assert_eq!(event["headers"]["x-tenant"], "blue");
    /// # Ok::<(), http::Error>(())
    /// ```
    pub fn request(mut self, request: Request<Bytes>) -> Self {
        let (parts, body) = request.into_parts();
        self.method = parts.method;
        parts.uri.path().clone_into(&mut self.path);
        parts
            .uri
            .query()
            .unwrap_or_default()
            .clone_into(&mut self.query);
        self.headers = parts.headers;
        self.given.clear();
        self.cookies.clear();
        self.body = body;
        self
    }

    /// The source whose event it is.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// The method.
    #[track_caller]
    pub fn method(mut self, method: &str) -> Self {
        match method.parse() {
            Ok(method) => self.method = method,
            Err(_) => panic!("expected an HTTP method, found {method:?}"),
        }
        self
    }

    /// Sets the path, and the query if it has one. Characters that a URI cannot have, such as a space,
    /// are percent-encoded; `%` is not.
    ///
    /// ```
    /// # use lambda_api::event::Source;
    /// # use lambda_api_testing::EventBuilder;
    /// let event = EventBuilder::new(Source::Alb).path("/files/a b%2Fc?v=1").to_value();
    /// assert_eq!(event["path"], "/files/a%20b%2Fc");
    /// assert_eq!(event["queryStringParameters"]["v"], "1");
    /// ```
    #[track_caller]
    pub fn path(mut self, path: &str) -> Self {
        assert!(
            path.starts_with('/'),
            "a path begins with `/`, found {path:?}"
        );
        match path.split_once('?') {
            Some((path, query)) => {
                self.path = encoding::encode_uri(path);
                self.query = encoding::encode_uri(query);
            }
            None => self.path = encoding::encode_uri(path),
        }
        self
    }

    /// Adds to the query; name and value are encoded. A name may be added more than once.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query = form_urlencoded::Serializer::new(self.query)
            .append_pair(name, value)
            .finish();
        self
    }

    /// Adds a header; a second call with the same name adds a second value. The value of a default, of a
    /// body such as [`json`](EventBuilder::json) or of a recorded event is replaced.
    #[track_caller]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let known = header_name(name);
        let Ok(value) = HeaderValue::from_bytes(value.as_ref()) else {
            panic!("header {name:?} cannot have this value");
        };
        self.drop_given(&known);
        self.headers.append(known, value);
        self
    }

    /// Removes a header.
    #[track_caller]
    pub fn without_header(mut self, name: &str) -> Self {
        let name = header_name(name);
        if name == COOKIE {
            self.cookies.clear();
        }
        self.given.remove(&name);
        self.headers.remove(name);
        self
    }

    /// Sets the header `authorization: Bearer <token>`.
    ///
    /// ```
    /// # use lambda_api::event::Source;
    /// # use lambda_api_testing::EventBuilder;
    /// let event = EventBuilder::new(Source::HttpApi).bearer("open-sesame").to_value();
    /// assert_eq!(event["headers"]["authorization"], "Bearer open-sesame");
    /// ```
    #[track_caller]
    pub fn bearer(self, token: impl fmt::Display) -> Self {
        self.without_header(AUTHORIZATION.as_str())
            .header(AUTHORIZATION.as_str(), format!("Bearer {token}"))
    }

    /// Adds a cookie. The value is not encoded.
    pub fn cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.push(format!("{name}={value}"));
        self
    }

    /// Sets the context of the invocation, for [`send`](EventBuilder::send) and
    /// [`to_invocation`](EventBuilder::to_invocation); [`LambdaContext::for_test`] by default, as
    /// of when the event is sent.
    pub fn lambda(mut self, lambda: LambdaContext) -> Self {
        self.lambda = Some(lambda);
        self
    }

    /// Has the source expect a stream: a function URL with the invoke mode `RESPONSE_STREAM`, or a REST API with the
    /// response transfer mode `STREAM`. The event is the same;
    /// [`send`](EventBuilder::send) and [`FakeLambda`](crate::FakeLambda) read the response so.
    ///
    /// ```
    /// use lambda_api::{Api, api_handler, event::Source, routes};
    /// use lambda_api_testing::EventBuilder;
    ///
    /// #[api_handler(GET "/hello")]
    /// async fn hello() -> &'static str { "hello" }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), lambda_api::BoxError> {
    /// let event = EventBuilder::new(Source::FunctionUrl).path("/hello").response_stream();
    /// let api = || Api::new().routes(routes![hello]);
    /// let streams = api().stream_on([Source::FunctionUrl]).build().await?;
    /// assert_eq!(event.send(&streams).await.body(), "hello");
    ///
    /// // A function that does not know the mode of its source.
    /// let buffers = api().build().await?;
    /// assert!(event.send(&buffers).await.body().starts_with(b"{\"statusCode\":200"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// If the source does not stream.
    #[track_caller]
    pub fn response_stream(mut self) -> Self {
        let source = self.source;
        assert!(
            source.stream_limit().is_some(),
            "source `{source}` does not stream"
        );
        self.response_stream = true;
        self
    }

    pub(crate) fn is_response_stream(&self) -> bool {
        self.response_stream
    }

    /// The request that the event is about, as the client sent it.
    pub(crate) fn to_request(&self) -> Request<Bytes> {
        let mut target = self.path.clone();
        if !self.query.is_empty() {
            target.push('?');
            target.push_str(&self.query);
        }
        let Ok(uri) = target.parse::<http::Uri>() else {
            panic!("expected a request target, found {target:?}");
        };
        let mut request = Request::new(self.body.clone());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = self.headers.clone();
        self.add_cookies(request.headers_mut());
        request
    }

    /// A client sends one `cookie` header (RFC 6265, section 5.4).
    fn add_cookies(&self, headers: &mut HeaderMap) {
        if self.cookies.is_empty() {
            return;
        }
        let mut all: Vec<&[u8]> = headers
            .get_all(COOKIE)
            .iter()
            .map(HeaderValue::as_bytes)
            .collect();
        all.extend(self.cookies.iter().map(String::as_bytes));
        let Ok(value) = HeaderValue::from_bytes(&all.join(&b"; "[..])) else {
            panic!("{:?} cannot be a `cookie` header", self.cookies);
        };
        headers.insert(COOKIE, value);
    }

    /// Removes a header unless the test has set it.
    fn drop_given(&mut self, name: &HeaderName) {
        if self.given.remove(name) {
            self.headers.remove(name);
        }
    }
}

/// The default `user-agent`.
const CLIENT: &str = concat!("lambda-api-testing/", env!("CARGO_PKG_VERSION"));

#[track_caller]
fn header_name(name: &str) -> HeaderName {
    match HeaderName::try_from(name) {
        Ok(name) => name,
        Err(_) => panic!("expected the name of a header, found {name:?}"),
    }
}

#[cfg(test)]
mod tests;
