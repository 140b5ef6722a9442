//! The `location` of a reply.

use crate::Error;
use http::HeaderValue;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What no URI holds as it is (RFC 3986), and browsers send encoded. The backslash is among it:
/// a browser reads `/\example.com` as another host.
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

/// The header's value. What a URI cannot hold is percent-encoded; what is percent-encoded already
/// stays.
pub(super) fn header(location: &str) -> Result<HeaderValue, Error> {
    if location.is_empty() {
        return Err(Error::msg("a `location` was expected, found an empty one"));
    }
    if location.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(Error::msg(
            "a `location` was expected, found one with control characters",
        ));
    }
    let encoded = utf8_percent_encode(location, ENCODED).to_string();
    HeaderValue::try_from(encoded).map_err(Error::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_uri_cannot_hold_is_percent_encoded_once() {
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
    fn control_characters_and_nothing_at_all_are_refused() {
        for location in ["", "/a\r\nset-cookie: b=c", "/a\0", "/a\tb", "/\u{7f}"] {
            assert!(header(location).is_err(), "{location:?}");
        }
    }
}
