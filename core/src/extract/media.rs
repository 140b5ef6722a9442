//! The media type and the encoding of a request body.

use super::truncate::quote;
use crate::{Problem, Request};
use http::{
    HeaderValue,
    header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE},
};

/// Returns the `content-type` of a request with its parameters. Several headers count as none,
/// since another program in front may use a different one.
pub(crate) fn content_type(request: &Request) -> Option<&str> {
    let mut types = request.headers().get_all(CONTENT_TYPE).iter();
    let only = types.next()?;
    match types.next() {
        Some(_) => None,
        None => only.to_str().ok(),
    }
}

/// The media type without its parameters.
fn essence(content_type: &str) -> &str {
    let end = content_type.find(';').unwrap_or(content_type.len());
    content_type.get(..end).unwrap_or_default().trim()
}

pub(crate) fn is(content_type: &str, expected: &str) -> bool {
    essence(content_type).eq_ignore_ascii_case(expected)
}

/// Whether a type is `application/json`, or has the suffix `+json` (RFC 6839, section 3.1).
pub(crate) fn is_json(content_type: &str) -> bool {
    let essence = essence(content_type);
    let Some((kind, subtype)) = essence.split_once('/') else {
        return false;
    };
    let suffix = subtype
        .rsplit_once('+')
        .map_or(subtype, |(_, suffix)| suffix);
    kind.eq_ignore_ascii_case("application") && suffix.eq_ignore_ascii_case("json")
}

/// Describes the type of a rejected body, for a message.
pub(crate) fn found(request: &Request) -> String {
    match content_type(request) {
        Some(content_type) => quote(content_type),
        None if request.headers().contains_key(CONTENT_TYPE) => "an invalid value".to_owned(),
        None => "none".to_owned(),
    }
}

/// Describes the encoding of a body that is still encoded, for a message. Layers that decompress
/// requests remove the header as well.
pub(crate) fn encoded(request: &Request) -> Option<String> {
    let mut all = request.headers().get_all(CONTENT_ENCODING).iter();
    let encodings = all.find(|value| !is_identity(value))?;
    Some(match encodings.to_str() {
        Ok(encodings) => quote(encodings),
        Err(_) => "an invalid value".to_owned(),
    })
}

/// Whether a list of codings (RFC 9110, section 8.4) leaves the body unchanged.
fn is_identity(encodings: &HeaderValue) -> bool {
    encodings.as_bytes().split(|byte| *byte == b',').all(|one| {
        let one = one.trim_ascii();
        one.is_empty() || one.eq_ignore_ascii_case(b"identity")
    })
}

/// Adds the supported encodings to a 415 (RFC 9110, section 15.5.16).
pub(crate) fn reject_encoding(problem: &mut Problem) {
    let identity = HeaderValue::from_static("identity");
    problem.headers_mut().insert(ACCEPT_ENCODING, identity);
}

#[cfg(test)]
mod tests {
    use super::{super::testing::post, *};

    #[test]
    fn json_has_its_own_type_or_a_suffix() {
        for json in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/problem+json",
            "application/vnd.api+json ; a=b",
        ] {
            assert!(is_json(json), "{json}");
        }
        for other in [
            "text/json",
            "text/plain",
            "text/plain; application/json",
            "application/jsonp",
            "application/x+json+xml",
            "multipart/form-data+json",
            "json",
            "",
        ] {
            assert!(!is_json(other), "{other}");
        }
    }

    #[test]
    fn two_content_types_are_none() {
        let mut request = post("application/json", "{}");
        assert_eq!(content_type(&request), Some("application/json"));
        let second = "text/plain".parse().unwrap();
        request.headers_mut().append(CONTENT_TYPE, second);
        assert_eq!(content_type(&request), None);
        assert_eq!(found(&request), "an invalid value");
        assert_eq!(found(&post("", "{}")), "none");
    }

    #[test]
    fn only_identity_leaves_a_body_as_it_is() {
        for (lines, expected) in [
            (&[][..], None),
            (&["identity"], None),
            (&["Identity , identity", ""], None),
            (&["gzip"], Some("\"gzip\"")),
            (&["identity", "br"], Some("\"br\"")),
            (&["identity, zstd"], Some("\"identity, zstd\"")),
            (&["gz\u{e9}"], Some("an invalid value")),
        ] {
            let mut request = post("text/plain", "a");
            for line in lines {
                let value = HeaderValue::from_bytes(line.as_bytes()).unwrap();
                request.headers_mut().append(CONTENT_ENCODING, value);
            }
            assert_eq!(encoded(&request).as_deref(), expected, "{lines:?}");
        }
    }
}
