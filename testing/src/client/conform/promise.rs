//! What a document says about the responses of an operation.

use http::StatusCode;
use lambda_api::__private::RoutedOperation;
use serde_json::{Map, Value};

/// A part of a document, and the pointer to it.
#[derive(Clone, Debug)]
pub(super) struct Part<'a> {
    pub(super) pointer: String,
    pub(super) value: &'a Value,
}

/// An operation of a document.
pub(super) struct Operation<'a> {
    /// `GET /orders/{id}`.
    pub(super) name: String,
    /// The successful responses are unspecified.
    is_open: bool,
    document: &'a Value,
    responses: Part<'a>,
}

/// A response that an operation promises.
pub(super) struct Promised<'a> {
    pub(super) response: Part<'a>,
    /// Nothing is known of a response that has none of its media types.
    pub(super) is_open: bool,
}

/// A segment of a JSON pointer.
pub(super) fn segment(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl<'a> Part<'a> {
    /// The schema of a content or a header, which may have more than its reference.
    pub(super) fn schema(&self) -> Option<Part<'a>> {
        self.schema_at("schema")
    }

    /// The schema of each value of a content that is a sequence.
    pub(super) fn item_schema(&self) -> Option<Part<'a>> {
        self.schema_at("x-item-schema")
    }

    fn schema_at(&self, key: &str) -> Option<Part<'a>> {
        let value = self.value.get(key)?;
        let pointer = format!("{}/{key}", self.pointer);
        Some(Part { pointer, value })
    }

    /// The member of this name, where a reference leads if it is one.
    pub(super) fn member(&self, document: &'a Value, name: &str) -> Option<Part<'a>> {
        let value = self.value.get(name)?;
        let reference = value.get("$ref").and_then(Value::as_str);
        let pointer = match reference.and_then(|reference| reference.strip_prefix('#')) {
            Some(pointer) => pointer.to_owned(),
            None => format!("{}/{}", self.pointer, segment(name)),
        };
        let value = document.pointer(&pointer)?;
        Some(Part { pointer, value })
    }

    /// The names of its members.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        let members = self.value.as_object().into_iter().flat_map(Map::keys);
        members.map(String::as_str)
    }
}

impl<'a> Operation<'a> {
    pub(super) fn new(document: &'a Value, routed: &RoutedOperation<'_>) -> Self {
        let pointer = format!(
            "/paths/{}/{}/responses",
            segment(routed.path),
            routed.method
        );
        Self {
            name: format!("{} {}", routed.method.to_ascii_uppercase(), routed.path),
            is_open: routed.is_open,
            document,
            responses: Part {
                value: document.pointer(&pointer).unwrap_or(&Value::Null),
                pointer,
            },
        }
    }

    /// The member of a part of this operation.
    pub(super) fn member(&self, part: &Part<'a>, name: &str) -> Option<Part<'a>> {
        part.member(self.document, name)
    }

    /// The response for a status: its own, that of its class, or that of all others.
    pub(super) fn response(&self, status: StatusCode) -> Option<Promised<'a>> {
        let class = format!("{}XX", status.as_u16() / 100);
        let key = [status.as_str(), &class, "default"]
            .into_iter()
            .find(|key| self.responses.value.get(*key).is_some())?;
        Some(Promised {
            response: self.member(&self.responses, key)?,
            is_open: self.is_open && key == "default",
        })
    }

    pub(super) fn pointer(&self) -> &str {
        &self.responses.pointer
    }

    /// The statuses that it promises, as text.
    pub(super) fn statuses(&self) -> String {
        self.responses.names().collect::<Vec<_>>().join(", ")
    }

    /// The codes of problems that a content lists; `None` if it has others too.
    pub(super) fn codes(&self, content: &Part<'a>, media_type: &str) -> Option<Vec<&'a str>> {
        let others = self.member(&self.responses, "default");
        let others = others.and_then(|one| self.member(&one, "content"));
        if others.is_some_and(|content| content.value.get(media_type).is_some()) {
            return None;
        }
        let examples = self.member(content, "examples")?;
        let codes = examples.names().map(|name| {
            let example = self.member(&examples, name)?;
            example.value.pointer("/value/code")?.as_str()
        });
        codes.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_most_specific_response_is_found() {
        let document = json!({
            "paths": {"/a/{b}": {"get": {"responses": {
                "200": {"description": "OK"},
                "404": {"$ref": "#/components/responses/Missing"},
                "4XX": {"description": "class"},
                "default": {"description": "other"},
            }}}},
            "components": {"responses": {"Missing": {"description": "missing"}}},
        });
        let routed = RoutedOperation {
            method: "get",
            path: "/a/{b}",
            is_open: false,
        };
        let operation = Operation::new(&document, &routed);
        assert_eq!(operation.name, "GET /a/{b}");
        assert_eq!(operation.statuses(), "200, 404, 4XX, default");
        for (status, text, pointer) in [
            (200, "OK", "/paths/~1a~1{b}/get/responses/200"),
            (404, "missing", "/components/responses/Missing"),
            (409, "class", "/paths/~1a~1{b}/get/responses/4XX"),
            (500, "other", "/paths/~1a~1{b}/get/responses/default"),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let found = operation.response(status).unwrap().response;
            assert_eq!(found.value["description"], text);
            assert_eq!(found.pointer, pointer);
        }
    }
}
