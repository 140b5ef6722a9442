//! Whether a type has a schema.
//!
//! Rust cannot ask whether a type implements a trait. But a method call prefers an inherent method,
//! which exists under a bound, to the method of a trait, which exists always. That decides where
//! the type is known: in generated code, and not in a generic function.

use super::{Documentation, RequestSchema, ResponseSchema};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::marker::PhantomData;

/// Adds the schemas of a type.
pub(super) type Document = fn(&mut Documentation);

/// Creates the schema of a type.
pub(super) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// Asks for the schema of `T`: see [`NoSchema`].
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<fn(&T)>);

impl<T: ?Sized> Probe<T> {
    /// Creates a probe.
    #[allow(clippy::new_without_default, reason = "generated code calls it")]
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: RequestSchema> Probe<T> {
    /// The function that adds the schemas.
    #[must_use]
    pub fn request(&self) -> Option<Document> {
        Some(T::document)
    }
}

impl<T: ResponseSchema> Probe<T> {
    /// The function that adds the schemas.
    #[must_use]
    pub fn response(&self) -> Option<Document> {
        Some(T::document)
    }
}

impl<T: JsonSchema> Probe<T> {
    /// The function that creates the schema.
    #[must_use]
    pub fn plain(&self) -> Option<SchemaOf> {
        Some(SchemaGenerator::subschema_for::<T>)
    }
}

/// The methods of a [`Probe`] of a type without a schema.
pub trait NoSchema {
    /// Always `None`.
    fn request(&self) -> Option<Document> {
        None
    }

    /// Always `None`.
    fn response(&self) -> Option<Document> {
        None
    }

    /// Always `None`.
    fn plain(&self) -> Option<SchemaOf> {
        None
    }
}

impl<T: ?Sized> NoSchema for Probe<T> {}
