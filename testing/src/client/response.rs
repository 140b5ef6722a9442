//! Response, as the client sees it.

use super::{
    ReceivedChunk, ReceivedCookie, ReceivedEvent, ReceivedProblem, TestRequest,
    gateway::Exchange,
    show, sse,
    target::{Origin, Target},
};
use bytes::Bytes;
use http::{
    HeaderMap, StatusCode,
    header::{CONTENT_TYPE, LOCATION, SET_COOKIE},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{fmt, time::SystemTime};

/// Response to a [`TestRequest`], as the client of the source receives it.
///
/// Assertions can be chained. If one fails, its message shows the request, the response and the
/// difference; see the [example](crate::TestClient#a-failed-assertion).
///
/// ```
/// # use lambda_api::{Api, Json, api_handler, routes};
/// # use lambda_api_testing::TestClient;
/// # use serde_json::{Value, json};
/// # #[api_handler(GET "/orders/{id}")]
/// # async fn get_order(id: u32) -> ([(&'static str, &'static str); 1], Json<Value>) {
/// #     ([("etag", "\"1\"")], Json(json!({"id": id, "sku": "tea", "placed": "2024-05-01"})))
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let client = TestClient::new(Api::new().routes(routes![get_order])).await;
/// client
///     .get("/orders/7")
///     .await
///     .assert_status(200)
///     .assert_header("etag", "\"1\"")
///     .assert_json_matches(&json!({"id": 7, "sku": "tea"}));
/// # }
/// ```
pub struct TestResponse {
    sent: Box<Sent>,
    exchange: Box<Exchange>,
    /// Whether a test expects that the stream ended early.
    is_incomplete: bool,
}

/// The request as it went out.
pub(super) struct Sent {
    pub(super) request: TestRequest,
    pub(super) origin: Origin,
    /// What clients write before the paths of the API.
    pub(super) prefix: String,
    pub(super) headers: HeaderMap,
    pub(super) at: SystemTime,
}

impl TestResponse {
    pub(super) fn new(sent: Sent, exchange: Exchange) -> Self {
        Self {
            sent: Box::new(sent),
            exchange: Box::new(exchange),
            is_incomplete: false,
        }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.exchange.response.status()
    }

    /// All headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.exchange.response.headers()
    }

    /// The first value of a header; `None` if it is missing or not text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().get(name)?.to_str().ok()
    }

    /// The cookies that the response sets or removes.
    #[must_use]
    pub fn cookies(&self) -> Vec<ReceivedCookie> {
        let now = self.sent.at;
        let headers = self.headers().get_all(SET_COOKIE).iter();
        headers
            .filter_map(|header| {
                ReceivedCookie::parse(&String::from_utf8_lossy(header.as_bytes()), now)
            })
            .collect()
    }

    /// The last cookie of this name that the response sets or removes.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<ReceivedCookie> {
        let mut cookies = self.cookies();
        cookies.retain(|cookie| cookie.name() == name);
        cookies.pop()
    }

    /// The body.
    ///
    /// # Panics
    /// If it is a stream that [ended early](Self::incomplete).
    #[must_use]
    #[track_caller]
    pub fn bytes(&self) -> &Bytes {
        if let Some(error) = self.stream_error().filter(|_| !self.is_incomplete) {
            self.fail(&format!(
                "expected the whole body, found a stream that ended early: {error}"
            ));
        }
        self.exchange.response.body()
    }

    /// The parts of the body in which it was [streamed](crate::TestClient#streams), also of a stream that
    /// ended early. A buffered body is one chunk, an empty one none.
    ///
    /// ```
    /// # use lambda_api::{Api, Body, api_handler, event::Source, routes};
    /// # use lambda_api_testing::TestClient;
    /// # use std::time::Duration;
    /// #[api_handler(GET "/slow")]
    /// async fn slow() -> Body {
    ///     let (mut sender, body) = Body::channel();
    ///     tokio::spawn(async move {
    ///         for text in ["first", "second"] {
    ///             let _ = sender.send(text).await;
    ///             tokio::time::sleep(Duration::from_secs(5)).await;
    ///         }
    ///         sender.finish();
    ///     });
    ///     body
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let api = Api::new().routes(routes![slow]).stream_on([Source::FunctionUrl]);
    /// # let client = TestClient::new(api).await.via(Source::FunctionUrl);
    /// let response = client.get("/slow").await;
    /// let [first, second] = response.chunks() else { panic!("expected two chunks") };
    /// assert_eq!((&first.bytes()[..], first.after()), (&b"first"[..], Duration::ZERO));
    /// assert_eq!((&second.bytes()[..], second.after()), (&b"second"[..], Duration::from_secs(5)));
    /// # }
    /// ```
    #[must_use]
    pub fn chunks(&self) -> &[ReceivedChunk] {
        &self.exchange.chunks
    }

    /// The server-sent events in the body, as an `EventSource` reads them: comments are ignored, and so is an
    /// event whose end is missing.
    ///
    /// ```
    /// # use futures_util::stream;
    /// # use lambda_api::{Api, api_handler, response::sse::{Event, Sse}, routes};
    /// # use lambda_api_testing::TestClient;
    /// # use std::convert::Infallible;
    /// #[api_handler(GET "/prices")]
    /// async fn prices() -> Sse {
    ///     let price = Event::new().id("7").event("price").json(&120);
    ///     Sse::new(stream::iter([Ok::<_, Infallible>(price)]))
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let client = TestClient::new(Api::new().routes(routes![prices])).await;
    /// let events = client.get("/prices").await.events();
    /// let [price] = &events[..] else { panic!("expected one event") };
    /// assert_eq!((price.event(), price.id()), ("price", Some("7")));
    /// assert_eq!(price.json::<u32>(), 120);
    /// # }
    /// ```
    ///
    /// [`after`](ReceivedEvent::after) is the time when it came: the
    /// [guide](https://docs.rs/lambda-api/latest/lambda_api/guide/testing/index.html#streams) has a test of it.
    ///
    /// # Panics
    /// If the content type is not `text/event-stream`, or if the stream [ended early](Self::incomplete).
    #[must_use]
    #[track_caller]
    pub fn events(&self) -> Vec<ReceivedEvent> {
        let content_type = self.header(CONTENT_TYPE.as_str()).unwrap_or("none");
        let essence = content_type.split(';').next().unwrap_or_default();
        if !essence.trim().eq_ignore_ascii_case("text/event-stream") {
            self.fail(&format!(
                "expected the content type text/event-stream, found {content_type}"
            ));
        }
        let _ = self.bytes();
        sse::events(self.chunks())
    }

    /// Whether the function streamed the response, to a source that [streams](lambda_api::Api::stream_on).
    #[must_use]
    pub fn is_stream(&self) -> bool {
        self.exchange.is_stream
    }

    /// Why the stream ended early, with the `errorType` that Lambda gets: `StreamFailed`, `StreamTimedOut` or
    /// `StreamTooLarge`. `None` if the response is complete.
    ///
    /// The cause is not part of it, since clients do not get it: it is in the log, as `the response stream failed`.
    /// A test has no log until it installs [`log_layer`](lambda_api::log_layer), as in the
    /// [guide](https://docs.rs/lambda-api/latest/lambda_api/guide/testing/index.html#streams).
    #[must_use]
    pub fn stream_error(&self) -> Option<&str> {
        self.exchange.stream_error.as_deref()
    }

    /// Expects that the stream ended early, and returns the response with the part of the body that came.
    /// Without this, all methods that need the body panic if it is not whole.
    ///
    /// ```
    /// # use futures_util::stream;
    /// # use lambda_api::{Api, Body, api_handler, event::Source, routes};
    /// # use lambda_api_testing::TestClient;
    /// # use std::io;
    /// #[api_handler(GET "/export")]
    /// async fn export() -> Body {
    ///     let rows = [Ok("first\n"), Err(io::Error::other("the database is gone"))];
    ///     Body::from_stream(stream::iter(rows))
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let api = Api::new().routes(routes![export]).stream_on([Source::FunctionUrl]);
    /// # let client = TestClient::new(api).await.via(Source::FunctionUrl);
    /// let response = client.get("/export").await.incomplete();
    /// response.assert_status(200).assert_text("first\n");
    /// # }
    /// ```
    ///
    /// # Panics
    /// If the response is complete.
    #[track_caller]
    pub fn incomplete(mut self) -> Self {
        if self.stream_error().is_none() {
            self.fail("expected a stream that ended early, found a complete response");
        }
        self.is_incomplete = true;
        self
    }

    /// The body as text.
    ///
    /// # Panics
    /// If it is not UTF-8.
    #[must_use]
    #[track_caller]
    pub fn text(&self) -> &str {
        match std::str::from_utf8(self.bytes()) {
            Ok(text) => text,
            Err(error) => self.fail(&format!(
                "expected text, found a body that is not UTF-8: {error}"
            )),
        }
    }

    /// The body read as JSON.
    ///
    /// ```
    /// # use lambda_api::{Api, Json, api_handler, routes};
    /// # use lambda_api_testing::TestClient;
    /// # #[api_handler(GET "/orders/{id}")]
    /// # async fn get_order(id: u32) -> Json<serde_json::Value> { Json(serde_json::json!({"id": id})) }
    /// #[derive(serde::Deserialize)]
    /// struct Order {
    ///     id: u32,
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let client = TestClient::new(Api::new().routes(routes![get_order])).await;
    /// let order = client.get("/orders/7").await.json::<Order>();
    /// assert_eq!(order.id, 7);
    /// # }
    /// ```
    ///
    /// # Panics
    /// If it is not JSON, or does not fit `T`.
    #[must_use]
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(self.bytes()) {
            Ok(value) => value,
            Err(error) => {
                let name = std::any::type_name::<T>();
                self.fail(&format!("the body cannot be read as `{name}`: {error}"))
            }
        }
    }

    /// The problem in the body. Where [`Api::on_problem`](lambda_api::Api::on_problem) gives problems
    /// another form, this is the original problem.
    ///
    /// # Panics
    /// If the content type is not `application/problem+json`, or the body is not a JSON object.
    #[must_use]
    #[track_caller]
    pub fn problem(&self) -> ReceivedProblem {
        match self.read_problem() {
            Ok(problem) => problem,
            Err(error) => self.fail(&format!("expected a problem, found none: {error}")),
        }
    }

    /// The problem that the client received, or else the one of which it received another form.
    #[track_caller]
    fn read_problem(&self) -> Result<ReceivedProblem, String> {
        let received = self.received_problem();
        match self.original_problem() {
            Some(original) if received.is_err() => Ok(original),
            _ => received,
        }
    }

    #[track_caller]
    pub(super) fn received_problem(&self) -> Result<ReceivedProblem, String> {
        let content_type = self.header(CONTENT_TYPE.as_str());
        ReceivedProblem::read(self.status().as_u16(), content_type, self.bytes())
    }

    /// The problem that [`Api::on_problem`](lambda_api::Api::on_problem) was given.
    pub(super) fn original_problem(&self) -> Option<ReceivedProblem> {
        self.exchange.problem.as_ref().map(ReceivedProblem::of)
    }

    /// The target of the `location` header, resolved against the URL of the request, for a
    /// [`TestClient`](crate::TestClient). It is a path if it leads into the API, and a URL if it leads to
    /// another domain or to a path without the [stage or base path](crate::TestClient#paths). The
    /// unresolved header is [`header("location")`](Self::header).
    ///
    /// # Panics
    /// If there is no `location`, or if it is invalid.
    #[must_use]
    #[track_caller]
    pub fn location(&self) -> String {
        let target = self.located();
        match &target.origin {
            Some(origin) => format!("{origin}{target}"),
            None => target.to_string(),
        }
    }

    /// The target of `location`: without an origin where it is a path of the API.
    #[track_caller]
    fn located(&self) -> Target {
        let Some(location) = self.header(LOCATION.as_str()) else {
            self.fail("expected header `location`, found none");
        };
        let Sent {
            request,
            origin,
            prefix,
            ..
        } = &*self.sent;
        let target = request.target().behind(prefix);
        let located = match target.resolve(origin, location) {
            Ok(located) => located,
            Err(error) => self.fail(&format!("header `location`: {error}")),
        };
        match located.within(prefix) {
            Some(path) if located.origin.as_ref() == Some(origin) => Target {
                origin: None,
                path,
                ..located
            },
            _ => located,
        }
    }

    /// Follows the `location` header as a browser does: with a `GET`, or with the same method, body and
    /// headers after a 307 or 308. A `GET` has the credentials of the request, and none of its other
    /// headers.
    ///
    /// ```
    /// # use lambda_api::{Api, api_handler, response::Redirect, routes};
    /// # use lambda_api_testing::TestClient;
    /// #[api_handler(GET "/orders/last")]
    /// async fn last() -> Redirect { Redirect::to("/orders/7") }
    ///
    /// #[api_handler(GET "/orders/{id}")]
    /// async fn get_order(id: u32) -> String { format!("order {id}") }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let client = TestClient::new(Api::new().routes(routes![last, get_order])).await;
    /// client.get("/orders/last").await.follow().await.assert_text("order 7");
    /// # }
    /// ```
    ///
    /// # Panics
    /// If there is no `location`, or if it points to another domain.
    #[track_caller]
    pub fn follow(&self) -> TestRequest {
        let mut target = self.located();
        let own = &self.sent.origin;
        if let Some(origin) = target.origin.as_ref().filter(|origin| *origin != own) {
            self.fail(&format!(
                "expected a location on {own}, found one on {origin}"
            ));
        }
        let request = &self.sent.request;
        if let Some(origin) = &request.target().origin {
            target = Target {
                origin: Some(origin.clone()),
                ..target.behind(&self.sent.prefix)
            };
        }
        let keeps_body = matches!(self.status().as_u16(), 307 | 308);
        request.clone().redirected(target, keeps_body)
    }

    /// The event of the request, also if the source rejected it.
    #[must_use]
    pub fn event(&self) -> &Value {
        &self.exchange.event
    }

    /// What the function returned to the source: JSON, or all bytes of a stream. `None` if it returned nothing.
    #[must_use]
    pub fn raw(&self) -> Option<&Bytes> {
        self.exchange.raw.as_ref()
    }

    /// Why the source responded instead of the function: the URL is not part of the API, the request or
    /// the response is too large, the response is invalid or late. `None` if the function responded.
    #[must_use]
    pub fn gateway_error(&self) -> Option<&str> {
        self.exchange.error.as_deref()
    }

    pub(super) fn keep_cookies(&self) {
        let Sent {
            request,
            origin,
            at,
            ..
        } = &*self.sent;
        if let Some(mut jar) = request.client().jar() {
            for cookie in self.cookies() {
                jar.store(&cookie, origin, request.target(), *at);
            }
        }
    }

    /// Fails if a link in the response could not be resolved.
    pub(super) fn check_link(&self) -> Result<(), String> {
        match &self.exchange.failed_link {
            None => Ok(()),
            Some(reason) => Err(format!("{reason}\n\n{self}")),
        }
    }

    /// Compares the response with the document of the API, if the client does so.
    #[cfg(feature = "openapi")]
    pub(super) fn check_conformance(&self, request_id: &str) -> Result<(), String> {
        let request = &self.sent.request;
        let Some(conformance) = request.client().conformance() else {
            return Ok(());
        };
        let is_head = request.method() == http::Method::HEAD;
        let is_whole = self.exchange.stream_error.is_none();
        let reads_body = is_whole && !self.exchange.is_left_encoded(request.client().source());
        let response = (self.exchange.error.is_none()).then_some(&self.exchange.response);
        conformance
            .check(request_id, is_head, reads_body, response)
            .map_err(|what| format!("{what}\n\n{self}"))
    }

    /// Ends the test: what is wrong, the request, and the response.
    #[track_caller]
    pub(super) fn fail(&self, what: &str) -> ! {
        panic!("{what}\n\n{self}");
    }
}

/// The request and the response, as failed assertions show them.
impl fmt::Display for TestResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let request = &self.sent.request;
        let mut first = format!("{} ", request.method());
        if let Some(origin) = &request.target().origin {
            first.push_str(&origin.to_string());
        }
        let source = request.client().source();
        first.push_str(&format!("{} (source {source})", request.target()));
        let sent = show::message("request", &first, &self.sent.headers, request.bytes());

        let mut first = show::status(self.status());
        if let Some(error) = self.gateway_error() {
            first.push_str(&format!(", from the source itself: {error}"));
        }
        if self.exchange.is_left_encoded(source) {
            first.push_str(
                ", the body left as base64: no binary media type of the REST API fits `accept`",
            );
        }
        if self.is_stream() {
            first.push_str(&format!(", streamed in {} chunks", self.chunks().len()));
        }
        if let Some(error) = self.stream_error() {
            first.push_str(&format!(", ended early: {error}"));
        }
        let body = self.exchange.response.body();
        let response = show::message("response", &first, self.headers(), body);
        write!(f, "{sent}\n\n{response}")
    }
}

impl fmt::Debug for TestResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
