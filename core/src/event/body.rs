//! The body of an event.

use super::{json::Content, rejection::Rejection, shared::share};
use crate::{Limits, limits::Measure};
use bytes::Bytes;

/// Decodes a body. A body without escapes is a slice of the event.
///
/// A body that is not a string, as in events written by hand, is used as its JSON text.
pub(super) fn body(
    event: &Bytes,
    content: Option<Content<'_>>,
    is_base64: bool,
    limits: &Limits,
) -> Result<Bytes, Rejection> {
    let Some(content) = content else {
        return Ok(Bytes::new());
    };
    let encoded = match &content {
        Content::Plain(text) | Content::Other(text) => text.len(),
        Content::Unescaped(text) => text.len(),
        Content::NoText => return Err("the body is not valid Unicode".into()),
    };
    Measure::EncodedBody.check(encoded, limits.encoded_body)?;
    let body = match content {
        Content::Plain(text) if is_base64 => base64(text, limits)?,
        Content::Unescaped(text) if is_base64 => base64(&text, limits)?,
        Content::Plain(text) | Content::Other(text) => share(event, text),
        Content::Unescaped(text) => text.into(),
        Content::NoText => Bytes::new(),
    };
    Measure::Body.check(body.len(), limits.body)?;
    Ok(body)
}

fn base64(text: &[u8], limits: &Limits) -> Result<Bytes, Rejection> {
    if text.len() / 4 > limits.body / 3 {
        Measure::Body.check(decoded(text), limits.body)?;
    }
    base64_simd::STANDARD
        .decode_to_vec(text)
        // Emulators omit the padding, or insert line breaks.
        .or_else(|_| base64_simd::forgiving_decode_to_vec(text))
        .map(Bytes::from)
        .map_err(|_| "the body is not valid base64".into())
}

/// The length after decoding: three bytes for four characters.
fn decoded(text: &[u8]) -> usize {
    let letter = |byte: &&u8| !matches!(byte, b'=' | b' ' | b'\t' | b'\n' | b'\r' | b'\x0c');
    let letters = text.iter().filter(letter).count();
    letters / 4 * 3 + letters % 4 * 3 / 4
}

#[cfg(test)]
mod tests {
    use super::{
        super::json::{self, Reader},
        *,
    };

    fn read(json: &str, is_base64: bool) -> Result<Bytes, Rejection> {
        read_within(json, is_base64, &Limits::default())
    }

    fn read_within(json: &str, is_base64: bool, limits: &Limits) -> Result<Bytes, Rejection> {
        body(
            &Bytes::new(),
            json::read(json.as_bytes(), Reader::content).unwrap(),
            is_base64,
            limits,
        )
    }

    #[test]
    fn half_a_surrogate_pair_is_rejected() {
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
    fn invalid_base64_is_rejected() {
        for json in [r#""%%%""#, r#""a""#, r#""ab=c""#, r#""é""#] {
            assert!(read(json, true).is_err(), "{json}");
        }
    }

    #[test]
    fn a_body_that_is_not_a_string_is_sent_as_json() {
        assert_eq!(read(r#"{"a": 1}"#, false).unwrap(), r#"{"a": 1}"#);
        assert_eq!(read("17", true).unwrap(), "17");
        let none = body(&Bytes::new(), None, true, &Limits::default());
        assert_eq!(none.unwrap(), "");
    }

    #[test]
    fn a_body_is_rejected_from_the_first_byte_over_its_limit() {
        for (json, is_base64, bytes) in [
            (r#""12345""#, false, 5),
            (r#""1234\n""#, false, 5),
            (r#"[1, 2]"#, false, 6),
            (r#""MTIzNDU=""#, true, 5),
            (r#""MTIzNDU""#, true, 5),
            (r#""MTIz\r\nNDU=\n""#, true, 5),
            (r#""MTIzNDU2""#, true, 6),
            (r#""MTIzNA==""#, true, 4),
        ] {
            let limits = Limits::default().body(bytes);
            assert!(read_within(json, is_base64, &limits).is_ok(), "{json}");
            let rejected = read_within(json, is_base64, &limits.body(bytes - 1));
            let expected = Measure::Body.exceeded(bytes - 1, Some(bytes));
            assert_eq!(rejected, Err(Rejection::LimitExceeded(expected)), "{json}");
        }
    }

    #[test]
    fn base64_that_would_be_too_much_is_not_decoded() {
        // If it were decoded, it would be reported as invalid base64.
        let text = format!("\"{}%\"", "A".repeat(400));
        let limits = Limits::default().body(100);
        assert!(matches!(
            read_within(&text, true, &limits),
            Err(Rejection::LimitExceeded(_))
        ));
        assert!(matches!(read(&text, true), Err(Rejection::Malformed(_))));
        let limits = Limits::default().encoded_body(400);
        let expected = Measure::EncodedBody.exceeded(400, Some(401));
        assert_eq!(
            read_within(&text, true, &limits),
            Err(Rejection::LimitExceeded(expected))
        );
    }
}
