//! Extractors: from a request to the arguments of a handler.
//!
//! An extractor takes the request by shared reference and never consumes it. So arguments can have
//! any order, and can borrow from the request.

mod comma_separated;
mod cookies;
mod deadline;
mod extension;
pub(crate) mod field_error;
pub(crate) mod form;
pub(crate) mod from_request;
mod integral;
mod json;
mod json_location;
pub(crate) mod last_event_id;
mod matched_path;
mod media;
mod merge_rejections;
#[cfg(feature = "multipart")]
pub(crate) mod multipart;
mod option_result;
mod parts;
mod patch;
mod path;
mod query;
mod range;
mod reread;
pub(crate) mod scalar_args;
mod state;
mod string_de;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
mod truncate;
mod untyped;
mod urlencoded;
#[cfg(feature = "validate")]
mod valid;
mod value_error;

pub use crate::response::download::Range;
pub use comma_separated::CommaSeparated;
pub use cookies::Cookies;
pub(crate) use cookies::pairs as cookie_pairs;
pub use deadline::Deadline;
pub use extension::{Extension, ExtensionRejection};
pub use form::{Form, FormRejection};
pub(crate) use from_request::Check;
pub use from_request::{FromRequest, extract};
pub(crate) use json::parse_json;
pub use json::{Json, JsonRejection};
pub use last_event_id::{LastEventId, LastEventIdRejection};
pub use matched_path::{MatchedPath, MatchedPathRejection};
pub(crate) use merge_rejections::merge_rejections;
#[cfg(feature = "multipart")]
#[cfg_attr(docsrs, doc(cfg(feature = "multipart")))]
pub use multipart::{Multipart, MultipartRejection, Part};
pub use patch::Patch;
pub use path::{Path, PathRejection};
pub use query::{Query, QueryRejection};
pub use state::{State, StateRejection};
pub use text::{Text, TextRejection};
#[cfg(feature = "validate")]
#[cfg_attr(docsrs, doc(cfg(feature = "validate")))]
pub use valid::{Invalid, Valid, ValidRejection, Validated};
