//! A `serde` serializer for a value that is one text, as plain arguments are read.

use serde::{
    Serialize,
    ser::{self, Impossible, Serializer},
};
use std::fmt::{self, Display};

/// The text of a value; `None` for the `None` of an `Option`.
pub(super) fn text<T: Serialize + ?Sized>(value: &T) -> Result<Option<String>, Invalid> {
    value.serialize(OneText)
}

/// Why a value is not one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Invalid(String);

impl Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Invalid {}

impl ser::Error for Invalid {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

#[cold]
fn not_one<T>(found: &str) -> Result<T, Invalid> {
    Err(Invalid(format!("expected one text, found {found}")))
}

struct OneText;

type Text = Option<String>;

macro_rules! display {
    ($($method:ident $type:ty;)*) => { $(
        fn $method(self, value: $type) -> Result<Text, Invalid> {
            Ok(Some(value.to_string()))
        }
    )* };
}

// As in `extract/string_de`, which does not read these either.
macro_rules! finite {
    ($($method:ident $type:ty;)*) => { $(
        fn $method(self, value: $type) -> Result<Text, Invalid> {
            if value.is_finite() {
                Ok(Some(value.to_string()))
            } else {
                not_one("a number that is not finite")
            }
        }
    )* };
}

impl Serializer for OneText {
    type Ok = Text;
    type Error = Invalid;
    type SerializeSeq = Impossible<Text, Invalid>;
    type SerializeTuple = Impossible<Text, Invalid>;
    type SerializeTupleStruct = Impossible<Text, Invalid>;
    type SerializeTupleVariant = Impossible<Text, Invalid>;
    type SerializeMap = Impossible<Text, Invalid>;
    type SerializeStruct = Impossible<Text, Invalid>;
    type SerializeStructVariant = Impossible<Text, Invalid>;

    display! {
        serialize_bool bool;
        serialize_i8 i8;
        serialize_i16 i16;
        serialize_i32 i32;
        serialize_i64 i64;
        serialize_i128 i128;
        serialize_u8 u8;
        serialize_u16 u16;
        serialize_u32 u32;
        serialize_u64 u64;
        serialize_u128 u128;
        serialize_char char;
        serialize_str &str;
    }

    finite! {
        serialize_f32 f32;
        serialize_f64 f64;
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Text, Invalid> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(text.to_owned())),
            Err(_) => not_one("bytes that are not UTF-8"),
        }
    }

    fn serialize_none(self) -> Result<Text, Invalid> {
        Ok(None)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Text, Invalid> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Text, Invalid> {
        not_one("a unit")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Text, Invalid> {
        not_one("a unit struct")
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Text, Invalid> {
        Ok(Some(variant.to_owned()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Text, Invalid> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Text, Invalid> {
        not_one("a variant with a value")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Invalid> {
        not_one("a sequence")
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Invalid> {
        not_one("a tuple")
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Invalid> {
        not_one("a tuple struct")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Invalid> {
        not_one("a variant with values")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Invalid> {
        not_one("a map")
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Invalid> {
        not_one("a struct")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Invalid> {
        not_one("a variant with fields")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    #[derive(Serialize)]
    struct Id(u64);

    #[derive(Serialize)]
    #[serde(rename_all = "kebab-case")]
    enum State {
        InTransit,
        Lost(u8),
    }

    #[derive(Serialize)]
    struct Point {
        x: u8,
    }

    #[test]
    fn a_value_is_the_text_that_an_argument_reads() {
        for (found, expected) in [
            (text(&7_u8), "7"),
            (text(&-7_i64), "-7"),
            (text(&u128::MAX), "340282366920938463463374607431768211455"),
            (text(&1.5_f64), "1.5"),
            (text(&true), "true"),
            (text(&'ü'), "ü"),
            (text("a/b"), "a/b"),
            (text(&Cow::Borrowed("tea")), "tea"),
            (text(&&Id(7)), "7"),
            (text(&Some(Id(7))), "7"),
            (text(&State::InTransit), "in-transit"),
        ] {
            assert_eq!(found, Ok(Some(expected.to_owned())));
        }
        assert_eq!(text(&None::<u8>), Ok(None));
    }

    #[test]
    fn a_value_that_is_not_one_text_is_invalid() {
        for (found, expected) in [
            (text(&()), "a unit"),
            (text(&[1, 2]), "a tuple"),
            (text(&vec![1]), "a sequence"),
            (text(&State::Lost(1)), "a variant with a value"),
            (text(&Point { x: 1 }), "a struct"),
            (text(&f64::NAN), "a number that is not finite"),
        ] {
            let error = found.unwrap_err().to_string();
            assert_eq!(error, format!("expected one text, found {expected}"));
        }
    }
}
