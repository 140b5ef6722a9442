//! Test support for APIs built with [`lambda_api`]: for a handler, for the whole API, and for the
//! compiled program.
//!
//! | to test | use | it shows |
//! |---|---|---|
//! | [a handler](#a-handler) | the function itself | what it returns |
//! | [an API](#an-api) | [`TestClient`] | what clients receive: routing, extraction, errors, and the effects of each event source |
//! | [an event of a service](#an-event-of-a-service) | [`SqsEvent`] and others | who takes it, and what failed |
//! | [an event](#an-event) | [`EventBuilder`] | the response to this event, whether recorded or invalid |
//! | a Lambda authorizer | [`AuthorizerEvent`], [`TestClient::authorize`] | its decision, as API Gateway reads it |
//! | [the program](#the-program) | [`FakeLambda`] | its start, its environment, its log and its end |
//! | what the program says of itself | [`describe`](fn@describe) | that committed documents and templates are up to date |
//! | [access rules](#tokens) | [`TestIssuer`](https://docs.rs/lambda-api-testing/latest/lambda_api_testing/struct.TestIssuer.html) | that valid tokens are accepted and invalid ones rejected |
//! | [any request](#any-request) | [`strategies`](https://docs.rs/lambda-api-testing/latest/lambda_api_testing/strategies/) | properties that hold for all requests |
//!
//! # A handler
//!
//! A handler is an ordinary function, which a test calls with arguments of its own.
//! [`State`](lambda_api::State), [`Json`](lambda_api::Json), [`Query`](lambda_api::Query) and other
//! extractors hold plain values. Arguments from Lambda have constructors such as
//! [`Invocation::for_test`](lambda_api::Invocation::for_test),
//! [`LambdaContext::for_test`](lambda_api::LambdaContext::for_test),
//! [`Deadline::after`](lambda_api::extract::Deadline::after),
//! [`Cookies::parse`](lambda_api::extract::Cookies::parse) and
//! [`MatchedPath::new`](lambda_api::extract::MatchedPath::new). This needs nothing of this crate.
//!
//! ```
//! use lambda_api::{Invocation, State, api_handler, extract::{Cookies, Deadline}};
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
//! [`EventBuilder::to_invocation`] makes an invocation of a certain source, with caller and stage.
//!
//! # An API
//!
//! [`TestClient`] calls an API as its clients do through AWS: each request becomes an event, and each
//! response is read as the event source reads it. The client keeps cookies and follows `location`. A
//! failed assertion [shows](TestClient#a-failed-assertion) the request, the response and the difference.
//!
//! ```
//! use lambda_api::{Api, ApiError, Created, Json, State, api_handler, response::SetCookie, routes};
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
//!     (cookie, Created::at(get_order::path(id), Json(order)))
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
//! async fn orders_can_be_placed_and_read() {
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
//! async fn missing_orders_are_a_problem_on_every_source() {
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
//! #     orders_can_be_placed_and_read().await;
//! #     missing_orders_are_a_problem_on_every_source().await;
//! # }
//! ```
//!
//! ## Its document
//!
//! With the feature `openapi`, `TestClient::new(api).conforming()` compares each response with the OpenAPI
//! document of the API, and fails the test if it is not one that the document promises. See
//! [`TestClientBuilder`].
//!
//! # An event of a service
//!
//! [`TestClient::event`] invokes the function with an event that is not an HTTP request: messages of a queue
//! ([`SqsEvent`]), notifications ([`S3Event`], [`SnsEvent`]), events of EventBridge ([`EventBridgeEvent`],
//! [`ScheduleEvent`]), records of streams ([`DynamoDbEvent`], [`KinesisEvent`]), or any JSON.
//! [`EventOutcome`] has the response or the error that Lambda gets.
//!
//! ```
//! use lambda_api::{Api, Error, Json, event_handler, events};
//! use lambda_api_testing::{SqsEvent, TestClient};
//!
//! #[event_handler(sqs)]
//! async fn ship(Json(order): Json<u64>) -> Result<(), Error> {
//!     if order == 7 { Err(Error::msg("sold out")) } else { Ok(()) }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let client = TestClient::new(Api::new().events(events![ship])).await;
//! let outcome = client.event(SqsEvent::new().message(&6).message(&7)).await;
//! outcome.assert_failed_records(&[1]);
//! # }
//! ```
//!
//! # An event
//!
//! [`EventBuilder`] makes one event with all fields of its source. It also sets what a gateway adds,
//! such as the claims of a caller, and can make invalid events. [`EventBuilder::from_file`] reads events
//! that `serve --record DIR` of your program has recorded.
//!
//! ```
//! use lambda_api::{Api, Invocation, api_handler, event::Source, routes};
//! use lambda_api_testing::EventBuilder;
//!
//! #[api_handler(GET "/whoami")]
//! async fn whoami(invocation: Invocation) -> String {
//!     invocation.source_ip().unwrap_or("unknown").to_owned()
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
//! [`FakeLambda`] starts your binary as Lambda does and invokes it. It returns responses and errors, the
//! log, the time of a cold start, and the exit of the process.
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
//! `TestIssuer`, behind the feature `issuer`, is an OIDC issuer, a Cognito user pool or a load balancer
//! for tests. It makes valid tokens and invalid ones, each with one error. With its `verifier()`, the
//! authenticators of an API that trust the issuer by its name use its keys, and keep all their settings.
//! [`TestRequest::bearer`] and [`EventBuilder::bearer`] send a token.
//!
//! [`Api::environment`](lambda_api::Api::environment) sets the variables that an API refers to with
//! [`env`](lambda_api::env()), so that a test does not depend on those of the process.
//!
#![cfg_attr(feature = "issuer", doc = "```")]
#![cfg_attr(not(feature = "issuer"), doc = "```ignore")]
//! use lambda_api::{Api, Json, State, api_handler, auth::Cognito, env, routes};
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
//!         .authenticate(Cognito::user_pool(env("COGNITO_POOL")).client(env("COGNITO_CLIENT")))
//!         .routes(routes![place_order])
//! }
//!
//! async fn orders_need_their_scope() {
//!     let issuer = TestIssuer::cognito("eu-west-1_abc123", "app-client-id");
//!     let api = api()
//!         .environment([("COGNITO_POOL", "eu-west-1_abc123"), ("COGNITO_CLIENT", "app-client-id")])
//!         .state(Store::default())
//!         .authenticate(issuer.verifier());
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
//! #     orders_need_their_scope().await;
//! # }
//! ```
//!
//! # Any request
//!
//! `strategies`, behind the feature `proptest`, has arbitrary requests, and events of every source, for
//! property tests.
//!
//! # Features
//!
//! | feature | adds | costs |
//! |---|---|---|
//! | (none) | everything else | about three seconds of a debug build: its dependencies are those of `lambda-api` |
//! | `issuer` | `TestIssuer` | cryptography that is built from C |
//! | `openapi` | `TestClientBuilder::conforming` | the crate [`jsonschema`](https://docs.rs/jsonschema/0.61), and the feature `openapi` of `lambda-api` |
//! | `proptest` | `strategies` | the crate [`proptest`](https://docs.rs/proptest/1) |
//! | `websocket` | `TestClient::websocket`, `WebSocketEvent` | the feature `websocket` of `lambda-api` |
//!
//! List the crate under `[dev-dependencies]`, so that it is not part of what is deployed.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod authorizer;
mod client;
mod describe;
mod encoding;
mod event;
mod events;
pub mod fake_lambda;
#[cfg(feature = "issuer")]
mod issuer;
mod multipart;
#[cfg(feature = "proptest")]
#[cfg_attr(docsrs, doc(cfg(feature = "proptest")))]
pub mod strategies;
mod tracked_future;

pub use authorizer::{AuthorizerEvent, AuthorizerResponse};
pub use client::{
    EventOutcome, OnEverySource, ReceivedChunk, ReceivedCookie, ReceivedEvent, ReceivedProblem,
    TestClient, TestClientBuilder, TestRequest, TestResponse, on_every_source,
};
#[cfg(feature = "websocket")]
#[cfg_attr(docsrs, doc(cfg(feature = "websocket")))]
pub use client::{TestHandshake, TestSocket};
pub use describe::describe;
pub use event::EventBuilder;
#[cfg(feature = "websocket")]
#[cfg_attr(docsrs, doc(cfg(feature = "websocket")))]
pub use events::WebSocketEvent;
pub use events::{
    DynamoDbEvent, EventBridgeEvent, KinesisEvent, S3Event, ScheduleEvent, SnsEvent, SqsEvent,
    TestEvent,
};
pub use fake_lambda::FakeLambda;
#[cfg(feature = "issuer")]
#[cfg_attr(docsrs, doc(cfg(feature = "issuer")))]
pub use issuer::{TestIssuer, TestToken, TestVerifier};
pub use multipart::MultipartForm;
pub use tracked_future::TrackedFuture;

/// Support for the unpublished tests of `lambda-api`; not part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::encoding::NOT_IN_URIS;
    #[cfg(feature = "issuer")]
    pub use crate::issuer::{Forgery, KeyRing, Signature, forge, header_members, is_alb, key_ring};

    #[cfg(feature = "proptest")]
    pub mod strategies {
        pub use crate::strategies::{append, body, content_type, header_name, header_value};
    }
}
