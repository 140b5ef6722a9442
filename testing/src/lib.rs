//! Tests of APIs that are built with [`lambda_api`]: of a handler, of the whole API, and of the
//! compiled program.
//!
//! | a test of | uses | and sees |
//! |---|---|---|
//! | [a handler](#a-handler) | the function itself | what it returns |
//! | [an API](#an-api) | [`TestClient`] | what its clients see: routing, extraction, errors, and what each event source makes of it all |
//! | [an event](#an-event) | [`EventBuilder`] | what becomes of this very event: a recorded one, or one that no source would send |
//! | [the program](#the-program) | [`FakeLambda`] | its start, its environment, its log and its end |
//! | [who may call](#tokens) | [`TestIssuer`](https://docs.rs/lambda-api-testing/latest/lambda_api_testing/issuer/struct.TestIssuer.html) | that good tokens are let in, and bad ones are not |
//! | [any request](#any-request) | [`strategies`](https://docs.rs/lambda-api-testing/latest/lambda_api_testing/strategies/) | what holds for all of them |
//!
//! # A handler
//!
//! A handler stays the function it was. A test calls it, and makes its arguments by hand:
//! [`State`](lambda_api::State), [`Json`](lambda_api::Json), [`Query`](lambda_api::Query) and the
//! like hold plain values, and what comes from Lambda has constructors such as
//! [`Invocation::for_test`](lambda_api::Invocation::for_test),
//! [`LambdaContext::for_test`](lambda_api::LambdaContext::for_test),
//! [`Deadline::after`](lambda_api::Deadline::after),
//! [`Cookies::parse`](lambda_api::Cookies::parse) and
//! [`MatchedPath::new`](lambda_api::MatchedPath::new). This needs nothing of this crate.
//!
//! ```
//! use lambda_api::{Cookies, Deadline, Invocation, State, api_handler};
//! use std::time::Duration;
//!
//! #[derive(Clone)]
//! struct Motd(&'static str);
//!
//! #[api_handler(GET "/motd")]
//! async fn motd(
//!     State(Motd(text)): State<Motd>,
//!     cookies: Cookies<'_>,
//!     deadline: Deadline,
//!     invocation: Invocation,
//! ) -> String {
//!     let name = cookies.get("name").or(invocation.source_ip()).unwrap_or("stranger");
//!     let hurry = if deadline.remaining() < Duration::from_secs(1) { ", quickly" } else { "" };
//!     format!("{text}, {name}{hurry}")
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let found = motd(
//!     State(Motd("hello")),
//!     Cookies::parse("name=alice"),
//!     Deadline::after(Duration::from_millis(1)),
//!     Invocation::for_test(),
//! )
//! .await;
//! assert_eq!(found, "hello, alice, quickly");
//! # }
//! ```
//!
//! For an invocation through a certain source, with its caller and its stage, there is
//! [`EventBuilder::to_invocation`].
//!
//! # An API
//!
//! [`TestClient`] calls an API as its clients do through AWS: each request becomes an event, and
//! each reply is read as the event source reads it. Cookies are kept, `location` can be followed,
//! and a failed assertion [shows](TestClient#a-failed-assertion) what was sent, what came, and where
//! the two differ.
//!
//! ```
//! use lambda_api::{Api, ApiError, Created, Json, SetCookie, State, api_handler, routes};
//! use lambda_api_testing::{TestClient, on_every_source};
//! use serde_json::{Value, json};
//! use std::sync::{Arc, Mutex};
//!
//! // The API.
//!
//! #[derive(Clone, Default)]
//! struct Store(Arc<Mutex<Vec<Value>>>);
//!
//! #[derive(Debug, thiserror::Error, ApiError)]
//! enum OrderError {
//!     #[error("order {0} does not exist")]
//!     #[api(status = 404, code = "order_not_found")]
//!     NotFound(usize),
//! }
//!
//! #[api_handler(POST "/orders")]
//! async fn place_order(
//!     State(store): State<Store>,
//!     Json(order): Json<Value>,
//! ) -> (SetCookie, Created<Json<Value>>) {
//!     let mut orders = store.0.lock().unwrap();
//!     orders.push(order.clone());
//!     let id = orders.len() - 1;
//!     let cookie = SetCookie::new("last-order", id.to_string());
//!     (cookie, Created::at(format!("/orders/{id}"), Json(order)))
//! }
//!
//! #[api_handler(GET "/orders/{id}")]
//! async fn get_order(id: usize, State(store): State<Store>) -> Result<Json<Value>, OrderError> {
//!     let order = store.0.lock().unwrap().get(id).cloned();
//!     order.map(Json).ok_or(OrderError::NotFound(id))
//! }
//!
//! #[api_handler(GET "/orders/last")]
//! async fn last_order(#[cookie("last-order")] last: usize) -> String {
//!     format!("/orders/{last}")
//! }
//!
//! fn api() -> Api {
//!     Api::new().routes(routes![place_order, get_order, last_order])
//! }
//!
//! // Its tests; each is a `#[tokio::test]`.
//!
//! async fn an_order_can_be_placed_and_read_back() {
//!     let client = TestClient::new(api().state(Store::default())).await;
//!     let placed = client
//!         .post("/orders")
//!         .bearer("open-sesame")
//!         .json(&json!({"sku": "tea", "quantity": 2}))
//!         .await;
//!     placed.assert_status(201).assert_cookie("last-order", "0");
//!
//!     let read = client.get(placed.location()).await;
//!     read.assert_json_matches(&json!({"sku": "tea"}));
//!     client.get("/orders/last").await.assert_text("/orders/0");
//! }
//!
//! async fn an_order_that_does_not_exist_is_a_problem_on_every_source() {
//!     on_every_source(async |source| {
//!         let api = api().state(Store::default());
//!         let client = TestClient::new(api).await.via(source);
//!         let missing = client.get("/orders/7").await;
//!         missing.assert_problem(404, "order_not_found");
//!         assert_eq!(missing.problem().detail(), Some("order 7 does not exist"));
//!     })
//!     .await;
//! }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! #     an_order_can_be_placed_and_read_back().await;
//! #     an_order_that_does_not_exist_is_a_problem_on_every_source().await;
//! # }
//! ```
//!
//! # An event
//!
//! [`EventBuilder`] makes one event, down to the last field of its source. It says what a gateway
//! has found out, such as the claims of a caller, and it can be wrong on purpose. Events that the
//! command `serve --record DIR` of your program, or a log, has kept become test cases by
//! [`EventBuilder::from_file`].
//!
//! ```
//! use lambda_api::{Api, Invocation, api_handler, event::Source, routes};
//! use lambda_api_testing::EventBuilder;
//!
//! #[api_handler(GET "/whoami")]
//! async fn whoami(invocation: Invocation) -> String {
//!     invocation.source_ip().unwrap_or("nobody knows").to_owned()
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let app = Api::new().routes(routes![whoami]).build().await.unwrap();
//! let event = EventBuilder::new(Source::RestApi).path("/whoami").source_ip("198.51.100.7");
//! assert_eq!(event.send(&app).await.body(), "198.51.100.7");
//!
//! let broken = event.set("/body", "%%%").set("/isBase64Encoded", true);
//! assert_eq!(broken.send(&app).await.status(), 400);
//! # }
//! ```
//!
//! # The program
//!
//! [`FakeLambda`] starts your binary as Lambda does, invokes it, and sees its replies, its errors,
//! its log, how fast it starts and how it ends.
//!
//! ```no_run
//! use lambda_api::event::Source;
//! use lambda_api_testing::{EventBuilder, FakeLambda};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let lambda = FakeLambda::for_example("hello").await;
//! let event = EventBuilder::new(Source::FunctionUrl).path("/hello/world");
//! assert_eq!(lambda.send(&event).await.body(), "Hello, world!");
//! assert_eq!(lambda.starts(), 1);
//! # }
//! ```
//!
//! # Tokens
//!
//! `TestIssuer`, of the feature `issuer`, is an OIDC issuer, a Cognito user pool or a load balancer
//! that exists for the test. It makes good tokens and bad ones, each with one fault, and an API
//! trusts it that is given its `verifier()`: authenticators of the API that trust the issuer by its
//! name get its keys and keep all their settings. [`TestRequest::bearer`] and
//! [`EventBuilder::bearer`] send a token.
//!
#![cfg_attr(feature = "issuer", doc = "```")]
#![cfg_attr(not(feature = "issuer"), doc = "```ignore")]
//! use lambda_api::{Api, Cognito, Json, State, api_handler, routes};
//! use lambda_api_testing::{TestClient, TestIssuer};
//!
//! # #[derive(Clone, Default)]
//! # struct Store;
//! #[api_handler(POST "/orders", scopes("orders/write"))]
//! async fn place_order(State(store): State<Store>) -> Json<u32> {
//!     # let _ = store;
//!     Json(1)
//! }
//!
//! fn api() -> Api {
//!     Api::new()
//!         .authenticate(Cognito::user_pool("eu-west-1_abc123").client("app-client-id"))
//!         .routes(routes![place_order])
//! }
//!
//! async fn an_order_needs_its_scope() {
//!     let issuer = TestIssuer::cognito("eu-west-1_abc123", "app-client-id");
//!     let api = api().state(Store::default()).authenticate(issuer.verifier());
//!     let client = TestClient::new(api).await;
//!
//!     let alice = issuer.token("alice").scopes("orders/write");
//!     client.post("/orders").bearer(alice).await.assert_status(200);
//!     let bob = client.post("/orders").bearer(issuer.token("bob")).await;
//!     bob.assert_problem(403, "insufficient_scope");
//!     let late = issuer.token("alice").scopes("orders/write").expired();
//!     client.post("/orders").bearer(late).await.assert_problem(401, "invalid_token");
//!     client.post("/orders").await.assert_problem(401, "unauthorized");
//! }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! #     an_order_needs_its_scope().await;
//! # }
//! ```
//!
//! An issuer also rotates its keys and serves them on loopback: slowly, as garbage, or not at all.
//!
//! # Any request
//!
//! `strategies`, of the feature `proptest`, has arbitrary requests and replies, events of every
//! source, and events that are damaged, for tests of what holds for all of them.
//!
//! # Features
//!
//! | feature | adds | costs |
//! |---|---|---|
//! | (none) | all else | this crate alone, some three seconds of a debug build: what it depends on, `lambda-api` needs as well |
//! | `issuer` | `TestIssuer` | cryptography that is built from C |
//! | `proptest` | `strategies` | the crate [`proptest`](https://docs.rs/proptest/1) |
//!
//! The crate belongs under `[dev-dependencies]`, where it is no part of what is deployed.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod at_caller;
mod client;
mod event;
pub mod fake_lambda;
mod form;
#[cfg(feature = "issuer")]
#[cfg_attr(docsrs, doc(cfg(feature = "issuer")))]
pub mod issuer;
mod multipart;
#[cfg(feature = "proptest")]
#[cfg_attr(docsrs, doc(cfg(feature = "proptest")))]
pub mod strategies;
mod uri;

pub use at_caller::AtCaller;
pub use client::{
    ReceivedCookie, ReceivedProblem, TestClient, TestRequest, TestResponse, on_every_source,
};
pub use event::EventBuilder;
pub use fake_lambda::FakeLambda;
#[cfg(feature = "issuer")]
#[cfg_attr(docsrs, doc(cfg(feature = "issuer")))]
#[doc(inline)]
pub use issuer::TestIssuer;
pub use multipart::MultipartForm;
