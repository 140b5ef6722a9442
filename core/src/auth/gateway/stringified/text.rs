//! A claim that is a string now, and may have been something else.

use super::super::{date, lists::Lists};
use serde::{
    Deserializer,
    de::{Error as _, IntoDeserializer, Visitor, value::SeqDeserializer},
};
use serde_json::{Error, Value as Json};
use std::borrow::Cow;

/// A string, which is read as what it is asked for.
#[derive(Clone, Debug)]
pub(super) struct Text<'de> {
    text: Cow<'de, str>,
    lists: Lists,
}

enum Number {
    Natural(u64),
    Negative(i64),
    Float(f64),
}

impl<'de> Text<'de> {
    pub(super) fn new(text: Cow<'de, str>, lists: Lists) -> Self {
        Self { text, lists }
    }

    /// A number as JSON writes it, or the seconds of a date.
    fn number(&self) -> Option<Number> {
        let text = &*self.text;
        if let Ok(number) = serde_json::from_str(text) {
            return Some(Number::Natural(number));
        }
        if let Ok(number) = serde_json::from_str(text) {
            return Some(Number::Negative(number));
        }
        if let Ok(number) = serde_json::from_str::<f64>(text) {
            return Some(whole(number));
        }
        date::java(text).map(Number::Natural)
    }

    fn visit_number<V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Error> {
        match self.number() {
            Some(Number::Natural(number)) => visitor.visit_u64(number),
            Some(Number::Negative(number)) => visitor.visit_i64(number),
            Some(Number::Float(number)) => visitor.visit_f64(number),
            None => Err(Error::custom("expected a number")),
        }
    }

    fn visit_text<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.text {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    /// An object, which gateways write as JSON.
    fn json(&self) -> Result<Json, Error> {
        serde_json::from_str(&self.text).map_err(|_| Error::custom("expected JSON"))
    }

    /// A list whose entries are objects: their JSON, joined by commas, in brackets or not.
    fn objects(&self) -> Option<Vec<Json>> {
        let text = self.text.trim();
        if text.starts_with("[{") {
            serde_json::from_str(text).ok()
        } else if text.starts_with('{') {
            serde_json::from_str(&format!("[{text}]")).ok()
        } else {
            None
        }
    }

    fn entries(self) -> Vec<Text<'de>> {
        let lists = self.lists;
        let entries: Vec<Cow<'de, str>> = match self.text {
            Cow::Borrowed(text) => lists.split(text).into_iter().map(Cow::Borrowed).collect(),
            Cow::Owned(text) => {
                let entries = lists.split(&text).into_iter();
                entries.map(|entry| Cow::Owned(entry.to_owned())).collect()
            }
        };
        let entries = entries.into_iter();
        entries.map(|entry| Text::new(entry, lists)).collect()
    }
}

/// A whole number may have been written with an exponent.
fn whole(number: f64) -> Number {
    // Up to here every whole number is a double of its own.
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    if number.fract() != 0.0 || number.abs() > LIMIT {
        Number::Float(number)
    } else if number >= 0.0 {
        Number::Natural(number as u64)
    } else {
        Number::Negative(number as i64)
    }
}

impl<'de> IntoDeserializer<'de, Error> for Text<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! each {
    ($how:ident: $($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.$how(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Text<'de> {
    type Error = Error;

    each! { visit_text:
        deserialize_any deserialize_char deserialize_str deserialize_string deserialize_bytes
        deserialize_byte_buf deserialize_identifier deserialize_unit
    }

    each! { visit_number:
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
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

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.objects() {
            Some(objects) => visit_seq(objects.into_iter(), visitor),
            None => visit_seq(self.entries().into_iter(), visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.json()?.deserialize_map(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.json()?.deserialize_struct(name, fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.text.starts_with('{') {
            self.json()?.deserialize_enum(name, variants, visitor)
        } else {
            visitor.visit_enum(self.text.into_deserializer())
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.visit_text(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}

fn visit_seq<'de, V, I, T>(entries: I, visitor: V) -> Result<V::Value, Error>
where
    V: Visitor<'de>,
    I: Iterator<Item = T>,
    T: IntoDeserializer<'de, Error>,
{
    let mut entries = SeqDeserializer::new(entries);
    let value = visitor.visit_seq(&mut entries)?;
    entries.end()?;
    Ok(value)
}
