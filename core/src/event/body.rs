//! The body of an event.

use super::{json::Content, shared::share};
use bytes::Bytes;

/// Reads a body: a slice of the event where it stands there as it is, decoded otherwise.
///
/// A body that is no string (an event written by hand may have an object there) is its own JSON.
pub(super) fn body(
    event: &Bytes,
    content: Option<Content<'_>>,
    is_base64: bool,
) -> Result<Bytes, &'static str> {
    match content {
        None => Ok(Bytes::new()),
        Some(Content::Other(json)) => Ok(share(event, json)),
        Some(Content::Plain(text)) if is_base64 => base64(text),
        Some(Content::Plain(text)) => Ok(share(event, text)),
        Some(Content::Unescaped(text)) if is_base64 => base64(&text),
        Some(Content::Unescaped(text)) => Ok(text.into()),
        Some(Content::NoText) => Err("the body is no Unicode text"),
    }
}

fn base64(text: &[u8]) -> Result<Bytes, &'static str> {
    base64_simd::STANDARD
        .decode_to_vec(text)
        // Emulators leave out the padding, or break lines.
        .or_else(|_| base64_simd::forgiving_decode_to_vec(text))
        .map(Bytes::from)
        .map_err(|_| "the body is not valid base64")
}

#[cfg(test)]
mod tests {
    use super::{
        super::json::{self, Reader},
        *,
    };

    fn read(json: &str, is_base64: bool) -> Result<Bytes, &'static str> {
        body(
            &Bytes::new(),
            json::read(json.as_bytes(), Reader::content).unwrap(),
            is_base64,
        )
    }

    #[test]
    fn half_a_surrogate_pair_is_refused() {
        assert!(read(r#""\ud83d""#, false).is_err());
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
