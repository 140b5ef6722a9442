//! A check of a JSON value against a JSON Schema.

use serde_json::Value;

/// Panics with the violations of a schema. It knows the keywords that our own schemas use, and panics for
/// any other.
///
/// # Panics
/// If the value does not match the schema.
#[track_caller]
pub fn assert_schema(schema: &Value, value: &Value) {
    let violations = violations(schema, schema, value, "");
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

fn violations(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        let expected = format!("{at}: expected {keyword} {rule}, found {value}");
        match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" => {}
            "$ref" => {
                let name = rule.as_str().and_then(|name| name.strip_prefix('#'));
                let target = name.and_then(|name| root.pointer(name));
                let target = target.expect("a reference has a target");
                found.extend(violations(root, target, value, at));
            }
            "const" => found.extend((rule != value).then_some(expected)),
            "enum" => {
                let is_one = rule.as_array().is_some_and(|all| all.contains(value));
                found.extend((!is_one).then_some(expected));
            }
            "type" => {
                let is_of_type = match rule.as_str().expect("a type is a name") {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_i64() || value.is_u64(),
                    name => panic!("unknown type {name}"),
                };
                found.extend((!is_of_type).then_some(expected));
            }
            "minimum" => found.extend((value.as_f64() < rule.as_f64()).then_some(expected)),
            "required" => {
                let names = rule.as_array().into_iter().flatten();
                let mut names = names.filter_map(Value::as_str);
                found.extend(
                    names
                        .any(|name| value.get(name).is_none())
                        .then_some(expected),
                );
            }
            "properties" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = rule.get(name) {
                        found.extend(violations(root, schema, value, &format!("{at}/{name}")));
                    }
                }
            }
            "additionalProperties" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    if schema["properties"].get(name).is_some() {
                        continue;
                    }
                    match rule {
                        Value::Bool(false) => {
                            found.push(format!("{at}: `{name}` is not in the schema"));
                        }
                        rule => {
                            found.extend(violations(root, rule, value, &format!("{at}/{name}")));
                        }
                    }
                }
            }
            "items" => {
                for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(violations(root, rule, value, &format!("{at}/{index}")));
                }
            }
            "oneOf" => {
                let schemas = rule.as_array().into_iter().flatten();
                let fitting =
                    schemas.filter(|schema| violations(root, schema, value, at).is_empty());
                found.extend((fitting.count() != 1).then_some(expected));
            }
            other => panic!("unknown keyword {other}"),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::violations;
    use serde_json::json;

    #[test]
    fn violations_are_found_at_every_level() {
        let schema = json!({
            "type": "object",
            "required": ["a"],
            "additionalProperties": false,
            "properties": {
                "a": {"type": "array", "items": {"$ref": "#/$defs/a"}},
                "b": {"oneOf": [{"const": 1}, {"enum": ["x", "y"]}]},
                "c": {"type": "integer", "minimum": 0},
                "e": {"additionalProperties": {"type": "string"}}
            },
            "$defs": {"a": {"type": "string"}}
        });
        for (value, count) in [
            (json!({"a": ["x"], "b": "y", "c": 0}), 0),
            (json!([]), 1),
            (json!({}), 1),
            (json!({"a": ["x", 1]}), 1),
            (json!({"a": [], "d": 1}), 1),
            (json!({"a": [], "e": {"f": "x"}}), 0),
            (json!({"a": [], "e": {"f": 1}}), 1),
            (json!({"a": [], "b": 2}), 1),
            (json!({"a": [], "c": -1}), 1),
            (json!({"a": {}, "c": "0"}), 2),
        ] {
            let found = violations(&schema, &schema, &value, "");
            assert!(
                found.len() >= count && (count > 0 || found.is_empty()),
                "{found:?}"
            );
        }
    }
}
