//! The claims of a token, converted to strings as gateways do.

use super::super::time::java_time;
use serde_json::{Map, Value};

/// Claims as the Cognito authorizer of a REST API sends them.
pub(super) fn of_rest_api(claims: &Value) -> Map<String, Value> {
    texts(claims, |name, value| match value {
        Value::Number(seconds) if matches!(name, "exp" | "iat") => match seconds.as_u64() {
            Some(seconds) => java_time(seconds),
            None => seconds.to_string(),
        },
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(","),
        other => text(other),
    })
}

/// Claims as the JWT authorizer of an HTTP API sends them.
pub(super) fn of_http_api(claims: &Value) -> Map<String, Value> {
    texts(claims, |_, value| match value {
        Value::Array(values) => {
            let values: Vec<_> = values.iter().map(text).collect();
            format!("[{}]", values.join(" "))
        }
        other => text(other),
    })
}

/// The scalars of an object, as a REST API sends the context of a Lambda authorizer.
pub(crate) fn of_context(context: &Value) -> Map<String, Value> {
    let mut members = texts(context, |_, value| text(value));
    members.retain(|name, _| {
        let value = &context[name.as_str()];
        !value.is_array() && !value.is_object()
    });
    members
}

fn texts(object: &Value, text: impl Fn(&str, &Value) -> String) -> Map<String, Value> {
    let members = object.as_object().into_iter().flatten();
    members
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.clone(), text(name, value).into()))
        .collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn claims_are_text_of_each_gateways_own_kind() {
        let claims = json!({
            "sub": "alice",
            "email_verified": true,
            "auth_time": 1_583_798_639,
            "exp": 1_583_798_639,
            "cognito:groups": ["admins", "users"],
            "address": {"country": "NZ"},
            "nickname": null,
        });
        let common = |exp, groups| {
            json!({
                "sub": "alice",
                "email_verified": "true",
                "auth_time": "1583798639",
                "exp": exp,
                "cognito:groups": groups,
                "address": "{\"country\":\"NZ\"}",
            })
        };
        assert_eq!(
            Value::from(of_rest_api(&claims)),
            common("Tue Mar 10 00:03:59 UTC 2020", "admins,users")
        );
        assert_eq!(
            Value::from(of_http_api(&claims)),
            common("1583798639", "[admins users]")
        );
    }

    #[test]
    fn claims_that_are_not_an_object_are_empty() {
        for claims in [json!(null), json!("sub"), json!([1])] {
            assert!(of_rest_api(&claims).is_empty());
            assert!(of_http_api(&claims).is_empty());
            assert!(of_context(&claims).is_empty());
        }
    }

    #[test]
    fn a_context_has_scalars_only() {
        let context = json!({"a": "x", "b": 7, "c": false, "d": [1], "e": {}, "f": null});
        assert_eq!(
            Value::from(of_context(&context)),
            json!({"a": "x", "b": "7", "c": "false"})
        );
    }
}
