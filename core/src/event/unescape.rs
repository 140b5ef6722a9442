//! Taking the escapes out of JSON strings.

use super::scan::{backslashes, first, word};

/// The bytes of a text from the inside of its JSON string; `None` for half of a surrogate pair.
///
/// `serde_json` does it by way of a buffer that it grows bit by bit, and bodies are large: a body
/// that is JSON has an escape every few bytes. So eight bytes are copied at once, and what follows
/// a backslash is taken off again.
pub(super) fn unescape(quoted: &str) -> Option<Vec<u8>> {
    let bytes = quoted.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(word) = word(bytes, at) {
        plain.extend_from_slice(&word.to_le_bytes());
        match first(backslashes(word)) {
            None => at += 8,
            Some(place) => {
                plain.truncate(plain.len() + place - 8);
                at += place;
                at += escape(bytes.get(at..)?, &mut plain)?;
            }
        }
    }
    while let Some(byte) = bytes.get(at) {
        if *byte == b'\\' {
            at += escape(bytes.get(at..)?, &mut plain)?;
        } else {
            plain.push(*byte);
            at += 1;
        }
    }
    Some(plain)
}

/// Adds the character of the escape at the beginning of `text`; the length of the escape.
fn escape(text: &[u8], plain: &mut Vec<u8>) -> Option<usize> {
    plain.push(match text.get(1)? {
        c @ (b'"' | b'\\' | b'/') => *c,
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        b'u' => return unicode(text, plain),
        _ => return None,
    });
    Some(2)
}

/// As [`escape`], of a `\u` escape, whose second half may be an escape of its own.
fn unicode(text: &[u8], plain: &mut Vec<u8>) -> Option<usize> {
    let first = four_digits(text.get(2..)?)?;
    let (c, length) = if (0xD800..0xE000).contains(&first) {
        let second = four_digits(text.get(6..)?.strip_prefix(b"\\u")?)?;
        if first >= 0xDC00 || !(0xDC00..0xE000).contains(&second) {
            return None;
        }
        (0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00), 12)
    } else {
        (first, 6)
    };
    let c = char::from_u32(c)?;
    plain.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    Some(length)
}

fn four_digits(text: &[u8]) -> Option<u32> {
    text.first_chunk::<4>()?.iter().try_fold(0, |number, digit| {
        Some(number << 4 | char::from(*digit).to_digit(16)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_taken_out_as_serde_json_would() {
        for json in [
            r#""plain""#,
            r#""{\"a\": \"b\\\\c\"}""#,
            r#""\b\f\n\r\t\/\"\\""#,
            r#""\u00e9 \u20AC \ud83d\ude00 é""#,
            r#""\u0000""#,
            r#""\\u0041""#,
            r#""a longer text, \"quoted\" and \\ more""#,
            r#""""#,
        ] {
            let expected: String = serde_json::from_str(json).unwrap();
            let inside = &json[1..json.len() - 1];
            assert_eq!(unescape(inside).unwrap(), expected.as_bytes(), "{json}");
        }
    }

    #[test]
    fn an_escape_is_found_at_every_place() {
        for before in 0..20 {
            for after in 0..20 {
                let (before, after) = ("é".repeat(before), "b".repeat(after));
                let plain = unescape(&format!("{before}\\\"\\u00e9{after}")).unwrap();
                assert_eq!(plain, format!("{before}\"é{after}").as_bytes());
            }
        }
    }

    #[test]
    fn half_of_a_surrogate_pair_is_refused() {
        for text in [
            r"\ud83d",
            r"\ude00",
            r"\ud83dx",
            r"\ud83d\u0041",
            r"\ude00\ud83d",
            r"some text before it \ud83d and after it",
        ] {
            assert_eq!(unescape(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_escape_is_refused() {
        for text in [r"\", r"\x", r"\u", r"\u12", r"\u12g4", r"\u+123", r"\ué"] {
            assert_eq!(unescape(text), None, "{text}");
        }
    }
}
