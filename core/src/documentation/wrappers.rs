//! The schemas of the extractors and responses of this library.

use super::{Documentation, Parameter, RequestSchema, ResponseSchema};
use crate::{
    extract::{
        CommaSeparated, Form, Json, LastEventId, Patch, Path, Query, Range, Text,
        field_error::Place, form::FORM, last_event_id::LAST_EVENT_ID,
    },
    response::{Accepted, Created, Download, Html, JsonArray, JsonLines, Sse, media_type},
};
use bytes::Bytes;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::{any::type_name, borrow::Cow};

/// The schema of each value of a sequence, beside the schema of its text. OpenAPI 3.2 calls it `itemSchema`, and
/// 3.1 has no name for it.
pub(crate) const ITEMS: &str = "x-item-schema";

/// Marks the schema of a list whose items are separated by commas: `explode: false` in a document.
pub(crate) const COMMA_SEPARATED: &str = "x-comma-separated";

/// Begins the names of definitions that are utoipa's. Names of schemars have no colon.
pub(crate) const UTOIPA: &str = "utoipa:";

fn binary() -> Schema {
    json_schema!({ "type": "string", "format": "binary" })
}

impl<T: JsonSchema> RequestSchema for Json<T> {
    fn document(documentation: &mut Documentation) {
        documentation.body::<T>(media_type::JSON);
    }
}

impl<T: JsonSchema> RequestSchema for Form<T> {
    fn document(documentation: &mut Documentation) {
        documentation.body::<T>(FORM);
    }
}

#[cfg(feature = "multipart")]
impl RequestSchema for crate::extract::Multipart {
    fn document(documentation: &mut Documentation) {
        let any_parts = json_schema!({ "type": "object" });
        documentation.body_schema(crate::extract::multipart::FORM_DATA, any_parts);
    }
}

impl RequestSchema for Text {
    fn document(documentation: &mut Documentation) {
        documentation.body::<str>(media_type::TEXT);
    }
}

impl RequestSchema for Bytes {
    fn document(documentation: &mut Documentation) {
        documentation.body_schema(media_type::BYTES, binary());
    }
}

impl<T: JsonSchema> RequestSchema for Query<T> {
    fn document(documentation: &mut Documentation) {
        documentation.query::<T>();
    }
}

impl<T: JsonSchema> RequestSchema for Path<T> {
    fn document(documentation: &mut Documentation) {
        documentation.path::<T>();
    }
}

impl RequestSchema for LastEventId {
    fn document(documentation: &mut Documentation) {
        let required = !documentation.optional;
        header::<Self>(documentation, LAST_EVENT_ID, required);
    }
}

impl RequestSchema for Range {
    fn document(documentation: &mut Documentation) {
        for name in [
            "range",
            "if-range",
            "if-match",
            "if-none-match",
            "if-modified-since",
            "if-unmodified-since",
        ] {
            header::<Self>(documentation, name, false);
        }
    }
}

/// Adds a header that the extractor `T` reads as text.
fn header<T>(documentation: &mut Documentation, name: &'static str, required: bool) {
    documentation.route.parameters.push(Parameter {
        place: Place::Header,
        name,
        required,
        schema: Some(json_schema!({ "type": "string" })),
        type_name: type_name::<T>(),
    });
}

impl<T: RequestSchema> RequestSchema for Option<T> {
    fn document(documentation: &mut Documentation) {
        documentation.optionally(T::document);
    }
}

impl<T: RequestSchema, E> RequestSchema for Result<T, E> {
    fn document(documentation: &mut Documentation) {
        documentation.optionally(T::document);
    }
}

#[cfg(feature = "validate")]
impl<T: RequestSchema + crate::extract::Validated> RequestSchema for crate::Valid<T> {
    fn document(documentation: &mut Documentation) {
        T::document(documentation);
        documentation.unsaid(T::PLACE, None, T::unsaid);
    }
}

impl<A: RequestSchema, B: RequestSchema> RequestSchema for (A, B) {
    fn document(documentation: &mut Documentation) {
        A::document(documentation);
        B::document(documentation);
    }
}

impl<T: JsonSchema> ResponseSchema for Json<T> {
    fn document(documentation: &mut Documentation) {
        documentation.response::<T>(media_type::JSON);
    }
}

impl<T: JsonSchema> ResponseSchema for JsonArray<T> {
    fn document(documentation: &mut Documentation) {
        documentation.response::<Vec<T>>(media_type::JSON);
    }
}

/// As text, with the schema of a line beside it.
impl<T: JsonSchema> ResponseSchema for JsonLines<T> {
    fn document(documentation: &mut Documentation) {
        let item = documentation.responses.subschema_for::<T>();
        let schema = json_schema!({ "type": "string", ITEMS: item });
        documentation.response_schema(media_type::JSON_LINES, schema);
    }
}

impl<T> ResponseSchema for Html<T> {
    fn document(documentation: &mut Documentation) {
        documentation.response::<str>(media_type::HTML);
    }
}

macro_rules! content {
    ($([$($generics:tt)*] $type:ty: $add:expr;)*) => { $(
        impl<$($generics)*> ResponseSchema for $type {
            fn document(documentation: &mut Documentation) {
                $add(documentation);
            }
        }
    )* };
}

content! {
    [] &'static str: text;
    [] String: text;
    [] Cow<'static, str>: text;
    [] Bytes: bytes;
    [] Vec<u8>: bytes;
    [] &'static [u8]: bytes;
    [const N: usize] &'static [u8; N]: bytes;
    [] Sse: events;
    [] Download: file;
}

fn text(documentation: &mut Documentation) {
    documentation.response::<str>(media_type::TEXT);
}

fn bytes(documentation: &mut Documentation) {
    documentation.response_schema(media_type::BYTES, binary());
}

fn events(documentation: &mut Documentation) {
    documentation.response::<str>(media_type::EVENT_STREAM);
}

fn file(documentation: &mut Documentation) {
    documentation.response_schema(media_type::ANY, binary());
}

/// A list in one value, which the document says beside the schema.
impl<T: JsonSchema> JsonSchema for CommaSeparated<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("CommaSeparated_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "array",
            "items": generator.subschema_for::<T>(),
            COMMA_SEPARATED: true,
        })
    }
}

/// The schema of the value.
#[cfg(feature = "validate")]
impl<T: JsonSchema> JsonSchema for crate::validate::Garde<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// The schema of the value, or `null`. A field of this type is optional by its `#[serde(default)]`.
impl<T: JsonSchema> JsonSchema for Patch<T> {
    fn inline_schema() -> bool {
        Option::<T>::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        Option::<T>::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

macro_rules! same {
    ($([$($generics:tt)*] $type:ty;)*) => { $(
        /// The schema of the response inside.
        impl<T: ResponseSchema, $($generics)*> ResponseSchema for $type {
            fn document(documentation: &mut Documentation) {
                T::document(documentation);
            }
        }
    )* };
}

same! {
    [] Created<T>;
    [] Accepted<T>;
    [E] Result<T, E>;
    [A] (A, T);
    [A, B] (A, B, T);
    [A, B, C] (A, B, C, T);
    [A, B, C, D] (A, B, C, D, T);
    [A, B, C, D, E] (A, B, C, D, E, T);
    [A, B, C, D, E, F] (A, B, C, D, E, F, T);
}
