//! Which route a message takes.

use serde_json::Value;

/// The property of a message that names its route: `$request.body.action`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteSelection(Vec<String>);

impl Default for RouteSelection {
    fn default() -> Self {
        Self(vec!["action".to_owned()])
    }
}

impl RouteSelection {
    /// Reads an expression of API Gateway: `$request.body.action`, with or without braces.
    ///
    /// # Errors
    /// Says what is expected, if the expression is another one.
    pub fn parse(expression: &str) -> Result<Self, String> {
        let bare = expression
            .strip_prefix("${")
            .and_then(|rest| rest.strip_suffix('}'))
            .or_else(|| expression.strip_prefix('$'));
        let path = bare.and_then(|bare| bare.strip_prefix("request.body."));
        let names: Vec<String> = path
            .unwrap_or_default()
            .split('.')
            .map(str::to_owned)
            .collect();
        let is_name = |name: &String| {
            let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
            !name.is_empty() && name.bytes().all(is_allowed)
        };
        match names.iter().all(is_name) {
            true => Ok(Self(names)),
            false => Err(format!(
                "expected an expression such as `$request.body.action`, found {expression:?}"
            )),
        }
    }

    /// The value of the property in a message; `None` if it is no JSON or has none.
    #[must_use]
    pub fn route_of(&self, message: &str) -> Option<String> {
        let message: Value = serde_json::from_str(message).ok()?;
        let value = self
            .0
            .iter()
            .try_fold(&message, |value, name| value.get(name))?;
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(is) => Some(is.to_string()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_of_the_message_names_the_route() {
        for (expression, message, expected) in [
            (
                "$request.body.action",
                r#"{"action": "send"}"#,
                Some("send"),
            ),
            ("${request.body.action}", r#"{"action": 7}"#, Some("7")),
            (
                "$request.body.message.type",
                r#"{"message": {"type": "send"}}"#,
                Some("send"),
            ),
            ("$request.body.action", r#"{"action": null}"#, None),
            ("$request.body.action", r#"{"action": {"a": 1}}"#, None),
            ("$request.body.action", r#"["action"]"#, None),
            ("$request.body.action", "send", None),
            ("$request.body.action", "", None),
        ] {
            let selection = RouteSelection::parse(expression).unwrap();
            assert_eq!(
                selection.route_of(message).as_deref(),
                expected,
                "{message}"
            );
        }
        let action = RouteSelection::parse("$request.body.action").unwrap();
        assert_eq!(action, RouteSelection::default());
    }

    #[test]
    fn other_expressions_are_rejected() {
        for expression in [
            "",
            "action",
            "$request.body",
            "$request.body.",
            "$request.body.a..b",
            "$request.body.a b",
            "$request.header.action",
            "${request.body.action",
            "$default",
        ] {
            let error = RouteSelection::parse(expression).unwrap_err();
            assert!(error.starts_with("expected an expression"), "{error}");
        }
    }
}
