//! Arbitrary requests, replies and events, for tests with [`proptest`].
//!
//! A property test states what holds for *any* request, and `proptest` looks for one for which it
//! does not. This one says that an API answers whatever arrives, however broken:
//!
//! ```
//! use lambda_api::{Api, App, LambdaContext, Query, api_handler, event::DecodeError, routes};
//! use lambda_api_testing::strategies;
//! use proptest::prelude::*;
//! use std::collections::HashMap;
//!
//! #[api_handler(ANY "/{path+}")]
//! async fn search(path: &str, Query(query): Query<HashMap<String, String>>) -> String {
//!     format!("{} parameters for {path}", query.len())
//! }
//!
//! proptest! {
//!     # #![proptest_config(ProptestConfig::with_cases(16))]
//!     # /*
//!     #[test]
//!     # */
//!     fn every_event_is_answered(event in strategies::hostile_events()) {
//!         let runtime = tokio::runtime::Builder::new_current_thread().build()?;
//!         let app: App = runtime.block_on(Api::new().routes(routes![search]).build()).unwrap();
//!         let reply = runtime.block_on(app.handle_event(event, LambdaContext::for_test()));
//!         prop_assert!(matches!(reply, Ok(_) | Err(DecodeError::NotHttp(_))));
//!     }
//! }
//! # every_event_is_answered();
//! ```
//!
//! | strategy | gives |
//! |---|---|
//! | [`requests`] | any request that a client can send |
//! | [`requests_of`] | those that a source carries without a loss |
//! | [`replies`], [`replies_of`] | the same for replies |
//! | [`events`] | any event of a source, as an [`EventBuilder`] |
//! | [`hostile_events`] | events that are damaged in places: values of the wrong type, keys that stand twice, strange texts, broken base64, deep nesting, cut off |
//! | [`facts`], [`sources`] | what else events are made of |
//!
//! What a source cannot carry is what [`carried`] and [`carried_reply`] say; the documentation of
//! [`emulate`] has it as a table.

mod carried;
mod events;
mod hostile;
mod replies;
mod requests;
mod text;

pub use carried::{carried, carried_reply};
pub use events::{events, facts};
pub use hostile::hostile_events;
pub use replies::{replies, replies_of};
pub use requests::{requests, requests_of};

use lambda_api::event::Source;
use proptest::{sample::select, strategy::Strategy};

#[cfg(doc)]
use crate::EventBuilder;
#[cfg(doc)]
use lambda_api::event::emulate;

/// Any source.
pub fn sources() -> impl Strategy<Value = Source> + Clone + use<> {
    select(&Source::ALL[..])
}
