//! Lenient reading of parts of a request context.

use crate::auth::{
    Refusal,
    list_claim::{Step, step},
};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{
    borrow::Cow,
    collections::{BTreeMap, btree_map::Entry},
    fmt,
};

/// A JSON object whose values nobody has looked at yet.
#[derive(Debug)]
pub(super) struct Object<'a>(BTreeMap<Cow<'a, str>, &'a RawValue>);

impl<'a> Object<'a> {
    /// Reads an object; `None` when the JSON is something else.
    ///
    /// No gateway writes two members of one name, and readers differ in which of them they take. So
    /// an object that has them is malformed, rather than read in one way here and in another there.
    pub(super) fn read(json: &'a str) -> Result<Option<Self>, Refusal> {
        if !json.trim_start().starts_with('{') {
            return Ok(None);
        }
        serde_json::from_str(json)
            .map(Some)
            .map_err(|_| Refusal::MalformedContext)
    }

    /// A member; one that is null is not there.
    pub(super) fn get(&self, name: &str) -> Option<&'a RawValue> {
        let value = self.0.get(name).copied()?;
        (value.get() != "null").then_some(value)
    }

    /// A string, or a number or a boolean as text. An empty one is not there.
    pub(super) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name)
            .and_then(text)
            .filter(|text| !text.is_empty())
    }

    /// The same as an owned string.
    pub(super) fn string(&self, name: &str) -> Option<String> {
        self.text(name).map(Cow::into_owned)
    }

    /// A member that is an object.
    pub(super) fn object(&self, name: &str) -> Result<Option<Object<'a>>, Refusal> {
        match self.get(name) {
            Some(value) => Self::read(value.get()),
            None => Ok(None),
        }
    }

    /// A member that is nothing but an object, if it is there at all.
    pub(super) fn only_object(&self, name: &str) -> Result<Option<Object<'a>>, Refusal> {
        match self.get(name) {
            Some(value) => match Self::read(value.get())? {
                Some(object) => Ok(Some(object)),
                None => Err(Refusal::MalformedContext),
            },
            None => Ok(None),
        }
    }

    /// The claim of this name, or at the end of this path: see
    /// [`ListClaim`](crate::auth::list_claim::ListClaim). A claim that holds others may have become
    /// the text of its JSON.
    pub(super) fn claim(&self, path: &str) -> Result<Option<Cow<'a, RawValue>>, Refusal> {
        if let Some(named) = self.get(path) {
            return Ok(Some(Cow::Borrowed(named)));
        }
        // Of names that begin the path, the longest one goes first.
        for (name, value) in self.0.iter().rev() {
            let Some(Step::Below(rest)) = step(path, name) else {
                continue;
            };
            let found = match text(value).filter(|text| text.trim_start().starts_with('{')) {
                // Claims that are no JSON are texts of their own.
                Some(json) => match Object::read(&json) {
                    Ok(Some(object)) => object
                        .claim(rest)?
                        .map(|found| Cow::Owned(found.into_owned())),
                    Ok(None) | Err(_) => None,
                },
                None => match Self::read(value.get())? {
                    Some(object) => object.claim(rest)?,
                    None => None,
                },
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The members that are there, by name.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0
            .iter()
            .map(|(name, value)| (&**name, *value))
            .filter(|(_, value)| value.get() != "null")
    }
}

/// A string, or a number or a boolean as text.
pub(super) fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

    let json = value.get();
    match json.as_bytes().first()? {
        b'"' => serde_json::from_str::<Text<'_>>(json)
            .ok()
            .map(|text| text.0),
        b'{' | b'[' | b'n' => None,
        _ => Some(Cow::Borrowed(json)),
    }
}

/// The texts of an array, or of one value that is none; what is no text is passed over.
pub(super) fn texts(value: &RawValue) -> Vec<Cow<'_, str>> {
    match serde_json::from_str::<Vec<&RawValue>>(value.get()) {
        Ok(values) => values.into_iter().filter_map(text).collect(),
        Err(_) => text(value).into_iter().collect(),
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((Key(name), value)) = map.next_entry::<Key<'de>, &RawValue>()? {
                    match members.entry(name) {
                        Entry::Vacant(place) => place.insert(value),
                        Entry::Occupied(_) => return Err(A::Error::custom("a repeated member")),
                    };
                }
                Ok(Object(members))
            }
        }

        #[derive(Deserialize)]
        struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

        deserializer.deserialize_map(Read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_read_for_what_it_can_be_taken_for() {
        let json = r#" {"a": "x", "b": 7, "c": true, "d": null, "e": ["y", 1, null, {}], "f": {"g": "z"},
            "h": "", "i": "\u0061", "j": "\ud800"}"#;
        let object = Object::read(json).unwrap().unwrap();
        for (name, expected) in [
            ("a", Some("x")),
            ("b", Some("7")),
            ("c", Some("true")),
            ("d", None),
            ("e", None),
            ("f", None),
            ("h", None),
            ("i", Some("a")),
            ("j", None),
            ("k", None),
        ] {
            assert_eq!(object.text(name).as_deref(), expected, "{name}");
        }
        assert_eq!(texts(object.get("e").unwrap()), ["y", "1"]);
        assert_eq!(texts(object.get("a").unwrap()), ["x"]);
        let inner = object.object("f").unwrap().unwrap();
        assert_eq!(inner.text("g").as_deref(), Some("z"));
        assert!(object.object("a").unwrap().is_none());
        assert!(object.only_object("d").unwrap().is_none());
        assert_eq!(
            object.only_object("a").unwrap_err(),
            Refusal::MalformedContext
        );
    }

    #[test]
    fn a_claim_is_found_by_its_name_or_by_a_path() {
        for (path, json, expected) in [
            ("groups", r#"{"groups": ["a"]}"#, Some(r#"["a"]"#)),
            ("a.b", r#"{"a": {"b": "x"}}"#, Some(r#""x""#)),
            ("a.b", r#"{"a": {"b": "x"}, "a.b": "y"}"#, Some(r#""y""#)),
            ("a.b", r#"{"a": {"b": "x"}, "a.b": null}"#, Some(r#""x""#)),
            (
                "a.b.c",
                r#"{"a": {"b": {"c": "x"}}, "a.b": {"c": "y"}}"#,
                Some(r#""y""#),
            ),
            (
                "a.b.c",
                r#"{"a": {"b": {"c": "x"}}, "a.b": {"d": "y"}}"#,
                Some(r#""x""#),
            ),
            // As a gateway writes a claim that is an object.
            ("a.b", r#"{"a": "{\"b\":[\"x\"]}"}"#, Some(r#"["x"]"#)),
            ("a.b", r#"{"a": "{b"}"#, None),
            ("a.b", r#"{"a": ["b"]}"#, None),
            ("a.b", r#"{"b": "x"}"#, None),
            ("a.", r#"{"a": {"": "x"}}"#, None),
        ] {
            let object = Object::read(json).unwrap().unwrap();
            let found = object.claim(path).unwrap();
            assert_eq!(
                found.as_ref().map(|value| value.get()),
                expected,
                "{path} {json}"
            );
        }
        let twice = Object::read(r#"{"a": {"b": 1, "b": 2}}"#).unwrap().unwrap();
        assert_eq!(twice.claim("a.b").unwrap_err(), Refusal::MalformedContext);
    }

    #[test]
    fn two_members_of_one_name_are_malformed() {
        for json in [r#"{"a": 1, "a": 1}"#, r#"{"a": 1, "\u0061": 2}"#] {
            assert_eq!(
                Object::read(json).unwrap_err(),
                Refusal::MalformedContext,
                "{json}"
            );
        }
    }

    #[test]
    fn what_is_no_object_is_none() {
        for json in ["null", "[]", "7", "\"{}\"", ""] {
            assert!(Object::read(json).unwrap().is_none(), "{json}");
        }
    }
}
