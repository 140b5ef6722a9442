//! The form of a response body in JSON: text or base64.

use crate::textual::is_textual;
use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};

/// The body of a response, in the form in which it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Payload<'b> {
    Text(&'b str),
    Base64(&'b [u8]),
}

/// Chooses the form of a body, and the content type to add if the response has none.
///
/// Without a content type, the gateway adds one: a REST API adds `application/json` to any body.
pub(super) fn payload<'b>(
    headers: &HeaderMap,
    body: &'b [u8],
) -> (Payload<'b>, Option<&'static str>) {
    if body.is_empty() {
        return (Payload::Text(""), None);
    }
    let content_type = headers.get(CONTENT_TYPE);
    let may_be_text =
        !is_compressed(headers) && content_type.is_none_or(|value| is_textual(value.as_bytes()));
    let text = if may_be_text {
        std::str::from_utf8(body).ok()
    } else {
        None
    };
    let (payload, fitting) = match text {
        Some(text) => (Payload::Text(text), "text/plain; charset=utf-8"),
        None => (Payload::Base64(body), "application/octet-stream"),
    };
    (payload, content_type.is_none().then_some(fitting))
}

fn is_compressed(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_ENCODING).iter().any(|coding| {
        !coding
            .as_bytes()
            .trim_ascii()
            .eq_ignore_ascii_case(b"identity")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn decide<'b>(
        headers: &[(http::HeaderName, &'static str)],
        body: &'b [u8],
    ) -> (Payload<'b>, Option<&'static str>) {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect();
        payload(&headers, body)
    }

    #[test]
    fn text_is_what_is_utf_8_and_of_a_textual_type() {
        for (content_type, text) in [
            ("text/plain", true),
            ("Text/HTML; charset=utf-8", true),
            ("text/html; charset=iso-8859-1", true),
            ("application/json", true),
            ("application/problem+json", true),
            ("application/atom+xml;type=entry", true),
            ("image/svg+xml", true),
            ("application/x-www-form-urlencoded", true),
            ("application/javascript", true),
            ("image/png", false),
            ("application/octet-stream", false),
            ("application/pdf", false),
            ("multipart/form-data; boundary=text/plain", false),
            ("", false),
        ] {
            let (payload, added) = decide(&[(CONTENT_TYPE, content_type)], b"abc");
            assert_eq!(matches!(payload, Payload::Text(_)), text, "{content_type}");
            assert_eq!(added, None, "{content_type}");
        }
        let (payload, _) = decide(&[(CONTENT_TYPE, "text/plain")], b"\xff");
        assert_eq!(payload, Payload::Base64(b"\xff"));
    }

    #[test]
    fn a_response_without_content_type_gets_one_that_fits() {
        let (payload, added) = decide(&[], "é".as_bytes());
        assert_eq!(
            (payload, added),
            (Payload::Text("é"), Some("text/plain; charset=utf-8"))
        );
        let (payload, added) = decide(&[], b"\xff");
        assert_eq!(
            (payload, added),
            (Payload::Base64(b"\xff"), Some("application/octet-stream"))
        );
        assert_eq!(decide(&[], b""), (Payload::Text(""), None));
    }

    #[test]
    fn a_compressed_body_is_always_base64() {
        for (coding, text) in [
            ("gzip", false),
            ("br", false),
            ("identity", true),
            (" Identity", true),
        ] {
            let headers = [
                (CONTENT_TYPE, "application/json"),
                (CONTENT_ENCODING, coding),
            ];
            assert_eq!(
                matches!(decide(&headers, b"{}").0, Payload::Text(_)),
                text,
                "{coding}"
            );
        }
    }
}
