//! Events, as each source sends them.

mod uri;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response,
    header::{CONTENT_TYPE, COOKIE},
};
use lambda_api::{
    App, LambdaContext,
    event::{Source, emulate},
};
use serde::Serialize;
use serde_json::Value;
use std::{fmt, time::SystemTime};

/// Makes the event that a source sends for an HTTP request.
///
/// It is told about the request, not about the event: the source's own habits (where cookies go,
/// what is decoded, when a body is base64) are those of [`emulate::event`]. What is not told has a
/// default that could be real; a `GET` of `/` needs nothing at all.
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
/// An event that no source would send is made from one that it does:
///
/// ```
/// # use lambda_api::event::Source;
/// # use lambda_api_testing::EventBuilder;
/// let mut event = EventBuilder::new(Source::RestApi).to_value();
/// event["multiValueHeaders"] = serde_json::Value::Null;
/// event["isBase64Encoded"] = "yes".into();
/// ```
///
/// # Panics
/// Its methods panic when they are given something that no HTTP request can have, such as a method
/// with a space in it: then the test is wrong.
#[derive(Clone, Debug)]
#[must_use = "an event is made by `to_value`, `to_bytes` or `send`"]
pub struct EventBuilder {
    source: Source,
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
    cookies: Vec<String>,
    body: Bytes,
    facts: emulate::Facts,
    lambda: LambdaContext,
}

impl EventBuilder {
    /// A `GET` of `/`, through this source.
    pub fn new(source: Source) -> Self {
        let mut lambda = LambdaContext::default();
        lambda.request_id = "2f4a7d3e-90c1-4b6e-8a57-1c3d5e7f9b20".to_owned();
        Self {
            source,
            method: Method::GET,
            path: "/".to_owned(),
            query: String::new(),
            headers: HeaderMap::new(),
            cookies: Vec::new(),
            body: Bytes::new(),
            facts: emulate::Facts::new(),
            lambda,
        }
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
            Err(_) => panic!("{method:?} is no HTTP method"),
        }
        self
    }

    /// The path as a client writes it, with its query if it has one. What a URI cannot have, such
    /// as a space, is percent-encoded; `%` is left alone.
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
                self.path = uri::encoded(path);
                self.query = uri::encoded(query);
            }
            None => self.path = uri::encoded(path),
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

    /// Adds a header; one that is there already gets a second value.
    #[track_caller]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let Ok(known) = HeaderName::try_from(name) else {
            panic!("{name:?} is no header name");
        };
        let Ok(value) = HeaderValue::from_bytes(value.as_ref()) else {
            panic!("header {name:?} cannot have this value");
        };
        self.headers.append(known, value);
        self
    }

    /// Adds a cookie, as it stands.
    pub fn cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.push(format!("{name}={value}"));
        self
    }

    /// A body of any bytes, without a `content-type`. A `String` or a `Vec<u8>` will do.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// A JSON body, with `content-type: application/json` unless there is a `content-type` already.
    #[track_caller]
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => self.typed("application/json", json),
            Err(error) => panic!("the value cannot be written as JSON: {error}"),
        }
    }

    /// A body of form fields, with `content-type: application/x-www-form-urlencoded` unless there is
    /// a `content-type` already.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.typed("application/x-www-form-urlencoded", form.finish())
    }

    /// A body of text, with `content-type: text/plain; charset=utf-8` unless there is a
    /// `content-type` already.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.typed("text/plain; charset=utf-8", text.into())
    }

    fn typed(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.headers
            .entry(CONTENT_TYPE)
            .or_insert(HeaderValue::from_static(content_type));
        self.body(body)
    }

    /// The stage of the gateway.
    pub fn stage(self, stage: &str) -> Self {
        self.facts(|facts| facts.stage(stage))
    }

    /// The domain that the client called, which is the `host` as well.
    pub fn domain(self, domain: &str) -> Self {
        self.facts(|facts| facts.domain(domain))
    }

    /// The account that owns the gateway.
    pub fn account_id(self, account: &str) -> Self {
        self.facts(|facts| facts.account_id(account))
    }

    /// The id of the API.
    pub fn api_id(self, id: &str) -> Self {
        self.facts(|facts| facts.api_id(id))
    }

    /// The gateway's id of the request. Lambda's own is part of [`lambda`](EventBuilder::lambda).
    pub fn request_id(self, id: &str) -> Self {
        self.facts(|facts| facts.request_id(id))
    }

    /// The address of the client.
    pub fn source_ip(self, ip: &str) -> Self {
        self.facts(|facts| facts.source_ip(ip))
    }

    /// When the request arrived; now, by default.
    pub fn time(self, time: SystemTime) -> Self {
        self.facts(|facts| facts.time(time))
    }

    /// Adds a stage variable.
    pub fn stage_variable(self, name: &str, value: &str) -> Self {
        self.facts(|facts| facts.stage_variable(name, value))
    }

    /// The route of the gateway that the request matched, such as `/orders/{id}`.
    pub fn route(self, route: &str) -> Self {
        self.facts(|facts| facts.route(route))
    }

    /// Adds a path parameter of the gateway.
    pub fn path_parameter(self, name: &str, value: &str) -> Self {
        self.facts(|facts| facts.path_parameter(name, value))
    }

    /// What an authorizer of the gateway left in `requestContext.authorizer`.
    pub fn authorizer(self, authorizer: Value) -> Self {
        self.facts(|facts| facts.authorizer(authorizer))
    }

    /// Changes the facts that the source knows of the request: all that has no method here.
    pub fn facts(mut self, change: impl FnOnce(emulate::Facts) -> emulate::Facts) -> Self {
        self.facts = change(self.facts);
        self
    }

    /// What Lambda says of the invocation, for [`send`](EventBuilder::send).
    pub fn lambda(mut self, lambda: LambdaContext) -> Self {
        self.lambda = lambda;
        self
    }

    /// The request that the event is about.
    #[must_use]
    pub fn to_request(&self) -> Request<Bytes> {
        let mut target = self.path.clone();
        if !self.query.is_empty() {
            target.push('?');
            target.push_str(&self.query);
        }
        let Ok(uri) = target.parse::<http::Uri>() else {
            panic!("{target:?} is no request target");
        };
        let mut request = Request::new(self.body.clone());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = self.headers.clone();
        if !self.cookies.is_empty() {
            let cookies = self.cookies.join("; ");
            let Ok(value) = HeaderValue::try_from(&cookies) else {
                panic!("{cookies:?} cannot be a `cookie` header");
            };
            request.headers_mut().append(COOKIE, value);
        }
        request
    }

    /// The event.
    #[must_use]
    pub fn to_value(&self) -> Value {
        emulate::event(self.source, &self.to_request(), &self.facts)
    }

    /// The event as the bytes that a function receives. Its text is what `to_string` gives.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        self.to_string().into()
    }

    /// Sends the event to an API, and reads the reply as the source would: as its client sees it.
    ///
    /// # Panics
    /// When the source could not read the reply, and its client would see a 502. An API that is
    /// built with `lambda-api` never replies so, unless a reply is larger than the source allows.
    pub async fn send(&self, app: &App) -> Response<Bytes> {
        let source = self.source;
        let mut lambda = self.lambda.clone();
        lambda.received.get_or_insert_with(SystemTime::now);
        let reply = match app.handle_event(self.to_bytes(), lambda).await {
            Ok(reply) => reply,
            Err(error) => panic!("the event of source `{source}` was refused: {error:?}"),
        };
        match emulate::reply(source, &reply) {
            Ok(response) => response,
            Err(error) => panic!(
                "source `{source}` cannot read the reply: {error}; found {}",
                String::from_utf8_lossy(&reply)
            ),
        }
    }
}

impl fmt::Display for EventBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_value().fmt(f)
    }
}

#[cfg(test)]
mod tests;
