//! JSON objects, parsed without merging repeated members.
//!
//! A value is parsed when it is asked for: a number that `f64` cannot hold is JSON too.

use serde::{
    Deserialize,
    de::{Deserializer, Error, MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};
use std::fmt;

/// A JSON object without repeated names.
pub(crate) struct Object(Vec<(String, Box<RawValue>)>);

impl Object {
    pub(crate) fn get(&self, name: &str) -> Option<Value> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        Some(serde_json::from_str(value.get()).expect("a value that was used"))
    }

    pub(crate) fn text(&self, name: &str) -> String {
        match self.get(name) {
            Some(Value::String(text)) => text,
            other => panic!("{name} is a text: {other:?}"),
        }
    }

    pub(crate) fn time(&self, name: &str) -> Option<f64> {
        self.get(name)
            .map(|value| value.as_f64().expect("a number"))
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut members: Vec<(String, Box<RawValue>)> = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    if members.iter().any(|(known, _)| *known == name) {
                        return Err(A::Error::custom(format_args!("{name} twice")));
                    }
                    members.push((name, value));
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}
