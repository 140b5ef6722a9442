//! What a document says about one route.

use crate::{describe::Operation, extract::field_error::Place};
use http::StatusCode;
use schemars::Schema;

/// The part of a [`Documentation`](super::Documentation) that belongs to one route.
#[derive(Debug, Default)]
pub(crate) struct Documented {
    /// Media types, statuses and failures: what `describe` says.
    pub(crate) operation: Operation,
    /// The options of `#[api_handler]` for the document.
    pub(crate) options: Options,
    pub(crate) parameters: Vec<Parameter>,
    /// The object whose properties are query parameters, and whether they are all optional.
    pub(crate) queries: Vec<(Schema, bool)>,
    /// The object (or the single value) whose properties are path parameters.
    pub(crate) paths: Vec<Schema>,
    /// The schema of each media type of the request.
    pub(crate) request_schemas: Vec<(&'static str, Schema)>,
    /// The schema of each media type of the successful responses.
    pub(crate) response_schemas: Vec<(&'static str, Schema)>,
    /// The responses that `response(status, Type, "text")` adds.
    pub(crate) extra: Vec<ExtraResponse>,
    /// The names of the types whose content has no schema, except plain arguments.
    pub(crate) unspecified: Vec<&'static str>,
    /// The rules that no schema has, such as ``the rule `ascii` of `/sku` in the body``.
    pub(crate) unsaid: Vec<String>,
}

impl Documented {
    /// Adds the failures of middleware around the route.
    pub(crate) fn add_layers(&mut self, layers: &[fn(&mut Operation)]) {
        for describe in layers {
            let mut layer = Operation::documented();
            describe(&mut layer);
            if let (Some(all), Some(contents)) = (&mut self.operation.contents, layer.contents) {
                all.failures.extend(contents.failures);
                all.any_failure |= contents.any_failure;
            }
        }
    }
}

/// The options of `#[api_handler]` for the document.
#[derive(Clone, Copy, Debug, Default)]
#[doc(hidden)]
pub struct Options {
    pub operation_id: Option<&'static str>,
    pub summary: Option<&'static str>,
    pub tags: &'static [&'static str],
    pub deprecated: bool,
    pub hidden: bool,
    /// An example of the request's body, as JSON.
    pub example: Option<fn() -> serde_json::Value>,
}

/// A plain argument.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) place: Place,
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    /// `None` if the type has no schema. That of an `Option` accepts `null`, which no parameter is.
    pub(crate) schema: Option<Schema>,
    /// The name of the type, for the list of types without a schema.
    pub(crate) type_name: &'static str,
}

/// A response that the attribute adds.
#[derive(Debug)]
pub(crate) struct ExtraResponse {
    pub(crate) status: StatusCode,
    pub(crate) description: &'static str,
    /// Its responses have the content; none for `response(status, "text")`.
    pub(crate) operation: Operation,
    pub(crate) schemas: Vec<(&'static str, Schema)>,
}
