//! Lenient reading of JSON on borrowed data.
//!
//! Events are written by services, by emulators and by hand. What has an unexpected type is
//! passed over here rather than refused, so that one odd member cannot fail a whole event.

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use std::{borrow::Cow, fmt};

/// Takes the members of an object, one by one, in the order in which they stand.
pub(super) trait Members<'de> {
    /// Takes one member; it has to read the value from `map`.
    fn member<A: MapAccess<'de>>(
        &mut self,
        name: Cow<'de, str>,
        map: &mut A,
    ) -> Result<(), A::Error>;
}

/// Hands the members of an object to `T`. The value says whether there was an object.
pub(super) struct Object<'t, T>(pub(super) &'t mut T);

/// A string, or what can be taken for one: a number, `true`, `false`.
#[derive(Debug, Default)]
pub(super) struct Text<'de>(pub(super) Option<Cow<'de, str>>);

/// Whether something is set; anything but `true` (or `"true"`) is not.
#[derive(Debug, Default)]
pub(super) struct Flag(pub(super) bool);

/// Calls a function with a string, or with each string of an array.
pub(super) struct Each<F>(pub(super) F);

/// Reads a JSON text; trailing text is an error.
pub(super) fn read<'de, S: DeserializeSeed<'de>>(
    text: &'de str,
    seed: S,
) -> Result<S::Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = seed.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// The members of an object whose values are strings.
pub(crate) fn string_map(json: &str) -> Vec<(String, String)> {
    struct Strings(Vec<(String, String)>);

    impl<'de> Members<'de> for Strings {
        fn member<A: MapAccess<'de>>(
            &mut self,
            name: Cow<'de, str>,
            map: &mut A,
        ) -> Result<(), A::Error> {
            if let Text(Some(value)) = map.next_value()? {
                self.0.push((name.into_owned(), value.into_owned()));
            }
            Ok(())
        }
    }

    let mut strings = Strings(Vec::new());
    // What was read before a fault stays: there is nobody left to report it to.
    let _ = read(json, Object(&mut strings));
    strings.0
}

/// What a visitor makes of a value that is not what it looks for.
macro_rules! pass_over {
    (scalars: $nothing:expr) => {
        fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
            Ok($nothing)
        }
        fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
            Ok($nothing)
        }
        fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
            Ok($nothing)
        }
        fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
            Ok($nothing)
        }
    };
    (null: $nothing:expr) => {
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok($nothing)
        }
    };
    (seq: $nothing:expr) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok($nothing)
        }
    };
    (map: $nothing:expr) => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok($nothing)
        }
    };
}

/// A number, `true` or `false` as the text it stands for.
macro_rules! scalars_as_text {
    () => {
        fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
            self.visit_string(value.to_string())
        }
        fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
            self.visit_string(value.to_string())
        }
        fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
            self.visit_string(value.to_string())
        }
        fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
            self.visit_string(value.to_string())
        }
    };
}

impl<'de, T: Members<'de>> DeserializeSeed<'de> for Object<'_, T> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Members<'de>> Visitor<'de> for Object<'_, T> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        while let Some(name) = map.next_key::<Text<'de>>()? {
            self.0.member(name.0.unwrap_or_default(), &mut map)?;
        }
        Ok(true)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }

    pass_over!(scalars: false);
    pass_over!(null: false);
    pass_over!(seq: false);
}

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Borrowed(text))))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                self.visit_string(text.to_owned())
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Owned(text))))
            }

            scalars_as_text!();
            pass_over!(null: Text(None));
            pass_over!(seq: Text(None));
            pass_over!(map: Text(None));
        }

        deserializer.deserialize_any(Read)
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(|text| Flag(text.0.as_deref() == Some("true")))
    }
}

impl<'de, F: FnMut(Cow<'de, str>)> DeserializeSeed<'de> for Each<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(Cow<'de, str>)> Visitor<'de> for Each<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or an array of strings")
    }

    fn visit_borrowed_str<E: Error>(mut self, text: &'de str) -> Result<(), E> {
        (self.0)(Cow::Borrowed(text));
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: Error>(mut self, text: String) -> Result<(), E> {
        (self.0)(Cow::Owned(text));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while let Some(element) = seq.next_element::<Text<'de>>()? {
            if let Some(text) = element.0 {
                (self.0)(text);
            }
        }
        Ok(())
    }

    scalars_as_text!();
    pass_over!(null: ());
    pass_over!(map: ());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_whatever_can_be_taken_for_one() {
        for (json, expected) in [
            (r#""plain""#, Some("plain")),
            (r#""a\tb""#, Some("a\tb")),
            ("7", Some("7")),
            ("-7", Some("-7")),
            ("1.5", Some("1.5")),
            ("true", Some("true")),
            ("null", None),
            (r#"["a", {"b": null}]"#, None),
            (r#"{"a": ["b"]}"#, None),
        ] {
            let text: Text<'_> = serde_json::from_str(json).unwrap();
            assert_eq!(text.0.as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn a_flag_is_only_set_by_true() {
        for (json, expected) in [
            ("true", true),
            (r#""true""#, true),
            ("false", false),
            ("null", false),
            ("1", false),
            ("{}", false),
        ] {
            let flag: Flag = serde_json::from_str(json).unwrap();
            assert_eq!(flag.0, expected, "{json}");
        }
    }

    #[test]
    fn a_string_and_an_array_of_strings_are_read_alike() {
        for (json, expected) in [
            (r#""a""#, vec!["a"]),
            (r#"["a", "b\n", null, 3, [], {}]"#, vec!["a", "b\n", "3"]),
            ("null", vec![]),
            ("{}", vec![]),
        ] {
            let mut texts = Vec::new();
            read(
                json,
                Each(|text: Cow<'_, str>| texts.push(text.into_owned())),
            )
            .unwrap();
            assert_eq!(texts, expected, "{json}");
        }
    }

    #[test]
    fn a_map_of_strings_passes_over_what_is_none() {
        assert_eq!(
            string_map(r#"{"a": "1", "b": null, "c": {"d": "2"}, "e": "3"}"#),
            [("a", "1"), ("e", "3")].map(|(k, v)| (k.to_owned(), v.to_owned()))
        );
        assert_eq!(string_map("null"), []);
        assert_eq!(string_map("[1]"), []);
    }
}
