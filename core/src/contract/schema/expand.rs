//! Combined schemas as alternatives.

use super::super::document::{Document, Node};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The largest number of alternatives that are compared one by one.
const MOST: usize = 300;
/// The largest number of references inside each other.
const DEEPEST: usize = 200;
/// The largest number of schemas that one alternative consists of.
const LONGEST: usize = 1000;

/// What `nullable` adds.
static NULL: LazyLock<Value> = LazyLock::new(|| json!({"type": "null"}));

/// The alternatives of a value that fits all of `nodes`: each is a list of schemas, of which the
/// references and combinations (`allOf`, `anyOf`, `oneOf`) are already followed. `None` if there are too
/// many.
pub(super) fn alternatives<'a>(
    document: Document<'a>,
    nodes: &[Node<'a>],
) -> Option<Vec<Vec<Node<'a>>>> {
    all_of(document, nodes, vec![Vec::new()], &mut Vec::new())
}

fn all_of<'a>(
    document: Document<'a>,
    nodes: &[Node<'a>],
    mut found: Vec<Vec<Node<'a>>>,
    inside: &mut Vec<String>,
) -> Option<Vec<Vec<Node<'a>>>> {
    for node in nodes {
        let each = of(document, node, inside)?;
        found = product(&found, &each)?;
    }
    Some(found)
}

/// `inside`: the references that are being followed; one that refers to itself says nothing.
fn of<'a>(
    document: Document<'a>,
    node: &Node<'a>,
    inside: &mut Vec<String>,
) -> Option<Vec<Vec<Node<'a>>>> {
    if node.value == &Value::Bool(false) {
        return Some(Vec::new());
    }
    let mut found = vec![vec![node.clone()]];
    // A chain of so many references is compared as a whole.
    if inside.len() > DEEPEST {
        return None;
    }
    if let Some(target) = document.target(node)
        && !inside.contains(&target.pointer)
    {
        inside.push(target.pointer.clone());
        let each = of(document, &target, inside)?;
        inside.pop();
        found = product(&found, &each)?;
    }
    if let Some(all) = node.get("allOf") {
        found = all_of(document, &all.elements(), found, inside)?;
    }
    for name in ["anyOf", "oneOf"] {
        let schemas = node.get(name).map(|any| any.elements()).unwrap_or_default();
        if schemas.is_empty() {
            continue;
        }
        let mut any = Vec::new();
        for schema in &schemas {
            any.extend(of(document, schema, inside)?);
            if any.len() > MOST {
                return None;
            }
        }
        found = product(&found, &any)?;
    }
    // OpenAPI 3.0. Beside a type, the type has it.
    if node.is("nullable") && node.value.get("type").is_none() {
        found.push(vec![Node {
            value: &NULL,
            pointer: node.pointer_to("nullable"),
        }]);
    }
    Some(found)
}

fn product<'a>(one: &[Vec<Node<'a>>], other: &[Vec<Node<'a>>]) -> Option<Vec<Vec<Node<'a>>>> {
    let longest = |lists: &[Vec<Node<'a>>]| lists.iter().map(Vec::len).max().unwrap_or_default();
    let is_long = longest(one) + longest(other) > LONGEST;
    if is_long || one.len().saturating_mul(other.len()) > MOST {
        return None;
    }
    let pairs = one.iter().flat_map(|a| other.iter().map(move |b| (a, b)));
    Some(
        pairs
            .map(|(a, b)| a.iter().chain(b).cloned().collect())
            .collect(),
    )
}
