//! The OpenAPI document of an [`Api`](crate::Api).
//!
//! [`Api::openapi`](crate::Api::openapi) writes it, and so does the command `openapi`. It needs no
//! environment, creates no state and sends nothing. [`guide::openapi`](crate::guide::openapi) says what in
//! a handler's signature becomes what in the document.
//!
//! Extractors and responses of your own have schemas by [`RequestSchema`] and [`ResponseSchema`].

mod bounds;
mod components;
mod content;
mod dialect;
mod document;
mod entry;
mod errors;
mod failures;
mod info;
mod json;
mod listed;
mod names;
mod null;
mod operation;
mod parameters;
mod paths;
mod problem;
pub(crate) mod routed;
mod schemes;
mod security;
mod settings;
mod write;

#[cfg(feature = "openapi-utoipa")]
pub use crate::documentation::Utoipa;
pub use crate::documentation::{Documentation, RequestSchema, ResponseSchema};
pub use document::{Components, OpenApi, PathItem, Unspecified};
pub use errors::DocumentErrors;
pub use info::{Contact, Extensions, Info, License, Server, Tag};
pub use json::Dialect;
pub(crate) use listed::{Described, Listed, Mounted};
pub use operation::{
    Example, Header, MediaType, Method, Operation, Parameter, ParameterIn, RefOr, RequestBody,
    Response,
};
pub use security::{Requirement, SecurityKind, SecurityScheme};
pub use settings::Route;
pub(crate) use settings::{ProblemContent, Settings};
pub(crate) use write::write;
