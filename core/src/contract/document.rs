//! A document, and places in it.

use serde_json::Value;

/// The longest chain of references that is followed.
const MOST_REFERENCES: usize = 32;

/// A value of a document, with its JSON pointer (RFC 6901).
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    pub(super) value: &'a Value,
    pub(super) pointer: String,
}

impl<'a> Node<'a> {
    /// The member of an object.
    pub(super) fn get(&self, name: &str) -> Option<Self> {
        self.value.get(name).map(|value| Self {
            value,
            pointer: format!("{}/{}", self.pointer, escaped(name)),
        })
    }

    /// The pointer to a member, which need not exist.
    pub(super) fn pointer_to(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, escaped(name))
    }

    /// The elements of an array; none of anything else.
    pub(super) fn elements(&self) -> Vec<Self> {
        let elements = self.value.as_array().into_iter().flatten().enumerate();
        elements
            .map(|(index, value)| Self {
                value,
                pointer: format!("{}/{index}", self.pointer),
            })
            .collect()
    }

    /// The members of an object; none of anything else.
    pub(super) fn members(&self) -> Vec<(&'a str, Self)> {
        let members = self.value.as_object().into_iter().flatten();
        members
            .map(|(name, value)| {
                let pointer = self.pointer_to(name);
                (name.as_str(), Self { value, pointer })
            })
            .collect()
    }

    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.value.get(name)?.as_str()
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.value.get(name).and_then(Value::as_bool) == Some(true)
    }
}

/// A segment of a pointer.
pub(super) fn escaped(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// A document of OpenAPI 3.
#[derive(Clone, Copy, Debug)]
pub(super) struct Document<'a> {
    root: &'a Value,
}

impl<'a> Document<'a> {
    /// The error says what was expected and what was found.
    pub(super) fn new(root: &'a Value) -> Result<Self, String> {
        version(root)?;
        Ok(Self { root })
    }

    /// Whether it is a document of OpenAPI 3.0.
    pub(super) fn is_3_0(&self) -> bool {
        version(self.root) == Ok("3.0")
    }

    pub(super) fn root(&self) -> Node<'a> {
        Node {
            value: self.root,
            pointer: String::new(),
        }
    }

    /// What the node refers to, or the node itself. A reference to another file, or to nothing, stays.
    pub(super) fn resolve(&self, node: Node<'a>) -> Node<'a> {
        let mut at = node;
        for _ in 0..MOST_REFERENCES {
            match self.target(&at) {
                Some(target) => at = target,
                None => break,
            }
        }
        at
    }

    /// What the `$ref` of a node refers to.
    pub(super) fn target(&self, node: &Node<'a>) -> Option<Node<'a>> {
        let pointer = decoded(node.text("$ref")?.strip_prefix('#')?);
        let value = self.root.pointer(&pointer)?;
        Some(Node { value, pointer })
    }
}

/// The version of an OpenAPI document, such as `3.1`.
pub(super) fn version(root: &Value) -> Result<&'static str, String> {
    let expected = "expected an OpenAPI document of version 3.0 or 3.1";
    match root.get("openapi").and_then(Value::as_str) {
        Some(version) if version.starts_with("3.0.") => Ok("3.0"),
        Some(version) if version.starts_with("3.1.") => Ok("3.1"),
        Some(other) => Err(format!("{expected}, found version {other:?}")),
        None => Err(format!("{expected}, found no version")),
    }
}

/// A pointer without the escapes of a URL.
fn decoded(fragment: &str) -> String {
    percent_encoding::percent_decode_str(fragment)
        .decode_utf8_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_are_followed_to_their_end() {
        let root = json!({
            "openapi": "3.1.0",
            "a": {"$ref": "#/b~1c%7B%7D"},
            "b/c{}": {"$ref": "#/d"},
            "d": 1,
            "circle": {"$ref": "#/circle"},
            "elsewhere": {"$ref": "other.json#/d"},
        });
        let document = Document::new(&root).unwrap();
        for (name, pointer) in [
            ("a", "/d"),
            ("d", "/d"),
            ("circle", "/circle"),
            ("elsewhere", "/elsewhere"),
        ] {
            let node = document.root().get(name).unwrap();
            assert_eq!(document.resolve(node).pointer, pointer);
        }
    }

    #[test]
    fn other_documents_are_rejected() {
        let expected = "expected an OpenAPI document of version 3.0 or 3.1, found";
        for (root, found) in [
            (json!([]), "no version"),
            (json!({"swagger": "2.0"}), "no version"),
            (json!({"openapi": "3.2.0"}), "version \"3.2.0\""),
        ] {
            let error = Document::new(&root).unwrap_err();
            assert_eq!(error, format!("{expected} {found}"));
        }
    }
}
