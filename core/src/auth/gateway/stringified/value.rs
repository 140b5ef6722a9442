//! One claim.

use super::{super::lists::Lists, is_raw, text::Text};
use serde::{Deserialize, Deserializer, de::Visitor};
use serde_json::{Error, value::RawValue};
use std::borrow::Cow;

/// A claim: a [`Text`] when it is a string, and JSON as it stands otherwise.
pub(super) struct Value<'de> {
    json: &'de str,
    lists: Lists,
}

impl<'de> Value<'de> {
    pub(super) fn new(json: &'de RawValue, lists: Lists) -> Self {
        Self {
            json: json.get(),
            lists,
        }
    }

    fn text(&self) -> Result<Option<Text<'de>>, Error> {
        #[derive(Deserialize)]
        struct Borrowed<'a>(#[serde(borrow)] Cow<'a, str>);

        if !self.json.starts_with('"') {
            return Ok(None);
        }
        let Borrowed(text) = serde_json::from_str(self.json)?;
        Ok(Some(Text::new(text, self.lists)))
    }
}

macro_rules! each {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, Error> {
            match self.text()? {
                Some(text) => text.$method($($argument,)* visitor),
                None => serde_json::Deserializer::from_str(self.json).$method($($argument,)* visitor),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Value<'de> {
    type Error = Error;

    each! {
        deserialize_any() deserialize_bool()
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
        deserialize_f32() deserialize_f64()
        deserialize_char() deserialize_str() deserialize_string() deserialize_identifier()
        deserialize_bytes() deserialize_byte_buf()
        deserialize_option() deserialize_unit() deserialize_unit_struct(name: &'static str)
        deserialize_seq() deserialize_tuple(length: usize)
        deserialize_tuple_struct(name: &'static str, length: usize)
        deserialize_map()
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
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
}
