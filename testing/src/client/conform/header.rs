//! Texts of headers and bodies as values of a schema.

use serde_json::Value;

/// The values that a text can stand for: a number or a boolean, and the text itself.
pub(super) fn scalars(text: &str) -> Vec<Value> {
    let parsed = serde_json::from_str(text).ok();
    let scalar = parsed.filter(|one: &Value| one.is_number() || one.is_boolean() || one.is_null());
    scalar.into_iter().chain([text.into()]).collect()
}

/// The values that a header can stand for, in the style `simple`: `a,b,c` for a list.
pub(super) fn values(text: &str, schema: &Value) -> Vec<Value> {
    let text = text.trim();
    if !is_list(schema) {
        return scalars(text);
    }
    let items = || {
        let items = text.split(',').map(str::trim);
        items.filter(|item| !item.is_empty()).map(scalars)
    };
    let first = items().filter_map(|item| item.into_iter().next());
    let last = items().filter_map(|mut item| item.pop());
    vec![first.collect(), last.collect()]
}

/// Whether a schema is that of a list.
pub(super) fn is_list(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::Array(types)) => types.iter().any(|one| one == "array"),
        Some(one) => one == "array",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_text_stands_for_several_values() {
        let list = json!({"type": "array"});
        for (text, schema, expected) in [
            ("7", json!({}), json!([7, "7"])),
            ("true", json!({}), json!([true, "true"])),
            ("\"1\"", json!({}), json!(["\"1\""])),
            ("a, b", json!({"type": "string"}), json!(["a, b"])),
            ("1, b,", list.clone(), json!([[1, "b"], ["1", "b"]])),
            ("", list, json!([[], []])),
        ] {
            assert_eq!(json!(values(text, &schema)), expected, "{text}");
        }
    }
}
