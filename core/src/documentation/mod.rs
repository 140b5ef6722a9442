//! What the document of an API says about one route, with schemas.
//!
//! Generated code fills it, and `openapi` turns it into an operation of the document.

mod example;
mod generated;
mod probe;
mod route;
#[cfg(test)]
mod tests;
#[cfg(feature = "openapi-utoipa")]
mod utoipa;
mod wrappers;

pub use example::example;
pub use probe::{NoSchema, Probe};
pub use route::Options;
pub(crate) use route::{Documented, ExtraResponse, Parameter};
#[cfg(feature = "openapi-utoipa")]
pub use utoipa::Utoipa;
pub(crate) use wrappers::{COMMA_SEPARATED, ITEMS, UTOIPA};

use crate::describe::Operation;
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

/// An extractor whose data has a schema.
///
/// `#[api_handler]` asks for it where a document is written, and documents a type without it by
/// what its [`describe`](crate::FromRequest::describe) declares. So an extractor of your own that
/// deserializes a type implements it under the bound that the type has a schema:
///
/// ```
/// use lambda_api::{
///     FromRequest, Json, Operation, Request,
///     extract::{JsonRejection, extract},
///     openapi::{Documentation, RequestSchema},
/// };
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// /// The body of every request of a partner: `{"data": ..}`.
/// struct Enveloped<T>(T);
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Envelope<T> { data: T }
///
/// impl<'r, T: Deserialize<'r> + Send + 'r> FromRequest<'r> for Enveloped<T> {
///     type Rejection = JsonRejection;
///
///     async fn from_request(request: &'r Request) -> Result<Self, JsonRejection> {
///         let Json(envelope) = extract::<Json<Envelope<T>>>(request).await?;
///         Ok(Enveloped(envelope.data))
///     }
///
///     fn describe(operation: &mut Operation) {
///         operation.request_body("application/json");
///     }
/// }
///
/// impl<T: JsonSchema> RequestSchema for Enveloped<T> {
///     fn document(documentation: &mut Documentation) {
///         documentation.body::<Envelope<T>>("application/json");
///     }
/// }
/// ```
pub trait RequestSchema {
    /// Adds the schemas.
    fn document(documentation: &mut Documentation);
}

/// A response whose content has a schema.
///
/// As with [`RequestSchema`], a response of your own that serializes a type implements it under the
/// bound that the type has a schema:
///
/// ```
/// use http::StatusCode;
/// use lambda_api::{
///     IntoResponse, Json, Operation, Response,
///     openapi::{Documentation, ResponseSchema},
/// };
/// use schemars::JsonSchema;
/// use serde::Serialize;
///
/// /// One page of a list.
/// #[derive(Serialize, JsonSchema)]
/// struct Page<T> { items: Vec<T>, next: Option<String> }
///
/// impl<T: Serialize> IntoResponse for Page<T> {
///     fn into_response(self) -> Response {
///         Json(self).into_response()
///     }
///
///     fn describe(operation: &mut Operation) {
///         operation.response(StatusCode::OK, Some("application/json"));
///     }
/// }
///
/// impl<T: JsonSchema> ResponseSchema for Page<T> {
///     fn document(documentation: &mut Documentation) {
///         documentation.response::<Page<T>>("application/json");
///     }
/// }
/// ```
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

    /// Describes one route, from what its `describe` and its `document` say.
    pub(crate) fn of_route(
        &mut self,
        describe: fn(&mut Operation),
        document: Option<fn(&mut Documentation)>,
    ) -> Documented {
        self.route = Documented::default();
        self.route.operation = Operation::documented();
        describe(&mut self.route.operation);
        if let Some(document) = document {
            document(self);
        }
        std::mem::take(&mut self.route)
    }

    /// Sets the schema of a request body with this media type, which the extractor's `describe`
    /// declares.
    pub fn body<T: JsonSchema + ?Sized>(&mut self, media_type: &'static str) {
        let schema = self.requests.subschema_for::<T>();
        self.body_schema(media_type, schema);
    }

    pub(crate) fn body_schema(&mut self, media_type: &'static str, schema: Schema) {
        self.route.request_schemas.push((media_type, schema));
    }

    /// Adds the properties of `T` as query parameters.
    pub fn query<T: JsonSchema + ?Sized>(&mut self) {
        let schema = self.requests.subschema_for::<T>();
        self.route.queries.push((schema, self.optional));
    }

    /// Adds the properties of `T` as the schemas of path parameters. A `T` that is not an object is
    /// the schema of the only parameter, or the list of all in their order.
    pub fn path<T: JsonSchema + ?Sized>(&mut self) {
        let schema = self.requests.subschema_for::<T>();
        self.route.paths.push(schema);
    }

    /// Sets the schema of a response with this media type, which the `describe` of the response
    /// declares.
    pub fn response<T: JsonSchema + ?Sized>(&mut self, media_type: &'static str) {
        let schema = self.responses.subschema_for::<T>();
        self.response_schema(media_type, schema);
    }

    pub(crate) fn response_schema(&mut self, media_type: &'static str, schema: Schema) {
        self.route.response_schemas.push((media_type, schema));
    }

    /// Describes something that the route takes but does not require.
    pub fn optionally(&mut self, document: impl FnOnce(&mut Self)) {
        let outside = std::mem::replace(&mut self.optional, true);
        document(self);
        self.optional = outside;
    }
}
