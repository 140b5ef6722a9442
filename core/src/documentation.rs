//! What the document of an API says about one route, with schemas.
//!
//! Generated code fills it, and `openapi` turns it into an operation of the document.

use crate::describe::Operation;
use http::StatusCode;
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};

/// Where references in schemas of requests point to, until types have their names in a document.
pub(crate) const REQUESTS: &str = "/components/requests";
/// Where references in schemas of responses point to, until types have their names in a document.
pub(crate) const RESPONSES: &str = "/components/types-of-responses";

/// The description of one route with the schemas of its request and its responses.
///
/// Extractors and responses add to it in [`RequestSchema`] and [`ResponseSchema`].
#[derive(Debug)]
pub struct Documentation {
    /// Schemas of what is deserialized.
    pub(crate) requests: SchemaGenerator,
    /// Schemas of what is serialized.
    pub(crate) responses: SchemaGenerator,
    /// The route that is described now.
    pub(crate) route: Documented,
    /// Within an `Option` or a `Result`.
    optional: bool,
}

/// The part of a [`Documentation`] that belongs to one route.
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

/// The place of a plain argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub enum Place {
    Path,
    Query,
    Header,
    Cookie,
}

/// A plain argument.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) place: Place,
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    /// `None` if the type has no schema.
    pub(crate) schema: Option<Schema>,
    /// The name of the type, for the list of types without a schema.
    pub(crate) type_name: &'static str,
}

/// A response that the attribute adds.
#[derive(Debug)]
pub(crate) struct ExtraResponse {
    pub(crate) status: StatusCode,
    pub(crate) description: &'static str,
    pub(crate) operation: Operation,
    pub(crate) schemas: Vec<(&'static str, Schema)>,
}

/// An extractor whose data has a schema.
pub trait RequestSchema {
    /// Adds the schemas.
    fn document(documentation: &mut Documentation);
}

/// A response whose content has a schema.
pub trait ResponseSchema {
    /// Adds the schema.
    fn document(documentation: &mut Documentation);
}

impl Documentation {
    pub(crate) fn new() -> Self {
        let settings = |path: &'static str| {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = path.into();
                settings.meta_schema = None;
            })
        };
        Self {
            requests: settings(REQUESTS).for_deserialize().into_generator(),
            responses: settings(RESPONSES).for_serialize().into_generator(),
            route: Documented::default(),
            optional: false,
        }
    }

    /// Sets the schema of a body with this media type.
    pub fn body<T: JsonSchema + ?Sized>(&mut self, media_type: &'static str) {
        let schema = self.requests.subschema_for::<T>();
        self.route.request_schemas.push((media_type, schema));
    }

    /// Adds the properties of `T` as query parameters.
    pub fn query<T: JsonSchema + ?Sized>(&mut self) {
        let schema = self.requests.subschema_for::<T>();
        self.route.queries.push((schema, self.optional));
    }

    /// Adds the properties of `T` as the schemas of path parameters.
    pub fn path<T: JsonSchema + ?Sized>(&mut self) {
        let schema = self.requests.subschema_for::<T>();
        self.route.paths.push(schema);
    }

    /// Sets the schema of a response with this media type.
    pub fn response<T: JsonSchema + ?Sized>(&mut self, media_type: &'static str) {
        let schema = self.responses.subschema_for::<T>();
        self.route.response_schemas.push((media_type, schema));
    }

    /// Describes something that the route takes but does not require.
    pub fn optionally(&mut self, document: impl FnOnce(&mut Self)) {
        let outside = std::mem::replace(&mut self.optional, true);
        document(self);
        self.optional = outside;
    }
}
