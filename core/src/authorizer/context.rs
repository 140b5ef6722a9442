//! The context of a decision.

use serde::{Serialize, Serializer, ser::SerializeMap};
use std::fmt;

/// Value in the context of a decision: a text, a number or a boolean. API Gateway accepts no others.
///
/// It is made from the types of Rust by `into()`.
#[derive(Clone, PartialEq)]
pub struct ContextValue(Value);

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Value {
    Text(String),
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
}

macro_rules! from {
    ($($type:ty => $variant:ident),* $(,)?) => {$(
        impl From<$type> for ContextValue {
            fn from(value: $type) -> Self {
                Self(Value::$variant(value.into()))
            }
        }
    )*};
}

from! {
    &str => Text, String => Text, &String => Text, bool => Bool, i32 => Signed, i64 => Signed, u32 => Unsigned,
    u64 => Unsigned, f64 => Float,
}

/// It may be a secret.
impl fmt::Debug for ContextValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContextValue(..)")
    }
}

/// The context: names with their values, in the order in which they were added.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Context(Vec<(String, ContextValue)>);

/// Names that API Gateway uses itself.
const RESERVED: [&str; 3] = ["claims", "principalId", "integrationLatency"];

impl Context {
    pub(super) fn set(&mut self, name: String, value: ContextValue) {
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, value));
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the gateway would not accept.
    pub(super) fn check(&self) -> Result<(), String> {
        for (name, value) in &self.0 {
            if name.is_empty() || name.contains(char::is_control) {
                return Err("the context has an empty or invalid name".to_owned());
            }
            if RESERVED.contains(&name.as_str()) {
                return Err(format!(
                    "the context has `{name}`, which API Gateway uses itself"
                ));
            }
            if matches!(value.0, Value::Float(number) if !number.is_finite()) {
                return Err(format!("`{name}` in the context is not a finite number"));
            }
        }
        Ok(())
    }
}

/// The names alone.
impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

impl Serialize for Context {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, ContextValue(value)) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = (&'static str, ContextValue)>) -> Context {
        let mut context = Context::default();
        for (name, value) in values {
            context.set(name.to_owned(), value);
        }
        context
    }

    #[test]
    fn values_keep_their_json_type() {
        let context = of([
            ("text", "a".into()),
            ("owned", String::from("b").into()),
            ("yes", true.into()),
            ("signed", (-1_i64).into()),
            ("large", u64::MAX.into()),
            ("float", 1.5.into()),
            ("text", "c".into()),
        ]);
        assert_eq!(context.check(), Ok(()));
        let expected = r#"{"owned":"b","yes":true,"signed":-1,"large":18446744073709551615,"float":1.5,"text":"c"}"#;
        assert_eq!(serde_json::to_string(&context).unwrap(), expected);
        assert!(!format!("{context:?}").contains("1.5"));
    }

    #[test]
    fn what_the_gateway_rejects_is_an_error() {
        for (name, value, message) in [
            (
                "principalId",
                "a".into(),
                "the context has `principalId`, which API Gateway uses itself",
            ),
            ("", "a".into(), "the context has an empty or invalid name"),
            (
                "a\n",
                "a".into(),
                "the context has an empty or invalid name",
            ),
            (
                "load",
                f64::NAN.into(),
                "`load` in the context is not a finite number",
            ),
        ] {
            assert_eq!(of([(name, value)]).check(), Err(message.to_owned()));
        }
    }
}
