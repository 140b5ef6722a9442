//! The JSON of events and replies, for every service that can invoke an HTTP function.
//!
//! [`decode`] reads the event of any [`Source`] as a request, in one pass and without trying one
//! format after the other; [`encode`] writes the reply as that source expects it. Both are what
//! [`App::handle_event`](crate::App::handle_event) uses; call them yourself to put something else
//! between an event and its reply.
//!
//! ```
//! use lambda_api::{LambdaContext, event::{self, DecodeOptions, Source}};
//!
//! let event = r#"{"rawPath": "/hello", "requestContext": {"http": {"method": "GET"}}}"#;
//! let request = event::decode(event.into(), LambdaContext::default(), &DecodeOptions::default())?;
//! assert_eq!(request.uri().path(), "/hello");
//!
//! let (parts, ()) = http::Response::new(()).into_parts();
//! let reply = event::encode(Source::HttpApi, &parts, b"Hello!");
//! assert!(reply.starts_with(br#"{"statusCode":200"#));
//! # Ok::<(), event::DecodeError>(())
//! ```

pub mod emulate;

mod body;
mod context;
mod decode;
mod detect;
mod encode;
mod error;
mod fields;
mod framing;
mod header_name;
mod headers;
mod hint;
mod json;
mod payload;
mod query;
mod received;
mod scan;
#[cfg(feature = "lambda-http")]
mod second_hand;
mod shared;
mod source;
mod unescape;
mod uri;
mod writer;

pub use decode::{DecodeOptions, decode};
pub use encode::encode;
pub use error::{DecodeError, NotHttp, OverLimit};
pub use source::Source;

pub(crate) use context::{Fact, Facts};
pub(crate) use encode::encode_text;
pub(crate) use framing::{is_final, settle_length};
pub(crate) use json::string_map;
pub(crate) use received::{Called, Received, origin};
#[cfg(feature = "lambda-http")]
pub(crate) use second_hand::{SecondHand, take_over};
pub(crate) use shared::Shared;
