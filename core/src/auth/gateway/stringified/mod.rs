//! Claims of which a gateway has made strings, as the types that they had in the token.
//!
//! `T` says what it expects, so that one `T` reads the claims of a token that was verified in this
//! process and what a gateway made of the same token: a boolean and a number from a string, a list
//! from `[a b]` or `a,b`, an object from its JSON, and the seconds of `exp` from a date. What is no
//! string is read as it stands.
//!
//! Where `T` does not say what it expects (`serde_json::Value`, `#[serde(flatten)]`,
//! `#[serde(untagged)]`), strings stay strings.

mod text;
mod value;

use super::lists::Lists;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error as _, MapAccess, Visitor, value::BorrowedStrDeserializer},
    forward_to_deserialize_any,
};
use serde_json::{Error, value::RawValue};
use std::{borrow::Cow, fmt};
use value::Value;

/// Reads claims, of which the JSON is an object.
pub(crate) fn from_str<'de, T: Deserialize<'de>>(json: &'de str, lists: Lists) -> Result<T, Error> {
    T::deserialize(Claims { json, lists }).map_err(without_value)
}

/// The error of a claim names it, and so does the one of a claim that is missing. Any other is of
/// the whole, and may quote what it has read: of a flattened struct or a tagged enum, say.
fn without_value(error: Error) -> Error {
    let text = error.to_string();
    if text.starts_with(OF_CLAIM) || text.starts_with("missing field") {
        return error;
    }
    Error::custom("the claims do not fit their type")
}

/// How the text of an error begins that is of one claim.
const OF_CLAIM: &str = "claim `";

#[derive(Clone, Copy)]
struct Claims<'de> {
    json: &'de str,
    lists: Lists,
}

impl<'de> Claims<'de> {
    /// Hands the object to `visitor`, each claim as a [`Value`].
    fn object<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut json = serde_json::Deserializer::from_str(self.json);
        let value = json.deserialize_map(Each {
            visitor,
            lists: self.lists,
        })?;
        json.end()?;
        Ok(value)
    }
}

impl<'de> Deserializer<'de> for Claims<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.object(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if is_raw(name) {
            serde_json::Deserializer::from_str(self.json).deserialize_newtype_struct(name, visitor)
        } else {
            visitor.visit_newtype_struct(self)
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        serde_json::Deserializer::from_str(self.json).deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier
    }
}

/// By this name `RawValue` asks for JSON as it stands.
fn is_raw(name: &str) -> bool {
    name == "$serde_json::private::RawValue"
}

struct Each<V> {
    visitor: V,
    lists: Lists,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Each<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(Members {
            map,
            lists: self.lists,
            name: None,
        })
    }
}

struct Members<'de, A> {
    map: A,
    lists: Lists,
    name: Option<Cow<'de, str>>,
}

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let Some(Name(name)) = self.map.next_key()? else {
            return Ok(None);
        };
        let key = match &name {
            Cow::Borrowed(name) => seed.deserialize(BorrowedStrDeserializer::new(name))?,
            Cow::Owned(name) => {
                seed.deserialize(serde::de::value::StringDeserializer::new(name.clone()))?
            }
        };
        self.name = Some(name);
        Ok(Some(key))
    }

    /// The error names the claim, and not its value, which is nothing for a log.
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let json: &'de RawValue = self.map.next_value()?;
        seed.deserialize(Value::new(json, self.lists)).map_err(|_| {
            let name = self.name.as_deref().unwrap_or_default();
            A::Error::custom(format_args!("{OF_CLAIM}{name}` does not fit its type"))
        })
    }
}

#[cfg(test)]
mod tests;
