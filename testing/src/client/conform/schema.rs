//! Values held to the schemas of a document.

use super::{
    promise::Part,
    violation::{Violation, short},
};
use jsonschema::{
    Draft, Registry, ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The name of the document, for references.
const DOCUMENT: &str = "urn:document";

/// The schemas of a document, each compiled when it is first needed.
pub(super) struct Schemas {
    document: Value,
    registry: Registry<'static>,
    compiled: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Schemas {
    pub(super) fn of(document: Value) -> Result<Self, String> {
        let registry = Registry::new()
            .draft(Draft::Draft202012)
            .add(DOCUMENT, document.clone())
            .and_then(jsonschema::RegistryBuilder::prepare);
        Ok(Self {
            registry: registry.map_err(|error| error.to_string())?,
            document,
            compiled: Mutex::default(),
        })
    }

    pub(super) fn document(&self) -> &Value {
        &self.document
    }

    /// Compares the values that a text can stand for with a schema: one has to fit.
    pub(super) fn any_fits(
        &self,
        place: &str,
        values: &[Value],
        schema: &Part<'_>,
    ) -> Vec<Violation> {
        let violations = values.iter().map(|value| self.fits(place, value, schema));
        // What is of the right type tells most.
        let types = |all: &Vec<Violation>| all.iter().filter(|one| one.is_of_type()).count();
        let best = violations.min_by_key(|all| (!all.is_empty(), types(all)));
        best.unwrap_or_default()
    }

    /// Compares a value with a schema of the document.
    pub(super) fn fits(&self, place: &str, value: &Value, schema: &Part<'_>) -> Vec<Violation> {
        let validator = match self.validator(&schema.pointer) {
            Ok(validator) => validator,
            Err(error) => {
                let what = format!("its schema is invalid: {error}");
                return vec![Violation::new(
                    place,
                    what,
                    &schema.pointer,
                    Some(schema.value),
                )];
            }
        };
        let mut violations = Vec::new();
        for error in validator.iter_errors(value) {
            self.describe(place, &error, &mut violations);
        }
        violations
    }

    fn validator(&self, pointer: &str) -> Result<Arc<Validator>, String> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = compiled.get(pointer) {
            return Ok(Arc::clone(validator));
        }
        let pointer_in_uri: Vec<_> = pointer
            .split('/')
            .map(|segment| utf8_percent_encode(segment, NON_ALPHANUMERIC).to_string())
            .collect();
        let reference = format!("{DOCUMENT}#{}", pointer_in_uri.join("/"));
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(&self.registry)
            .should_validate_formats(true)
            .build(&json!({ "$ref": reference }));
        let validator = Arc::new(validator.map_err(|error| error.to_string())?);
        compiled.insert(pointer.to_owned(), Arc::clone(&validator));
        Ok(validator)
    }

    fn describe(&self, place: &str, error: &ValidationError<'_>, all: &mut Vec<Violation>) {
        if let Some(inner) = of_one_alternative(error) {
            for error in inner {
                self.describe(place, error, all);
            }
            return;
        }
        // The last segment is the keyword.
        let pointer = error.schema_path().as_str();
        let (pointer, keyword) = pointer.rsplit_once('/').unwrap_or((pointer, ""));
        let schema = self.document.pointer(pointer);
        let expected = schema.and_then(|schema| schema.get(keyword));
        let found = short(error.instance());
        let what = what(error, keyword, expected, &found);
        let place = match error.instance_path().as_str() {
            "" => place.to_owned(),
            at => format!("{place} at {at}"),
        };
        all.push(Violation::new(place, what, pointer, schema));
    }
}

/// The errors of the alternative that the value is meant for: the only one of the right type and with the right
/// constants, as of an `Option` or an enum with a tag, or the only one with the right properties.
fn of_one_alternative<'e>(
    error: &'e ValidationError<'_>,
) -> Option<&'e [ValidationError<'static>]> {
    let (Kind::AnyOf { context } | Kind::OneOfNotValid { context }) = error.kind() else {
        return None;
    };
    let is_here = |one: &ValidationError<'_>| one.instance_path() == error.instance_path();
    let of_another_type = |one: &ValidationError<'_>| match one.kind() {
        Kind::Type { .. } | Kind::Enum { .. } | Kind::FalseSchema => is_here(one),
        Kind::Constant { .. } => true,
        _ => false,
    };
    let of_another_variant = |one: &ValidationError<'_>| {
        of_another_type(one) || matches!(one.kind(), Kind::Required { .. }) && is_here(one)
    };
    only(context, &of_another_type).or_else(|| only(context, &of_another_variant))
}

/// The only alternative without such an error.
fn only<'e>(
    alternatives: &'e [Vec<ValidationError<'static>>],
    is_of_another: &dyn Fn(&ValidationError<'_>) -> bool,
) -> Option<&'e [ValidationError<'static>]> {
    let mut fitting = alternatives
        .iter()
        .filter(|errors| !errors.iter().any(is_of_another));
    let only = fitting.next()?;
    fitting.next().is_none().then_some(only)
}

/// `expected .., found ..`.
fn what(
    error: &ValidationError<'_>,
    keyword: &str,
    expected: Option<&Value>,
    found: &str,
) -> String {
    match error.kind() {
        Kind::Type { kind } => {
            let types = match kind {
                TypeKind::Single(one) => one.to_string(),
                TypeKind::Multiple(_) => expected.map(short).unwrap_or_default(),
            };
            format!("expected a value of type {types}, found {found}")
        }
        Kind::Required { property } => format!("expected the property {property}, found none"),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            format!("expected no other properties, found {unexpected:?}")
        }
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => {
            format!("expected one of the alternatives, found {found}")
        }
        Kind::OneOfMultipleValid { .. } => {
            format!("expected only one of the alternatives, found several that {found} fits")
        }
        Kind::FalseSchema => format!("expected nothing, found {found}"),
        _ => match expected {
            Some(expected) => format!("expected {keyword} {}, found {found}", short(expected)),
            None => format!("{error}"),
        },
    }
}

impl Violation {
    fn is_of_type(&self) -> bool {
        self.what.starts_with("expected a value of type")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The violations of a value and the schema `/schema`.
    fn found(schema: &Value, value: &Value) -> Vec<String> {
        let document = json!({
            "schema": schema,
            "components": {"schemas": {
                "Word": {"type": "string"},
                "Tree": {"type": "object", "properties": {
                    "name": {"type": "string"},
                    "next": {"anyOf": [{"$ref": "#/components/schemas/Tree"}, {"type": "null"}]},
                }},
            }},
        });
        let schemas = Schemas::of(document.clone()).unwrap();
        let part = Part {
            pointer: "/schema".to_owned(),
            value: &document["schema"],
        };
        let violations = schemas.fits("body", value, &part);
        violations
            .into_iter()
            .map(|one| format!("{}: {}", one.place, one.what))
            .collect()
    }

    #[test]
    fn values_are_held_to_their_schemas() {
        let tree = json!({"$ref": "#/components/schemas/Tree"});
        let kinds = json!({"oneOf": [
            {"type": "object", "properties": {"kind": {"const": "a"}, "n": {"type": "integer"}}},
            {"type": "object", "properties": {"kind": {"const": "b"}, "n": {"type": "string"}}},
        ]});
        let variants = json!({"oneOf": [
            {"required": ["A"], "properties": {"A": {"type": "string"}}},
            {"required": ["B"], "properties": {"B": {"type": "integer"}}},
        ]});
        for (schema, value, expected) in [
            (
                json!({"$ref": "#/components/schemas/Word", "maxLength": 2}),
                json!("abc"),
                "body: expected maxLength 2, found \"abc\"",
            ),
            (
                tree.clone(),
                json!({"next": {"next": {"name": 1}}}),
                "body at /next/next/name: expected a value of type string, found 1",
            ),
            (tree, json!({"next": {"next": null}}), ""),
            (
                json!({"not": {"type": "null"}}),
                json!(null),
                "body: expected not {\"type\":\"null\"}, found null",
            ),
            (
                json!({"type": ["string", "null"]}),
                json!(1),
                "body: expected a value of type [\"string\",\"null\"], found 1",
            ),
            (
                json!({"enum": ["a", "b"]}),
                json!("c"),
                "body: expected enum [\"a\",\"b\"], found \"c\"",
            ),
            (json!({"format": "uint8"}), json!("any"), ""),
            (
                json!({"format": "uuid"}),
                json!("any"),
                "body: expected format \"uuid\", found \"any\"",
            ),
            (json!(false), json!(1), "body: expected nothing, found 1"),
            (
                kinds.clone(),
                json!({"kind": "b", "n": 1}),
                "body at /n: expected a value of type string, found 1",
            ),
            (
                kinds.clone(),
                json!({"kind": "c"}),
                "body: expected one of the alternatives, found {\"kind\":\"c\"}",
            ),
            (
                variants.clone(),
                json!({"B": "b"}),
                "body at /B: expected a value of type integer, found \"b\"",
            ),
            (
                variants,
                json!({"C": 1}),
                "body: expected one of the alternatives, found {\"C\":1}",
            ),
            (
                kinds,
                json!({}),
                "body: expected only one of the alternatives, found several that {} fits",
            ),
        ] {
            assert_eq!(found(&schema, &value).join("; "), expected, "{schema}");
        }
    }

    #[test]
    fn an_invalid_schema_is_a_violation() {
        let schema = json!({"$ref": "#/components/schemas/Missing"});
        let found = found(&schema, &json!(1));
        assert!(found.join("").starts_with("body: its schema is invalid: "));
    }
}
