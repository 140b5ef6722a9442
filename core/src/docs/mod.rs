//! The docs page: Swagger UI and the OpenAPI document, as a handful of paths below one prefix.
//!
//! Everything that the page loads comes from here, and its content security policy allows nothing else:
//! no script, style, font or picture of another origin, and no script in the page itself. The files of
//! Swagger UI are those of a crate, compressed as they are in its archive.

mod archive;
mod assets;
mod browser;
mod document;
mod file;
mod headers;
mod page;
mod service;

pub(crate) use browser::closed_to_browsers;
pub(crate) use document::{Document, Written};
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use page::escaped;
pub(crate) use service::Docs;
