//! Percent-encoding of URIs and of forms.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;

/// Characters that neither a path nor a query can have (RFC 3986, section 3.3), except `%`.
pub const NOT_IN_URIS: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A path or a query with these characters percent-encoded.
pub(crate) fn encode_uri(path_or_query: &str) -> String {
    utf8_percent_encode(path_or_query, NOT_IN_URIS).to_string()
}

pub(crate) const FORM_MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// The pairs of a value as `application/x-www-form-urlencoded`.
pub(crate) fn encode_form(value: &(impl Serialize + ?Sized)) -> Result<String, String> {
    let value = serde_json::to_value(value)
        .map_err(|error| format!("the form cannot be serialised: {error}"))?;
    let mut form = form_urlencoded::Serializer::new(String::new());
    match &value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::Array(values) => {
                        for value in values {
                            append(&mut form, name, value)?;
                        }
                    }
                    value => append(&mut form, name, value)?,
                }
            }
        }
        Value::Array(pairs) => {
            for pair in pairs {
                let Some([Value::String(name), value]) = pair.as_array().map(Vec::as_slice) else {
                    return Err(format!(
                        "expected a pair of a name and a value, found {pair}"
                    ));
                };
                append(&mut form, name, value)?;
            }
        }
        other => {
            return Err(format!(
                "expected the fields of a form or a list of pairs, found {other}"
            ));
        }
    }
    Ok(form.finish())
}

fn append(
    form: &mut form_urlencoded::Serializer<'_, String>,
    name: &str,
    value: &Value,
) -> Result<(), String> {
    match value {
        Value::Null => {}
        Value::String(text) => drop(form.append_pair(name, text)),
        Value::Bool(_) | Value::Number(_) => drop(form.append_pair(name, &value.to_string())),
        other => {
            return Err(format!(
                "field `{name}`: expected a text, a number or a boolean, found {other}"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_and_pairs_make_a_form() {
        for (value, expected) in [
            (
                json!({"sku": "tea & milk", "n": 2, "gift": true}),
                "gift=true&n=2&sku=tea+%26+milk",
            ),
            (json!({"tag": ["a", "b"], "none": null}), "tag=a&tag=b"),
            (json!([["b", "1"], ["a", 2], ["b", "3"]]), "b=1&a=2&b=3"),
            (json!({}), ""),
        ] {
            assert_eq!(encode_form(&value).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn unsupported_form_values_are_rejected() {
        for (value, expected) in [
            (
                json!("a=1"),
                "expected the fields of a form or a list of pairs, found \"a=1\"",
            ),
            (
                json!([["a"]]),
                "expected a pair of a name and a value, found [\"a\"]",
            ),
            (
                json!({"a": {"b": 1}}),
                "field `a`: expected a text, a number or a boolean, found {\"b\":1}",
            ),
        ] {
            assert_eq!(encode_form(&value).unwrap_err(), expected);
        }
    }
}
