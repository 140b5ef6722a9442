//! The reply, as a client sees it.

use super::{
    ReceivedCookie, ReceivedProblem, TestRequest,
    gateway::Exchange,
    show,
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

/// The reply to a [`TestRequest`], as the client of the source receives it.
///
/// The assertions return the reply, so that they can be chained. When one fails, its message shows
/// the request, the reply and the difference; [`TestClient`](crate::TestClient#a-failed-assertion)
/// has an example.
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

    /// The first value of a header; `None` when there is none, or none that is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().get(name)?.to_str().ok()
    }

    /// The cookies that the reply sets or removes.
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

    /// The cookie of this name, if the reply sets or removes it. Of several, it is the last one.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<ReceivedCookie> {
        let mut cookies = self.cookies();
        cookies.retain(|cookie| cookie.name() == name);
        cookies.pop()
    }

    /// The body.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        self.exchange.response.body()
    }

    /// The body as text.
    ///
    /// # Panics
    /// When it is no UTF-8.
    #[must_use]
    #[track_caller]
    pub fn text(&self) -> &str {
        match std::str::from_utf8(self.bytes()) {
            Ok(text) => text,
            Err(error) => self.fail(&format!(
                "expected text, found a body that is none: {error}"
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
    /// When it is no JSON, or does not fit `T`.
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

    /// The problem that the reply is; the problem that
    /// [`Api::on_problem`](lambda_api::Api::on_problem) was given where it has made something else
    /// of it.
    ///
    /// # Panics
    /// When it is none: the content type is not `application/problem+json`, or the body is no JSON
    /// object.
    #[must_use]
    #[track_caller]
    pub fn problem(&self) -> ReceivedProblem {
        match self.read_problem() {
            Ok(problem) => problem,
            Err(error) => self.fail(&format!("expected a problem, found none: {error}")),
        }
    }

    /// The problem that the client received, or else the one of which it received another form.
    fn read_problem(&self) -> Result<ReceivedProblem, String> {
        let received = self.received_problem();
        match self.original_problem() {
            Some(original) if received.is_err() => Ok(original),
            _ => received,
        }
    }

    pub(super) fn received_problem(&self) -> Result<ReceivedProblem, String> {
        let content_type = self.header(CONTENT_TYPE.as_str());
        ReceivedProblem::read(self.status().as_u16(), content_type, self.bytes())
    }

    /// The problem that [`Api::on_problem`](lambda_api::Api::on_problem) was given.
    pub(super) fn original_problem(&self) -> Option<ReceivedProblem> {
        self.exchange.problem.as_ref().map(ReceivedProblem::of)
    }

    /// Where the reply points to with `location`: resolved against the URL of the request, so that a
    /// [`TestClient`](crate::TestClient) can go there. It is a path when it leads into the API, and a
    /// URL when it does not: to another domain, or to a path of this one that lacks the
    /// [stage or base path](crate::TestClient#paths), where the source itself would answer. The
    /// header itself is [`header("location")`](Self::header).
    ///
    /// # Panics
    /// When there is no `location`, or one that is no address.
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

    /// Goes where `location` points to, as a browser follows a redirect: with a `GET`, or with the
    /// same method and body after a 307 or 308. The credentials of the request are sent again, and
    /// nothing else of its headers after a `GET`.
    ///
    /// ```
    /// # use lambda_api::{Api, Redirect, api_handler, routes};
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
    /// When there is no `location`, or when it points to another domain: this application does not
    /// answer there.
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

    /// The event that the function received; an object even when the request was refused before.
    #[must_use]
    pub fn event(&self) -> &Value {
        &self.exchange.event
    }

    /// What the function replied to the event, before the source read it; `None` when there was no
    /// reply.
    #[must_use]
    pub fn reply(&self) -> Option<&Bytes> {
        self.exchange.reply.as_ref()
    }

    /// The same as JSON; null when there was no reply, or one that is no JSON.
    #[must_use]
    pub fn reply_json(&self) -> Value {
        let reply = self.reply().map(|reply| serde_json::from_slice(reply));
        reply.and_then(Result::ok).unwrap_or_default()
    }

    /// Why the source answered in place of the function: the URL was none of the API, the request or
    /// the reply was too large, the reply cannot be read, or it did not come in time. `None` when the function answered.
    #[must_use]
    pub fn gateway_fault(&self) -> Option<&str> {
        self.exchange.fault.as_deref()
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

    /// Ends the test: what is wrong, the request, and the reply.
    #[track_caller]
    pub(super) fn fail(&self, what: &str) -> ! {
        panic!("{what}\n\n{self}");
    }
}

/// The request and the reply, as failed assertions show them.
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
        if let Some(fault) = self.gateway_fault() {
            first.push_str(&format!(", from the source itself: {fault}"));
        }
        if self.exchange.is_left_encoded(source) {
            first.push_str(
                ", the body left as base64: no binary media type of the REST API fits `accept`",
            );
        }
        let reply = show::message("reply", &first, self.headers(), self.bytes());
        write!(f, "{sent}\n\n{reply}")
    }
}

impl fmt::Debug for TestResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
