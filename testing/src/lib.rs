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

mod event;
mod fake_lambda;

pub use event::EventBuilder;
pub use fake_lambda::{
    ColdStart, Endpoint, Exit, FakeLambda, FakeLambdaBuilder, Fault, FunctionError, Hold, Invoke,
    LogLine, LogStream, Outcome, Pending, Reply,
};
