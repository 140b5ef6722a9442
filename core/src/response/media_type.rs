//! Media types in a document, without parameters.

pub(crate) const JSON: &str = "application/json";
pub(crate) const TEXT: &str = "text/plain";
pub(crate) const BYTES: &str = "application/octet-stream";
pub(crate) const HTML: &str = "text/html";
/// Content of a type that only the handler knows.
pub(crate) const ANY: &str = "*/*";
