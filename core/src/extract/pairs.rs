//! Names and values, as a `serde` map or sequence of pairs.

use super::{
    guess, urlencoded,
    value_error::ValueError,
    values::{Origin, Text, Values},
};
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

/// Reads a query string or a form; `None` when it has more than `limit` pairs.
pub(super) fn read<'r, T: Deserialize<'r>>(
    text: &'r str,
    origin: Origin,
    limit: usize,
) -> Option<Result<T, ValueError>> {
    let pairs = Pairs::parse(text, origin, limit)?;
    let again = move || Pairs::all(urlencoded::split(text), origin);
    let name = move |number: usize| {
        let mut entries = again().into_entries();
        entries.nth(number).map(|(name, _)| name)
    };
    Some(guess::read(pairs, again, name))
}

impl<'r> Pairs<'r> {
    /// `None` when there are more than `limit`.
    fn parse(text: &'r str, origin: Origin, limit: usize) -> Option<Self> {
        let mut found = urlencoded::split(text);
        let pairs = Self::all(found.by_ref().take(limit), origin);
        found.next().is_none().then_some(pairs)
    }

    fn all(found: impl Iterator<Item = (&'r str, &'r str)>, origin: Origin) -> Self {
        let decoded =
            found.map(|(name, value)| (urlencoded::decode_name(name), urlencoded::decode(value)));
        Self {
            pairs: decoded.collect(),
            origin,
        }
    }

    /// Each name with all its values. They keep their order; the names are sorted, which brings
    /// equal ones together without a table of them.
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

    /// The pairs as they stand in the request.
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

/// Names with their values: a map, or a sequence of pairs. Errors name the name.
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
            return Err(Error::custom("a value was asked for before its name"));
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

/// One name and its value, as a tuple of two.
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

#[cfg(test)]
mod tests {
    use super::{super::value_error::Echo, *};
    use serde::Deserialize;
    use std::collections::HashMap;

    type Refused = (Option<String>, String);

    fn read<'r, T: Deserialize<'r>>(text: &'r str) -> Result<T, Refused> {
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
    fn fields_are_read_by_name_and_borrowed_where_nothing_is_decoded() {
        let filter: Filter<'_> = read("tag=b&page=2&other=%FF&tag=a&name=tea").unwrap();
        assert_eq!(filter.page, Some(2));
        assert_eq!(filter.tag, ["b", "a"]);
        assert!(matches!(filter.name, Cow::Borrowed("tea")));
        let filter: Filter<'_> = read("name=a+b").unwrap();
        assert!(matches!(filter.name, Cow::Owned(name) if name == "a b"));
    }

    #[test]
    fn an_error_names_the_key() {
        fn refused<T>(name: &str, detail: &str) -> Result<T, Refused> {
            Err((Some(name.to_owned()), detail.to_owned()))
        }
        assert_eq!(
            read::<Filter<'_>>("page=x"),
            refused(
                "page",
                "expected a whole number from 0 to 4294967295, found \"x\""
            )
        );
        assert_eq!(
            read::<Filter<'_>>("page=1&page=2"),
            refused("page", "expected one value, found 2")
        );
        assert_eq!(
            read::<Filter<'_>>("tag=a&tag=%FF"),
            refused("tag", "not UTF-8")
        );
        assert_eq!(
            read::<Vec<(String, u8)>>("a=1&b=x"),
            refused("b", "expected a whole number from 0 to 255, found \"x\"")
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
    fn more_pairs_than_the_limit_are_refused() {
        for (text, fits) in [("a&b", true), ("a&&b&", true), ("a&b&c", false), ("", true)] {
            let read = super::read::<()>(text, Origin::Query, 2);
            assert_eq!(read.is_some(), fits, "{text}");
        }
        assert!(super::read::<()>("a", Origin::Query, 0).is_none());
    }
}
