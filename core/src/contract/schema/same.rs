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

/// Whether two values are equal, apart from annotations and the names of what they refer to.
pub(super) fn is_same<'a>(
    one: (Document<'a>, &Node<'a>),
    other: (Document<'a>, &Node<'a>),
) -> bool {
    Pairs::default().is_same(one, other)
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
        (in_a, a): (Document<'a>, &Node<'a>),
        (in_b, b): (Document<'a>, &Node<'a>),
    ) -> bool {
        let (a, b) = (in_a.resolve(a.clone()), in_b.resolve(b.clone()));
        if !self.seen.insert((a.pointer.clone(), b.pointer.clone())) {
            return true;
        }
        self.depth += 1;
        let is_same = self.depth < DEEPEST && self.is_same_value((in_a, &a), (in_b, &b));
        self.depth -= 1;
        is_same
    }

    fn is_same_value<'a>(
        &mut self,
        (in_a, a): (Document<'a>, &Node<'a>),
        (in_b, b): (Document<'a>, &Node<'a>),
    ) -> bool {
        match (a.value, b.value) {
            (Value::Object(_), Value::Object(_)) => {
                let counts = |node: &Node<'a>| {
                    let mut members = node.members();
                    members.retain(|(name, _)| !ANNOTATIONS.contains(name));
                    members
                };
                let (members, others) = (counts(a), counts(b));
                members.len() == others.len()
                    && members.iter().all(|(name, one)| {
                        let other = others.iter().find(|(other, _)| other == name);
                        other.is_some_and(|(_, other)| self.is_same((in_a, one), (in_b, other)))
                    })
            }
            (Value::Array(_), Value::Array(_)) => {
                let (elements, others) = (a.elements(), b.elements());
                elements.len() == others.len()
                    && elements
                        .iter()
                        .zip(&others)
                        .all(|(one, other)| self.is_same((in_a, one), (in_b, other)))
            }
            (a, b) => a == b,
        }
    }
}
