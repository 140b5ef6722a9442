//! A `serde` deserializer for the values that a request has for a name.

use super::{
    untyped::{self, Scalar},
    value_error::{ValueError, Whole},
};
use serde::de::{Deserializer, Expected, IntoDeserializer, Visitor, value::SeqDeserializer};
use std::{borrow::Cow, str::FromStr};

/// A decoded text of a request; `None` if its bytes are not UTF-8.
pub(crate) type Text<'r> = Option<Cow<'r, str>>;

/// Zero, one or several values of a name.
///
/// All strings of a request are read through this type: path, query, headers, cookies and forms. So
/// the same text results in the same value, or the same error message, in every part of the
/// request.
#[derive(Debug)]
pub(crate) struct Values<'r> {
    first: Option<Text<'r>>,
    rest: Vec<Text<'r>>,
    rule: Rule,
    origin: Origin,
    /// Identifies the value in its request.
    number: usize,
}

/// The part of a request that contains a value, if that affects how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Query,
    Form,
    /// Path, header or cookie.
    Other,
}

/// The meaning of several values of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// Only a single value, which is not a sequence.
    Single,
    /// As above, but always a text: the name of a field, an item of a list.
    Text,
    /// A sequence. If a single value is expected, several are rejected: otherwise, a proxy in front
    /// and the handler could use different values.
    Sequence,
    /// A sequence, or a text of all values joined by commas (RFC 9110, section 5.3).
    Lines,
}

impl<'r> Values<'r> {
    /// Exactly one value.
    pub(crate) fn single(text: Text<'r>) -> Self {
        Self::none(Rule::Single).with(Some(text))
    }

    /// One value, or none.
    pub(crate) fn optional(text: Option<Text<'r>>) -> Self {
        Self::none(Rule::Single).with(text)
    }

    /// Exactly one value, which is a text for types that accept any.
    pub(crate) fn text(text: Cow<'r, str>) -> Self {
        Self::none(Rule::Text).with([Some(text)])
    }

    /// Values of a key that may be repeated.
    pub(crate) fn sequence(texts: impl IntoIterator<Item = Text<'r>>) -> Self {
        Self::none(Rule::Sequence).with(texts)
    }

    /// The field lines of a header.
    pub(crate) fn lines(texts: impl IntoIterator<Item = Text<'r>>) -> Self {
        Self::none(Rule::Lines).with(texts)
    }

    fn none(rule: Rule) -> Self {
        Self {
            first: None,
            rest: Vec::new(),
            rule,
            origin: Origin::Other,
            number: 0,
        }
    }

    /// Sets the origin and the number of the name.
    pub(crate) fn of(mut self, origin: Origin, number: usize) -> Self {
        self.origin = origin;
        self.number = number;
        self
    }

    fn with(mut self, texts: impl IntoIterator<Item = Text<'r>>) -> Self {
        let mut texts = texts.into_iter();
        self.first = texts.next();
        self.rest.extend(texts);
        self
    }

    /// Returns the value if there is exactly one.
    fn one(self, expected: &dyn Expected) -> Result<Cow<'r, str>, ValueError> {
        let first = self.first.ok_or_else(|| ValueError::missing(expected))?;
        let first = first.ok_or_else(ValueError::not_utf8)?;
        if self.rest.is_empty() {
            return Ok(first);
        }
        if self.rule != Rule::Lines {
            return Err(ValueError::repeated(self.rest.len().saturating_add(1)));
        }
        let mut joined = first.into_owned();
        for line in self.rest {
            joined.push_str(", ");
            joined.push_str(&line.ok_or_else(ValueError::not_utf8)?);
        }
        Ok(Cow::Owned(joined))
    }

    /// Whether there is a single, empty value: browsers send one for an empty field of a form.
    fn is_empty(&self) -> bool {
        self.origin != Origin::Other
            && self.rest.is_empty()
            && matches!(&self.first, Some(Some(text)) if text.is_empty())
    }

    fn parse<T: FromStr>(self, expected: &dyn Expected) -> Result<T, ValueError> {
        let text = self.one(expected)?;
        text.parse()
            .map_err(|_| ValueError::unexpected(&text, &expected.to_string()))
    }
}

impl<'r> IntoDeserializer<'r, ValueError> for Values<'r> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

const BOOL: &str = "`true` or `false`";

macro_rules! parse {
    ($($method:ident $visit:ident $type:ty, $expected:expr;)*) => { $(
        fn $method<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
            visitor.$visit(self.parse::<$type>(&$expected)?)
        }
    )* };
}

macro_rules! parse_whole {
    ($($method:ident $visit:ident $type:ident;)*) => { parse! { $(
        $method $visit $type, Whole { min: $type::MIN as i128, max: $type::MAX as u128 };
    )* } };
}

// `NaN` and `inf` parse as floats, but handlers should not get them for a number.
macro_rules! parse_finite {
    ($($method:ident $visit:ident $type:ty;)*) => { $(
        fn $method<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
            let text = self.one(&"a number")?;
            match text.parse::<$type>() {
                Ok(value) if value.is_finite() => visitor.$visit(value),
                _ => Err(ValueError::unexpected(&text, "a number")),
            }
        }
    )* };
}

impl<'r> Deserializer<'r> for Values<'r> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        if self.rule == Rule::Text {
            return self.deserialize_str(visitor);
        }
        let shape = untyped::shape(self.number);
        if self.rule == Rule::Sequence && (shape.list || !self.rest.is_empty()) {
            return self.deserialize_seq(visitor);
        }
        if shape.is_absent_when_empty() && self.is_empty() {
            return visitor.visit_none();
        }
        let (number, in_form) = (self.number, self.origin == Origin::Form);
        let text = self.one(&visitor)?;
        match untyped::give(number, &text, in_form) {
            Some(Scalar::Bool(value)) => visitor.visit_bool(value),
            Some(Scalar::Unsigned(value)) => visitor.visit_u64(value),
            Some(Scalar::Signed(value)) => visitor.visit_i64(value),
            Some(Scalar::Float(value)) => visitor.visit_f64(value),
            None => match text {
                Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                Cow::Owned(text) => visitor.visit_string(text),
            },
        }
    }

    fn deserialize_bool<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        let in_form = self.origin == Origin::Form;
        let text = self.one(&BOOL)?;
        match &*text {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            "on" if in_form => visitor.visit_bool(true),
            other => Err(ValueError::unexpected(other, BOOL)),
        }
    }

    fn deserialize_str<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.one(&visitor)? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_string<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.one(&visitor)? {
            Cow::Borrowed(text) => visitor.visit_borrowed_bytes(text.as_bytes()),
            Cow::Owned(text) => visitor.visit_byte_buf(text.into_bytes()),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        self.deserialize_bytes(visitor)
    }

    parse! {
        deserialize_char visit_char char, "a character";
    }

    parse_whole! {
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

    parse_finite! {
        deserialize_f32 visit_f32 f32;
        deserialize_f64 visit_f64 f64;
    }

    fn deserialize_option<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        if self.first.is_none() {
            return visitor.visit_none();
        }
        if !self.is_empty() {
            return visitor.visit_some(self);
        }
        // A text may be empty. Whether another type may be, is only known after trying it.
        let number = self.number;
        if untyped::shape(number).is_absent_when_empty() {
            return visitor.visit_none();
        }
        visitor
            .visit_some(self)
            .inspect_err(|_| untyped::empty(number))
    }

    fn deserialize_newtype_struct<V: Visitor<'r>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        if matches!(self.rule, Rule::Single | Rule::Text) {
            return Err(ValueError::mismatch(format!(
                "one value cannot be read as {}",
                &visitor as &dyn Expected
            )));
        }
        let (origin, number) = (self.origin, self.number);
        let texts = self.first.into_iter().chain(self.rest);
        let each = texts.map(|text| Values::single(text).of(origin, number));
        let mut values = SeqDeserializer::new(each);
        let sequence = visitor.visit_seq(&mut values)?;
        values.end()?;
        Ok(sequence)
    }

    fn deserialize_tuple<V: Visitor<'r>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'r>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_enum<V: Visitor<'r>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        let text = self.one(&visitor)?;
        visitor.visit_enum(text.into_deserializer())
    }

    fn deserialize_ignored_any<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_unit()
    }

    fn deserialize_map<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        Err(ValueError::mismatch(format!(
            "a value cannot be read as {}",
            &visitor as &dyn Expected
        )))
    }

    fn deserialize_struct<V: Visitor<'r>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        self.deserialize_map(visitor)
    }

    /// By name: a number would be the position of a field or a variant.
    fn deserialize_identifier<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        self.deserialize_str(visitor)
    }

    serde::forward_to_deserialize_any! { <V: Visitor<'r>> unit unit_struct }
}

#[cfg(test)]
mod tests {
    use super::{super::value_error::Echo, *};
    use serde::Deserialize;
    use std::fmt::Debug;

    fn one(text: &str) -> Values<'_> {
        Values::single(Some(Cow::Borrowed(text)))
    }

    fn many<'r>(texts: &[&'r str]) -> Values<'r> {
        Values::sequence(texts.iter().map(|text| Some(Cow::Borrowed(*text))))
    }

    fn read<'r, T: Deserialize<'r>>(values: Values<'r>) -> Result<T, String> {
        super::super::reread::read(values, || unreachable!("read once"), |_| None)
            .map_err(|error: ValueError| error.explain(Echo::Value).1)
    }

    fn rejection<T: for<'r> Deserialize<'r> + Debug>(values: Values<'_>) -> String {
        read::<T>(values).unwrap_err()
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Id(u64);

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Order {
        Asc,
        Desc,
        Other(u8),
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(try_from = "String")]
    struct Sku(String);

    impl TryFrom<String> for Sku {
        type Error = &'static str;

        fn try_from(text: String) -> Result<Self, Self::Error> {
            match text.strip_prefix("sku-") {
                Some(rest) => Ok(Self(rest.to_owned())),
                None => Err("a SKU begins with `sku-`"),
            }
        }
    }

    #[test]
    fn one_text_is_read_as_any_plain_type() {
        assert_eq!(read(one("true")), Ok(true));
        assert_eq!(read(one("é")), Ok('é'));
        assert_eq!(read(one("-7")), Ok(-7_i8));
        assert_eq!(read(one("2.5")), Ok(2.5_f64));
        assert_eq!(read(one(&u128::MAX.to_string())), Ok(u128::MAX));
        assert_eq!(read(one(&i128::MIN.to_string())), Ok(i128::MIN));
        assert_eq!(read(one("tea")), Ok("tea"));
        assert_eq!(read(one("tea")), Ok("tea".to_owned()));
        assert_eq!(read(one("7")), Ok(Id(7)));
        assert_eq!(read(one("desc")), Ok(Order::Desc));
        assert_eq!(read(one("sku-1")), Ok(Sku("1".to_owned())));
        assert_eq!(read(one("7")), Ok(Some(Id(7))));
        assert_eq!(read(one("7")), Ok(serde_json::json!(7)));
        assert_eq!(read(one("07")), Ok(serde_json::json!("07")));
    }

    #[test]
    fn a_rejection_says_what_was_expected_and_found() {
        let cases = [
            (
                rejection::<bool>(one("1")),
                "expected `true` or `false`, found \"1\"",
            ),
            (
                rejection::<u8>(one("300")),
                "expected a whole number from 0 to 255, found \"300\"",
            ),
            (
                rejection::<f32>(one("NaN")),
                "expected a number, found \"NaN\"",
            ),
            (
                rejection::<f64>(one("inf")),
                "expected a number, found \"inf\"",
            ),
            (
                rejection::<Id>(one("x\ny")),
                r#"expected a whole number from 0 to 18446744073709551615, found "x\ny""#,
            ),
            (rejection::<Sku>(one("tea")), "a SKU begins with `sku-`"),
            (
                rejection::<Order>(one("up")),
                "expected one of `asc`, `desc`, `other`, found \"up\"",
            ),
            (
                rejection::<Vec<u8>>(one("1")),
                "one value cannot be read as a sequence",
            ),
            (
                rejection::<u32>(many(&["1", "2"])),
                "expected one value, found 2",
            ),
            (
                rejection::<String>(many(&["1", "2"])),
                "expected one value, found 2",
            ),
            (
                rejection::<(u8, u8)>(many(&["1"])),
                "expected a tuple of size 2, found 1",
            ),
            (rejection::<String>(Values::single(None)), "not UTF-8"),
            (
                rejection::<u32>(Values::optional(None)),
                "missing, expected a whole number from 0 to 4294967295",
            ),
        ];
        for (rejection, expected) in cases {
            assert_eq!(rejection, expected);
        }
    }

    #[test]
    fn an_enum_has_unit_variants_only() {
        assert!(read::<Order>(one("other")).is_err());
    }

    #[test]
    fn absent_parameters_are_none_or_empty() {
        assert_eq!(read(Values::optional(None)), Ok(None::<u32>));
        assert_eq!(read(many(&[])), Ok(Vec::<u32>::new()));
        assert_eq!(read(many(&[])), Ok(None::<Vec<u32>>));
    }

    #[test]
    fn repeated_values_keep_their_order() {
        assert_eq!(read(many(&["3", "1", "2"])), Ok(vec![3, 1, 2]));
        assert_eq!(read(many(&["3", "1"])), Ok((3, 1)));
        assert!(read::<(u8, u8)>(many(&["3", "1", "2"])).is_err());
        assert!(read::<Vec<Vec<u8>>>(many(&["3"])).is_err());
    }

    #[test]
    fn header_lines_are_one_text_with_commas_or_a_sequence() {
        let lines = || Values::lines([Some("a".into()), Some("b".into())]);
        assert_eq!(read(lines()), Ok("a, b".to_owned()));
        assert_eq!(read(lines()), Ok(vec!["a", "b"]));
        assert!(read::<u32>(lines()).is_err());
    }

    #[test]
    fn a_decoded_text_cannot_be_borrowed_and_says_so() {
        let owned = || Values::single(Some(Cow::Owned("tea".to_owned())));
        assert_eq!(read(owned()), Ok("tea".to_owned()));
        assert_eq!(
            read::<&str>(owned()),
            Err("expected a borrowed string, found \"tea\"".to_owned())
        );
    }
}
