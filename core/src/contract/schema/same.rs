//! Schemas that say the same.

use super::super::document::{Document, Node};
use serde_json::Value;
use std::collections::HashSet;

/// Keywords that constrain nothing.
pub(super) const ANNOTATIONS: [&str; 10] = [
    "$comment",
    "$schema",
    "default",
    "deprecated",
    "description",
    "example",
    "examples",
    "externalDocs",
    "title",
    "xml",
];

/// What stands behind a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Schema,
    /// A list of schemas.
    List,
    /// Schemas by name.
    Map,
    /// No schemas, so that no name in it is an annotation or a reference.
    Data,
}

impl Content {
    pub(super) fn of(keyword: &str) -> Self {
        match keyword {
            "additionalProperties"
            | "contains"
            | "contentSchema"
            | "else"
            | "if"
            | "items"
            | "not"
            | "propertyNames"
            | "then"
            | "unevaluatedItems"
            | "unevaluatedProperties" => Self::Schema,
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => Self::List,
            "$defs" | "definitions" | "dependentSchemas" | "patternProperties" | "properties" => {
                Self::Map
            }
            _ => Self::Data,
        }
    }
}

/// What a schema refers to, if the reference only gives it another name.
pub(super) fn without_alias<'a>(document: Document<'a>, node: &Node<'a>) -> Node<'a> {
    let is_alias = |node: &Node<'a>| {
        let mut members = node.value.as_object().into_iter().flatten();
        members.all(|(name, _)| name == "$ref" || is_annotation(name))
    };
    let mut node = node.clone();
    for _ in 0..32 {
        match document.target(&node) {
            Some(target) if is_alias(&node) => node = target,
            _ => break,
        }
    }
    node
}

fn is_annotation(keyword: &str) -> bool {
    ANNOTATIONS.contains(&keyword) || keyword.starts_with("x-")
}

/// Whether two values behind a keyword are equal, apart from annotations and the names of what they refer
/// to.
pub(super) fn is_same<'a>(
    content: Content,
    one: (Document<'a>, &Node<'a>),
    other: (Document<'a>, &Node<'a>),
) -> bool {
    Pairs::default().is_same(content, one, other)
}

/// The pairs that were compared, or are being compared. The first difference ends the comparison, so none
/// of them is known to differ.
#[derive(Default)]
struct Pairs {
    seen: HashSet<(String, String)>,
    depth: usize,
}

/// The deepest nesting that is compared; anything deeper differs.
const DEEPEST: usize = 1000;

impl Pairs {
    fn is_same<'a>(
        &mut self,
        content: Content,
        (in_a, a): (Document<'a>, &Node<'a>),
        (in_b, b): (Document<'a>, &Node<'a>),
    ) -> bool {
        self.depth += 1;
        let is_same = self.depth < DEEPEST
            && match (content, a.value, b.value) {
                (Content::Schema, Value::Object(_), Value::Object(_)) => {
                    self.is_same_schema((in_a, a), (in_b, b))
                }
                (Content::Map, Value::Object(_), Value::Object(_)) => {
                    let (members, others) = (a.members(), b.members());
                    members.len() == others.len()
                        && members.iter().all(|(name, one)| {
                            let other = others.iter().find(|(other, _)| other == name);
                            other.is_some_and(|(_, other)| {
                                self.is_same(Content::Schema, (in_a, one), (in_b, other))
                            })
                        })
                }
                (Content::List, Value::Array(_), Value::Array(_)) => {
                    let (elements, others) = (a.elements(), b.elements());
                    elements.len() == others.len()
                        && elements.iter().zip(&others).all(|(one, other)| {
                            self.is_same(Content::Schema, (in_a, one), (in_b, other))
                        })
                }
                (_, a, b) => a == b,
            };
        self.depth -= 1;
        is_same
    }

    fn is_same_schema<'a>(
        &mut self,
        (in_a, a): (Document<'a>, &Node<'a>),
        (in_b, b): (Document<'a>, &Node<'a>),
    ) -> bool {
        let (a, b) = (without_alias(in_a, a), without_alias(in_b, b));
        if !self.seen.insert((a.pointer.clone(), b.pointer.clone())) {
            return true;
        }
        let (Value::Object(_), Value::Object(_)) = (a.value, b.value) else {
            return a.value == b.value;
        };
        let counts = |node: &Node<'a>| {
            let mut members = node.members();
            members.retain(|(name, _)| !is_annotation(name));
            members
        };
        let (members, others) = (counts(&a), counts(&b));
        members.len() == others.len()
            && members.iter().all(|(name, one)| {
                let other = others.iter().find(|(other, _)| other == name);
                let Some((_, other)) = other else {
                    return false;
                };
                // What stands beside a reference is a member like others.
                let targets = match *name {
                    "$ref" => (in_a.target(&a), in_b.target(&b)),
                    _ => (None, None),
                };
                match targets {
                    (Some(one), Some(other)) => {
                        self.is_same(Content::Schema, (in_a, &one), (in_b, &other))
                    }
                    _ => self.is_same(Content::of(name), (in_a, one), (in_b, other)),
                }
            })
    }
}
