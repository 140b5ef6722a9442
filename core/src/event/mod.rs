//! Conversion between HTTP and the JSON of every service that can invoke an HTTP function.
//!
//! [`decode`] converts the event of any [`Source`] into a request, in one pass and without trying
//! one format after the other. [`encode`] converts a response into the JSON that the source
//! expects. [`App::handle_event`](crate::App::handle_event) uses both. Call them yourself to add
//! processing between an event and its response.
//!
//! ```
//! use lambda_api::{LambdaContext, event::{self, DecodeOptions, Source}};
//!
//! let event = r#"{"rawPath": "/hello", "requestContext": {"http": {"method": "GET"}}}"#;
//! let request = event::decode(event.into(), LambdaContext::default(), &DecodeOptions::default())?;
//! assert_eq!(request.uri().path(), "/hello");
//!
//! let (parts, ()) = http::Response::new(()).into_parts();
//! let response = event::encode(Source::HttpApi, &parts, b"Hello!");
//! assert!(response.starts_with(br#"{"statusCode":200"#));
//! # Ok::<(), event::DecodeError>(())
//! ```

pub mod emulate;

mod body;
mod context;
pub(crate) mod current;
mod decode;
mod detect;
mod encode;
mod error;
mod event_response;
mod framing;
mod header_name;
mod headers;
mod hint;
mod invocation;
mod json;
#[cfg(feature = "lambda-http")]
mod lambda_http_event;
mod other;
mod other_kind;
mod payload;
mod query;
mod raw_event;
mod received;
mod rejection;
mod scan;
mod shared;
mod source;
mod unescape;
mod uri;
mod writer;

pub use decode::{DecodeOptions, decode};
pub use encode::{encode, encode_prelude};
pub use error::{DecodeError, LimitExceeded, UnsupportedEvent};
pub use event_response::EventResponse;
pub use invocation::{CognitoIdentity, ContextError, Invocation, LambdaContext};
pub use source::Source;

pub(crate) use context::{ContextFacts, Fact};
pub(crate) use decode::{NotRequest, decode_request};
pub(crate) use encode::{encode_measured, encode_prelude_measured};
#[cfg(feature = "server")]
pub(crate) use framing::frame;
pub(crate) use framing::{has_no_body, is_final, settle_length, stated_length};
pub(crate) use json::string_map;
#[cfg(feature = "lambda-http")]
pub(crate) use lambda_http_event::{LambdaHttpEvent, take_over};
pub(crate) use other::OtherEvent;
pub(crate) use other_kind::OtherKind;
pub(crate) use received::{Called, Received, origin};
pub(crate) use shared::Shared;
