//! What generated code calls for each part of a handler's signature and for each option.

use super::{
    Documentation, ExtraResponse, Options, Parameter, Place,
    probe::{Document, SchemaOf},
};
use crate::{
    FromRequest, IntoResponse, Request,
    describe::{Contents, Operation},
    extract::scalar_args::{ArgumentErrors, invalid_parameters, is_optional},
};
use http::StatusCode;
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
    ) {
        let required = !is_optional(read);
        let schema = schema.map(|schema| schema(&mut self.requests));
        self.route.operation.failure(invalid_parameters());
        self.route.parameters.push(Parameter {
            place,
            name,
            required,
            schema,
            type_name: type_name::<T>(),
        });
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
