//! Builder of a request, which is sent by awaiting it.

use super::{
    TestClient, TestResponse,
    gateway::{Patience, exchange, outside},
    response::Sent,
    target::{Origin, Target},
};
use crate::{MultipartForm, TrackedFuture, encoding};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request,
    header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST},
};
use lambda_api::{
    __private,
    event::emulate::{self, GatewayContext},
};
use serde::Serialize;
use serde_json::Value;
use std::fmt::{self, Display};

/// Request of a [`TestClient`], which is sent by awaiting it.
///
/// ```
/// # use lambda_api_testing::{TestClient, TestResponse};
/// # async fn placed(client: &TestClient) -> TestResponse {
/// client
///     .post("/orders")
///     .query("dry-run", true)
///     .header("x-tenant", "blue")
///     .bearer("open-sesame")
///     .json(&serde_json::json!({"sku": "tea", "quantity": 2}))
///     .await
/// # }
/// ```
///
/// # Panics
/// Its methods panic on invalid arguments.
#[derive(Clone)]
#[must_use = "a request is sent by awaiting it"]
pub struct TestRequest {
    client: TestClient,
    method: Method,
    target: Target,
    headers: HeaderMap,
    cookies: Vec<(String, String)>,
    /// Of the body; a header of the test's own goes before it.
    content_type: Option<HeaderValue>,
    body: Bytes,
    gateway: GatewayContext,
}

impl TestRequest {
    #[track_caller]
    pub(super) fn new(client: &TestClient, method: Method, path: &str) -> Self {
        match Target::parse(path) {
            Ok(target) => Self {
                client: client.clone(),
                method,
                target,
                headers: HeaderMap::new(),
                cookies: Vec::new(),
                content_type: None,
                body: Bytes::new(),
                gateway: client.gateway.clone(),
            },
            Err(error) => panic!("{error}"),
        }
    }

    /// Adds a query parameter, encoded as a form encodes it. A name may repeat.
    pub fn query(mut self, name: impl AsRef<str>, value: impl Display) -> Self {
        self.target.push_query(name.as_ref(), &value.to_string());
        self
    }

    /// Adds a header. A name may repeat.
    #[track_caller]
    pub fn header<V: TryInto<HeaderValue>>(mut self, name: impl AsRef<str>, value: V) -> Self {
        let (name, value) = header(name.as_ref(), value.try_into().ok());
        self.headers.append(name, value);
        self
    }

    /// Sends a token: `authorization: Bearer <token>`.
    #[track_caller]
    pub fn bearer(mut self, token: impl Display) -> Self {
        let value = HeaderValue::try_from(format!("Bearer {token}"));
        let (name, value) = header(AUTHORIZATION.as_str(), value.ok());
        self.headers.insert(name, value);
        self
    }

    /// Sends a cookie, which replaces one of this name that the client keeps. The value is not encoded.
    #[track_caller]
    pub fn cookie(mut self, name: impl Into<String>, value: impl Display) -> Self {
        let (name, value) = (name.into(), value.to_string());
        let is_clean = |text: &str| !text.contains([';', '\r', '\n', '\0']);
        assert!(
            !name.is_empty() && !name.contains('=') && is_clean(&name) && is_clean(&value),
            "expected a cookie, found the name {name:?} and the value {value:?}"
        );
        self.cookies.push((name, value));
        self
    }

    /// Sends a value as JSON.
    #[track_caller]
    pub fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(body) {
            Ok(json) => self.content(HeaderValue::from_static("application/json"), json),
            Err(error) => panic!("the body cannot be serialised as JSON: {error}"),
        }
    }

    /// Sends a form, as a browser does: the fields of a struct or of a JSON object, or pairs. A
    /// list as the value of a field repeats the field.
    ///
    /// ```
    /// # use lambda_api_testing::TestClient;
    /// # async fn search(client: &TestClient) {
    /// client.post("/search").form(&[("tag", "fragile"), ("tag", "heavy")]).await;
    /// client.post("/search").form(&serde_json::json!({"tag": ["fragile", "heavy"]})).await;
    /// # }
    /// ```
    #[track_caller]
    pub fn form(self, fields: &(impl Serialize + ?Sized)) -> Self {
        match encoding::encode_form(fields) {
            Ok(form) => self.content(HeaderValue::from_static(encoding::FORM_MEDIA_TYPE), form),
            Err(error) => panic!("{error}"),
        }
    }

    /// Sends a form with files.
    ///
    /// ```
    /// # use lambda_api_testing::{MultipartForm, TestClient};
    /// # async fn upload(client: &TestClient) {
    /// let form = MultipartForm::new().file("photo", "tea.png", "image/png", &b"\x89PNG"[..]);
    /// client.post("/photos").multipart(&form).await;
    /// # }
    /// ```
    pub fn multipart(self, form: &MultipartForm) -> Self {
        let (content_type, body) = form.encode();
        self.content(content_type, body)
    }

    /// Sends a text, as `text/plain; charset=utf-8`.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.content(
            HeaderValue::from_static("text/plain; charset=utf-8"),
            text.into(),
        )
    }

    /// Sends bytes without a `content-type`.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.content_type = None;
        self
    }

    /// Changes what the gateway reports about this request.
    ///
    /// ```
    /// # use lambda_api_testing::TestClient;
    /// # async fn example(client: &TestClient) {
    /// client.get("/orders/7").gateway(|gateway| gateway.route("/orders/{id}")).await;
    /// # }
    /// ```
    pub fn gateway(mut self, change: impl FnOnce(GatewayContext) -> GatewayContext) -> Self {
        self.gateway = change(self.gateway);
        self
    }

    fn content(mut self, content_type: HeaderValue, body: impl Into<Bytes>) -> Self {
        self.content_type = Some(content_type);
        self.body = body.into();
        self
    }

    /// As `self`, to another path, the same method and body kept or a `GET`.
    pub(super) fn redirected(mut self, target: Target, keeps_body: bool) -> Self {
        self.target = target;
        self.cookies.clear();
        if !keeps_body {
            self = self.body(Bytes::new());
            if self.method != Method::HEAD {
                self.method = Method::GET;
            }
            let credentials = self.headers.remove(AUTHORIZATION);
            self.headers.clear();
            if let Some(credentials) = credentials {
                self.headers.insert(AUTHORIZATION, credentials);
            }
        }
        self
    }

    /// The request as it reaches the source, but for the cookies; `path` is the one that the API
    /// knows.
    fn without_cookies(&self, path: &str) -> Request<Bytes> {
        let mut request = Request::new(self.body.clone());
        *request.method_mut() = self.method.clone();
        // It was parsed before, so that this does not fail.
        let target = Target {
            path: path.to_owned(),
            ..self.target.clone()
        };
        *request.uri_mut() = target.to_string().parse().unwrap_or_default();
        let headers = request.headers_mut();
        headers.clone_from(&self.headers);
        for (name, value) in &self.client.headers {
            if !self.headers.contains_key(name) {
                headers.append(name, value.clone());
            }
        }
        if let Some(content_type) = &self.content_type
            && !self.headers.contains_key(CONTENT_TYPE)
        {
            headers.insert(CONTENT_TYPE, content_type.clone());
        }
        if let Some(origin) = &self.target.origin
            && !headers.contains_key(HOST)
            && origin.host != origin.host_name()
            && let Ok(host) = HeaderValue::try_from(&origin.host)
        {
            headers.insert(HOST, host);
        }
        request
    }

    fn gateway_of_target(&self) -> GatewayContext {
        let mut gateway = self.gateway.clone();
        if let Some(origin) = &self.target.origin {
            gateway = gateway
                .domain(origin.host_name())
                .forwarded(origin.scheme.as_str(), origin.port());
        }
        if let Some(time) = self.client.clock {
            gateway = gateway.time(time);
        }
        gateway
    }

    async fn send(self) -> Result<TestResponse, String> {
        let client = &self.client;
        let gateway = self.gateway_of_target();
        let prefix = gateway.path_prefix(client.source);
        let target = self.target.behind(&prefix);
        let within = target.within(&prefix);
        let mut request = self.without_cookies(within.as_deref().unwrap_or(&target.path));
        let origin = origin(client, &request, &gateway);
        if let Some(cookies) = self.cookie_header(&origin) {
            request.headers_mut().append(COOKIE, cookies);
        }
        let lambda = client.next_context();
        #[cfg(feature = "openapi")]
        let request_id = lambda.request_id.clone();
        let streams = __private::streams_to(&client.app, client.source);
        let patience = client
            .deadline
            .map(|limit| Patience::new(client.source, limit, streams));
        let exchange = match within {
            Some(_) => {
                let app = &client.app;
                exchange(app, client.source, &request, &gateway, lambda, patience).await
            }
            None => outside(client.source, &request, &gateway),
        };
        let response = TestResponse::new(
            Sent {
                origin,
                prefix,
                headers: request.headers().clone(),
                at: self.client.now(),
                request: self,
            },
            exchange,
        );
        response.keep_cookies();
        response.check_link()?;
        #[cfg(feature = "openapi")]
        response.check_conformance(&request_id)?;
        Ok(response)
    }

    /// The cookies of the jar and of the request.
    fn cookie_header(&self, origin: &Origin) -> Option<HeaderValue> {
        let now = self.client.now();
        let mut cookies = match self.client.jar() {
            Some(jar) => jar.matching(origin, &self.target.path, now),
            None => Vec::new(),
        };
        cookies.retain(|(name, _)| !self.cookies.iter().any(|(own, _)| own == name));
        cookies.extend(self.cookies.iter().cloned());
        let pairs: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        // The jar's are from headers, and the test's own were looked at.
        HeaderValue::try_from(pairs.join("; "))
            .ok()
            .filter(|value| !value.is_empty())
    }

    pub(super) fn client(&self) -> &TestClient {
        &self.client
    }

    pub(super) fn method(&self) -> &Method {
        &self.method
    }

    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    pub(super) fn bytes(&self) -> &Bytes {
        &self.body
    }
}

/// Where the request goes, which the source knows: what it says to the function is read back.
fn origin(client: &TestClient, request: &Request<Bytes>, gateway: &GatewayContext) -> Origin {
    let (mut head, ()) = Request::new(()).into_parts();
    for name in [HOST, HeaderName::from_static("x-forwarded-proto")] {
        if let Some(value) = request.headers().get(&name) {
            head.headers.insert(name, value.clone());
        }
    }
    let probe = Request::from_parts(head, Bytes::new());
    let event = emulate::event(client.source, &probe, gateway);
    Origin {
        scheme: header_of(&event, "x-forwarded-proto")
            .unwrap_or("https")
            .to_owned(),
        host: header_of(&event, "host")
            .unwrap_or_default()
            .to_ascii_lowercase(),
    }
}

/// The value of a header in an event.
fn header_of<'e>(event: &'e Value, name: &str) -> Option<&'e str> {
    let maps =
        ["headers", "multiValueHeaders"].map(|key| event.get(key).and_then(Value::as_object));
    let (_, value) = maps
        .into_iter()
        .flatten()
        .flatten()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    value.as_str().or_else(|| value.get(0)?.as_str())
}

/// A header that can be sent.
#[track_caller]
pub(crate) fn header(name: &str, value: Option<HeaderValue>) -> (HeaderName, HeaderValue) {
    let Ok(known) = HeaderName::try_from(name) else {
        panic!("expected the name of a header, found {name:?}");
    };
    let Some(value) = value else {
        panic!("the value of header `{known}` has characters that no header can have");
    };
    (known, value)
}

impl IntoFuture for TestRequest {
    type Output = TestResponse;
    type IntoFuture = TrackedFuture<'static, TestResponse>;

    /// # Panics
    /// Where the future is awaited, when a [`Link`](lambda_api::response::Link) in the response cannot
    /// be resolved, or when the response of a `conforming` client is not one that the document promises.
    fn into_future(self) -> Self::IntoFuture {
        TrackedFuture::new(self.send())
    }
}

impl fmt::Debug for TestRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.target)
    }
}
