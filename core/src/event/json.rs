//! A lenient JSON reader on borrowed data.
//!
//! Events are written by services, by emulators and by hand. A value of an unexpected type is
//! skipped instead of rejected, so that a single odd member does not fail the whole event. Invalid
//! JSON is rejected at every position.
//!
//! The reader does not use `serde`: a visitor for every type and a `Result` for every byte cost
//! several times as much as finding the end of a string. It reads bytes, which are known to be
//! UTF-8: most of them become header values, which are bytes, or are skipped.

use super::{scan::special, unescape::unescape};
use serde::de::IgnoredAny;
use std::{borrow::Cow, fmt};

/// Receives the members of an object one by one, in their order.
pub(super) trait Members<'e> {
    /// Takes one member. The implementation must read the value by exactly one call of the reader.
    fn member(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), JsonError>;

    /// Takes a member whose name contains an unpaired surrogate.
    fn nameless(&mut self, error: JsonError, _value: &mut Reader<'e>) -> Result<(), JsonError> {
        Err(error)
    }
}

/// The error of a text that is not JSON, or cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct JsonError(&'static str);

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The content of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content<'e> {
    /// The content of a string without escapes.
    Plain(&'e [u8]),
    /// The unescaped content of a string with escapes.
    Unescaped(Vec<u8>),
    /// A string with an unpaired surrogate: valid JSON, but not Unicode text.
    NoText,
    /// A value that is not a string, as JSON.
    Other(&'e [u8]),
}

/// A value as JSON, and the result of reading it.
type Both<'e, T> = (Option<&'e [u8]>, Result<T, JsonError>);

/// A position in a JSON text.
#[derive(Debug)]
pub(super) struct Reader<'e> {
    bytes: &'e [u8],
    at: usize,
}

const END: JsonError = JsonError("unexpected end of the text");
const VALUE: JsonError = JsonError("expected a value");
const NAME: JsonError = JsonError("expected a member name");
const COLON: JsonError = JsonError("expected `:`");
const SEPARATOR: JsonError = JsonError("expected `,` or the end of an array or object");
const STRING: JsonError = JsonError("control character or invalid escape in a string");
const NUMBER: JsonError = JsonError("invalid number");
const SURROGATE: JsonError = JsonError("unpaired surrogate in a string");
const TRAILING: JsonError = JsonError("trailing characters");

/// Reads a JSON text. Trailing text is an error.
pub(super) fn read<'e, T>(
    text: &'e [u8],
    read: impl FnOnce(&mut Reader<'e>) -> Result<T, JsonError>,
) -> Result<T, JsonError> {
    let mut reader = Reader { bytes: text, at: 0 };
    let value = read(&mut reader)?;
    match reader.token() {
        None => Ok(value),
        Some(_) => Err(TRAILING),
    }
}

/// Returns the members of an object whose values are strings.
pub(crate) fn string_map(json: &str) -> Vec<(String, String)> {
    struct Strings(Vec<(String, String)>);

    impl<'e> Members<'e> for Strings {
        fn member(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), JsonError> {
            if let Some(value) = value.text()? {
                let name = String::from_utf8_lossy(name).into_owned();
                self.0.push((name, value.into_owned()));
            }
            Ok(())
        }
    }

    let mut strings = Strings(Vec::new());
    // The members before an error are kept: the error can no longer be reported.
    let _ = read(json.as_bytes(), |value| value.object(&mut strings));
    strings.0
}

impl<'e> Reader<'e> {
    /// Passes the members of an object to `members`; returns whether the value is an object.
    pub(super) fn object(&mut self, members: &mut impl Members<'e>) -> Result<bool, JsonError> {
        self.each_member(|name, value| match name {
            Ok(name) => members.member(&name, value),
            Err(error) => members.nameless(error, value),
        })
    }

    /// Skips an object, and calls a function with the name of each member.
    pub(super) fn names(&mut self, mut f: impl FnMut(Cow<'e, [u8]>)) -> Result<bool, JsonError> {
        self.each_member(|name, value| {
            f(name?);
            value.skip()
        })
    }

    // Inlined, as are `each` and `attempt`: otherwise names and values would be copied for each
    // call.
    #[inline(always)]
    fn each_member(
        &mut self,
        mut f: impl FnMut(Result<Cow<'e, [u8]>, JsonError>, &mut Self) -> Result<(), JsonError>,
    ) -> Result<bool, JsonError> {
        if self.token() != Some(b'{') {
            self.skip()?;
            return Ok(false);
        }
        self.at += 1;
        if self.token() == Some(b'}') {
            self.at += 1;
            return Ok(true);
        }
        loop {
            if self.token() != Some(b'"') {
                return Err(NAME);
            }
            let name = match self.string() {
                Err(error) if error != SURROGATE => return Err(error),
                name => name,
            };
            self.colon()?;
            f(name, self)?;
            match self.token() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(true);
                }
                _ => return Err(SEPARATOR),
            }
        }
    }

    /// Reads a string, a number, `true` or `false` as text. `None` is any other value.
    pub(super) fn text(&mut self) -> Result<Option<Cow<'e, str>>, JsonError> {
        Ok(match self.text_bytes()? {
            None => None,
            Some(Cow::Borrowed(text)) => Some(Cow::Borrowed(str::from_utf8(text).or(Err(STRING))?)),
            Some(Cow::Owned(text)) => Some(Cow::Owned(String::from_utf8(text).or(Err(STRING))?)),
        })
    }

    /// Like `text`, but returns bytes.
    pub(super) fn text_bytes(&mut self) -> Result<Option<Cow<'e, [u8]>>, JsonError> {
        match self.token() {
            Some(b'"') => self.string().map(Some),
            Some(b'{' | b'[' | b'n') => {
                self.skip()?;
                Ok(None)
            }
            _ => self.skipped().map(|text| Some(Cow::Borrowed(text))),
        }
    }

    /// Reads a flag: `true` only for the text `true`. `None` is a value that is not text.
    pub(super) fn flag(&mut self) -> Result<Option<bool>, JsonError> {
        Ok(self.text_bytes()?.map(|text| *text == *b"true"))
    }

    /// Skips a value; returns whether it is not `null`.
    pub(super) fn is_present(&mut self) -> Result<bool, JsonError> {
        let is_null = self.token() == Some(b'n');
        self.skip()?;
        Ok(!is_null)
    }

    /// Skips a value and returns it as JSON; `None` for `null`.
    pub(super) fn json(&mut self) -> Result<Option<&'e [u8]>, JsonError> {
        let is_null = self.token() == Some(b'n');
        let json = self.skipped()?;
        Ok(Some(json).filter(|_| !is_null))
    }

    /// Skips an object and returns it as JSON; `None` for any other value.
    pub(super) fn object_json(&mut self) -> Result<Option<&'e [u8]>, JsonError> {
        let is_object = self.token() == Some(b'{');
        let json = self.skipped()?;
        Ok(Some(json).filter(|_| is_object))
    }

    /// Returns the content of a value, which may be large; `None` for `null`.
    pub(super) fn content(&mut self) -> Result<Option<Content<'e>>, JsonError> {
        if self.token() != Some(b'"') {
            return Ok(self.json()?.map(Content::Other));
        }
        // An upper bound: the body is most of the rest of an event.
        let capacity = self.bytes.len().saturating_sub(self.at);
        Ok(Some(match self.string_within(capacity) {
            Ok(Cow::Borrowed(text)) => Content::Plain(text),
            Ok(Cow::Owned(text)) => Content::Unescaped(text),
            Err(SURROGATE) => Content::NoText,
            Err(error) => return Err(error),
        }))
    }

    /// Calls a function with a text, or with each text of an array.
    #[inline(always)]
    pub(super) fn each(&mut self, mut f: impl FnMut(Cow<'e, [u8]>)) -> Result<(), JsonError> {
        self.items(|value| {
            if let Some(text) = value.text_bytes()? {
                f(text);
            }
            Ok(())
        })
    }

    /// Calls a function for each value of an array, or for a value that is not an array. The
    /// function must read the value.
    #[inline(always)]
    pub(super) fn items(
        &mut self,
        mut f: impl FnMut(&mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        if self.token() != Some(b'[') {
            return f(self);
        }
        self.at += 1;
        if self.token() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            f(self)?;
            match self.token() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(SEPARATOR),
            }
        }
    }

    /// Skips a value. It is only checked for valid JSON, without recursion.
    pub(super) fn skip(&mut self) -> Result<(), JsonError> {
        self.token();
        let start = self.at;
        // The open arrays and objects; the innermost is the lowest bit, 1 is an object.
        let (mut open, mut depth) = (0_u64, 0_u32);
        loop {
            match self.token().ok_or(END)? {
                b'"' => self.pass_string()?,
                bracket @ (b'{' | b'[') => {
                    if depth == u64::BITS {
                        return self.skip_deep(start);
                    }
                    self.at += 1;
                    depth += 1;
                    let is_object = bracket == b'{';
                    open = open << 1 | u64::from(is_object);
                    match self.token() {
                        Some(b'}') if is_object => {}
                        Some(b']') if !is_object => {}
                        _ if is_object => {
                            self.pass_name()?;
                            continue;
                        }
                        _ => continue,
                    }
                }
                b't' => self.word("true")?,
                b'f' => self.word("false")?,
                b'n' => self.word("null")?,
                _ => self.number()?,
            }
            // After a value, the arrays and objects that contain it may end.
            loop {
                if depth == 0 {
                    return Ok(());
                }
                let is_object = open & 1 == 1;
                match self.token() {
                    Some(b',') => {
                        self.at += 1;
                        if is_object {
                            self.pass_name()?;
                        }
                        break;
                    }
                    Some(b'}') if is_object => {}
                    Some(b']') if !is_object => {}
                    _ => return Err(SEPARATOR),
                }
                self.at += 1;
                depth -= 1;
                open >>= 1;
            }
        }
    }

    /// Reads a value, and continues after it even if it cannot be read. As long as the value is
    /// JSON, the caller handles the error.
    #[inline(always)]
    pub(super) fn attempt<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, JsonError>,
    ) -> Result<Result<T, JsonError>, JsonError> {
        let start = self.at;
        let value = read(self);
        if value.is_err() {
            self.at = start;
            self.skip()?;
        }
        Ok(value)
    }

    /// Like `attempt`; also returns the value as JSON, `None` for `null`.
    pub(super) fn both<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, JsonError>,
    ) -> Result<Both<'e, T>, JsonError> {
        let is_null = self.token() == Some(b'n');
        let start = self.at;
        let value = self.attempt(read)?;
        let json = self.bytes.get(start..self.at).ok_or(VALUE)?;
        Ok((Some(json).filter(|_| !is_null), value))
    }

    /// Skips arrays and objects that are nested deeper than `open` has bits. No service sends them.
    #[cold]
    fn skip_deep(&mut self, start: usize) -> Result<(), JsonError> {
        let rest = self.bytes.get(start..).ok_or(END)?;
        let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<IgnoredAny>();
        match values.next() {
            Some(Ok(_)) => {
                self.at = start.saturating_add(values.byte_offset());
                Ok(())
            }
            _ => Err(VALUE),
        }
    }

    /// Skips the next value and returns its text.
    fn skipped(&mut self) -> Result<&'e [u8], JsonError> {
        self.token();
        let start = self.at;
        self.skip()?;
        self.bytes.get(start..self.at).ok_or(VALUE)
    }

    /// Returns the first byte of the next token.
    #[inline]
    fn token(&mut self) -> Option<u8> {
        // Most events have no spaces.
        match self.byte()? {
            0..=b' ' => self.token_behind_spaces(),
            byte => Some(byte),
        }
    }

    #[cold]
    fn token_behind_spaces(&mut self) -> Option<u8> {
        loop {
            let byte = self.byte()?;
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn pass_name(&mut self) -> Result<(), JsonError> {
        if self.token() != Some(b'"') {
            return Err(NAME);
        }
        self.pass_string()?;
        self.colon()
    }

    fn colon(&mut self) -> Result<(), JsonError> {
        if self.token() != Some(b':') {
            return Err(COLON);
        }
        self.at += 1;
        Ok(())
    }

    fn string(&mut self) -> Result<Cow<'e, [u8]>, JsonError> {
        self.string_within(64)
    }

    /// Reads the string that begins here. `capacity` is its maximum length without escapes. The
    /// reader continues after the string even if it contains an unpaired surrogate.
    fn string_within(&mut self, capacity: usize) -> Result<Cow<'e, [u8]>, JsonError> {
        let start = self.at + 1;
        let end = special(self.bytes, start);
        if self.bytes.get(end) == Some(&b'"') {
            self.at = end + 1;
            return self.bytes.get(start..end).map(Cow::Borrowed).ok_or(STRING);
        }
        match unescape(self.bytes, start, capacity) {
            Some((text, end)) => {
                self.at = end + 1;
                Ok(Cow::Owned(text))
            }
            None => {
                self.at = self.end_behind_escapes(end)? + 1;
                Err(SURROGATE)
            }
        }
    }

    /// Skips the string that begins here.
    fn pass_string(&mut self) -> Result<(), JsonError> {
        let end = special(self.bytes, self.at + 1);
        self.at = match self.bytes.get(end) {
            Some(b'"') => end + 1,
            _ => self.end_behind_escapes(end)? + 1,
        };
        Ok(())
    }

    /// Returns the position of the closing quote; `at` is the position of the first escape.
    fn end_behind_escapes(&self, mut at: usize) -> Result<usize, JsonError> {
        loop {
            match self.bytes.get(at..).unwrap_or_default() {
                [] => return Err(END),
                [b'"', ..] => return Ok(at),
                rest => at = special(self.bytes, at + escape(rest).ok_or(STRING)?),
            }
        }
    }

    fn word(&mut self, word: &str) -> Result<(), JsonError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(VALUE);
        }
        self.at += word.len();
        Ok(())
    }

    /// Skips a number (RFC 8259, section 6).
    fn number(&mut self) -> Result<(), JsonError> {
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        match self.byte() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits()?,
            _ => return Err(VALUE),
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    /// Skips digits, at least one.
    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start {
            return Err(NUMBER);
        }
        Ok(())
    }
}

/// The length of the escape that begins here; `None` if it is invalid.
fn escape(text: &[u8]) -> Option<usize> {
    match text {
        [
            b'\\',
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
            ..,
        ] => Some(2),
        [b'\\', b'u', digits @ ..] => {
            let digits = digits.first_chunk::<4>()?;
            digits.iter().all(u8::is_ascii_hexdigit).then_some(6)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_is_whatever_can_be_taken_for_one() {
        for (json, expected) in [
            (r#""plain""#, Some("plain")),
            (r#""a\tb""#, Some("a\tb")),
            ("7", Some("7")),
            ("-7", Some("-7")),
            ("1.5", Some("1.5")),
            ("1.50e+400", Some("1.50e+400")),
            ("18446744073709551616", Some("18446744073709551616")),
            (" true ", Some("true")),
            ("null", None),
            (r#"["a", {"b": null}]"#, None),
            (r#"{"a": ["b"]}"#, None),
        ] {
            let text = read(json.as_bytes(), Reader::text).unwrap();
            assert_eq!(text.as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn a_flag_is_only_set_by_true() {
        for (json, expected) in [
            ("true", Some(true)),
            (r#""true""#, Some(true)),
            ("false", Some(false)),
            (r#""""#, Some(false)),
            ("1", Some(false)),
            ("null", None),
            ("{}", None),
        ] {
            assert_eq!(read(json.as_bytes(), Reader::flag), Ok(expected), "{json}");
        }
    }

    #[test]
    fn a_string_and_an_array_of_strings_are_read_alike() {
        for (json, expected) in [
            (r#""a""#, vec!["a"]),
            (r#"["a", "b\n", null, 3, [], {}]"#, vec!["a", "b\n", "3"]),
            ("[ ]", vec![]),
            ("null", vec![]),
            ("{}", vec![]),
        ] {
            let mut texts = Vec::new();
            read(json.as_bytes(), |value| {
                value.each(|text| texts.push(String::from_utf8(text.into_owned()).unwrap()))
            })
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

    #[test]
    fn the_content_of_a_value_is_its_text_or_its_json() {
        for (json, expected) in [
            (r#" "a" "#, Some(Content::Plain(b"a"))),
            (r#""a\"b""#, Some(Content::Unescaped(b"a\"b".to_vec()))),
            (r#""a\ud800b""#, Some(Content::NoText)),
            (
                r#" {"a": [1, 2]} "#,
                Some(Content::Other(br#"{"a": [1, 2]}"#)),
            ),
            ("17", Some(Content::Other(b"17"))),
            ("null", None),
        ] {
            assert_eq!(
                read(json.as_bytes(), Reader::content),
                Ok(expected),
                "{json}"
            );
        }
    }

    fn json() -> impl Strategy<Value = String> {
        use serde_json::Value;
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[ -~\"\\\\]{0,80}".prop_map(Value::from),
        ];
        let value = leaf.prop_recursive(6, 48, 5, |inner| {
            let names = prop_oneof![any::<String>(), "[a-z]{0,40}"];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((names, inner), 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        });
        (value, any::<bool>()).prop_map(|(value, pretty)| {
            if pretty {
                format!("{value:#}")
            } else {
                value.to_string()
            }
        })
    }

    /// Any part of a JSON text.
    fn byte() -> impl Strategy<Value = String> {
        let odd = prop::sample::select(
            &[
                "", "\"", "\\", "\\u", "\\ud800", "{", "}", "[", "]", ",", ":", "-", "0", "1", ".",
                "e", "+", "t", "null", "\n", "\u{1}", "\u{0}", "\u{7f}", "\u{e9}", " ", "/",
            ][..],
        );
        odd.prop_map(str::to_owned)
    }

    fn is_json(text: &str) -> bool {
        serde_json::from_str::<IgnoredAny>(text).is_ok()
    }

    proptest! {
        #[test]
        fn the_reader_accepts_what_serde_json_accepts(
            text in json(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), byte(), 0..3_usize), 0..3),
        ) {
            let mut text: Vec<char> = text.chars().collect();
            for (at, byte, removed) in changes {
                let at = at.index(text.len() + 1);
                let end = (at + removed).min(text.len());
                text.splice(at..end, byte.chars());
            }
            let text: String = text.into_iter().collect();
            prop_assert_eq!(read(text.as_bytes(), Reader::skip).is_ok(), is_json(&text), "{}", text);
        }

        #[test]
        fn a_string_is_read_as_serde_json_reads_it(text in any::<String>(), ascii in any::<bool>()) {
            let mut json = serde_json::to_string(&text).unwrap();
            if ascii {
                json = json.chars().map(|c| match c {
                    ' '..='~' => c.to_string(),
                    c => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}")).collect(),
                }).collect();
            }
            prop_assert_eq!(read(json.as_bytes(), Reader::text), Ok(Some(text.into())));
        }
    }

    #[test]
    fn errors_at_every_place_are_found() {
        let json = r#"{"a":[1,-0.5e+3,"b\u00e9\n",true,false,null,{},[]],"c":{"d":""}}"#;
        for end in 0..json.len() {
            let cut = &json[..end];
            assert_eq!(
                read(cut.as_bytes(), Reader::skip).is_ok(),
                is_json(cut),
                "{cut}"
            );
            for odd in [
                "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "x", " ", "\t",
            ] {
                let text = format!("{cut}{odd}{}", &json[end + 1..]);
                assert_eq!(
                    read(text.as_bytes(), Reader::skip).is_ok(),
                    is_json(&text),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn nesting_has_no_limit_and_no_cost_in_stack() {
        for depth in [63, 64, 65, 1000, 200_000] {
            for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
                let (open, close) = (open.repeat(depth), close.repeat(depth));
                let whole = format!("[{open}1{close}, 2]");
                assert_eq!(read(whole.as_bytes(), Reader::skip), Ok(()), "{depth}");
                let broken = format!("[{open}1{close}");
                assert!(read(broken.as_bytes(), Reader::skip).is_err(), "{depth}");
                let crossed = format!("[{open}1{})", close.replace(']', "}"));
                assert!(read(crossed.as_bytes(), Reader::skip).is_err(), "{depth}");
            }
        }
    }

    #[test]
    fn unreadable_members_are_skipped() {
        struct Known(Vec<String>);

        impl<'e> Members<'e> for Known {
            fn member(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), JsonError> {
                self.0.push(String::from_utf8_lossy(name).into_owned());
                let texts = value.attempt(|value| value.each(|_| ()))?;
                assert_eq!(texts.is_err(), name == b"odd");
                Ok(())
            }

            fn nameless(&mut self, _: JsonError, value: &mut Reader<'e>) -> Result<(), JsonError> {
                value.skip()
            }
        }

        let json = r#"{"a": 1, "\ud800": [{}], "odd": ["1", "\ud800", "2"], "b": "c"}"#;
        let mut known = Known(Vec::new());
        assert_eq!(read(json.as_bytes(), |v| v.object(&mut known)), Ok(true));
        assert_eq!(known.0, ["a", "odd", "b"]);
        let names = read(json.as_bytes(), |value| value.names(|_| ()));
        assert_eq!(names, Err(SURROGATE));
    }

    #[test]
    fn a_lone_surrogate_is_invalid_but_skippable() {
        assert_eq!(read(br#""\ud800""#, Reader::text), Err(SURROGATE));
        assert_eq!(read(br#""\ud800""#, Reader::skip), Ok(()));
    }
}
