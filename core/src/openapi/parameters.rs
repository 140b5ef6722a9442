//! Parameters of an operation.

use super::{
    components::Definitions,
    info::Extensions,
    null::without_null,
    operation::{Parameter, ParameterIn},
};
use crate::{
    documentation::{self, COMMA_SEPARATED, Documented},
    extract::field_error::Place,
};
use schemars::{Schema, json_schema};
use serde_json::{Map, Value};

/// Headers that OpenAPI does not list as parameters: other parts of the document describe them.
const NOT_LISTED: [&str; 3] = ["accept", "authorization", "content-type"];

/// The parameters of an operation at a path with these parameters.
pub(super) fn parameters(
    path: &[(String, bool)],
    route: &Documented,
    definitions: &Definitions,
) -> Vec<Parameter> {
    let mut all = Vec::new();
    for (position, (name, greedy)) in path.iter().enumerate() {
        let argument = route
            .parameters
            .iter()
            .find(|one| one.place == Place::Path && one.name == name)
            .and_then(|one| one.schema.clone());
        let of_struct = || {
            let mut schemas = route.paths.iter();
            schemas.find_map(|schema| of_path(schema, position, name, path.len(), definitions))
        };
        let schema = argument.or_else(of_struct);
        let schema = schema.unwrap_or_else(|| json_schema!({ "type": "string" }));
        let mut parameter = with_schema(name, ParameterIn::Path, true, schema);
        if *greedy {
            let extensions = &mut parameter.extensions;
            extensions.insert("x-lambda-api-greedy".to_owned(), true.into());
        }
        all.push(parameter);
    }
    for one in &route.parameters {
        let place = match one.place {
            Place::Path | Place::Body => continue,
            Place::Query => ParameterIn::Query,
            Place::Header => ParameterIn::Header,
            Place::Cookie => ParameterIn::Cookie,
        };
        let is_listed = place != ParameterIn::Header
            || !NOT_LISTED
                .iter()
                .any(|name| one.name.eq_ignore_ascii_case(name));
        if is_listed {
            push(&mut all, argument(one, place));
        }
    }
    for (schema, optional) in &route.queries {
        for (name, schema, required) in properties(schema.as_value(), definitions) {
            let required = required && !optional;
            push(
                &mut all,
                with_schema(&name, ParameterIn::Query, required, schema),
            );
        }
    }
    all
}

/// Adds a parameter, unless another argument takes it too.
fn push(all: &mut Vec<Parameter>, parameter: Parameter) {
    let is_known = |one: &Parameter| one.name == parameter.name && one.place == parameter.place;
    if !all.iter().any(is_known) {
        all.push(parameter);
    }
}

fn argument(one: &documentation::Parameter, place: ParameterIn) -> Parameter {
    match &one.schema {
        Some(schema) => with_schema(one.name, place, one.required, schema.clone()),
        None => Parameter {
            name: one.name.to_owned(),
            place,
            required: one.required,
            ..Parameter::default()
        },
    }
}

/// A parameter, whose schema may have the text of its field.
fn with_schema(name: &str, place: ParameterIn, required: bool, schema: Schema) -> Parameter {
    let mut schema = without_null(schema);
    let is_joined = schema.remove(COMMA_SEPARATED).is_some();
    let text = schema.remove("description");
    let deprecated = schema.remove("deprecated") == Some(Value::Bool(true));
    Parameter {
        name: name.to_owned(),
        place,
        description: text.and_then(|text| text.as_str().map(str::to_owned)),
        required,
        deprecated,
        style: is_joined.then_some("form"),
        explode: is_joined.then_some(false),
        schema: Some(schema),
        extensions: Extensions::new(),
    }
}

/// The schema of a path parameter in the schema of all of them: an object, a tuple, or the only one.
fn of_path(
    schema: &Schema,
    position: usize,
    name: &str,
    count: usize,
    definitions: &Definitions,
) -> Option<Schema> {
    let resolved = definitions.resolve(schema.as_value());
    if let Some(Value::Array(items)) = resolved.get("prefixItems") {
        return as_schema(items.get(position)?);
    }
    let found = properties(schema.as_value(), definitions)
        .into_iter()
        .find_map(|(known, schema, _)| (known == name).then_some(schema));
    if found.is_some() {
        return found;
    }
    match resolved.get("type").and_then(Value::as_str) {
        Some("object" | "array") => None,
        _ if count == 1 => Some(schema.clone()),
        _ => None,
    }
}

/// The properties of an object, those of its parts included: name, schema, and whether each is
/// required.
fn properties(schema: &Value, definitions: &Definitions) -> Vec<(String, Schema, bool)> {
    let mut found = Vec::new();
    collect(schema, true, 0, definitions, &mut found);
    found.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    found.dedup_by(
        |(name, schema, required), (known, before, required_before)| {
            if name != known {
                return false;
            }
            *required_before |= *required;
            // Variants of an enum can have a property in common, such as their tag.
            if before != schema {
                *before = json_schema!({ "anyOf": [before, schema] });
            }
            true
        },
    );
    found
}

fn collect(
    schema: &Value,
    always: bool,
    depth: usize,
    definitions: &Definitions,
    found: &mut Vec<(String, Schema, bool)>,
) {
    let resolved = definitions.resolve(schema);
    let none = Map::new();
    let object = resolved.get("properties").and_then(Value::as_object);
    let required = resolved.get("required").and_then(Value::as_array);
    for (name, schema) in object.unwrap_or(&none) {
        let is_required = required.is_some_and(|all| all.iter().any(|one| one == name));
        let schema = as_schema(schema);
        found.extend(schema.map(|schema| (name.clone(), schema, always && is_required)));
    }
    // Schemas of types can refer to themselves.
    if depth < 8 {
        for (keyword, always) in [("allOf", always), ("anyOf", false), ("oneOf", false)] {
            let parts = resolved.get(keyword).and_then(Value::as_array);
            for part in parts.into_iter().flatten() {
                collect(part, always, depth + 1, definitions, found);
            }
        }
    }
}

fn as_schema(value: &Value) -> Option<Schema> {
    Schema::try_from(value.clone()).ok()
}
