//! Tables of changes.

mod callers;
mod directions;
mod examples;
mod operations;
mod properties;
mod responses;
mod schemas;

use super::*;
use serde_json::json;

/// A document with these paths and components.
fn document(paths: &Value, components: &Value) -> Value {
    json!({"openapi": "3.1.0", "paths": paths, "components": components})
}

/// The findings as lines: `error: the change @ pointer (operation and value)`.
fn lines(old: &Value, new: &Value) -> Vec<String> {
    let found = changes(old, new).expect("documents");
    found
        .iter()
        .map(|one| {
            let word = match one.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            let (root, pointer) = match one.place.is_gone {
                true => (old, format!("old {}", one.place.pointer)),
                false => (new, one.place.pointer.clone()),
            };
            // Every pointer has a target.
            let target = root.pointer(&one.place.pointer);
            assert!(target.is_some(), "{one:?} points to nothing");
            let occurrences = one.occurrences.join("; ");
            format!("{word}: {} @ {pointer} ({occurrences})", one.change)
        })
        .collect()
}

/// The severities and changes only.
fn short(old: &Value, new: &Value) -> Vec<String> {
    let lines = lines(old, new).into_iter();
    let short = |line: String| Some(line.split_once(" @ ")?.0.to_owned());
    lines.filter_map(short).collect()
}

/// A document with an operation that receives a schema.
fn receiving(schema: &Value) -> Value {
    let content = json!({"application/json": {"schema": schema}});
    let operation = json!({"requestBody": {"content": content, "required": true}});
    with_components(&operation)
}

/// A document with an operation that sends a schema.
fn sending(schema: &Value) -> Value {
    let content = json!({"application/json": {"schema": schema}});
    let operation = json!({"responses": {"200": {"description": "OK", "content": content}}});
    with_components(&operation)
}

fn with_components(operation: &Value) -> Value {
    let components = json!({"schemas": {
        "Id": {"type": "integer"},
        "Tree": {"type": "object", "properties": {
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
        }},
        "Deep": {"type": "object", "properties": {
            "size": {"type": "integer"},
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Deep"}},
        }},
        "Twin": {"type": "object", "properties": {
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Twin"}},
        }},
    }});
    document(&json!({"/a": {"post": operation}}), &components)
}
