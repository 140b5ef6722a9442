//! `application/x-www-form-urlencoded`, as in query strings and forms.

use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// The pairs of a query string or a form, still encoded. A key without `=` has an empty value.
pub(crate) fn split(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// Decodes `+` and `%XX`: borrowed when there is nothing to decode, `None` when the bytes are no
/// UTF-8. A `%` without two digits stays as it is, as the
/// [URL standard](https://url.spec.whatwg.org/#percent-decode) has it.
pub(crate) fn decode(text: &str) -> Option<Cow<'_, str>> {
    if is_plain(text) {
        return Some(Cow::Borrowed(text));
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(Cow::Owned(decoded.into_owned()))
}

/// The same for a name. One that is no UTF-8 becomes a text that no parameter is called.
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
    use super::*;

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
    fn bytes_that_are_no_utf8_are_refused_in_a_value() {
        assert_eq!(decode("%FF"), None);
        assert_eq!(decode_name("%FF"), "\u{fffd}");
    }
}
