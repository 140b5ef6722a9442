//! The settings of a document.

use super::{
    document::OpenApi,
    info::{Info, Server},
    operation::{Method, Operation},
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::fmt;

/// The route of an operation, for [`Api::openapi_operation`](crate::Api::openapi_operation).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Route<'a> {
    /// The method.
    pub method: Method,
    /// The full path in the syntax of API Gateway, such as `/v1/files/{path+}`.
    pub path: &'a str,
    /// The name of the handler.
    pub function: &'a str,
    /// The module of the handler, such as `shop::orders`.
    pub module: &'a str,
}

type AmendOperation = dyn Fn(Route<'_>, &mut Operation) + Send + Sync;
type AmendDocument = dyn Fn(&mut OpenApi) + Send + Sync;

/// The settings of an `Api` for its document. They cost nothing until it is written.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) info: Option<Info>,
    pub(crate) servers: Vec<Server>,
    pub(crate) problem: Option<ProblemContent>,
    pub(crate) amend_operation: Vec<Box<AmendOperation>>,
    pub(crate) amend_document: Vec<Box<AmendDocument>>,
}

/// The content of restyled problems.
pub(crate) struct ProblemContent {
    pub(crate) media_type: String,
    pub(crate) schema: fn(&mut SchemaGenerator) -> Schema,
}

impl ProblemContent {
    pub(crate) fn new<T: JsonSchema>(media_type: String) -> Self {
        Self {
            media_type,
            schema: |generator| generator.subschema_for::<T>(),
        }
    }
}

impl Settings {
    /// Whether any setting is set.
    pub(crate) fn is_set(&self) -> bool {
        self.info.is_some()
            || !self.servers.is_empty()
            || self.problem.is_some()
            || !self.amend_operation.is_empty()
            || !self.amend_document.is_empty()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("info", &self.info)
            .finish_non_exhaustive()
    }
}
