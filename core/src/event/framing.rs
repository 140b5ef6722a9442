//! Removes from a response what concerns the connection and not the client: hop-by-hop fields, the
//! length, and interim statuses.
//!
//! A function has no connection to its client, so the gateway frames every response itself. Some
//! gateways reject a response with such fields. Others pass them on, so that the client waits for
//! chunks that are never sent.

use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CONNECTION, CONTENT_LENGTH},
};
use std::borrow::Cow;

/// Whether gateways accept a status: it must be final, unlike 1xx, and its class must be defined by
/// HTTP, so it is at most 599 (RFC 9110, section 15).
pub(crate) fn is_final(status: StatusCode) -> bool {
    (200..=599).contains(&status.as_u16())
}

/// RFC 9110, sections 15.2, 15.3.5, 15.3.6 and 15.4.5.
pub(crate) fn has_no_body(status: StatusCode) -> bool {
    status.is_informational()
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::RESET_CONTENT
        || status == StatusCode::NOT_MODIFIED
}

/// The header fields that are sent to the source, and their length.
pub(super) struct Fields<'h> {
    pub(super) headers: Cow<'h, HeaderMap>,
    /// The length of all names and values.
    pub(super) bytes: usize,
}

impl<'h> Fields<'h> {
    /// Removes hop-by-hop fields and a wrong length. `body` is the body that will be sent.
    pub(super) fn of(status: StatusCode, headers: &'h HeaderMap, body: &[u8]) -> Self {
        let (bytes, suspect) = survey(headers);
        if !suspect {
            return Self {
                headers: Cow::Borrowed(headers),
                bytes,
            };
        }
        let fits = length_fits(status, headers, body);
        if fits && !headers.keys().any(is_of_connection) {
            return Self {
                headers: Cow::Borrowed(headers),
                bytes,
            };
        }
        let mut kept = end_to_end(headers);
        if !fits {
            kept.remove(CONTENT_LENGTH);
        }
        let (bytes, _) = survey(&kept);
        Self {
            headers: Cow::Owned(kept),
            bytes,
        }
    }

    /// Removes hop-by-hop fields from the response of a stream. A single valid length stays: the sender
    /// holds the stream to it.
    pub(super) fn of_stream(headers: &'h HeaderMap) -> Self {
        let (bytes, suspect) = survey(headers);
        if !suspect {
            return Self {
                headers: Cow::Borrowed(headers),
                bytes,
            };
        }
        let mut kept = end_to_end(headers);
        if stated_length(&kept).is_none() {
            kept.remove(CONTENT_LENGTH);
        }
        let (bytes, _) = survey(&kept);
        Self {
            headers: Cow::Owned(kept),
            bytes,
        }
    }
}

/// Removes from the response of a server what the server writes itself: hop-by-hop fields, and a wrong
/// length. `body` is `None` for a stream.
#[cfg(feature = "server")]
pub(crate) fn frame(status: StatusCode, headers: &mut HeaderMap, body: Option<&[u8]>) {
    let kept = match body {
        Some(body) => Fields::of(status, headers, body).headers,
        None => Fields::of_stream(headers).headers,
    };
    if let Cow::Owned(kept) = kept {
        *headers = kept;
    }
}

/// The `content-length` of a response, if there is one that is valid.
pub(crate) fn stated_length(headers: &HeaderMap) -> Option<u64> {
    let mut values = headers.get_all(CONTENT_LENGTH).iter();
    let stated = values.next().and_then(length);
    stated.filter(|_| values.next().is_none())
}

/// Returns the length of all names and values, and whether a name has the length of one of the
/// removed fields. Few responses have such a name, so most need no further check.
fn survey(headers: &HeaderMap) -> (usize, bool) {
    const LENGTHS: u32 = {
        let mut lengths = 1 << CONTENT_LENGTH_NAME.len();
        let mut at = 0;
        while at < OF_CONNECTION.len() {
            lengths |= 1 << OF_CONNECTION[at].len();
            at += 1;
        }
        lengths
    };
    let mut bytes = 0_usize;
    let mut suspect = 0;
    for (name, value) in headers {
        let length = name.as_str().len();
        bytes += length + value.len();
        suspect |= LENGTHS >> length.min(31);
    }
    (bytes, suspect & 1 == 1)
}

const CONTENT_LENGTH_NAME: &str = "content-length";

/// The fields that are removed: hop-by-hop fields ([RFC 9110, section 7.6.1]); `trailer`, since a
/// response in JSON has no trailers; and `proxy-authenticate`, which only concerns the next client
/// of a proxy (section 11.7.1).
///
/// [RFC 9110, section 7.6.1]: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
const OF_CONNECTION: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

fn is_of_connection(name: &HeaderName) -> bool {
    OF_CONNECTION.contains(&name.as_str())
}

/// Copies the fields without hop-by-hop fields and those that `connection` names.
#[cold]
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let mut kept = headers.clone();
    for options in headers.get_all(CONNECTION) {
        for option in options.as_bytes().split(|byte| *byte == b',') {
            if let Ok(name) = HeaderName::from_bytes(option.trim_ascii()) {
                kept.remove(name);
            }
        }
    }
    for name in OF_CONNECTION {
        kept.remove(name);
    }
    kept
}

/// Whether `content-length` matches the body that is sent, or may be the length of an omitted body:
/// responses to HEAD and 304 responses have the length of the GET response ([RFC 9110, section
/// 8.6]).
///
/// [RFC 9110, section 8.6]: https://www.rfc-editor.org/rfc/rfc9110#section-8.6
fn length_fits(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> bool {
    let mut values = headers.get_all(CONTENT_LENGTH).iter();
    let Some(value) = values.next() else {
        return true;
    };
    let Some(length) = length(value) else {
        return false;
    };
    if values.next().is_some() {
        return false;
    }
    match status {
        StatusCode::NOT_MODIFIED => true,
        StatusCode::RESET_CONTENT => length == 0,
        status if has_no_body(status) => false,
        _ => body.is_empty() || length == body.len() as u64,
    }
}

fn length(value: &HeaderValue) -> Option<u64> {
    let digits = value.to_str().ok()?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

/// Removes a wrong `content-length` from a response without body to a request that is not HEAD.
/// Handlers do not know the method.
pub(crate) fn settle_length(status: StatusCode, headers: &mut HeaderMap) {
    let is_wrong = |value: &HeaderValue| length(value) != Some(0);
    if status != StatusCode::NOT_MODIFIED && headers.get(CONTENT_LENGTH).is_some_and(is_wrong) {
        headers.remove(CONTENT_LENGTH);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        headers
    }

    fn kept(status: u16, fields: &[(&'static str, &'static str)], body: &[u8]) -> Vec<String> {
        let headers = headers(fields);
        let status = StatusCode::from_u16(status).unwrap();
        let fields = Fields::of(status, &headers, body);
        let mut names: Vec<_> = fields.headers.keys().map(ToString::to_string).collect();
        names.sort();
        names
    }

    #[test]
    fn fields_of_the_connection_are_left_out() {
        for name in OF_CONNECTION {
            let fields = [(name, "x"), ("etag", "1"), ("set-cookie", "a=1")];
            assert_eq!(kept(200, &fields, b"x"), ["etag", "set-cookie"], "{name}");
        }
    }

    #[test]
    fn headers_named_by_connection_are_removed() {
        let fields = [
            ("connection", "X-Hop ,, close"),
            ("connection", "x-other;"),
            ("connection", "etag"),
            ("x-hop", "1"),
            ("x-other", "1"),
            ("etag", "1"),
            ("vary", "accept"),
        ];
        assert_eq!(kept(200, &fields, b""), ["vary", "x-other"]);
    }

    #[test]
    fn a_wrong_length_is_left_out() {
        for (status, lengths, body, stays) in [
            (200, &["5"][..], "hello", true),
            (200, &["999"], "hello", false),
            (200, &["5", "5"], "hello", false),
            (200, &["+5"], "hello", false),
            (200, &["5, 5"], "hello", false),
            (200, &[""], "hello", false),
            (200, &["99999999999999999999999"], "hello", false),
            // A response to HEAD.
            (200, &["999"], "", true),
            (304, &["999"], "", true),
            (204, &["0"], "", false),
            (205, &["0"], "", true),
            (205, &["5"], "", false),
            (101, &["0"], "", false),
        ] {
            let fields: Vec<_> = lengths.iter().map(|it| ("content-length", *it)).collect();
            let found = kept(status, &fields, body.as_bytes());
            assert_eq!(found.len(), usize::from(stays), "{status} {lengths:?}");
        }
    }

    #[test]
    fn nothing_is_copied_where_nothing_is_left_out() {
        let headers = headers(&[
            ("content-type", "text/plain"),
            ("content-length", "2"),
            ("set-cookie", "a=1"),
            ("content-encoding", "gzip"),
            ("x-a-name-that-is-longer-than-any-of-them", "1"),
        ]);
        let fields = Fields::of(StatusCode::OK, &headers, b"hi");
        assert!(matches!(fields.headers, Cow::Borrowed(_)));
        let expected: usize = headers
            .iter()
            .map(|(n, v)| n.as_str().len() + v.len())
            .sum();
        assert_eq!(fields.bytes, expected);
    }

    #[test]
    fn a_long_name_of_another_length_modulo_32_is_not_suspect() {
        let name = HeaderName::try_from("a".repeat(34)).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static("1"));
        assert!(!survey(&headers).1);
    }
}
