//! Schemas of types with utoipa's `ToSchema`.

use super::wrappers::UTOIPA;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{any::type_name, borrow::Cow, collections::BTreeSet};
use utoipa::ToSchema;

/// A value whose type implements utoipa's `ToSchema` instead of `schemars::JsonSchema`.
///
/// It is read and written like the value itself. The schema is that of utoipa; the types that it
/// refers to are components of the document, by their names in utoipa.
///
/// utoipa reads no rules (`#[garde(..)]`), and has one schema for requests and responses. A type whose
/// `ToSchema` is written by hand must list the types that it refers to in `schemas`. XML names and the
/// `mapping` of a discriminator are kept as they are.
///
/// ```
/// use lambda_api::{Api, Json, api_handler, openapi::Utoipa, routes};
/// use serde::Serialize;
/// use utoipa::ToSchema;
///
/// #[derive(Serialize, ToSchema)]
/// struct Line { sku: String }
///
/// #[derive(Serialize, ToSchema)]
/// struct Order { id: u64, lines: Vec<Line> }
///
/// #[api_handler(GET "/orders/{id}")]
/// async fn get_order(id: u64) -> Json<Utoipa<Order>> {
///     Json(Utoipa(Order { id, lines: Vec::new() }))
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let document = Api::new().routes(routes![get_order]).openapi()?;
/// assert!(document.components.schemas.contains_key("Order"));
/// assert!(document.components.schemas.contains_key("Line"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Utoipa<T>(pub T);

impl<T: ToSchema> JsonSchema for Utoipa<T> {
    /// Types of the standard library are no components.
    fn inline_schema() -> bool {
        let name = type_name::<T>();
        let of_std = ["alloc::", "core::", "std::"];
        !name.contains("::")
            || name.starts_with(['&', '[', '('])
            || of_std.iter().any(|one| name.starts_with(one))
    }

    fn schema_name() -> Cow<'static, str> {
        let name = T::name();
        // utoipa has this name for a generic type where another type refers to it.
        let arguments = type_name::<T>().split_once('<').map_or("", |(_, all)| all);
        let arguments =
            arguments.split(|one: char| !(one.is_alphanumeric() || one == '_' || one == ':'));
        let arguments =
            arguments.filter_map(|path| path.rsplit("::").next().filter(|one| !one.is_empty()));
        arguments
            .fold(format!("{UTOIPA}{name}"), |name, argument| {
                format!("{name}_{argument}")
            })
            .into()
    }

    fn schema_id() -> Cow<'static, str> {
        type_name::<T>().into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut types = Vec::new();
        T::schemas(&mut types);
        let path = generator.settings().definitions_path.clone();
        let definitions = generator.definitions_mut();
        let mut others = BTreeSet::new();
        for (name, schema) in &types {
            let known = definitions.get(&key(name, &others));
            // While a type is described, its definition is `false`.
            let known = known.filter(|known| **known != Value::Bool(false));
            let schema = converted(schema, &path, &BTreeSet::new());
            if known.is_some_and(|known| *known != schema) {
                others.insert(name.clone());
            }
        }
        for (name, schema) in &types {
            let schema = converted(schema, &path, &others);
            definitions.entry(key(name, &others)).or_insert(schema);
        }
        let schema = converted(&T::schema(), &path, &others);
        Schema::try_from(schema).unwrap_or_default()
    }
}

#[cfg(feature = "validate")]
impl<T: crate::Validate> crate::Validate for Utoipa<T> {
    fn validate(&self, violations: &mut crate::Violations) {
        self.0.validate(violations);
    }

    fn __unsaid(unsaid: &mut crate::validate::unsaid::Unsaid) {
        T::__unsaid(unsaid);
    }
}

/// The name of a definition. `others`: another type has the name, which the document reports.
fn key(name: &str, others: &BTreeSet<String>) -> String {
    match others.contains(name) {
        true => format!("{UTOIPA}{name}:2"),
        false => format!("{UTOIPA}{name}"),
    }
}

/// A schema of utoipa, with references to definitions at this path.
fn converted(schema: &impl Serialize, path: &str, others: &BTreeSet<String>) -> Value {
    let mut schema = serde_json::to_value(schema).unwrap_or_default();
    convert(&mut schema, &|name| {
        format!("#{}/{}", path.trim_end_matches('/'), key(name, others))
    });
    schema
}

/// Changes references, and what OpenAPI 3.1 does not have.
fn convert(schema: &mut Value, reference: &dyn Fn(&str) -> String) {
    let Value::Object(keywords) = schema else {
        return;
    };
    if let Some(example) = keywords.remove("example") {
        let examples = keywords
            .entry("examples")
            .or_insert_with(|| Value::Array(Vec::new()));
        examples
            .as_array_mut()
            .into_iter()
            .for_each(|all| all.insert(0, example.clone()));
    }
    for (keyword, value) in keywords {
        match (keyword.as_str(), value) {
            ("$ref", Value::String(target)) => {
                if let Some(name) = target.strip_prefix("#/components/schemas/") {
                    *target = reference(name);
                }
            }
            ("properties", Value::Object(members)) => {
                members.values_mut().for_each(|one| convert(one, reference));
            }
            ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(parts)) => {
                parts.iter_mut().for_each(|one| convert(one, reference));
            }
            ("items" | "additionalProperties" | "propertyNames" | "not", part) => {
                convert(part, reference);
            }
            _ => {}
        }
    }
}
