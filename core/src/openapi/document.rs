//! The document and its parts outside of operations.

use super::{
    info::{Extensions, Info, Server, Tag},
    operation::{Example, Method, Operation, Parameter, Response},
    routed::{Routed, RoutedOperation, find},
    security::SecurityScheme,
};
use schemars::Schema;
use serde::Serialize;
use std::collections::BTreeMap;

/// An OpenAPI document: the result of [`Api::openapi`](crate::Api::openapi).
///
/// ```
/// use lambda_api::{Api, api_handler, routes};
///
/// /// Says that the service runs.
/// #[api_handler(GET "/health")]
/// async fn health() -> &'static str { "ok" }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let document = Api::new().routes(routes![health]).openapi()?;
/// assert!(document.paths.contains_key("/health"));
/// assert!(document.to_json().starts_with("{\n  \"openapi\": \"3.1.0\""));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct OpenApi {
    /// The version of the specification.
    pub(super) openapi: &'static str,
    /// Title and version of the API.
    pub info: Info,
    /// Where the API can be reached.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<Server>,
    /// The operations, by path.
    pub paths: BTreeMap<String, PathItem>,
    /// What operations refer to.
    #[serde(skip_serializing_if = "Components::is_empty")]
    pub components: Components,
    /// The tags of the operations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// Further members, whose names begin with `x-`.
    #[serde(flatten)]
    pub extensions: Extensions,
    #[serde(skip)]
    pub(super) unspecified: Vec<Unspecified>,
    #[serde(skip)]
    pub(super) notes: Vec<String>,
    #[serde(skip)]
    pub(super) routed: Vec<Routed>,
    /// The names of authenticators, each with that of its security scheme.
    #[cfg(all(feature = "docs", any(debug_assertions, feature = "local")))]
    #[serde(skip)]
    pub(super) schemes: Vec<(String, String)>,
}

/// Something that the document leaves open, because its type has no schema.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unspecified {
    /// The method and path of the operation.
    pub operation: String,
    /// What has no schema, such as ``the request body `application/json` ``.
    pub subject: String,
}

impl OpenApi {
    /// The names of the security schemes of an authenticator. A nested API can have another one of the same
    /// name.
    #[cfg(all(feature = "docs", any(debug_assertions, feature = "local")))]
    pub(crate) fn schemes_of(&self, authenticator: &str) -> Vec<&str> {
        let all = self.schemes.iter();
        all.filter(|(of, _)| of == authenticator)
            .map(|(_, scheme)| scheme.as_str())
            .collect()
    }

    /// A document without operations.
    pub(super) fn empty() -> Self {
        Self {
            openapi: "3.1.0",
            info: Info::default(),
            servers: Vec::new(),
            paths: BTreeMap::new(),
            components: Components::default(),
            tags: Vec::new(),
            extensions: Extensions::new(),
            unspecified: Vec::new(),
            notes: Vec::new(),
            routed: Vec::new(),
            #[cfg(all(feature = "docs", any(debug_assertions, feature = "local")))]
            schemes: Vec::new(),
        }
    }

    /// What the document leaves open, because its type does not implement `schemars::JsonSchema`, or
    /// because the handler returns `impl IntoResponse`.
    pub fn unspecified(&self) -> impl Iterator<Item = &Unspecified> {
        self.unspecified.iter()
    }

    /// What the document cannot express, one sentence each.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.notes.iter().map(String::as_str)
    }

    /// The operation of a request that a route took; `None` if it is hidden or removed.
    pub(crate) fn operation_of(&self, method: &str, route: &str) -> Option<RoutedOperation<'_>> {
        let routed = find(&self.routed, method, route)?;
        let item = self.paths.get(&routed.path)?;
        item.operations.get(&routed.method)?;
        Some(RoutedOperation {
            method: routed.method.lower(),
            path: &routed.path,
            is_open: routed.is_open,
        })
    }

    /// Calls a function for each schema that is not part of another one.
    pub(super) fn each_schema(&mut self, visit: &mut dyn FnMut(&mut Schema)) {
        self.components.schemas.values_mut().for_each(&mut *visit);
        for response in self.components.responses.values_mut() {
            response.each_schema(visit);
        }
        for item in self.paths.values_mut() {
            for parameter in &mut item.parameters {
                parameter.schema.iter_mut().for_each(&mut *visit);
            }
            for operation in item.operations.values_mut() {
                operation.each_schema(visit);
            }
        }
    }
}

/// The operations of a path.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct PathItem {
    /// Parameters of all operations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// The operations.
    #[serde(flatten)]
    pub operations: BTreeMap<Method, Operation>,
    /// Further members, whose names begin with `x-`.
    #[serde(flatten)]
    pub extensions: Extensions,
}

/// What operations refer to.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Components {
    /// The types.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub schemas: BTreeMap<String, Schema>,
    /// Responses of several operations.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub responses: BTreeMap<String, Response>,
    /// Examples of problems.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub examples: BTreeMap<String, Example>,
    /// How callers authenticate.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub security_schemes: BTreeMap<String, SecurityScheme>,
    /// Further members, whose names begin with `x-`.
    #[serde(flatten)]
    pub extensions: Extensions,
}

impl Components {
    fn is_empty(&self) -> bool {
        self.schemas.is_empty()
            && self.responses.is_empty()
            && self.examples.is_empty()
            && self.security_schemes.is_empty()
            && self.extensions.is_empty()
    }
}
