//! Builds the URI of a request: origin form only, nothing resolved.

use super::{rejection::Rejection, shared::share};
use crate::{
    limits::{MAX_URI, Measure},
    path_normalization,
};
use bytes::Bytes;
use http::{Uri, uri::PathAndQuery};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use smallvec::SmallVec;
use std::{borrow::Cow, ops::Range};

/// Characters that RFC 3986 forbids in a query. `http::Uri` rejects some and cuts the URI at `#`.
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

/// The path is separate from the query, so a raw `?` belongs to the path.
const PATH: &AsciiSet = &QUERY.add(b'?');

/// In a decoded path, a `%` is a literal character.
const DECODED: &AsciiSet = &PATH.add(b'%');

/// The encoding of a source's path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// As the client sent it.
    #[default]
    Sent,
    /// Percent-decoded.
    Decoded,
}

/// Builds a URI. Characters that are invalid in a URI are percent-encoded, and the path is
/// [normalized](spelling::normal). Everything else, including dots and repeated slashes, stays as
/// received, so that routing and authorization see the same path. The host is not part of the URI:
/// an invalid host cannot fail a request, and a forged one cannot change it.
pub(super) fn build(event: &Bytes, path: &str, form: Form, query: &str) -> Result<Uri, Rejection> {
    let path = if path.is_empty() { "/" } else { path };
    if !path.starts_with('/') {
        return Err("the path does not begin with `/`".into());
    }
    let path = encoded(path, form);
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
        .map_err(|error| format!("the path and query are not a valid URI: {error}").into())
}

/// Returns the path of the URI for the path of an event.
pub(super) fn encoded(path: &str, form: Form) -> Cow<'_, str> {
    // Most paths need no change.
    let first = utf8_percent_encode(path, DECODED).next();
    if first.is_none_or(|first| first == path) {
        return Cow::Borrowed(path);
    }
    match form {
        Form::Decoded => Cow::from(utf8_percent_encode(path, DECODED)),
        Form::Sent => match Cow::from(utf8_percent_encode(path, PATH)) {
            Cow::Borrowed(path) => path_normalization::normal(path),
            Cow::Owned(path) => Cow::Owned(path_normalization::normal(&path).into_owned()),
        },
    }
}

/// A path without its stage and its base paths.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Stripped<'p> {
    /// The remaining path; it begins with `/`.
    pub(super) path: &'p str,
    /// The length of the removed prefix.
    pub(super) taken: usize,
    /// The position of the stage in that prefix, with the `/` before it.
    pub(super) stage: Option<Range<usize>>,
}

/// Removes stage and base paths from a path, each at most once and in any order: `/prod/v1/orders`
/// and `/v1/prod/orders` both become `/orders`. The stage is tried first, and then the longest base
/// path.
pub(super) fn strip<'p, 'b>(
    path: &'p str,
    form: Form,
    mut stage: Option<&str>,
    base_paths: &(impl Iterator<Item = &'b str> + Clone),
) -> Stripped<'p> {
    let mut rest = path;
    let mut found = None;
    let mut used = SmallVec::<[&str; 4]>::new();
    loop {
        let taken = path.len().saturating_sub(rest.len());
        if let Some(behind) = stage.and_then(|stage| behind(rest, stage)) {
            stage = None;
            rest = behind;
            found = Some(taken..path.len().saturating_sub(rest.len()));
            continue;
        }
        let unused = base_paths
            .clone()
            .map(trimmed)
            .filter(|base_path| !used.contains(base_path));
        let next = unused
            .filter_map(|base_path| Some((base_path, behind(rest, &in_form(base_path, form))?)))
            .min_by_key(|(_, behind)| behind.len());
        match next {
            Some((base_path, behind)) => {
                used.push(base_path);
                rest = behind;
            }
            None => {
                return Stripped {
                    path: if rest.is_empty() { "/" } else { rest },
                    taken,
                    stage: found,
                };
            }
        }
    }
}

fn trimmed(base_path: &str) -> &str {
    base_path.trim_matches('/')
}

/// Base paths are configured as clients send them.
fn in_form(base_path: &str, form: Form) -> Cow<'_, str> {
    match form {
        Form::Decoded if base_path.contains('%') => {
            percent_decode_str(base_path).decode_utf8_lossy()
        }
        _ => base_path.into(),
    }
}

/// Returns the path after a prefix of whole segments: nothing, or `/` and more.
fn behind<'p>(path: &'p str, prefix: &str) -> Option<&'p str> {
    if prefix.is_empty() || prefix.starts_with('/') {
        return None;
    }
    let rest = path.strip_prefix('/')?.strip_prefix(prefix)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(path: &str, stage: Option<&str>, base_paths: &[&'static str]) -> String {
        let base_paths: Vec<_> = base_paths.iter().map(|path| (*path).to_owned()).collect();
        let base_paths = base_paths.iter().map(String::as_str);
        strip(path, Form::Sent, stage, &base_paths).path.to_owned()
    }

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
            ("", "prod", "/"),
        ] {
            assert_eq!(stripped(path, None, &[prefix]), expected, "{path} {prefix}");
        }
    }

    #[test]
    fn stage_and_base_paths_come_off_once_in_any_order() {
        for (path, base_paths, expected) in [
            ("/prod/v1/orders", &["/v1"][..], "/orders"),
            ("/v1/prod/orders", &["/v1"], "/orders"),
            ("/v1/orders", &["/v1", "/v2"], "/orders"),
            ("/v2/prod/orders", &["/v1", "/v2"], "/orders"),
            ("/api/v1/prod/orders", &["/v1", "/api"], "/orders"),
            ("/v1/shop/orders", &["/v1", "/v1/shop"], "/orders"),
            ("/v1/v1/orders", &["/v1"], "/v1/orders"),
            ("/v1/v1/orders", &["/v1", "v1", "/v1/"], "/v1/orders"),
            ("/prod/prod/orders", &["/v1"], "/prod/orders"),
            ("/prod/prod/prod", &["/prod"], "/prod"),
            ("/prod/v1", &["/v1"], "/"),
            ("/orders/v1", &["/v1"], "/orders/v1"),
            ("/v1x/prod/orders", &["/v1"], "/v1x/prod/orders"),
        ] {
            assert_eq!(stripped(path, Some("prod"), base_paths), expected, "{path}");
        }
    }

    #[test]
    fn the_removed_prefix_is_known() {
        let base_paths = || ["/v1"].into_iter();
        let found = strip("/v1/prod/x", Form::Sent, Some("prod"), &base_paths());
        assert_eq!(
            (found.path, found.taken, found.stage),
            ("/x", 8, Some(3..8))
        );
        let found = strip("/v1", Form::Sent, Some("prod"), &base_paths());
        assert_eq!((found.path, found.taken, found.stage), ("/", 3, None));
    }

    #[test]
    fn a_base_path_is_compared_in_the_form_of_the_path() {
        for (form, path) in [(Form::Sent, "/a%20b/x"), (Form::Decoded, "/a b/x")] {
            let found = strip(path, form, None, &["/a%20b"].into_iter());
            assert_eq!(found.path, "/x", "{form:?}");
        }
    }

    #[test]
    fn every_character_makes_a_uri_and_nothing_is_cut_off() {
        for c in (0..=0x250).filter_map(char::from_u32) {
            for form in [Form::Sent, Form::Decoded] {
                let part = format!("a{c}b");
                let uri = build(&Bytes::new(), &format!("/{part}"), form, &part).unwrap();
                let decode =
                    |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
                assert_eq!(decode(uri.path()), format!("/{part}"), "{c:?}");
                assert_eq!(uri.query().map(decode), Some(part), "{c:?}");
            }
        }
    }

    #[test]
    fn valid_uri_characters_are_kept() {
        let path = "/%2E%2E/.././a%2Fb/%zz/~!$&'()*+,;=:@[]-._%";
        let query = "a=%3D&b=/?:@+%zz'[]()*,;!$%61%c3";
        let uri = build(&Bytes::new(), path, Form::Sent, query).unwrap();
        assert_eq!((uri.path(), uri.query()), (path, Some(query)));
    }

    #[test]
    fn a_path_has_one_spelling_and_a_decoded_one_no_escapes() {
        for (path, sent, decoded) in [
            (
                "/%61%2e%c3%A9/x y",
                "/a%2E%C3%A9/x%20y",
                "/%2561%252e%25c3%25A9/x%20y",
            ),
            ("/100%", "/100%", "/100%25"),
            ("/a#b?c", "/a%23b%3Fc", "/a%23b%3Fc"),
            ("/\u{e9}", "/%C3%A9", "/%C3%A9"),
        ] {
            assert_eq!(encoded(path, Form::Sent), sent);
            assert_eq!(encoded(path, Form::Decoded), decoded);
        }
    }

    #[test]
    fn an_unusable_path_is_rejected() {
        for path in ["x", "http://example.com/x", "*", "?a=b", " /x"] {
            assert!(
                build(&Bytes::new(), path, Form::Sent, "").is_err(),
                "{path}"
            );
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
            let built = build(&Bytes::new(), &path, Form::Sent, &"q".repeat(query));
            match built {
                Ok(uri) => assert!(fits, "{}", uri.to_string().len()),
                Err(Rejection::LimitExceeded(_)) => assert!(!fits),
                Err(other) => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_uri_never_has_an_authority() {
        let uri = build(&Bytes::new(), "//example.com/x", Form::Sent, "").unwrap();
        assert_eq!((uri.authority(), uri.path()), (None, "//example.com/x"));
    }
}
