//! Test client: each request becomes an event, each response is read as its source reads it.

mod assert;
mod build;
#[cfg(feature = "openapi")]
mod conform;
mod cookie;
mod difference;
mod event;
mod gateway;
mod jar;
mod problem;
mod request;
mod response;
mod show;
mod sources;
mod sse;
mod stream;
mod target;
#[cfg(feature = "websocket")]
mod websocket;

pub use build::TestClientBuilder;
pub use cookie::ReceivedCookie;
pub use event::EventOutcome;
pub use problem::ReceivedProblem;
pub use request::TestRequest;
pub use response::TestResponse;
pub use sources::{OnEverySource, on_every_source};
pub use sse::ReceivedEvent;
pub use stream::ReceivedChunk;
#[cfg(feature = "websocket")]
#[cfg_attr(docsrs, doc(cfg(feature = "websocket")))]
pub use websocket::{TestHandshake, TestSocket};

#[cfg(feature = "websocket")]
pub(crate) use request::header;

use http::{HeaderMap, HeaderValue, Method};
use jar::Jar;
use lambda_api::{
    Api, App, BoxError, LambdaContext, Request,
    event::{Source, emulate::GatewayContext},
};
use std::{
    fmt,
    future::Future,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};
use tower::Service;

/// Client that calls an [`Api`] as clients on the internet do through AWS.
///
/// Each request is turned into the JSON that an event source sends. The code that runs on Lambda decodes
/// it, handles it and encodes the response, which the client reads as the source would.
///
/// ```
/// use lambda_api::{Api, Created, Json, api_handler, routes};
/// use lambda_api_testing::TestClient;
/// use serde_json::{Value, json};
///
/// #[api_handler(POST "/orders")]
/// async fn place_order(Json(order): Json<Value>) -> Created<Json<Value>> {
///     Created::at("/orders/7", Json(order))
/// }
///
/// #[api_handler(GET "/orders/{id}")]
/// async fn get_order(id: u32) -> Json<Value> {
///     Json(json!({"id": id, "sku": "tea"}))
/// }
///
/// fn api() -> Api {
///     Api::new().routes(routes![place_order, get_order])
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let client = TestClient::new(api()).await;
///
/// let placed = client.post("/orders").json(&json!({"sku": "tea"})).await;
/// placed.assert_status(201).assert_header("location", "/orders/7");
///
/// client.get(placed.location()).await.assert_json(&json!({"id": 7, "sku": "tea"}));
/// client.get("/orders/x").await.assert_problem(400, "invalid_parameters");
/// # }
/// ```
///
/// # Sources
///
/// The source is an HTTP API unless [`via`](Self::via) names another.
/// [`on_every_source`](Self::on_every_source) runs a test on all of them.
///
/// The client also does what the sources do:
///
/// - A REST API renames some headers of responses: `www-authenticate` arrives as
///   `x-amzn-remapped-www-authenticate`.
/// - A REST API decodes what the function wrote as base64, images and compressed bodies above all,
///   only where one of its [binary media types](GatewayContext::binary_media_types) fits the request's
///   `accept`. Without any, which is the default, clients receive base64 text. The body of a request
///   whose `content-type` fits none is read as text, and its invalid UTF-8 is lost.
/// - A request that is too large does not reach the function: the response is a 413, for a body of
///   more than 1 MB at an ALB and for an event of more than 6 MB elsewhere, or a 431 for a head
///   of more than 10,240 bytes at API Gateway.
/// - A response that the source cannot read is a 502 (a 500 at an HTTP API), and
///   [`TestResponse::gateway_error`] says why. The texts of these responses are not AWS's own.
///
/// # Paths
///
/// A path is one of the API: `/orders`, with the query if there is one. The source adds stage and base
/// path where it does so on AWS. A URL, `https://api.example.com/v1/orders`, is what a client on the
/// internet writes: with the [base path](GatewayContext::base_path) on a custom domain, and with the stage on
/// a domain of API Gateway. A URL without them gets the source's own response: a 403 at a REST API, a
/// 404 elsewhere.
///
/// [`location`](TestResponse::location) and [`follow`](TestResponse::follow) read the header as the
/// client of that URL does. A REST API is called on its own domain, unless the test names
/// [another](GatewayContext::domain), so that an API that sends `/orders/7` in place of `/prod/orders/7` sends
/// clients out of itself:
///
/// ```
/// use lambda_api::{Api, Created, Json, api_handler, event::Source, routes};
/// use lambda_api_testing::TestClient;
///
/// #[api_handler(POST "/orders")]
/// async fn place_order() -> Created<Json<u32>> {
///     Created::at(get_order::path(7), Json(7))
/// }
///
/// #[api_handler(POST "/drafts")]
/// async fn place_draft() -> Created<Json<u32>> {
///     Created::at("/orders/7", Json(7))
/// }
///
/// #[api_handler(GET "/orders/{id}")]
/// async fn get_order(id: u32) -> Json<u32> { Json(id) }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let api = Api::new().routes(routes![place_order, place_draft, get_order]);
/// let client = TestClient::new(api).await.via(Source::RestApi);
///
/// let placed = client.post("/orders").await;
/// placed.assert_header("location", "/prod/orders/7");
/// client.get(placed.location()).await.assert_status(200);
///
/// let lost = client.post("/drafts").await;
/// client.get(lost.location()).await.assert_status(403);
/// # }
/// ```
///
/// Paths of cookies are compared with those of the API, as if there were no stage.
///
/// # Cookies
///
/// The client keeps the cookies that responses set, and sends them along, as
/// [RFC 6265](https://www.rfc-editor.org/rfc/rfc6265) has it: by domain, path, age and `Secure`,
/// and with the rules for names that begin with `__Host-` or `__Secure-`. There is no list of
/// public suffixes; `HttpOnly` and `SameSite` change nothing, as there are no scripts and no other
/// sites; an `Expires` is read only in the form that HTTP itself uses for dates.
///
/// A clone shares the cookies with its original, as two tabs of one browser do. A client made by
/// [`via`](Self::via) begins without any.
///
/// # Streams
///
/// Where the application streams to the source of the client, because of [`Api::stream_on`] or the variable
/// `LAMBDA_API_STREAM`, the client reads the stream. [`chunks`](TestResponse::chunks) are the parts of the body,
/// and [`events`](TestResponse::events) its server-sent events, each with the time when it came. With a paused
/// clock, times are exact and a test of a slow stream takes no time. The
/// [guide](https://docs.rs/lambda-api/latest/lambda_api/guide/testing/index.html#streams) has an example.
///
/// The request is awaited until the stream ends. Then the functions of
/// [`Api::after_response`] run, and all methods of the response work as they do for a
/// buffered one. If the stream ended early, those that read the body fail the test:
/// [`incomplete`](TestResponse::incomplete) expects that.
///
/// A source that streams has limits of its own: 200 MB, and the time of the function, also at a REST API, whose
/// integration is assumed to have a longer timeout than its default of 29 s. A REST API ends a stream of which
/// nothing came for 5 minutes, as its regional endpoints do.
///
/// # A failed assertion
///
/// It shows the difference, the request and the response:
///
/// ```should_panic
/// # use lambda_api::{Api, Json, api_handler, routes};
/// # use lambda_api_testing::TestClient;
/// # use serde_json::{Value, json};
/// # #[api_handler(PUT "/orders/{id}")]
/// # async fn change_order(id: u32, Json(order): Json<Value>) -> Json<Value> {
/// #     Json(json!({"id": id, "items": [{"sku": "tea", "quantity": 2}, {"sku": "milk", "quantity": 1}], "version": 2}))
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let client = TestClient::new(Api::new().routes(routes![change_order])).await;
/// client
///     .put("/orders/7")
///     .bearer("open-sesame")
///     .json(&json!({"items": [{"sku": "tea", "quantity": 3}]}))
///     .await
///     .assert_json(&json!({"id": 7, "items": [{"sku": "tea", "quantity": 3}], "version": 2}));
/// # }
/// ```
///
/// ```text
/// the JSON differs in 2 places
///   items[0].quantity  expected 3, found 2
///   items[1]           expected nothing, found {"quantity":1,"sku":"milk"}
///
/// request  PUT /orders/7 (source http)
///          authorization: Bearer <11 bytes>
///          content-type: application/json
///
///          {"items":[{"quantity":3,"sku":"tea"}]}
///
/// response 200 OK
///          content-type: application/json
///
///          {
///            "id": 7,
///            "items": [
///              {
///                "quantity": 2,
///                "sku": "tea"
///              },
///              {
///                "quantity": 1,
///                "sku": "milk"
///              }
///            ],
///            "version": 2
///          }
/// ```
///
/// # Panics
///
/// Its methods panic on invalid arguments, such as an invalid path or header. A request panics where it is
/// awaited if a [`Link`](lambda_api::response::Link) in the response cannot be resolved, such as one to a
/// route that is not mounted, or if the client is `conforming` and the document does not promise the response.
/// The panic names the line of the test.
#[derive(Clone)]
#[must_use = "a client does nothing until it sends a request"]
pub struct TestClient {
    app: App,
    source: Source,
    headers: HeaderMap,
    gateway: GatewayContext,
    lambda: LambdaContext,
    deadline: Option<Duration>,
    clock: Option<SystemTime>,
    jar: Option<Arc<Mutex<Jar>>>,
    sent: Arc<AtomicU64>,
    #[cfg(feature = "openapi")]
    conformance: Option<Arc<conform::Conformance>>,
}

/// How long Lambda lets a function run in a test that does not say.
const TIME_LIMIT: Duration = Duration::from_secs(30);

impl TestClient {
    /// Builds an [`Api`] and returns a client of it, whose responses can be
    /// [held](TestClientBuilder#method.conforming) to the document of the API.
    ///
    /// # Panics
    /// Where the future is awaited, with all [`BuildErrors`](lambda_api::api::BuildErrors), when the
    /// API cannot be built.
    ///
    /// ```should_panic
    /// use lambda_api::{Api, State, api_handler, routes};
    /// use lambda_api_testing::TestClient;
    ///
    /// #[api_handler(GET "/motd")]
    /// async fn motd(State(text): State<String>) -> String { text }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// // the API cannot be built
    /// // - `api::motd` (src/api.rs:4) needs `State<alloc::string::String>`, but there is no [..]
    /// let client = TestClient::new(Api::new().routes(routes![motd])).await;
    /// # }
    /// ```
    #[allow(clippy::new_ret_no_self, reason = "the future of a client")]
    pub fn new(api: Api) -> TestClientBuilder {
        TestClientBuilder::new(api)
    }

    /// A client of any tower service of HTTP requests, such as an axum `Router`.
    ///
    /// ```
    /// use lambda_api::{Body, Request, Response};
    /// use lambda_api_testing::TestClient;
    /// use std::convert::Infallible;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let echo = tower::service_fn(async |request: Request| {
    ///     Ok::<_, Infallible>(Response::new(Body::from(request.uri().path().to_owned())))
    /// });
    /// let client = TestClient::of(echo).await;
    /// client.get("/some/path").await.assert_text("/some/path");
    /// # }
    /// ```
    pub fn of<S, B>(service: S) -> TestClientBuilder
    where
        S: Service<Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        S::Future: Send,
        S::Error: Into<BoxError>,
        B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self::new(Api::new().fallback_service(service))
    }

    /// A client of the same application through another source. It has this client's settings, and no
    /// cookies.
    ///
    /// ```
    /// # use lambda_api::{Api, api_handler, routes};
    /// # use lambda_api_testing::TestClient;
    /// use lambda_api::event::Source;
    ///
    /// # #[api_handler(GET "/health")]
    /// # async fn health() -> &'static str { "ok" }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let client = TestClient::new(Api::new().routes(routes![health])).await;
    /// let response = client.via(Source::RestApi).get("/health").await;
    /// assert_eq!(response.event()["resource"], "/{proxy+}");
    /// # }
    /// ```
    pub fn via(&self, source: Source) -> Self {
        Self {
            source,
            jar: self.jar.is_some().then(Arc::default),
            ..self.clone()
        }
    }

    /// Runs a test once for each [`Source`], one after the other, with a client of that source.
    ///
    /// All sources share one application and its state; [`on_every_source`] can build one for each. A
    /// failure names the sources on which the test failed.
    ///
    /// ```
    /// # use lambda_api::{Api, api_handler, routes};
    /// # use lambda_api_testing::TestClient;
    /// # #[api_handler(GET "/files/{path+}")]
    /// # async fn file(path: String) -> String { path }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let client = TestClient::new(Api::new().routes(routes![file])).await;
    /// client
    ///     .on_every_source(async |client| {
    ///         client.get("/files/a/b%20c").await.assert_text("a/b c");
    ///     })
    ///     .await;
    /// # }
    /// ```
    pub fn on_every_source<'a, T, F>(&'a self, mut test: T) -> OnEverySource<'a>
    where
        T: FnMut(TestClient) -> F + 'a,
        F: Future<Output = ()> + 'a,
    {
        on_every_source(move |source| test(self.via(source)))
    }

    /// The source through which requests go.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// Sends a header with every request, unless the request has one of this name.
    #[track_caller]
    pub fn default_header<V: TryInto<HeaderValue>>(mut self, name: &str, value: V) -> Self {
        let (name, value) = request::header(name, value.try_into().ok());
        self.headers.append(name, value);
        self
    }

    /// Does not keep cookies, and sends only those that a request sets.
    pub fn without_cookie_jar(mut self) -> Self {
        self.jar = None;
        self
    }

    /// Changes what the gateway reports about each request: its stage, domain and
    /// [binary media types](GatewayContext::binary_media_types), the client's address, the result of an
    /// authorizer.
    ///
    /// ```
    /// # use lambda_api::{Api, Invocation, Request, api_handler, routes};
    /// # use lambda_api_testing::TestClient;
    /// #[api_handler(GET "/whoami")]
    /// async fn whoami(request: &Request) -> String {
    ///     let invocation = request.extensions().get::<Invocation>();
    ///     invocation.and_then(Invocation::source_ip).unwrap_or("unknown").to_owned()
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let api = Api::new().routes(routes![whoami]);
    /// let client = TestClient::new(api).await.gateway(|gateway| gateway.source_ip("192.0.2.7"));
    /// client.get("/whoami").await.assert_text("192.0.2.7");
    /// # }
    /// ```
    pub fn gateway(mut self, change: impl FnOnce(GatewayContext) -> GatewayContext) -> Self {
        self.gateway = change(self.gateway);
        self
    }

    /// Sets the timeout of the function, 30 seconds in the context by default. The API stops a waiting
    /// handler shortly before, with a 504 problem.
    ///
    /// If the function keeps running, the response is that of Lambda to a failed function, or a 504 (503 at an
    /// HTTP API) if the source waits for less time ([`Source::timeout`]).
    /// [`gateway_error`](crate::TestResponse::gateway_error) has the reason. The source does not wait for the
    /// functions of [`Api::after_response`]. The time is that of tokio's clock;
    /// `#[tokio::test(start_paused = true)]` skips it.
    ///
    /// ```
    /// # use lambda_api::{Api, api_handler, routes};
    /// # use lambda_api_testing::TestClient;
    /// use std::time::Duration;
    ///
    /// #[api_handler(GET "/report")]
    /// async fn report() -> &'static str {
    ///     tokio::time::sleep(Duration::from_secs(10)).await;
    ///     "done"
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let api = Api::new().routes(routes![report]);
    /// let client = TestClient::new(api).await.deadline(Duration::from_secs(3));
    /// let response = client.get("/report").await;
    /// response.assert_problem(504, "timed_out");
    /// # }
    /// ```
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.deadline = Some(limit);
        self
    }

    /// Sets the time at which requests arrive and cookies expire: the system's by default.
    ///
    /// The deadline counts from it. [`Deadline::remaining`](lambda_api::extract::Deadline::remaining),
    /// however, goes by the clock of the machine.
    pub fn clock(mut self, time: SystemTime) -> Self {
        self.clock = Some(time);
        self
    }

    /// Changes the [`LambdaContext`] of each invocation. A request id, a deadline and a time of arrival
    /// that are not set here have default values; the deadline is in 30 seconds.
    ///
    /// ```
    /// # use lambda_api_testing::TestClient;
    /// # fn configured(client: TestClient) -> TestClient {
    /// client.lambda(|lambda| lambda.tenant_id = Some("blue".to_owned()))
    /// # }
    /// ```
    pub fn lambda(mut self, change: impl FnOnce(&mut LambdaContext)) -> Self {
        change(&mut self.lambda);
        self
    }

    /// The raw value of a cookie that the client keeps.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar()?.value(name, self.now())
    }

    /// A `GET` request. The path may have a query; a URL names the domain as well.
    #[track_caller]
    pub fn get(&self, path: impl fmt::Display) -> TestRequest {
        TestRequest::new(self, Method::GET, &path.to_string())
    }

    /// A `POST` request.
    #[track_caller]
    pub fn post(&self, path: impl fmt::Display) -> TestRequest {
        TestRequest::new(self, Method::POST, &path.to_string())
    }

    /// A `PUT` request.
    #[track_caller]
    pub fn put(&self, path: impl fmt::Display) -> TestRequest {
        TestRequest::new(self, Method::PUT, &path.to_string())
    }

    /// A `PATCH` request.
    #[track_caller]
    pub fn patch(&self, path: impl fmt::Display) -> TestRequest {
        TestRequest::new(self, Method::PATCH, &path.to_string())
    }

    /// A `DELETE` request.
    #[track_caller]
    pub fn delete(&self, path: impl fmt::Display) -> TestRequest {
        TestRequest::new(self, Method::DELETE, &path.to_string())
    }

    /// A request of any method, named as a text or as a [`Method`].
    #[track_caller]
    pub fn request(&self, method: impl AsRef<str>, path: impl fmt::Display) -> TestRequest {
        let method = method.as_ref();
        match Method::from_bytes(method.as_bytes()) {
            Ok(method) => TestRequest::new(self, method, &path.to_string()),
            Err(_) => panic!("expected an HTTP method, found {method:?}"),
        }
    }

    fn now(&self) -> SystemTime {
        self.clock.unwrap_or_else(SystemTime::now)
    }

    #[cfg(feature = "openapi")]
    fn conformance(&self) -> Option<&conform::Conformance> {
        self.conformance.as_deref()
    }

    fn jar(&self) -> Option<MutexGuard<'_, Jar>> {
        let jar = self.jar.as_ref()?;
        Some(jar.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The context of the next invocation.
    fn next_context(&self) -> LambdaContext {
        let number = self.sent.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        let mut lambda = self.lambda.clone();
        if lambda.request_id.is_empty() {
            lambda.request_id = format!("00000000-0000-4000-8000-{number:012}");
        }
        let received = *lambda.received.get_or_insert_with(|| self.now());
        let limit = self.deadline.unwrap_or(TIME_LIMIT);
        let ends = received.checked_add(limit);
        let ends = ends.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
        lambda.deadline_ms = lambda
            .deadline_ms
            .or_else(|| u64::try_from(ends?.as_millis()).ok());
        lambda
    }
}

/// An application that is built already.
impl From<App> for TestClient {
    fn from(app: App) -> Self {
        Self {
            app,
            source: Source::HttpApi,
            headers: HeaderMap::new(),
            gateway: GatewayContext::new().binary_media_types([""; 0]),
            lambda: LambdaContext::default(),
            deadline: None,
            clock: None,
            jar: Some(Arc::default()),
            sent: Arc::default(),
            #[cfg(feature = "openapi")]
            conformance: None,
        }
    }
}

impl fmt::Debug for TestClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestClient")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}
