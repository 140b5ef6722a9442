//! What generated code calls for each part of a handler's signature and for each option.

use super::{
    Documentation, ExtraResponse, Options, Parameter,
    probe::{Document, SchemaOf},
};
use crate::{
    FromRequest, IntoResponse, Request,
    describe::{Contents, Operation},
    extract::{
        field_error::Place,
        scalar_args::{ArgumentErrors, invalid_parameters, is_optional},
    },
};
#[cfg(feature = "validate")]
use crate::{json_pointer::to_member, validate::unsaid::Unsaid};
use http::StatusCode;
use schemars::Schema;
use serde_json::Value;
use std::any::type_name;

#[doc(hidden)]
impl Documentation {
    pub fn options(&mut self) -> &mut Options {
        &mut self.route.options
    }

    /// Adds a plain argument, which `read` reads from a request.
    ///
    /// A bound on `T` here would report an unsupported type once more, at the attribute.
    pub fn parameter<T>(
        &mut self,
        place: Place,
        name: &'static str,
        read: fn(&'static Request, &'static str, &mut ArgumentErrors) -> Option<T>,
        schema: Option<SchemaOf>,
        has_rules: bool,
    ) {
        let required = !is_optional(read);
        let schema = schema.map(|schema| schema(&mut self.requests));
        self.route.operation.failure(invalid_parameters(false));
        if has_rules {
            self.route.operation.failure(invalid_parameters(true));
        }
        self.route.parameters.push(Parameter {
            place,
            name,
            required,
            schema,
            type_name: type_name::<T>(),
        });
    }

    /// Adds the keywords of rules to the argument that was added last.
    pub fn constraints<const N: usize>(&mut self, keywords: [(&'static str, Value); N]) {
        let Some(parameter) = self.route.parameters.last_mut().filter(|_| N > 0) else {
            return;
        };
        let schema = parameter.schema.get_or_insert_default();
        for (keyword, value) in keywords {
            if applies(keyword, schema) {
                schema.insert(keyword.to_owned(), value);
            }
        }
    }

    /// Adds the rules that no schema has to the argument that was added last.
    #[cfg(feature = "validate")]
    pub fn unsaid_of_argument(&mut self, add: impl FnOnce(&mut Unsaid)) {
        let Some(parameter) = self.route.parameters.last() else {
            return;
        };
        self.unsaid(parameter.place, Some(parameter.name), add);
    }

    /// Adds rules that no schema has: of the argument `name`, or of all values of a place.
    #[cfg(feature = "validate")]
    pub(super) fn unsaid(
        &mut self,
        place: Place,
        name: Option<&str>,
        add: impl FnOnce(&mut Unsaid),
    ) {
        let place = place.name();
        let above = name.map(to_member).unwrap_or_default();
        let found = Unsaid::of(add).into_iter().map(|(pointer, rule)| {
            match format!("{above}{pointer}").as_str() {
                "" => format!("the rule `{rule}` of the {place}"),
                pointer => format!("the rule `{rule}` of `{pointer}` in the {place}"),
            }
        });
        self.route.unsaid.extend(found);
    }

    /// Adds an extractor.
    pub fn argument<'r, T: FromRequest<'r>>(&mut self, schema: Option<Document>) {
        match schema {
            Some(document) => document(self),
            None => {
                let mut operation = Operation::documented();
                T::describe(&mut operation);
                let reads =
                    |contents: &Contents| contents.takes_query || !contents.bodies.is_empty();
                if operation.needs_parameters || operation.contents.as_deref().is_some_and(reads) {
                    self.route.unspecified.push(type_name::<T>());
                }
            }
        }
    }

    /// Adds the response of the handler.
    pub fn output<R: IntoResponse>(&mut self, schema: Option<Document>) {
        match schema {
            Some(document) => document(self),
            None => {
                let mut operation = Operation::documented();
                R::describe(&mut operation);
                let has_content = |contents: &Contents| {
                    let mut responses = contents.responses.iter();
                    responses.any(|response| response.media_type.is_some())
                };
                if operation.contents.as_deref().is_some_and(has_content) {
                    self.route.unspecified.push(type_name::<R>());
                }
            }
        }
    }

    /// Adds a response that the attribute declares.
    pub fn extra(&mut self, status: StatusCode, description: &'static str) {
        self.route.extra.push(ExtraResponse {
            status,
            description,
            operation: Operation::documented(),
            schemas: Vec::new(),
        });
    }

    /// Adds a response that the attribute declares, with the content of `R`.
    pub fn extra_response<R: IntoResponse>(
        &mut self,
        status: StatusCode,
        description: &'static str,
        schema: Option<Document>,
    ) {
        let own = std::mem::take(&mut self.route.response_schemas);
        self.output::<R>(schema);
        let schemas = std::mem::replace(&mut self.route.response_schemas, own);
        let mut operation = Operation::documented();
        R::describe(&mut operation);
        self.route.extra.push(ExtraResponse {
            status,
            description,
            operation,
            schemas,
        });
    }
}

/// Whether a keyword says anything about values of the schema: a length is that of a text or of a
/// list. Without a type, it applies to those values that it concerns.
fn applies(keyword: &str, schema: &Schema) -> bool {
    let concerned: &[&str] = match keyword {
        "minimum" | "maximum" => &["integer", "number"],
        "minLength" | "maxLength" | "pattern" | "format" => &["string"],
        "minItems" | "maxItems" => &["array"],
        "minProperties" | "maxProperties" => &["object"],
        _ => return true,
    };
    let is_concerned = |ty: &Value| ty.as_str().is_some_and(|ty| concerned.contains(&ty));
    match schema.get("type") {
        None => true,
        Some(Value::Array(types)) => types.iter().any(is_concerned),
        Some(ty) => is_concerned(ty),
    }
}
