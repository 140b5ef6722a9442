//! The media type of a request body.

use super::clip::quote;
use crate::Request;
use http::header::CONTENT_TYPE;

/// The `content-type` of a request, parameters included. Several of them are as good as none:
/// which one another program in front would believe cannot be known.
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

/// `application/json`, or a type that says it is JSON underneath (RFC 6839, section 3.1).
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

/// The type of a body that was refused, for a message.
pub(crate) fn found(request: &Request) -> String {
    match content_type(request) {
        Some(content_type) => quote(content_type),
        None if request.headers().contains_key(CONTENT_TYPE) => "an unreadable one".to_owned(),
        None => "none".to_owned(),
    }
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
        assert_eq!(found(&request), "an unreadable one");
        assert_eq!(found(&post("", "{}")), "none");
    }
}
