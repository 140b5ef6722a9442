//! `application/x-www-form-urlencoded`, the format of query strings and forms, as a `serde` map or
//! sequence of pairs.

use super::{
    reread,
    string_de::{Origin, Text, Values},
    value_error::ValueError,
};
use percent_encoding::percent_decode_str;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor,
    value::SeqDeserializer,
};
use std::borrow::Cow;

/// The decoded pairs of a query string or a form.
#[derive(Debug)]
pub(super) struct Pairs<'r> {
    pairs: Vec<(Cow<'r, str>, Text<'r>)>,
    origin: Origin,
}

/// Reads a query string or a form; `None` if it has more than `limit` pairs.
pub(super) fn read<'r, T: Deserialize<'r>>(
    text: &'r str,
    origin: Origin,
    limit: usize,
) -> Option<Result<T, ValueError>> {
    let pairs = Pairs::parse(text, origin, limit)?;
    let again = move || Pairs::all(split(text), origin);
    let name = move |number: usize| {
        let mut entries = again().into_entries();
        entries.nth(number).map(|(name, _)| name)
    };
    Some(reread::read(pairs, again, name))
}

impl<'r> Pairs<'r> {
    /// Parses the pairs; `None` if there are more than `limit`.
    fn parse(text: &'r str, origin: Origin, limit: usize) -> Option<Self> {
        let mut found = split(text);
        let pairs = Self::all(found.by_ref().take(limit), origin);
        found.next().is_none().then_some(pairs)
    }

    fn all(found: impl Iterator<Item = (&'r str, &'r str)>, origin: Origin) -> Self {
        let decoded = found.map(|(name, value)| (decode_name(name), decode(value)));
        Self {
            pairs: decoded.collect(),
            origin,
        }
    }

    /// Groups the values by name. Values keep their order; the names are sorted, which groups equal
    /// ones without a table.
    fn into_entries(self) -> impl Iterator<Item = (Cow<'r, str>, Values<'r>)> {
        let Self { mut pairs, origin } = self;
        pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut pairs = pairs.into_iter().peekable();
        let mut number = 0;
        std::iter::from_fn(move || {
            let (name, first) = pairs.next()?;
            let rest = std::iter::from_fn(|| pairs.next_if(|(other, _)| *other == name));
            let texts = std::iter::once(first).chain(rest.map(|(_, text)| text));
            let values = Values::sequence(texts).of(origin, number);
            number += 1;
            Some((name, values))
        })
    }
}

impl<'r> Deserializer<'r> for Pairs<'r> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_map(Entries::new(self.into_entries()))
    }

    /// The pairs in the order of the request.
    fn deserialize_seq<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        let Self { pairs, origin } = self;
        let pairs = pairs.into_iter().enumerate();
        visitor.visit_seq(Entries::new(pairs.map(|(number, (name, text))| {
            (name, Values::single(text).of(origin, number))
        })))
    }

    fn deserialize_option<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'r>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'r>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_unit()
    }

    fn deserialize_ignored_any<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! { <V: Visitor<'r>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        tuple tuple_struct map struct enum identifier
    }
}

/// Names with their values: a map, or a sequence of pairs. Errors contain the name.
pub(crate) struct Entries<'r, I> {
    entries: I,
    current: Option<(Cow<'r, str>, Values<'r>)>,
}

impl<'r, I: Iterator<Item = (Cow<'r, str>, Values<'r>)>> Entries<'r, I> {
    pub(crate) fn new(entries: I) -> Self {
        Self {
            entries,
            current: None,
        }
    }
}

impl<'r, I: Iterator<Item = (Cow<'r, str>, Values<'r>)>> MapAccess<'r> for Entries<'r, I> {
    type Error = ValueError;

    fn next_key_seed<K: DeserializeSeed<'r>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ValueError> {
        let Some((name, values)) = self.entries.next() else {
            return Ok(None);
        };
        let key = seed.deserialize(Values::text(name.clone()))?;
        self.current = Some((name, values));
        Ok(Some(key))
    }

    fn next_value_seed<T: DeserializeSeed<'r>>(&mut self, seed: T) -> Result<T::Value, ValueError> {
        let Some((name, values)) = self.current.take() else {
            return Err(Error::custom("the value was requested before its name"));
        };
        seed.deserialize(values).map_err(|error| error.of(&name))
    }
}

impl<'r, I: Iterator<Item = (Cow<'r, str>, Values<'r>)>> SeqAccess<'r> for Entries<'r, I> {
    type Error = ValueError;

    fn next_element_seed<T: DeserializeSeed<'r>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ValueError> {
        let Some((name, values)) = self.entries.next() else {
            return Ok(None);
        };
        let pair = Pair(name.clone(), values);
        seed.deserialize(pair)
            .map(Some)
            .map_err(|error| error.of(&name))
    }
}

/// A name and its value, as a tuple of two.
struct Pair<'r>(Cow<'r, str>, Values<'r>);

impl<'r> Deserializer<'r> for Pair<'r> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        let both = [Values::text(self.0), self.1];
        let mut both = SeqDeserializer::new(both.into_iter());
        let pair = visitor.visit_seq(&mut both)?;
        both.end()?;
        Ok(pair)
    }

    serde::forward_to_deserialize_any! { <V: Visitor<'r>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

/// Splits a query string or a form into encoded pairs. A key without `=` has an empty value.
pub(crate) fn split(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// Decodes `+` and `%XX`. Returns a borrowed text if nothing is encoded, and `None` if the bytes
/// are not UTF-8. A `%` without two hex digits is kept, as in the [URL
/// standard](https://url.spec.whatwg.org/#percent-decode).
pub(crate) fn decode(text: &str) -> Option<Cow<'_, str>> {
    if is_plain(text) {
        return Some(Cow::Borrowed(text));
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(Cow::Owned(decoded.into_owned()))
}

/// Decodes a name. A name that is not UTF-8 becomes a text that no parameter has as its name.
pub(crate) fn decode_name(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8_lossy();
    Cow::Owned(decoded.into_owned())
}

fn is_plain(text: &str) -> bool {
    !text.bytes().any(|byte| matches!(byte, b'+' | b'%'))
}

#[cfg(test)]
mod tests {
    use super::{super::value_error::Echo, *};
    use serde::Deserialize;
    use std::collections::HashMap;

    type Rejected = (Option<String>, String);

    fn read<'r, T: Deserialize<'r>>(text: &'r str) -> Result<T, Rejected> {
        super::read(text, Origin::Query, 10)
            .expect("few pairs")
            .map_err(|error| error.explain(Echo::Value))
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Filter<'r> {
        page: Option<u32>,
        #[serde(default)]
        tag: Vec<String>,
        #[serde(borrow, default)]
        name: Cow<'r, str>,
    }

    #[test]
    fn fields_are_read_by_name_and_borrowed_if_not_decoded() {
        let filter: Filter<'_> = read("tag=b&page=2&other=%FF&tag=a&name=tea").unwrap();
        assert_eq!(filter.page, Some(2));
        assert_eq!(filter.tag, ["b", "a"]);
        assert!(matches!(filter.name, Cow::Borrowed("tea")));
        let filter: Filter<'_> = read("name=a+b").unwrap();
        assert!(matches!(filter.name, Cow::Owned(name) if name == "a b"));
    }

    #[test]
    fn an_error_names_the_key() {
        fn rejected<T>(name: &str, detail: &str) -> Result<T, Rejected> {
            Err((Some(name.to_owned()), detail.to_owned()))
        }
        assert_eq!(
            read::<Filter<'_>>("page=x"),
            rejected(
                "page",
                "expected a whole number from 0 to 4294967295, found \"x\""
            )
        );
        assert_eq!(
            read::<Filter<'_>>("page=1&page=2"),
            rejected("page", "expected one value, found 2")
        );
        assert_eq!(
            read::<Filter<'_>>("tag=a&tag=%FF"),
            rejected("tag", "not UTF-8")
        );
        assert_eq!(
            read::<Vec<(String, u8)>>("a=1&b=x"),
            rejected("b", "expected a whole number from 0 to 255, found \"x\"")
        );
    }

    #[test]
    fn a_missing_field_and_an_unknown_one_are_named() {
        #[derive(Debug, Deserialize, PartialEq)]
        #[serde(deny_unknown_fields)]
        struct Strict {
            id: u8,
        }
        assert_eq!(
            read::<Strict>(""),
            Err((Some("id".to_owned()), "missing".to_owned()))
        );
        assert_eq!(
            read::<Strict>("id=1&ip=2"),
            Err((
                Some("ip".to_owned()),
                "unknown name, expected `id`".to_owned()
            ))
        );
    }

    #[test]
    fn pairs_in_a_sequence_keep_the_order_of_the_request() {
        assert_eq!(
            read("b=1&a=2&b=3"),
            Ok(vec![("b", "1"), ("a", "2"), ("b", "3")])
        );
    }

    #[test]
    fn maps_units_and_newtypes_are_read() {
        #[derive(Debug, Deserialize, PartialEq)]
        struct Wrapped(HashMap<String, Vec<u8>>);
        let map = HashMap::from([("a".to_owned(), vec![1, 3]), ("b".to_owned(), vec![2])]);
        assert_eq!(read("a=1&b=2&a=3"), Ok(Wrapped(map)));
        assert_eq!(read("a=1"), Ok(()));
        assert!(read::<u32>("a=1").is_err());
    }

    #[test]
    fn flattened_text_and_maps_are_read() {
        #[derive(Debug, Deserialize, PartialEq)]
        struct Sorting {
            sort: String,
        }
        #[derive(Debug, Deserialize, PartialEq)]
        struct Search {
            page: u32,
            #[serde(flatten)]
            sorting: Sorting,
            #[serde(flatten)]
            rest: HashMap<String, String>,
        }
        let search: Search = read("page=1&sort=name&x=y").unwrap();
        assert_eq!((search.page, search.sorting.sort.as_str()), (1, "name"));
        assert_eq!(search.rest.get("x").map(String::as_str), Some("y"));
    }

    #[test]
    fn more_pairs_than_the_limit_are_rejected() {
        for (text, fits) in [("a&b", true), ("a&&b&", true), ("a&b&c", false), ("", true)] {
            let read = super::read::<()>(text, Origin::Query, 2);
            assert_eq!(read.is_some(), fits, "{text}");
        }
        assert!(super::read::<()>("a", Origin::Query, 0).is_none());
    }

    #[test]
    fn pairs_are_split_at_the_first_equals_sign() {
        let pairs: Vec<_> = split("a=1&&b&c=x=y&=z&").collect();
        assert_eq!(pairs, [("a", "1"), ("b", ""), ("c", "x=y"), ("", "z")]);
        assert_eq!(split("").count(), 0);
    }

    #[test]
    fn plus_and_percent_are_decoded() {
        let cases = [
            ("plain", "plain"),
            ("a+b", "a b"),
            ("a%2Bb%20c", "a+b c"),
            ("%C3%A9", "é"),
            ("100%", "100%"),
            ("%zz%4", "%zz%4"),
        ];
        for (text, decoded) in cases {
            assert_eq!(decode(text).as_deref(), Some(decoded));
            assert_eq!(decode_name(text), decoded);
        }
    }

    #[test]
    fn nothing_to_decode_borrows() {
        assert!(matches!(decode("tea"), Some(Cow::Borrowed("tea"))));
        assert!(matches!(decode_name("tea"), Cow::Borrowed("tea")));
    }

    #[test]
    fn invalid_utf8_in_a_value_is_rejected() {
        assert_eq!(decode("%FF"), None);
        assert_eq!(decode_name("%FF"), "\u{fffd}");
    }
}
