//! Strict reading of JSON that somebody signed.
//!
//! Whoever signs a token and whoever verifies it must see the same claims. So this reader follows
//! the grammar of [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259) to the letter and refuses what
//! parsers disagree on: members of one name ([RFC 7515, section
//! 4](https://www.rfc-editor.org/rfc/rfc7515#section-4)), halves of surrogate pairs, deep nesting,
//! text that follows. It allocates nothing unless names have to be compared, and it does not depend
//! on which features of serde_json some other crate has turned on.

use std::borrow::Cow;

/// How deep arrays and objects may be nested. Tokens of known issuers need four levels.
const MAX_DEPTH: usize = 32;

/// Why a text is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not JSON in UTF-8, not an object, or nested too deeply.
    Malformed,
    /// Two members of an object have one name.
    Duplicate,
}

/// A value of JSON. Numbers, arrays and objects are the text that was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    String(Text<'a>),
    Array(&'a str),
    Object(&'a str),
}

/// A string of JSON: what stands between the quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Text<'a> {
    raw: &'a str,
    escaped: bool,
}

impl<'a> Text<'a> {
    /// The string itself.
    #[inline]
    pub(crate) fn get(self) -> Cow<'a, str> {
        if self.escaped {
            Cow::Owned(unescape(self.raw))
        } else {
            Cow::Borrowed(self.raw)
        }
    }

    /// Whether it is this string.
    pub(crate) fn is(self, other: &str) -> bool {
        if self.escaped {
            self.get() == other
        } else {
            self.raw == other
        }
    }
}

impl<'a> Value<'a> {
    pub(crate) fn string(self) -> Option<Text<'a>> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads one object, and hands its members over in their order. When there is a fault, even behind
/// the last of them, nothing that was handed over may be used.
pub(crate) fn object<'a>(
    bytes: &'a [u8],
    member: impl FnMut(&str, Value<'a>),
) -> Result<&'a str, Fault> {
    read(bytes, true, member)
}

/// The same, for a document of many parts that stand for themselves: members of one name are let
/// through, and handed over. What is taken from inside it is to be read strictly again.
pub(crate) fn loose_object<'a>(
    bytes: &'a [u8],
    member: impl FnMut(&str, Value<'a>),
) -> Result<&'a str, Fault> {
    read(bytes, false, member)
}

fn read<'a>(
    bytes: &'a [u8],
    unique: bool,
    mut member: impl FnMut(&str, Value<'a>),
) -> Result<&'a str, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::Malformed)?;
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
        unique,
    };
    reader.space();
    reader.expect(b'{')?;
    reader.members(|name, value| member(&name.get(), value))?;
    reader.space();
    match reader.peek() {
        None => Ok(text),
        Some(_) => Err(Fault::Malformed),
    }
}

/// The values of an array that was read before.
pub(crate) fn elements<'a>(array: &'a str, element: impl FnMut(Value<'a>)) {
    let mut reader = Reader {
        text: array,
        at: 0,
        depth: 0,
        unique: false,
    };
    // It was checked when it was read.
    let _ = reader.expect(b'[').and_then(|()| reader.elements(element));
}

/// The strings of an array that was read before; `None` when there is anything else in it.
pub(crate) fn strings<'a>(array: &'a str, mut string: impl FnMut(Text<'a>)) -> Option<()> {
    let mut only = true;
    elements(array, |value| match value {
        Value::String(text) => string(text),
        _ => only = false,
    });
    only.then_some(())
}

/// Which names an object may have had. Nearly all names of nearly all objects are seen to be new
/// here, without a comparison and without being kept.
#[derive(Default)]
struct Seen([u64; 16]);

impl Seen {
    /// Adds a name, and says whether it may have been there. It never says no when it was.
    fn add(&mut self, name: Text<'_>) -> bool {
        let name = name.get();
        let bytes = name.as_bytes();
        let at = |index| usize::from(bytes.get(index).copied().unwrap_or_default());
        let mixed = bytes
            .len()
            .wrapping_mul(5)
            .wrapping_add(at(0).wrapping_mul(37))
            .wrapping_add(at(bytes.len() / 2).wrapping_mul(101))
            .wrapping_add(at(bytes.len().wrapping_sub(1)).wrapping_mul(11));
        let bit = 1 << (mixed % 64);
        let Some(word) = self.0.get_mut(mixed / 64 % 16) else {
            return true;
        };
        let seen = *word & bit != 0;
        *word |= bit;
        seen
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// Whether members of one name are looked for.
    unique: bool,
}

impl<'a> Reader<'a> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn expect(&mut self, byte: u8) -> Result<(), Fault> {
        if self.peek() != Some(byte) {
            return Err(Fault::Malformed);
        }
        self.step();
        Ok(())
    }

    #[inline]
    fn space(&mut self) {
        // As a rule there is none.
        if self.peek().is_some_and(|byte| byte > b' ') {
            return;
        }
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.step();
        }
    }

    fn from(&self, start: usize) -> Result<&'a str, Fault> {
        self.text.get(start..self.at).ok_or(Fault::Malformed)
    }

    fn deeper(&mut self) -> Result<(), Fault> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_DEPTH {
            return Err(Fault::Malformed);
        }
        Ok(())
    }

    /// After `{`.
    fn members(&mut self, mut member: impl FnMut(Text<'a>, Value<'a>)) -> Result<(), Fault> {
        self.deeper()?;
        let start = self.at;
        let mut seen = Seen::default();
        let mut doubtful = false;
        self.space();
        if self.peek() == Some(b'}') {
            self.step();
        } else {
            loop {
                self.space();
                self.expect(b'"')?;
                let name = self.string()?;
                self.space();
                self.expect(b':')?;
                let value = self.value()?;
                member(name, value);
                doubtful |= self.unique && seen.add(name);
                if self.closed_by(b'}')? {
                    break;
                }
            }
        }
        self.depth = self.depth.saturating_sub(1);
        if doubtful {
            self.compare_names(start)?;
        }
        Ok(())
    }

    /// Reads the members from here once more, for their names.
    fn compare_names(&self, start: usize) -> Result<(), Fault> {
        let mut again = Self {
            text: self.text,
            at: start,
            depth: self.depth,
            unique: false,
        };
        let mut names = Vec::new();
        again.members(|name, _| names.push(name.get()))?;
        names.sort_unstable();
        let mut pairs = names.windows(2);
        if pairs.any(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(Fault::Duplicate);
        }
        Ok(())
    }

    /// After `[`.
    fn elements(&mut self, mut element: impl FnMut(Value<'a>)) -> Result<(), Fault> {
        self.deeper()?;
        self.space();
        if self.peek() == Some(b']') {
            self.step();
        } else {
            loop {
                element(self.value()?);
                if self.closed_by(b']')? {
                    break;
                }
            }
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    /// Whether this, and not a comma, follows.
    fn closed_by(&mut self, end: u8) -> Result<bool, Fault> {
        self.space();
        let byte = self.peek();
        self.step();
        match byte {
            Some(b',') => Ok(false),
            Some(byte) if byte == end => Ok(true),
            _ => Err(Fault::Malformed),
        }
    }

    /// Nearly all claims are strings, and what follows a name is worth being fast.
    #[inline(always)]
    fn value(&mut self) -> Result<Value<'a>, Fault> {
        self.space();
        if self.peek() == Some(b'"') {
            self.step();
            return Ok(Value::String(self.string()?));
        }
        self.other_value()
    }

    fn other_value(&mut self) -> Result<Value<'a>, Fault> {
        let start = self.at;
        match self.peek() {
            Some(b'{') => {
                self.step();
                self.members(|_, _| {})?;
                Ok(Value::Object(self.from(start)?))
            }
            Some(b'[') => {
                self.step();
                self.elements(|_| {})?;
                Ok(Value::Array(self.from(start)?))
            }
            Some(b'-' | b'0'..=b'9') => {
                self.number()?;
                Ok(Value::Number(self.from(start)?))
            }
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            _ => Err(Fault::Malformed),
        }
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, Fault> {
        for byte in word.bytes() {
            self.expect(byte)?;
        }
        Ok(value)
    }

    fn number(&mut self) -> Result<(), Fault> {
        if self.peek() == Some(b'-') {
            self.step();
        }
        if self.peek() == Some(b'0') {
            self.step();
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.step();
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.step();
            if let Some(b'+' | b'-') = self.peek() {
                self.step();
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.step();
        }
        if self.at == start {
            return Err(Fault::Malformed);
        }
        Ok(())
    }

    /// After the opening quote.
    #[inline(always)]
    fn string(&mut self) -> Result<Text<'a>, Fault> {
        let start = self.at;
        let mut escaped = false;
        loop {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            self.at = self.at.saturating_add(plain(rest));
            match self.peek() {
                Some(b'"') => {
                    let raw = self.from(start)?;
                    self.step();
                    return Ok(Text { raw, escaped });
                }
                Some(b'\\') => {
                    escaped = true;
                    self.step();
                    self.escape()?;
                }
                _ => return Err(Fault::Malformed),
            }
        }
    }

    /// After the backslash.
    fn escape(&mut self) -> Result<(), Fault> {
        let byte = self.peek();
        self.step();
        match byte {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(()),
            Some(b'u') => match self.unit()? {
                0xd800..=0xdbff => {
                    self.expect(b'\\')?;
                    self.expect(b'u')?;
                    match self.unit()? {
                        0xdc00..=0xdfff => Ok(()),
                        _ => Err(Fault::Malformed),
                    }
                }
                0xdc00..=0xdfff => Err(Fault::Malformed),
                _ => Ok(()),
            },
            _ => Err(Fault::Malformed),
        }
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Result<u16, Fault> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self
                .peek()
                .and_then(|byte| char::from(byte).to_digit(16))
                .ok_or(Fault::Malformed)?;
            unit = (unit << 4) | digit as u16;
            self.step();
        }
        Ok(unit)
    }
}

/// How many bytes come before the first that means something in a string: a quote, a backslash, or
/// a control character. Eight are looked at together, which halves the time that a token takes.
fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    // The high bit of a byte is set where it is zero, and perhaps in more significant ones.
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let mut before = 0_usize;
    for chunk in bytes.chunks_exact(8) {
        let word = <[u8; 8]>::try_from(chunk).map_or(0, u64::from_le_bytes);
        let quote = zero(word ^ (ONES * b'"' as u64));
        let backslash = zero(word ^ (ONES * b'\\' as u64));
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let found = quote | backslash | control;
        if found != 0 {
            // The least significant one is right.
            return before.saturating_add(found.trailing_zeros() as usize / 8);
        }
        before = before.saturating_add(8);
    }
    let rest = bytes.get(before..).unwrap_or_default();
    let end = rest
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
    before.saturating_add(end.unwrap_or(rest.len()))
}

/// What a string stands for whose escapes were checked.
fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut characters = raw.chars();
    let unit = |characters: &mut std::str::Chars<'_>| {
        (0..4).fold(0_u16, |unit, _| {
            let digit = characters
                .next()
                .and_then(|character| character.to_digit(16));
            (unit << 4) | digit.unwrap_or_default() as u16
        })
    };
    while let Some(character) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match characters.next() {
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some('u') => {
                let first = unit(&mut characters);
                let second = (0xd800..=0xdbff).contains(&first).then(|| {
                    characters.next();
                    characters.next();
                    unit(&mut characters)
                });
                let units = std::iter::once(first).chain(second);
                text.extend(
                    char::decode_utf16(units)
                        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)),
                );
            }
            Some(character) => text.push(character),
            None => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(json: &str) -> Result<(), Fault> {
        object(json.as_bytes(), |_, _| {}).map(drop)
    }

    #[test]
    fn members_are_handed_over_in_their_order() {
        let json = r#" { "a" : "x" , "b":[1, {"c":2}],"d": {"e" : [ ]} , "f":-1.5e+3,"g":true,"h":false,"i":null } "#;
        let mut members = Vec::new();
        let text = object(json.as_bytes(), |name, value| {
            members.push((name.to_owned(), value));
        });
        assert_eq!(text, Ok(json));
        let text = |raw| Text {
            raw,
            escaped: false,
        };
        let expected = [
            ("a", Value::String(text("x"))),
            ("b", Value::Array(r#"[1, {"c":2}]"#)),
            ("d", Value::Object(r#"{"e" : [ ]}"#)),
            ("f", Value::Number("-1.5e+3")),
            ("g", Value::Bool(true)),
            ("h", Value::Bool(false)),
            ("i", Value::Null),
        ];
        assert_eq!(
            members,
            expected.map(|(name, value)| (name.to_owned(), value))
        );
    }

    #[test]
    fn what_is_not_one_object_is_malformed() {
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
            assert_eq!(outcome(json), Err(Fault::Malformed), "{json:?}");
        }
        for bytes in [
            &b"{\"a\":\"\xff\"}"[..],
            b"{\"a\":\"\xc3\"}",
            b"{\"a\":\"\xed\xa0\x80\"}",
            b"\xff\xfe{\0}\0",
        ] {
            assert_eq!(object(bytes, |_, _| {}), Err(Fault::Malformed), "{bytes:?}");
        }
    }

    #[test]
    fn members_of_one_name_are_found_at_any_level() {
        let many: Vec<_> = (0..500)
            .map(|number| format!("\"m{number}\":{number}"))
            .collect();
        let many = many.join(",");
        assert_eq!(outcome(&format!("{{{many}}}")), Ok(()));
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
            assert_eq!(outcome(&json), Err(Fault::Duplicate), "{json}");
            assert!(loose_object(json.as_bytes(), |_, _| {}).is_ok());
        }
        for json in [
            r#"{"a":{"a":{"a":1}}}"#,
            r#"{"a":{"b":1},"c":{"b":2}}"#,
            r#"{"a":[{"b":1},{"b":2}]}"#,
            r#"{"a":1,"A":2}"#,
        ] {
            assert_eq!(outcome(json), Ok(()), "{json}");
        }
    }

    #[test]
    fn nesting_has_a_limit() {
        let nested = |depth: usize| {
            let inside = depth - 1;
            format!("{{\"a\":{}1{}}}", "[".repeat(inside), "]".repeat(inside))
        };
        assert_eq!(outcome(&nested(MAX_DEPTH)), Ok(()));
        for depth in [MAX_DEPTH + 1, 200, 4000, 100_000] {
            assert_eq!(outcome(&nested(depth)), Err(Fault::Malformed));
        }
        assert_eq!(outcome(&"{\"a\":".repeat(50_000)), Err(Fault::Malformed));
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
            let mut found = None;
            object(json.as_bytes(), |_, value| {
                found = value.string().map(|text| text.get().into_owned());
            })
            .expect("it is JSON");
            assert_eq!(found.as_deref(), expected["a"].as_str());
        }
    }

    #[test]
    fn the_strings_of_an_array_are_all_or_none() {
        let mut found = Vec::new();
        assert!(strings(r#"["a", "\u0062"]"#, |text| found.push(text.get())).is_some());
        assert_eq!(found, ["a", "b"]);
        for array in [r#"["a",1]"#, r#"[null]"#, r#"[["a"]]"#, r#"[{}]"#] {
            assert!(strings(array, |_| {}).is_none(), "{array}");
        }
    }

    proptest::proptest! {
        #[test]
        fn strings_end_where_they_end(bytes in proptest::collection::vec(0..=255_u8, 0..40)) {
            let expected = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
            proptest::prop_assert_eq!(plain(&bytes), expected.unwrap_or(bytes.len()));
        }

        #[test]
        fn the_only_byte_that_counts_is_found(at in 0..40_usize, byte in 0..=255_u8, other in 0x5d..=255_u8) {
            let mut bytes = vec![other; 40];
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            let expected = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
            proptest::prop_assert_eq!(plain(&bytes), expected.unwrap_or(40));
        }

        #[test]
        fn any_bytes_are_read_as_serde_json_reads_them(bytes in "[\\{\\}\\[\\]\",:\\\\u0-9a-e. \\-]{0,24}") {
            // Both take it for an object, or both do not, but for what is refused on purpose.
            let ours = object(bytes.as_bytes(), |_, _| {});
            let theirs = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&bytes);
            match ours {
                Ok(_) => proptest::prop_assert!(theirs.is_ok() || bytes.contains('e'), "{bytes}"),
                Err(Fault::Malformed) => proptest::prop_assert!(theirs.is_err(), "{bytes}"),
                Err(Fault::Duplicate) => {}
            }
        }
    }
}
