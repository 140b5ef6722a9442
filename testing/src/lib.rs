//! Fake events for testing APIs that are built with `lambda-api`.
//!
//! A test that calls a handler as a function sees what the handler does. A test that sends an event
//! sees the whole API: routing, extraction, errors, and what the event source makes of it all.
//!
//! ```
//! use lambda_api::{App, event::Source};
//! use lambda_api_testing::EventBuilder;
//! use serde_json::json;
//!
//! # #[allow(dead_code)]
//! async fn an_order_is_placed(app: &App) {
//!     let reply = EventBuilder::new(Source::RestApi)
//!         .method("POST")
//!         .path("/orders")
//!         .json(&json!({"sku": "tea", "quantity": 2}))
//!         .send(app)
//!         .await;
//!     assert_eq!(reply.status(), 201);
//! }
//! ```
//!
//! # A client for whole APIs
//!
//! [`TestClient`] calls an API as its clients do through AWS: each request becomes an event, and
//! each reply is read as the event source reads it. Cookies are kept, `location` can be followed,
//! and a failed assertion shows what was sent, what came, and where the two differ.
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
//!
//! // A handler is a function: what it does by itself needs no client.
//! async fn a_handler_can_be_called() {
//!     let missing = get_order(7, State(Store::default())).await;
//!     assert!(matches!(missing, Err(OrderError::NotFound(7))));
//! }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! #     an_order_can_be_placed_and_read_back().await;
//! #     an_order_that_does_not_exist_is_a_problem_on_every_source().await;
//! #     a_handler_can_be_called().await;
//! # }
//! ```
//!
//! The message of a failed assertion is shown [there](TestClient#a-failed-assertion).
//!
//! # The compiled program
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
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `issuer` | [`TestIssuer`](https://docs.rs/lambda-api-testing/latest/lambda_api_testing/issuer/struct.TestIssuer.html): tokens and key sets of an issuer that exists for the test; builds cryptography from C |
//! | `proptest` | [`strategies`](https://docs.rs/lambda-api-testing/latest/lambda_api_testing/strategies/): arbitrary requests, replies and events |

#![cfg_attr(docsrs, feature(doc_cfg))]

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

pub use client::{
    AtCaller, ReceivedCookie, ReceivedProblem, TestClient, TestRequest, TestResponse,
    on_every_source,
};
pub use event::EventBuilder;
pub use fake_lambda::FakeLambda;
#[cfg(feature = "issuer")]
#[cfg_attr(docsrs, doc(cfg(feature = "issuer")))]
#[doc(inline)]
pub use issuer::TestIssuer;
pub use multipart::MultipartForm;
