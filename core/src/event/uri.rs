//! The path and query of a request: origin form only, nothing resolved.

use super::{error::Refusal, shared::share};
use crate::limits::{MAX_URI, Measure};
use bytes::Bytes;
use http::{Uri, uri::PathAndQuery};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::borrow::Cow;

/// What RFC 3986 allows in no query. `http::Uri` refuses some of it and cuts the URI at `#`.
const QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A raw `?` in a path that came apart from its query belongs to the path.
const PATH: &AsciiSet = &QUERY.add(b'?');

/// Puts a URI together. What a URI cannot have is percent-encoded; all else, `%` and dots and
/// doubled slashes included, stays as it was received, so that routing and authorisation can
/// only ever see one and the same path. The host has no part in it: a bad one cannot fail a
/// request, and a forged one cannot change it.
pub(super) fn build(event: &Bytes, path: &str, query: &str) -> Result<Uri, Refusal> {
    let path = if path.is_empty() { "/" } else { path };
    if !path.starts_with('/') {
        return Err("the path does not begin with `/`".into());
    }
    let path = Cow::from(utf8_percent_encode(path, PATH));
    let whole = if query.is_empty() {
        match path {
            Cow::Borrowed(path) => share(event, path.as_bytes()),
            Cow::Owned(path) => path.into(),
        }
    } else {
        let mut whole = String::with_capacity(path.len() + 1 + query.len());
        whole.push_str(&path);
        whole.push('?');
        whole.extend(utf8_percent_encode(query, QUERY));
        whole.into()
    };
    Measure::Uri.check(whole.len(), MAX_URI)?;
    PathAndQuery::from_maybe_shared(whole)
        .map(Uri::from)
        .map_err(|error| format!("path and query make no URI: {error}").into())
}

/// Takes `prefix` off a path where it is there as whole segments; what is left begins with `/`.
pub(super) fn strip<'p>(path: &'p str, prefix: &str) -> &'p str {
    let prefix = prefix.trim_matches('/');
    if prefix.is_empty() {
        return path;
    }
    match path
        .strip_prefix('/')
        .and_then(|path| path.strip_prefix(prefix))
    {
        Some("") => "/",
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_taken_off_in_whole_segments_only() {
        for (path, prefix, expected) in [
            ("/prod/orders", "prod", "/orders"),
            ("/prod/orders", "/prod/", "/orders"),
            ("/prod", "prod", "/"),
            ("/prod/", "prod", "/"),
            ("/production/orders", "prod", "/production/orders"),
            ("/x/prod", "prod", "/x/prod"),
            ("//prod/x", "prod", "//prod/x"),
            ("/prod//x", "prod", "//x"),
            ("/a/b/c", "a/b", "/c"),
            ("/a/b/c", "", "/a/b/c"),
            ("/a/b/c", "/", "/a/b/c"),
            ("prod/x", "prod", "prod/x"),
            ("", "prod", ""),
        ] {
            assert_eq!(strip(path, prefix), expected, "{path} {prefix}");
        }
    }

    #[test]
    fn every_character_makes_a_uri_and_nothing_is_cut_off() {
        for c in (0..=0x250).filter_map(char::from_u32) {
            let part = format!("a{c}b");
            let uri = build(&Bytes::new(), &format!("/{part}"), &part).unwrap();
            let decode = |text: &str| {
                percent_encoding::percent_decode_str(text)
                    .decode_utf8()
                    .unwrap()
                    .into_owned()
            };
            assert_eq!(decode(uri.path()), format!("/{part}"), "{c:?}");
            assert_eq!(uri.query().map(decode), Some(part), "{c:?}");
        }
    }

    #[test]
    fn what_a_uri_may_have_stays_as_it_was_received() {
        let path = "/%2e%2e/.././/a%2Fb/%zz/~!$&'()*+,;=:@[]-._%";
        let query = "a=%3D&b=/?:@+%zz'[]()*,;!$";
        let uri = build(&Bytes::new(), path, query).unwrap();
        assert_eq!((uri.path(), uri.query()), (path, Some(query)));
    }

    #[test]
    fn an_unusable_path_is_refused() {
        for path in ["x", "http://example.com/x", "*", "?a=b", " /x"] {
            assert!(build(&Bytes::new(), path, "").is_err(), "{path}");
        }
    }

    #[test]
    fn a_uri_is_as_long_as_a_uri_can_be() {
        for (path, query, fits) in [
            (MAX_URI - 1, 0, true),
            (MAX_URI, 0, false),
            (1, MAX_URI - 3, true),
            (1, MAX_URI - 2, false),
        ] {
            let path = format!("/{}", "x".repeat(path));
            let built = build(&Bytes::new(), &path, &"q".repeat(query));
            match built {
                Ok(uri) => assert!(fits, "{}", uri.to_string().len()),
                Err(Refusal::OverLimit(_)) => assert!(!fits),
                Err(other) => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_uri_never_has_an_authority() {
        let uri = build(&Bytes::new(), "//example.com/x", "").unwrap();
        assert_eq!((uri.authority(), uri.path()), (None, "//example.com/x"));
    }
}
