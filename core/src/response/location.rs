//! The `location` header of a response.

use crate::Error;
use http::HeaderValue;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// Characters that a URI cannot contain (RFC 3986) and browsers encode, and the backslash: a
/// browser reads `/\example.com` as another host.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The value of the header. Characters that a URI cannot contain are percent-encoded; existing
/// percent-encoding is kept.
pub(super) fn header(location: &str) -> Result<HeaderValue, Error> {
    if location.is_empty() {
        return Err(Error::msg("expected a `location`, found an empty one"));
    }
    if location.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(Error::msg(
            "expected a `location`, found one with control characters",
        ));
    }
    let encoded = utf8_percent_encode(location, ENCODED).to_string();
    HeaderValue::try_from(encoded).map_err(Error::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_uri_characters_are_encoded_once() {
        let table = [
            ("/orders/7?page=2#top", "/orders/7?page=2#top"),
            ("https://[::1]:8080/a", "https://[::1]:8080/a"),
            ("/a b", "/a%20b"),
            ("/a%20b", "/a%20b"),
            ("/tee/grün", "/tee/gr%C3%BCn"),
            ("/\\example.com", "/%5Cexample.com"),
            ("/<script>", "/%3Cscript%3E"),
        ];
        for (location, expected) in table {
            assert_eq!(header(location).expect(location), expected);
        }
    }

    #[test]
    fn control_characters_and_nothing_at_all_are_rejected() {
        for location in ["", "/a\r\nset-cookie: b=c", "/a\0", "/a\tb", "/\u{7f}"] {
            assert!(header(location).is_err(), "{location:?}");
        }
    }
}
