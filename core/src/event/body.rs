//! The body of an event.

use super::shared::share;
use bytes::Bytes;
use serde_json::value::RawValue;

/// Reads a body: a slice of the event where it stands there as it is, decoded otherwise.
///
/// A body that is no string (an event written by hand may have an object there) is its own JSON.
pub(super) fn body(
    event: &Bytes,
    raw: Option<&RawValue>,
    is_base64: bool,
) -> Result<Bytes, &'static str> {
    let Some(raw) = raw.map(RawValue::get) else {
        return Ok(Bytes::new());
    };
    let Some(quoted) = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')) else {
        return Ok(share(event, raw));
    };
    let plain = if quoted.as_bytes().contains(&b'\\') {
        unescape(quoted)
            .map(Bytes::from)
            .ok_or("the body is no Unicode text")?
    } else if is_base64 {
        // To be decoded at once: a slice of its own would only cost.
        return base64(quoted.as_bytes());
    } else {
        share(event, quoted)
    };
    if is_base64 { base64(&plain) } else { Ok(plain) }
}

fn base64(text: &[u8]) -> Result<Bytes, &'static str> {
    base64_simd::STANDARD
        .decode_to_vec(text)
        // Emulators leave out the padding, or break lines.
        .or_else(|_| base64_simd::forgiving_decode_to_vec(text))
        .map(Bytes::from)
        .map_err(|_| "the body is not valid base64")
}

/// Takes the escapes out of the inside of a JSON string. `serde_json` does it by way of a buffer
/// that it grows bit by bit, and bodies are large.
fn unescape(quoted: &str) -> Option<String> {
    let mut plain = String::with_capacity(quoted.len());
    let mut rest = quoted;
    while let Some((before, escape)) = rest.split_once('\\') {
        plain.push_str(before);
        let mut after = escape.chars();
        plain.push(match after.next()? {
            c @ ('"' | '\\' | '/') => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let (c, behind) = unicode(after.as_str())?;
                after = behind.chars();
                c
            }
            _ => return None,
        });
        rest = after.as_str();
    }
    plain.push_str(rest);
    Some(plain)
}

/// The character of a `\u` escape, whose second half may be an escape of its own, and what
/// follows it.
fn unicode(digits: &str) -> Option<(char, &str)> {
    let (first, rest) = four_digits(digits)?;
    if !(0xD800..0xE000).contains(&first) {
        return Some((char::from_u32(first)?, rest));
    }
    let (second, rest) = four_digits(rest.strip_prefix("\\u")?)?;
    if first >= 0xDC00 || !(0xDC00..0xE000).contains(&second) {
        return None;
    }
    let c = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    Some((char::from_u32(c)?, rest))
}

fn four_digits(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    Some((u32::from_str_radix(digits, 16).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str, is_base64: bool) -> Result<Bytes, &'static str> {
        body(
            &Bytes::new(),
            Some(serde_json::from_str(json).unwrap()),
            is_base64,
        )
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
            r#""""#,
        ] {
            let expected: String = serde_json::from_str(json).unwrap();
            assert_eq!(read(json, false).unwrap(), expected, "{json}");
        }
    }

    #[test]
    fn half_a_surrogate_pair_is_refused() {
        for json in [
            r#""\ud83d""#,
            r#""\ude00""#,
            r#""\ud83dx""#,
            r#""\ud83d\u0041""#,
            r#""\ude00\ud83d""#,
        ] {
            assert!(read(json, false).is_err(), "{json}");
        }
    }

    #[test]
    fn base64_is_decoded_with_and_without_escapes_and_padding() {
        for json in [
            r#""//79/A==""#,
            r#""\/\/79\/A==""#,
            r#""//79/A""#,
            r#""//79\n/A==""#,
        ] {
            assert_eq!(
                read(json, true).unwrap(),
                &[0xff, 0xfe, 0xfd, 0xfc][..],
                "{json}"
            );
        }
        assert_eq!(read(r#""""#, true).unwrap(), "");
    }

    #[test]
    fn what_is_no_base64_is_refused() {
        for json in [r#""%%%""#, r#""a""#, r#""ab=c""#, r#""é""#] {
            assert!(read(json, true).is_err(), "{json}");
        }
    }

    #[test]
    fn a_body_that_is_no_string_is_its_own_json() {
        assert_eq!(read(r#"{"a": 1}"#, false).unwrap(), r#"{"a": 1}"#);
        assert_eq!(read("17", true).unwrap(), "17");
        assert_eq!(body(&Bytes::new(), None, true).unwrap(), "");
    }
}
