//! Integers that are written with a fraction of zero or an exponent: `2.0`, `1e3`.
//!
//! JSON has one type of number, and by JSON Schema
//! ([section 6.1.1](https://json-schema.org/draft/2020-12/json-schema-validation#section-6.1.1)) each
//! number without a fractional part is an integer. Some clients write all numbers as floats. serde_json
//! rejects these for fields of integer types, so a rejected body is read again through [`Integral`].

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use std::fmt;

/// 2^52. Below it, floats lie closer than integers, so an inexact one has a fraction.
const MOST: f64 = 4_503_599_627_370_496.0;

/// Passes floats without a fraction to integers. As a deserializer it wraps one, and the same for
/// what deserializers call.
pub(super) struct Integral<T>(pub(super) T);

/// A visitor.
struct Visit<V> {
    visitor: V,
    /// Whether the type asked for an integer.
    integer: bool,
}

macro_rules! deserialize {
    ($integer:literal: $($name:ident)*) => { $(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.0.$name(Visit { visitor, integer: $integer })
        }
    )* };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Integral<D> {
    type Error = D::Error;

    deserialize! { true:
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    deserialize! { false:
        deserialize_any deserialize_bool deserialize_i128 deserialize_u128 deserialize_f32
        deserialize_f64 deserialize_char deserialize_str deserialize_string deserialize_bytes
        deserialize_byte_buf deserialize_option deserialize_unit deserialize_seq deserialize_map
        deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_unit_struct(name, Visit::new(visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(name, Visit::new(visitor))
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple(len, Visit::new(visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0
            .deserialize_tuple_struct(name, len, Visit::new(visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_struct(name, fields, Visit::new(visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_enum(name, variants, Visit::new(visitor))
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

impl<V> Visit<V> {
    fn new(visitor: V) -> Self {
        Self {
            visitor,
            integer: false,
        }
    }
}

macro_rules! visit {
    ($($name:ident: $type:ty,)*) => { $(
        fn $name<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.visitor.$name(value)
        }
    )* };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Visit<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "the number has no fraction and is within the range"
    )]
    fn visit_f64<E: Error>(self, value: f64) -> Result<V::Value, E> {
        if self.integer && value.fract() == 0.0 && value.abs() < MOST {
            self.visitor.visit_i64(value as i64)
        } else {
            self.visitor.visit_f64(value)
        }
    }

    visit! {
        visit_bool: bool,
        visit_i8: i8,
        visit_i16: i16,
        visit_i32: i32,
        visit_i64: i64,
        visit_i128: i128,
        visit_u8: u8,
        visit_u16: u16,
        visit_u32: u32,
        visit_u64: u64,
        visit_u128: u128,
        visit_f32: f32,
        visit_char: char,
        visit_str: &str,
        visit_borrowed_str: &'de str,
        visit_string: String,
        visit_bytes: &[u8],
        visit_borrowed_bytes: &'de [u8],
        visit_byte_buf: Vec<u8>,
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Integral(deserializer))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(Integral(deserializer))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_seq(Integral(access))
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(Integral(access))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_enum(Integral(access))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Integral<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Integral(deserializer))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Integral<A> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, A::Error> {
        self.0.next_element_seed(Integral(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Integral<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        self.0.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Integral(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Integral<A> {
    type Error = A::Error;
    type Variant = Integral<A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), A::Error> {
        let (value, variant) = self.0.variant_seed(seed)?;
        Ok((value, Integral(variant)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Integral<A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.0.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.0.newtype_variant_seed(Integral(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.0.tuple_variant(len, Visit::new(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.0.struct_variant(fields, Visit::new(visitor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Count(u8);

    #[derive(Debug, Deserialize, PartialEq)]
    enum Change {
        Add(i8),
        Set { to: u64 },
        Move(i32, i32),
        Clear,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Order<'a> {
        sku: &'a str,
        count: Count,
        extra: Option<i64>,
        sizes: Vec<u16>,
        prices: BTreeMap<String, i16>,
        changes: Vec<Change>,
        weight: f64,
        any: serde_json::Value,
    }

    fn read<'de, T: Deserialize<'de>>(json: &'de str) -> Result<T, serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_str(json);
        T::deserialize(Integral(&mut reader))
    }

    #[test]
    fn integers_are_read_at_every_level() {
        let order: Order<'_> = read(
            r#"{"sku": "tea", "count": 2.0, "extra": -1e3, "sizes": [1.0, 20e-1], "prices": {"a": 7.0},
                "changes": [{"Add": -1.0}, {"Set": {"to": 3.00}}, {"Move": [1.0, 2]}, "Clear"],
                "weight": 2.0, "any": 2.0}"#,
        )
        .unwrap();
        let expected = Order {
            sku: "tea",
            count: Count(2),
            extra: Some(-1000),
            sizes: vec![1, 2],
            prices: BTreeMap::from([("a".to_owned(), 7)]),
            changes: vec![
                Change::Add(-1),
                Change::Set { to: 3 },
                Change::Move(1, 2),
                Change::Clear,
            ],
            weight: 2.0,
            any: serde_json::json!(2.0),
        };
        assert_eq!(order, expected);
    }

    #[test]
    fn other_numbers_are_rejected_as_before() {
        for json in [
            "2.5", "-1.0", "256.0", "1e3", "1e-3", "\"2.0\"", "true", "null",
        ] {
            assert!(read::<u8>(json).is_err(), "{json}");
        }
        let largest = read::<u64>("4503599627370495.0").unwrap();
        assert_eq!(largest, (1 << 52) - 1);
        // As a float it may be another number than the client wrote.
        for json in [
            "4503599627370496.0",
            "4503599627370497.3",
            "9007199254740990.00",
        ] {
            assert!(read::<u64>(json).is_err(), "{json}");
        }
        assert_eq!(read::<u64>("18446744073709551615").unwrap(), u64::MAX);
        assert_eq!(read::<i64>("-0.0").unwrap(), 0);
    }
}
