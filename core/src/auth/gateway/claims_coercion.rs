//! Deserializer for claims of which a gateway has made strings.
//!
//! One `T` reads the claims of a token that was verified in this process and what a gateway made of
//! the same token, since `T` says what it expects: a boolean and a number are read from a string, a
//! list from `[a b]` or `a,b`, an object from its JSON, and the seconds of `exp` from a date. Claims
//! that are not strings are read as plain JSON.
//!
//! Where `T` does not say what it expects (`serde_json::Value`, `#[serde(flatten)]`,
//! `#[serde(untagged)]`), strings stay strings.

use crate::auth::{
    date,
    json::{Member, Object},
};
use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeSeed, Error as _, IntoDeserializer, MapAccess, Visitor,
        value::{CowStrDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::{Error, Number, Value};
use std::{borrow::Cow, fmt, vec::IntoIter};

/// How a gateway writes a list as one string.
///
/// Neither form can be undone if an entry contains the separator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lists {
    /// `admins,users`: the Cognito authorizer of a REST API.
    Commas,
    /// `[admins users]`: the JWT authorizer of an HTTP API. A string without brackets was not a list.
    Brackets,
}

impl Lists {
    /// The entries of a list.
    pub(super) fn split(self, text: &str) -> Vec<&str> {
        match (self, text) {
            (_, "") => Vec::new(),
            (Self::Commas, list) => list.split(',').collect(),
            (Self::Brackets, text) => match in_brackets(text) {
                Some(list) => list.split_ascii_whitespace().collect(),
                None => vec![text],
            },
        }
    }

    /// The words of a claim that separates them with spaces, or of a list: scopes.
    pub(super) fn words(self, text: &str) -> impl Iterator<Item = &str> {
        let list = match self {
            Self::Brackets => in_brackets(text),
            Self::Commas => None,
        };
        list.unwrap_or(text).split_ascii_whitespace()
    }
}

fn in_brackets(text: &str) -> Option<&str> {
    text.strip_prefix('[')?.strip_suffix(']')
}

/// Reads claims, a JSON object; `lists` is `None` if they have the types of the token.
///
/// An error names the claim and does not quote its value: it is logged.
pub(crate) fn from_str<'de, T: Deserialize<'de>>(
    json: &'de str,
    lists: Option<Lists>,
) -> Result<T, Error> {
    T::deserialize(Claims { json, lists }).map_err(|error| {
        let text = error.to_string();
        if text.starts_with(OF_CLAIM) || text.starts_with("missing field") {
            return error;
        }
        // It may quote a value: that of a flattened struct or of a tagged enum, say.
        Error::custom("the claims do not fit their type")
    })
}

/// The start of an error about a single claim.
const OF_CLAIM: &str = "claim `";

#[derive(Clone, Copy)]
struct Claims<'de> {
    json: &'de str,
    lists: Option<Lists>,
}

impl<'de> Deserializer<'de> for Claims<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let object = Object::parse(self.json)
            .map_err(|_| Error::custom("expected an object without repeated members"))?;
        visitor.visit_map(Members {
            members: object.into_members(),
            value: None,
            lists: self.lists,
        })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        newtype(self.json, name, self, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Members<'de> {
    members: IntoIter<Member<'de>>,
    /// The claim whose name was read last.
    value: Option<(Cow<'de, str>, &'de str)>,
    lists: Option<Lists>,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some((name, value)) = self.members.next() else {
            return Ok(None);
        };
        self.value = Some((name.clone(), value.get()));
        seed.deserialize(Text::new(name, Lists::Commas)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let (name, json) = self.value.take().unwrap_or_default();
        let value = match self.lists {
            Some(lists) if json.starts_with('"') => {
                Text::read(json, lists).and_then(|text| seed.deserialize(text))
            }
            _ => seed.deserialize(&mut serde_json::Deserializer::from_str(json)),
        };
        value.map_err(|_| Error::custom(format_args!("{OF_CLAIM}{name}` does not fit its type")))
    }
}

/// A string, read as what the type asks for.
#[derive(Clone, Debug)]
struct Text<'de> {
    text: Cow<'de, str>,
    /// The claim itself; empty for the entry of a list.
    json: &'de str,
    lists: Lists,
}

impl<'de> Text<'de> {
    fn new(text: Cow<'de, str>, lists: Lists) -> Self {
        let json = "";
        Self { text, json, lists }
    }

    fn read(json: &'de str, lists: Lists) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Borrowed<'a>(#[serde(borrow)] Cow<'a, str>);

        let Borrowed(text) = serde_json::from_str(json)?;
        Ok(Self { text, json, lists })
    }

    /// A number as JSON writes it, or the seconds of a date.
    fn number<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        // Up to here every whole number is a double of its own.
        const LIMIT: f64 = 9_007_199_254_740_992.0;

        let number = match serde_json::from_str::<Number>(&self.text) {
            Ok(number) => number,
            Err(error) => date::java(&self.text).map(Number::from).ok_or(error)?,
        };
        match number.as_f64() {
            // Java writes large whole numbers with an exponent.
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= LIMIT => {
                visitor.visit_i64(float as i64)
            }
            // Not `deserialize_any`: with the feature `arbitrary_precision`, which another crate may
            // enable, it passes a number as a map.
            Some(float) => match (number.as_u64(), number.as_i64()) {
                (Some(natural), _) => visitor.visit_u64(natural),
                (None, Some(negative)) => visitor.visit_i64(negative),
                (None, None) => visitor.visit_f64(float),
            },
            None => Err(Error::custom("expected a number")),
        }
    }

    /// The JSON of an object.
    fn object<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        serde_json::from_str::<Value>(&self.text)?.deserialize_any(visitor)
    }

    fn list<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        // Objects are JSON, joined by commas, with or without brackets.
        let text = self.text.trim();
        let objects = match (text.starts_with("[{"), text.starts_with('{')) {
            (true, _) => serde_json::from_str::<Value>(text).ok(),
            (_, true) => serde_json::from_str(&format!("[{text}]")).ok(),
            _ => None,
        };
        if let Some(objects) = objects {
            return objects.deserialize_any(visitor);
        }
        let lists = self.lists;
        let entries: Vec<Cow<'de, str>> = match self.text {
            Cow::Borrowed(text) => lists.split(text).into_iter().map(Cow::Borrowed).collect(),
            Cow::Owned(text) => {
                let entries = lists.split(&text).into_iter();
                entries.map(|entry| Cow::Owned(entry.to_owned())).collect()
            }
        };
        let entries = entries.into_iter().map(|entry| Self::new(entry, lists));
        let mut entries = SeqDeserializer::new(entries);
        let value = visitor.visit_seq(&mut entries)?;
        entries.end()?;
        Ok(value)
    }
}

impl<'de> IntoDeserializer<'de, Error> for Text<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! each {
    ($($how:ident: $($method:ident($($argument:ty),*))*;)*) => {$($(
        fn $method<V: Visitor<'de>>(self, $(_: $argument,)* visitor: V) -> Result<V::Value, Error> {
            self.$how(visitor)
        }
    )*)*};
}

impl<'de> Deserializer<'de> for Text<'de> {
    type Error = Error;

    each! {
        number:
            deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
            deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
            deserialize_f32() deserialize_f64();
        list:
            deserialize_seq() deserialize_tuple(usize) deserialize_tuple_struct(&'static str, usize);
        object:
            deserialize_map() deserialize_struct(&'static str, &'static [&'static str]);
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.text {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &*self.text {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(Error::custom("expected `true` or `false`")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.text.starts_with('{') {
            let json: Value = serde_json::from_str(&self.text)?;
            return json.deserialize_enum(name, variants, visitor);
        }
        CowStrDeserializer::new(self.text).deserialize_enum(name, variants, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        newtype(self.json, name, self, visitor)
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct identifier ignored_any
    }
}

/// Reads a newtype from `inner`, unless it is one that `serde_json` takes from `json` in its own way:
/// `RawValue`.
fn newtype<'de, D, V>(
    json: &'de str,
    name: &'static str,
    inner: D,
    visitor: V,
) -> Result<V::Value, Error>
where
    D: Deserializer<'de, Error = Error>,
    V: Visitor<'de>,
{
    struct Newtype<V, D>(V, D);

    impl<'de, V: Visitor<'de>, D: Deserializer<'de, Error = Error>> Visitor<'de> for Newtype<V, D> {
        type Value = V::Value;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.expecting(f)
        }

        fn visit_newtype_struct<O: Deserializer<'de>>(self, _: O) -> Result<V::Value, O::Error> {
            self.0
                .visit_newtype_struct(self.1)
                .map_err(O::Error::custom)
        }

        fn visit_map<A: MapAccess<'de>>(self, raw: A) -> Result<V::Value, A::Error> {
            self.0.visit_map(raw)
        }
    }

    serde_json::Deserializer::from_str(json)
        .deserialize_newtype_struct(name, Newtype(visitor, inner))
}

#[cfg(test)]
mod tests;
