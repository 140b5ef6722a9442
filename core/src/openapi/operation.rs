//! Operations and their parts.

use super::{info::Extensions, security::Requirement};
use crate::documentation::ITEMS;
use schemars::Schema;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::{collections::BTreeMap, fmt};

/// The method of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names of HTTP")]
#[non_exhaustive]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
    Trace,
}

impl Method {
    /// The methods that a route for any method has in the document.
    pub(super) const ANY: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// The method with this name, in capitals; `None` for `ANY` and for methods that OpenAPI does not
    /// have.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "GET" => Self::Get,
            "HEAD" => Self::Head,
            "POST" => Self::Post,
            "PUT" => Self::Put,
            "PATCH" => Self::Patch,
            "DELETE" => Self::Delete,
            "OPTIONS" => Self::Options,
            "TRACE" => Self::Trace,
            _ => return None,
        })
    }

    pub(super) fn lower(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Head => "head",
            Self::Post => "post",
            Self::Put => "put",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::Options => "options",
            Self::Trace => "trace",
        }
    }
}

/// The name in capitals.
impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lower().to_ascii_uppercase())
    }
}

/// An operation: a method of a path.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Operation {
    /// The tags, by which documents group operations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// One line about the operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// A description in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The unique name.
    pub operation_id: String,
    /// The parameters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// The body of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_body: Option<RequestBody>,
    /// The responses, by status: `200`, or `default` for any other status.
    pub responses: BTreeMap<String, RefOr<Response>>,
    /// Whether clients should stop using the operation.
    #[serde(skip_serializing_if = "is_false")]
    pub deprecated: bool,
    /// The ways to authenticate, of which a caller needs one. An empty list: everyone may call the
    /// operation. `None`: the API has no authenticator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security: Option<Vec<Requirement>>,
    /// Further members, whose names begin with `x-`.
    #[serde(flatten)]
    pub extensions: Extensions,
}

impl Operation {
    pub(super) fn each_schema(&mut self, visit: &mut dyn FnMut(&mut Schema)) {
        for parameter in &mut self.parameters {
            parameter.schema.iter_mut().for_each(&mut *visit);
        }
        if let Some(body) = &mut self.request_body {
            for content in body.content.values_mut() {
                content.each_schema(visit);
            }
        }
        for response in self.responses.values_mut() {
            if let RefOr::Item(response) = response {
                response.each_schema(visit);
            }
        }
    }

    /// Requires this.
    pub(super) fn require(&mut self, requirement: Requirement) {
        let all = self.security.get_or_insert_default();
        if !all.contains(&requirement) {
            all.push(requirement);
        }
    }
}

/// Writes a type that is unspecified as a schema that accepts everything: generators of clients need
/// one.
#[expect(clippy::ref_option, reason = "the signature of serde")]
fn or_any<S: Serializer>(schema: &Option<Schema>, serializer: S) -> Result<S::Ok, S::Error> {
    match schema {
        Some(schema) => schema.serialize(serializer),
        None => Schema::default().serialize(serializer),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature of serde")]
fn is_false(value: &bool) -> bool {
    !value
}

/// The place of a parameter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names of HTTP")]
pub enum ParameterIn {
    Path,
    #[default]
    Query,
    Header,
    Cookie,
}

/// A parameter of the path, the query, the headers or the cookies.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Parameter {
    /// The name.
    pub name: String,
    /// The place.
    #[serde(rename = "in")]
    pub place: ParameterIn,
    /// A description in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether requests need it. Those of the path are always required.
    #[serde(skip_serializing_if = "is_false")]
    pub required: bool,
    /// Whether clients should stop using it.
    #[serde(skip_serializing_if = "is_false")]
    pub deprecated: bool,
    /// How values are written: `form`, and so on. `None`: the default of the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<&'static str>,
    /// Whether a list has a parameter for each item. `None`: the default of the style.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explode: Option<bool>,
    /// The type; `None` if it is unspecified.
    #[serde(serialize_with = "or_any")]
    pub schema: Option<Schema>,
    /// Further members, whose names begin with `x-`.
    #[serde(flatten)]
    pub extensions: Extensions,
}

/// The body of a request.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct RequestBody {
    /// A description in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The content, by media type.
    pub content: BTreeMap<String, MediaType>,
    /// Whether requests need it.
    #[serde(skip_serializing_if = "is_false")]
    pub required: bool,
    /// Further members, whose names begin with `x-`.
    #[serde(flatten)]
    pub extensions: Extensions,
}

/// A response.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Response {
    /// A description in Markdown.
    pub description: String,
    /// The header fields.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Header>,
    /// The content, by media type. Empty for a response without content.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub content: BTreeMap<String, MediaType>,
    /// Further members, whose names begin with `x-`.
    #[serde(flatten)]
    pub extensions: Extensions,
}

impl Response {
    /// A response without content.
    #[must_use]
    pub fn new(description: impl Into<String>) -> Self {
        Self {
            description: description.into(),
            ..Self::default()
        }
    }

    pub(super) fn each_schema(&mut self, visit: &mut dyn FnMut(&mut Schema)) {
        let headers = self.headers.values_mut().map(|header| &mut header.schema);
        headers.flatten().for_each(&mut *visit);
        for content in self.content.values_mut() {
            content.each_schema(visit);
        }
    }
}

/// The content of a request or a response in one media type.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MediaType {
    /// The type; `None` if it is unspecified.
    #[serde(serialize_with = "or_any")]
    pub schema: Option<Schema>,
    /// An example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
    /// Several examples, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub examples: BTreeMap<String, RefOr<Example>>,
    /// Further members, whose names begin with `x-`.
    #[serde(flatten)]
    pub extensions: Extensions,
}

impl MediaType {
    fn each_schema(&mut self, visit: &mut dyn FnMut(&mut Schema)) {
        self.schema.iter_mut().for_each(&mut *visit);
        if let Some(items) = self.extensions.get_mut(ITEMS)
            && let Ok(mut schema) = Schema::try_from(items.clone())
        {
            visit(&mut schema);
            *items = schema.to_value();
        }
    }
}

/// A header field of a response.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Header {
    /// A description in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether every response of this status has it.
    #[serde(skip_serializing_if = "is_false")]
    pub required: bool,
    /// The type; `None` if it is unspecified.
    #[serde(serialize_with = "or_any")]
    pub schema: Option<Schema>,
}

/// An example.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Example {
    /// One line about the example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// A description in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The value.
    pub value: Value,
}

/// A part of an operation, or a reference to a part of [`Components`](super::Components).
#[derive(Clone, Debug, PartialEq)]
pub enum RefOr<T> {
    /// A reference, such as `#/components/responses/NotFound`.
    Ref(String),
    /// The part itself.
    Item(T),
}

impl<T> From<T> for RefOr<T> {
    fn from(item: T) -> Self {
        Self::Item(item)
    }
}

impl<T: Serialize> Serialize for RefOr<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Ref(reference) => BTreeMap::from([("$ref", reference)]).serialize(serializer),
            Self::Item(item) => item.serialize(serializer),
        }
    }
}
