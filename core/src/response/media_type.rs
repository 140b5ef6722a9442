//! Media types in a document, without parameters.

pub(crate) const JSON: &str = "application/json";
pub(crate) const TEXT: &str = "text/plain";
pub(crate) const BYTES: &str = "application/octet-stream";
pub(crate) const HTML: &str = "text/html";
/// Neither ndjson nor JSON Lines has a registered one; this is the one of ndjson.
pub(crate) const JSON_LINES: &str = "application/x-ndjson";
pub(crate) const EVENT_STREAM: &str = "text/event-stream";
/// Content of a type that only the handler knows.
pub(crate) const ANY: &str = "*/*";
