//! Strict reader of JSON objects: token headers and claims, key documents, request contexts.
//!
//! Whoever signs a token and whoever verifies it must see the same claims. So everything that
//! parsers disagree on is rejected: members of one name ([RFC 7515, section
//! 4](https://www.rfc-editor.org/rfc/rfc7515#section-4)), halves of surrogate pairs, text after the
//! object, deep nesting. The text of each value is kept as it is, so that a number means the same
//! whatever features of serde_json another crate enables.

use super::{
    AuthError,
    list_claim::{Step, step},
};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{
    borrow::Cow,
    collections::{BTreeMap, btree_map::IntoIter},
    fmt,
};

/// How deep the arrays and objects of a token may be nested. Known issuers need four levels.
#[cfg(feature = "jwt")]
const MAX_DEPTH: usize = 32;

/// Why a text is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonError {
    /// It is not an object of JSON in UTF-8, or is nested too deeply.
    Malformed,
    /// Two members of an object have one name.
    Duplicate,
}

/// An object whose members have different names. Its values are not parsed yet.
#[derive(Debug, Default)]
pub(crate) struct Object<'a> {
    members: BTreeMap<Cow<'a, str>, &'a RawValue>,
    repeated: bool,
}

impl<'a> Object<'a> {
    /// Parses an object. What is inside of its values is not checked but for the grammar.
    pub(crate) fn parse(json: &'a str) -> Result<Self, JsonError> {
        match serde_json::from_str(json) {
            Ok(Self { repeated: true, .. }) => Err(JsonError::Duplicate),
            Ok(object) => Ok(object),
            Err(_) => Err(JsonError::Malformed),
        }
    }

    /// Parses an object of a request context; `None` when the JSON is another value.
    ///
    /// Gateways write no two members of one name, and readers differ in which of them they take.
    pub(crate) fn read(json: &'a str) -> Result<Option<Self>, AuthError> {
        if !json.trim_start().starts_with('{') {
            return Ok(None);
        }
        match Self::parse(json) {
            Ok(object) => Ok(Some(object)),
            Err(_) => Err(AuthError::MalformedContext),
        }
    }

    /// A member that is not `null`.
    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        let value = self.members.get(name).copied()?;
        (value.get() != "null").then_some(value)
    }

    /// A string that is not empty, or a number or a boolean as text.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name)
            .and_then(text)
            .filter(|text| !text.is_empty())
    }

    /// [`text`](Self::text) as an owned string.
    pub(crate) fn owned_text(&self, name: &str) -> Option<String> {
        self.text(name).map(Cow::into_owned)
    }

    /// A member that is an object; `None` when it is another value.
    pub(crate) fn object(&self, name: &str) -> Result<Option<Object<'a>>, AuthError> {
        match self.get(name) {
            Some(value) => Self::read(value.get()),
            None => Ok(None),
        }
    }

    /// A member that is an object; an error when it is another value.
    pub(crate) fn only_object(&self, name: &str) -> Result<Option<Object<'a>>, AuthError> {
        match self.get(name) {
            Some(value) => match Self::read(value.get())? {
                Some(object) => Ok(Some(object)),
                None => Err(AuthError::MalformedContext),
            },
            None => Ok(None),
        }
    }

    /// All members, by name.
    pub(crate) fn into_members(self) -> IntoIter<Cow<'a, str>, &'a RawValue> {
        self.members.into_iter()
    }

    /// The members that are not `null`, by name.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.members
            .iter()
            .map(|(name, value)| (&**name, *value))
            .filter(|(_, value)| value.get() != "null")
    }

    /// The claim of this name, or at the end of this path: see
    /// [`ListClaim`](super::list_claim::ListClaim). A gateway may have written a claim that holds
    /// others as the text of its JSON.
    pub(crate) fn claim(&self, path: &str) -> Result<Option<Cow<'a, RawValue>>, AuthError> {
        self.find(path, true)
    }

    /// [`claim`](Self::claim); objects within strings are looked into if they may be `stringified`.
    fn find(&self, path: &str, stringified: bool) -> Result<Option<Cow<'a, RawValue>>, AuthError> {
        if let Some(named) = self.get(path) {
            return Ok(Some(Cow::Borrowed(named)));
        }
        // Of several names that the path begins with, the longest one goes first.
        for (name, value) in self.members.iter().rev() {
            let Some(Step::Below(rest)) = step(path, name) else {
                continue;
            };
            let inside = text(value).filter(|text| text.trim_start().starts_with('{'));
            let found = match inside {
                // A text that is not JSON is only a text.
                Some(json) if stringified => match Object::read(&json) {
                    Ok(Some(object)) => object
                        .find(rest, true)?
                        .map(|found| Cow::Owned(found.into_owned())),
                    Ok(None) | Err(_) => None,
                },
                _ => match Self::read(value.get())? {
                    Some(object) => object.find(rest, stringified)?,
                    None => None,
                },
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}

#[cfg(feature = "jwt")]
impl<'a> Object<'a> {
    /// Parses an object that was signed, and checks everything inside of it as well.
    pub(crate) fn parse_signed(json: &'a str) -> Result<Self, JsonError> {
        let object = Self::parse(json)?;
        object.check(1)?;
        Ok(object)
    }

    fn check(&self, depth: usize) -> Result<(), JsonError> {
        let mut values = self.members.values();
        values.try_for_each(|value| check(value, depth))
    }

    /// A member, `null` or not.
    pub(crate) fn member(&self, name: &str) -> Option<&'a RawValue> {
        self.members.get(name).copied()
    }

    /// A member that is a string; `malformed` when it is another value.
    pub(crate) fn string(
        &self,
        name: &str,
        malformed: AuthError,
    ) -> Result<Option<Cow<'a, str>>, AuthError> {
        let member = self.member(name);
        let value = member.map(|value| string(value).ok_or(malformed));
        value.transpose()
    }

    /// The claim of a token of this name, or at the end of this path.
    pub(crate) fn own_claim(&self, path: &str) -> Option<Cow<'a, RawValue>> {
        // All of it was checked when it was parsed.
        self.find(path, false).ok().flatten()
    }
}

/// Checks a value inside of this many objects and arrays.
#[cfg(feature = "jwt")]
fn check(value: &RawValue, depth: usize) -> Result<(), JsonError> {
    let json = value.get();
    match json.as_bytes().first() {
        Some(b'"') if json.contains('\\') => text(value).map(drop).ok_or(JsonError::Malformed),
        Some(b'{' | b'[') if depth >= MAX_DEPTH => Err(JsonError::Malformed),
        Some(b'{') => Object::parse(json)?.check(depth.saturating_add(1)),
        Some(b'[') => elements(value)
            .ok_or(JsonError::Malformed)?
            .into_iter()
            .try_for_each(|value| check(value, depth.saturating_add(1))),
        _ => Ok(()),
    }
}

/// A string, or a number or a boolean as text.
pub(crate) fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    let json = value.get();
    match json.as_bytes().first()? {
        // Without an escape, the text is what is between the quotation marks.
        b'"' if !json.contains('\\') => json
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
            .map(Cow::Borrowed),
        b'"' => serde_json::from_str::<Text<'_>>(json)
            .ok()
            .map(|text| text.0),
        b'{' | b'[' | b'n' => None,
        _ => Some(Cow::Borrowed(json)),
    }
}

/// The texts of an array, or the one text that the value is. Elements that are not texts are
/// skipped.
pub(crate) fn texts(value: &RawValue) -> Vec<Cow<'_, str>> {
    match elements(value) {
        Some(values) => values.into_iter().filter_map(text).collect(),
        None => text(value).into_iter().collect(),
    }
}

/// The elements of an array.
pub(crate) fn elements(value: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(value.get()).ok()
}

/// A string; `None` when the value is anything else.
#[cfg(feature = "jwt")]
pub(crate) fn string(value: &RawValue) -> Option<Cow<'_, str>> {
    text(value).filter(|_| value.get().starts_with('"'))
}

/// The strings of an array; `None` when the value or an element of it is anything else.
#[cfg(feature = "jwt")]
pub(crate) fn strings(value: &RawValue) -> Option<Vec<Cow<'_, str>>> {
    elements(value)?.into_iter().map(string).collect()
}

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut object = Object::default();
                while let Some((Text(name), value)) = map.next_entry()? {
                    object.repeated |= object.members.insert(name, value).is_some();
                }
                Ok(object)
            }
        }

        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_read_as_texts_and_objects() {
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
            AuthError::MalformedContext
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
        assert_eq!(twice.claim("a.b").unwrap_err(), AuthError::MalformedContext);
    }

    #[test]
    fn a_context_with_a_repeated_name_is_malformed() {
        for json in [r#"{"a": 1, "a": 1}"#, r#"{"a": 1, "\u0061": 2}"#] {
            assert_eq!(
                Object::read(json).unwrap_err(),
                AuthError::MalformedContext,
                "{json}"
            );
        }
    }

    #[test]
    fn other_values_are_not_objects() {
        for json in ["null", "[]", "7", "\"{}\"", ""] {
            assert!(Object::read(json).unwrap().is_none(), "{json}");
        }
    }
}

#[cfg(all(test, feature = "jwt"))]
mod signed {
    use super::*;

    fn outcome(json: &[u8]) -> Result<(), JsonError> {
        let json = std::str::from_utf8(json).map_err(|_| JsonError::Malformed)?;
        Object::parse_signed(json).map(drop)
    }

    #[test]
    fn members_keep_their_text() {
        let json = r#" { "a" : "x" , "b":[1, {"c":2}],"d": {"e" : [ ]} , "f":-1.5e+3,"g":true,"h":false,"i":null } "#;
        let object = Object::parse_signed(json).expect("it is JSON");
        for (name, expected) in [
            ("a", r#""x""#),
            ("b", r#"[1, {"c":2}]"#),
            ("d", r#"{"e" : [ ]}"#),
            ("f", "-1.5e+3"),
            ("g", "true"),
            ("h", "false"),
            ("i", "null"),
        ] {
            assert_eq!(object.member(name).map(RawValue::get), Some(expected));
        }
        assert_eq!(object.members.len(), 7);
    }

    #[test]
    fn only_one_object_is_accepted() {
        let cases = [
            "",
            " ",
            "null",
            "[]",
            "\"a\"",
            "1",
            "{",
            "}",
            "{}{}",
            "{} x",
            "{},",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{,}",
            "{a:1}",
            "{'a':1}",
            "{\"a\":1 \"b\":2}",
            "{\"a\":[1,]}",
            "{\"a\":[,1]}",
            "{\"a\":[1}",
            "{\"a\":{]}",
            "{\"a\":tru}",
            "{\"a\":True}",
            "{\"a\":nul}",
            "{\"a\":NaN}",
            "{\"a\":Infinity}",
            "{\"a\":01}",
            "{\"a\":1.}",
            "{\"a\":.1}",
            "{\"a\":+1}",
            "{\"a\":1e}",
            "{\"a\":1e+}",
            "{\"a\":-}",
            "{\"a\":0x1}",
            "{\"a\":1_0}",
            "{\"a\":\"\n\"}",
            "{\"a\":\"\0\"}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\\u12\"}",
            "{\"a\":\"\\u12g4\"}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":\"\\udc00\"}",
            "{\"a\":\"\\ud800\\u0041\"}",
            "{\"a\":\"\\ud800x\"}",
            "{\"a\":\"",
            "{\"a\":\"\\",
            "{\"a\":1}\0",
            "\u{feff}{}",
            "{\"a\":1/**/}",
            "//\n{}",
            "{\u{a0}}",
        ];
        for json in cases {
            assert_eq!(
                outcome(json.as_bytes()),
                Err(JsonError::Malformed),
                "{json:?}"
            );
        }
        for bytes in [
            &b"{\"a\":\"\xff\"}"[..],
            b"{\"a\":\"\xc3\"}",
            b"{\"a\":\"\xed\xa0\x80\"}",
            b"\xff\xfe{\0}\0",
        ] {
            assert_eq!(outcome(bytes), Err(JsonError::Malformed), "{bytes:?}");
        }
    }

    #[test]
    fn repeated_names_are_found_at_any_level() {
        let many: Vec<_> = (0..500)
            .map(|number| format!("\"m{number}\":{number}"))
            .collect();
        let many = many.join(",");
        assert_eq!(outcome(format!("{{{many}}}").as_bytes()), Ok(()));
        let cases = [
            r#"{"a":1,"a":1}"#.to_owned(),
            r#"{"a":1,"b":2,"\u0061":3}"#.to_owned(),
            r#"{"a":{"b":1,"b":2}}"#.to_owned(),
            r#"{"a":[[{"b":{"c":1,"c":2}}]]}"#.to_owned(),
            r#"{"":1,"":2}"#.to_owned(),
            r#"{"a":1,"abcda":2,"abcda":3}"#.to_owned(),
            r#"{"ab":1,"xy":{"ab":1},"\u0061\u0062":2}"#.to_owned(),
            r#"{"a":{"b":1},"c":2,"a":3}"#.to_owned(),
            format!("{{{many},\"m0\":1}}"),
            format!("{{{many},\"m499\":1}}"),
            format!("{{\"x\":{{\"first\":1,{many},\"m250\":1}}}}"),
        ];
        for json in cases {
            assert_eq!(
                outcome(json.as_bytes()),
                Err(JsonError::Duplicate),
                "{json}"
            );
        }
        for json in [
            r#"{"a":{"a":{"a":1}}}"#,
            r#"{"a":{"b":1},"c":{"b":2}}"#,
            r#"{"a":[{"b":1},{"b":2}]}"#,
            r#"{"a":1,"A":2}"#,
        ] {
            assert_eq!(outcome(json.as_bytes()), Ok(()), "{json}");
        }
    }

    #[test]
    fn nesting_has_a_limit() {
        let nested = |depth: usize| {
            let inside = depth - 1;
            format!("{{\"a\":{}1{}}}", "[".repeat(inside), "]".repeat(inside))
        };
        assert_eq!(outcome(nested(MAX_DEPTH).as_bytes()), Ok(()));
        for depth in [MAX_DEPTH + 1, 200, 4000, 100_000] {
            assert_eq!(outcome(nested(depth).as_bytes()), Err(JsonError::Malformed));
        }
        assert_eq!(
            outcome("{\"a\":".repeat(50_000).as_bytes()),
            Err(JsonError::Malformed)
        );
    }

    #[test]
    fn strings_are_what_serde_json_makes_of_them() {
        for string in [
            r"plain",
            r"caf\u00e9",
            r#"\"\\\/\b\f\n\r\t"#,
            r"\ud83d\ude00",
            r"\u0000",
            "\u{1f600}",
            r"a\u005Cb",
        ] {
            let json = format!("{{\"a\":\"{string}\"}}");
            let expected: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
            let object = Object::parse_signed(&json).expect("it is JSON");
            let found = object.member("a").and_then(super::string);
            assert_eq!(found.as_deref(), expected["a"].as_str());
        }
    }

    #[test]
    fn an_array_of_strings_has_nothing_else() {
        let array = |json: &str| {
            let value: Box<RawValue> = serde_json::from_str(json).expect("it is JSON");
            strings(&value).map(|strings| strings.join(","))
        };
        assert_eq!(array(r#"["a", "\u0062"]"#).as_deref(), Some("a,b"));
        for json in [r#"["a",1]"#, "[null]", r#"[["a"]]"#, "[{}]", r#""a""#, "1"] {
            assert_eq!(array(json), None, "{json}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_as_serde_json_reads_them(bytes in "[\\{\\}\\[\\]\",:\\\\u0-9a-e. \\-]{0,24}") {
            // Both accept the object or both reject it, but for what is rejected on purpose.
            let ours = outcome(bytes.as_bytes());
            let theirs = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&bytes);
            match ours {
                Ok(_) => proptest::prop_assert!(theirs.is_ok() || bytes.contains('e'), "{bytes}"),
                Err(JsonError::Malformed) => proptest::prop_assert!(theirs.is_err(), "{bytes}"),
                Err(JsonError::Duplicate) => {}
            }
        }
    }
}
