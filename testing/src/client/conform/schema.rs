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
    pub(super) fn of(document: &Value) -> Result<Self, String> {
        let registry = Registry::new()
            .draft(Draft::Draft202012)
            .add(DOCUMENT, document.clone())
            .and_then(jsonschema::RegistryBuilder::prepare);
        Ok(Self {
            document: document.clone(),
            registry: registry.map_err(|error| error.to_string())?,
            compiled: Mutex::default(),
        })
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

/// The errors of the only alternative that is of the right type, such as that of an `Option` which is not
/// `null`.
fn of_one_alternative<'e>(
    error: &'e ValidationError<'_>,
) -> Option<&'e [ValidationError<'static>]> {
    let (Kind::AnyOf { context } | Kind::OneOfNotValid { context }) = error.kind() else {
        return None;
    };
    let is_of_another_kind = |one: &ValidationError<'_>| {
        let is_told_apart = matches!(
            one.kind(),
            Kind::Type { .. } | Kind::Constant { .. } | Kind::Enum { .. } | Kind::FalseSchema
        );
        is_told_apart && one.instance_path() == error.instance_path()
    };
    let mut fitting = context
        .iter()
        .filter(|errors| !errors.iter().any(is_of_another_kind));
    let only = fitting.next()?;
    fitting.next().is_none().then_some(only.as_slice())
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
