//! DynamoDB's JSON as a data format of serde: `{"N": "7"}` is the number 7.

use super::super::parts::Text;
use super::decimal::{self, Decimal};
use serde::{
    Deserialize, Deserializer,
    de::{
        self, DeserializeOwned, IntoDeserializer, Unexpected, Visitor,
        value::{Error, MapAccessDeserializer, MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use std::{borrow::Cow, fmt};

/// The attributes of an item: their names and values.
#[derive(Default)]
pub(super) struct Item<'e>(Vec<(Value<'e>, Value<'e>)>);

/// The types of DynamoDB.
const TYPES: &[&str] = &["S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"];

/// The value of an attribute, or its name.
enum Value<'e> {
    /// A name. As in JSON, the key of a map may be of any type that has a text.
    Name(Cow<'e, str>),
    Text(Cow<'e, str>),
    Number(Cow<'e, str>),
    Binary(Vec<u8>),
    Bool(bool),
    Null,
    List(Vec<Value<'e>>),
    Map(Item<'e>),
}

impl Item<'_> {
    /// The error says at which attribute it is.
    pub(super) fn read<T: DeserializeOwned>(self) -> Result<T, serde_path_to_error::Error<Error>> {
        serde_path_to_error::deserialize(Value::Map(self))
    }
}

/// A string of base64.
struct Base64(Vec<u8>);

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text(text) = Text::deserialize(deserializer)?;
        let decoded = base64_simd::STANDARD.decode_to_vec(text.as_bytes());
        decoded
            .map(Self)
            .map_err(|_| de::Error::custom("expected base64"))
    }
}

impl<'de: 'e, 'e> Deserialize<'de> for Item<'e> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items;

        impl<'de> Visitor<'de> for Items {
            type Value = Item<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the attributes of an item")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Item<'de>, A::Error> {
                let mut item = Vec::new();
                while let Some((Text(name), value)) = map.next_entry()? {
                    item.push((Value::Name(name), value));
                }
                Ok(Item(item))
            }
        }
        deserializer.deserialize_map(Items)
    }
}

impl<'de: 'e, 'e> Deserialize<'de> for Value<'e> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Values;

        impl<'de> Visitor<'de> for Values {
            type Value = Value<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value of DynamoDB, such as `{\"S\": \"text\"}`")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
                let Some(Text(kind)) = map.next_key()? else {
                    return Err(de::Error::invalid_length(0, &self));
                };
                let texts = |all: Vec<Text<'de>>, of: fn(Cow<'de, str>) -> Value<'de>| {
                    Value::List(all.into_iter().map(|Text(text)| of(text)).collect())
                };
                let value = match &*kind {
                    "S" => Value::Text(map.next_value::<Text<'_>>()?.0),
                    "N" => Value::Number(map.next_value::<Text<'_>>()?.0),
                    "B" => Value::Binary(map.next_value::<Base64>()?.0),
                    "BOOL" => Value::Bool(map.next_value()?),
                    "NULL" => {
                        map.next_value::<bool>()?;
                        Value::Null
                    }
                    "L" => Value::List(map.next_value()?),
                    "M" => Value::Map(map.next_value()?),
                    "SS" => texts(map.next_value()?, Value::Text),
                    "NS" => texts(map.next_value()?, Value::Number),
                    "BS" => {
                        let all: Vec<Base64> = map.next_value()?;
                        Value::List(all.into_iter().map(|one| Value::Binary(one.0)).collect())
                    }
                    other => {
                        return Err(de::Error::unknown_variant(other, TYPES));
                    }
                };
                match map.next_key::<Text<'_>>()? {
                    None => Ok(value),
                    Some(_) => Err(de::Error::invalid_length(2, &self)),
                }
            }
        }
        deserializer.deserialize_map(Values)
    }
}

impl<'de> IntoDeserializer<'de, Error> for Value<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// An integer type: exact, or an error.
macro_rules! integers {
    ($($method:ident $visit:ident $ty:ty;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self {
                Self::Number(text) => match decimal::integer(&text).and_then(|n| <$ty>::try_from(n).ok()) {
                    Some(integer) => visitor.$visit(integer),
                    None => Err(unfit(&text, stringify!($ty))),
                },
                Self::Name(text) => match text.parse::<$ty>() {
                    Ok(integer) => visitor.$visit(integer),
                    Err(_) => Self::Text(text).deserialize_any(visitor),
                },
                other => other.deserialize_any(visitor),
            }
        }
    )*};
}

#[cold]
fn unfit(number: &str, ty: &str) -> Error {
    de::Error::custom(format!("expected a number of type `{ty}`, found {number}"))
}

impl<'de> Deserializer<'de> for Value<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Name(Cow::Borrowed(text)) | Self::Text(Cow::Borrowed(text)) => {
                visitor.visit_borrowed_str(text)
            }
            Self::Name(Cow::Owned(text)) | Self::Text(Cow::Owned(text)) => {
                visitor.visit_string(text)
            }
            Self::Number(text) => match Decimal::of(&text) {
                Some(Decimal::Unsigned(number)) => visitor.visit_u64(number),
                Some(Decimal::Signed(number)) => visitor.visit_i64(number),
                Some(Decimal::Float(number)) => visitor.visit_f64(number),
                None => Err(de::Error::invalid_value(
                    Unexpected::Str(&text),
                    &"a number that fits without a loss of digits",
                )),
            },
            Self::Binary(bytes) => visitor.visit_byte_buf(bytes),
            Self::Bool(value) => visitor.visit_bool(value),
            Self::Null => visitor.visit_unit(),
            Self::List(values) => {
                let mut list = SeqDeserializer::new(values.into_iter());
                let value = visitor.visit_seq(&mut list)?;
                list.end()?;
                Ok(value)
            }
            Self::Map(Item(entries)) => {
                let mut map = MapDeserializer::new(entries.into_iter());
                let value = visitor.visit_map(&mut map)?;
                map.end()?;
                Ok(value)
            }
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Name(text) => match text.parse() {
                Ok(value) => visitor.visit_bool(value),
                Err(_) => Self::Text(text).deserialize_any(visitor),
            },
            other => other.deserialize_any(visitor),
        }
    }

    integers! {
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
        deserialize_i128 visit_i128 i128;
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
        deserialize_u128 visit_u128 u128;
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Number(text) => match decimal::float(&text) {
                Some(number) => visitor.visit_f64(number),
                None => Err(unfit(&text, "f64")),
            },
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            // All digits of the number.
            Self::Number(text) => Self::Text(text).deserialize_any(visitor),
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            // `Vec<u8>` is a sequence for serde.
            Self::Binary(bytes) => visitor.visit_seq(SeqDeserializer::new(bytes.into_iter())),
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Null => visitor.visit_none(),
            other => visitor.visit_some(other),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            Self::Name(text) | Self::Text(text) => visitor.visit_enum(text.into_deserializer()),
            Self::Map(Item(entries)) if entries.len() == 1 => {
                let map = MapDeserializer::new(entries.into_iter());
                visitor.visit_enum(MapAccessDeserializer::new(map))
            }
            other => other.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        char bytes byte_buf unit unit_struct tuple_struct map struct identifier
    }

    /// What is not read fits, also a number that no type can hold.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}

#[cfg(test)]
mod tests;
