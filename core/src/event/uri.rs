//! The path and query of a request: origin form only, nothing resolved.

use super::{error::Refusal, shared::share};
use crate::{
    limits::{MAX_URI, Measure},
    spelling,
};
use bytes::Bytes;
use http::{Uri, uri::PathAndQuery};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use smallvec::SmallVec;
use std::{borrow::Cow, ops::Range};

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

/// In a path that was decoded, a `%` is text as well.
const DECODED: &AsciiSet = &PATH.add(b'%');

/// How a source hands over a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// As the client sent it.
    #[default]
    Sent,
    /// Percent-decoded.
    Decoded,
}

/// Puts a URI together. What a URI cannot have is percent-encoded, and the path has its
/// [one spelling](spelling::normal); all else, dots and doubled slashes included, stays as it was
/// received, so that routing and authorisation can only ever see one and the same path. The host
/// has no part in it: a bad one cannot fail a request, and a forged one cannot change it.
pub(super) fn build(event: &Bytes, path: &str, form: Form, query: &str) -> Result<Uri, Refusal> {
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
        .map_err(|error| format!("path and query make no URI: {error}").into())
}

/// The path of a URI that a path of an event stands for.
pub(super) fn encoded(path: &str, form: Form) -> Cow<'_, str> {
    // Most paths have nothing in them that any of this would change.
    let first = utf8_percent_encode(path, DECODED).next();
    if first.is_none_or(|first| first == path) {
        return Cow::Borrowed(path);
    }
    match form {
        Form::Decoded => Cow::from(utf8_percent_encode(path, DECODED)),
        Form::Sent => match Cow::from(utf8_percent_encode(path, PATH)) {
            Cow::Borrowed(path) => spelling::normal(path),
            Cow::Owned(path) => Cow::Owned(spelling::normal(&path).into_owned()),
        },
    }
}

/// A path without its stage and its base paths.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Stripped<'p> {
    /// What is left: it begins with `/`.
    pub(super) path: &'p str,
    /// How much of the path was taken off.
    pub(super) taken: usize,
    /// Where in that the stage is, with the `/` before it.
    pub(super) stage: Option<Range<usize>>,
}

/// Takes stage and base paths off a path, each at most once and in whichever order they are there:
/// `/prod/v1/orders` and `/v1/prod/orders` are both `/orders`. The stage goes first where both fit,
/// and of several base paths the longest one.
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

/// A base path is written as clients send it.
fn in_form(base_path: &str, form: Form) -> Cow<'_, str> {
    match form {
        Form::Decoded if base_path.contains('%') => {
            percent_decode_str(base_path).decode_utf8_lossy()
        }
        _ => base_path.into(),
    }
}

/// What is left of a path behind a prefix of whole segments: nothing, or `/` and more.
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
    fn what_was_taken_off_is_known() {
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
    fn what_a_uri_may_have_stays_as_it_was_received() {
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
    fn an_unusable_path_is_refused() {
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
                Err(Refusal::OverLimit(_)) => assert!(!fits),
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
