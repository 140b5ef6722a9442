//! Removes the escapes from JSON strings.

use super::scan::{first, special, specials};

/// Returns the unescaped bytes of the JSON string that begins at `at`, after its opening quote, and
/// the position of its closing quote. `None` if the string is invalid or contains an unpaired
/// surrogate.
///
/// `serde_json` uses a buffer that it grows step by step, but bodies are large, and a JSON body has
/// an escape every few bytes. So eight bytes are copied at once, and those from a backslash on are
/// removed again.
pub(super) fn unescape(bytes: &[u8], mut at: usize, capacity: usize) -> Option<(Vec<u8>, usize)> {
    let mut plain = Vec::with_capacity(capacity);
    let mut clean = 0;
    while let Some(chunk) = bytes.get(at..)?.first_chunk::<8>() {
        plain.extend_from_slice(chunk);
        if let Some(place) = first(specials(u64::from_le_bytes(*chunk))) {
            plain.truncate(plain.len() + place - 8);
            at += place;
            match bytes.get(at)? {
                b'"' => return Some((plain, at)),
                b'\\' => at += escape(bytes.get(at..)?, &mut plain)?,
                _ => return None,
            }
            clean = 0;
        } else {
            at += 8;
            clean += 1;
            // A long text without escapes.
            if clean == 4 {
                let end = special(bytes, at);
                plain.extend_from_slice(bytes.get(at..end)?);
                at = end;
                clean = 0;
            }
        }
    }
    loop {
        match bytes.get(at)? {
            b'"' => return Some((plain, at)),
            b'\\' => at += escape(bytes.get(at..)?, &mut plain)?,
            0..0x20 => return None,
            byte => {
                plain.push(*byte);
                at += 1;
            }
        }
    }
}

/// Adds the character of the escape at the beginning of `text`; returns the length of the escape.
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

/// Like [`escape`], for a `\u` escape. The second half of a pair is another escape.
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
    text.first_chunk::<4>()?
        .iter()
        .try_fold(0, |number, digit| {
            Some(number << 4 | char::from(*digit).to_digit(16)?)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Unescapes a JSON string that is followed by `behind`.
    fn plain(json: &str, behind: &str) -> Option<Vec<u8>> {
        let (plain, end) = unescape(format!("{json}{behind}").as_bytes(), 1, 0)?;
        assert_eq!(end, json.len() - 1, "{json}");
        Some(plain)
    }

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
            for behind in ["", "}", ", \"a\": \"\\n\"}"] {
                assert_eq!(plain(json, behind).unwrap(), expected.as_bytes(), "{json}");
            }
        }
    }

    #[test]
    fn an_escape_is_found_at_every_place() {
        for before in 0..100 {
            for after in 0..20 {
                let text = format!("{}\"é{}", "é".repeat(before), "b".repeat(after));
                let json = serde_json::to_string(&text)
                    .unwrap()
                    .replace('é', "\\u00e9");
                assert_eq!(plain(&json, "").unwrap(), text.as_bytes());
            }
        }
    }

    #[test]
    fn half_of_a_surrogate_pair_is_rejected() {
        for text in [
            r"\ud83d",
            r"\ude00",
            r"\ud83dx",
            r"\ud83d\u0041",
            r"\ude00\ud83d",
            r"some text before it \ud83d and after it",
        ] {
            assert_eq!(plain(&format!("\"{text}\""), ""), None, "{text}");
        }
    }

    #[test]
    fn a_value_that_is_not_a_string_is_rejected() {
        for text in [
            r"\x",
            r"\u",
            r"\u12",
            r"\u12g4",
            r"\u+123",
            r"\ué",
            "\n",
            "a text of\u{1}some length",
        ] {
            assert_eq!(plain(&format!("\"{text}\""), ""), None, "{text}");
            assert_eq!(
                plain(&format!("\"{text}\""), " and more behind it"),
                None,
                "{text}"
            );
        }
        for text in [
            "",
            "\"",
            "\"a",
            "\"a\\",
            "\"a long text without an end",
            "\"\\\"",
        ] {
            assert_eq!(unescape(text.as_bytes(), 1, 0), None, "{text}");
        }
    }
}
