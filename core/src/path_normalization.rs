//! Normalisation of paths that are equivalent (RFC 3986, section 6.2.2).
//!
//! `/%61dmin` and `/admin` are the same path to every client, cache and gateway, so they must be
//! the same path to layers, authenticators, mounted services and the router. So each path is
//! normalised when a request arrives: unreserved characters are decoded, and the hex digits of all
//! other triplets are in upper case. Nothing else is changed. A dot stays encoded (`%2e` becomes
//! `%2E`), so that no `..` appears that a later component might resolve.

use http::{Uri, uri::PathAndQuery};
use percent_encoding::percent_encode_byte;
use std::borrow::Cow;

/// The normalised path. Borrowed if the path does not change.
///
/// The path still represents the same bytes, and so does each segment. Normalising it again changes
/// nothing. A `%` that does not begin a triplet stays, and never becomes the beginning of one.
pub(crate) fn normal(path: &str) -> Cow<'_, str> {
    let changes = |(at, _): (usize, &str)| {
        let byte = path.get(at..).and_then(triplet);
        byte.is_some_and(|(byte, spelt, _)| is_decoded(byte) || percent_encode_byte(byte) != spelt)
    };
    if path.match_indices('%').any(changes) {
        Cow::Owned(respelt(path))
    } else {
        Cow::Borrowed(path)
    }
}

/// The URI with its path normalised; `None` if nothing changes.
pub(crate) fn normal_uri(uri: &Uri) -> Option<Uri> {
    let Cow::Owned(path) = normal(uri.path()) else {
        return None;
    };
    let target = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::from_maybe_shared(bytes::Bytes::from(target)).ok()?);
    Uri::from_parts(parts).ok()
}

#[cold]
fn respelt(path: &str) -> String {
    let mut normal = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, from)) = rest.find('%').and_then(|at| rest.split_at_checked(at)) {
        normal.push_str(before);
        rest = match triplet(from) {
            Some((byte, _, after)) => {
                if is_decoded(byte) && !ends_a_triplet(&normal, byte) {
                    normal.push(char::from(byte));
                } else {
                    normal.push_str(percent_encode_byte(byte));
                }
                after
            }
            None => {
                normal.push('%');
                from.get(1..).unwrap_or_default()
            }
        };
    }
    normal.push_str(rest);
    normal
}

/// If the text begins with `%` and two hex digits: the byte, the triplet, and the text after it.
fn triplet(text: &str) -> Option<(u8, &str, &str)> {
    let (spelt, after) = text.split_at_checked(3)?;
    let [b'%', high, low] = spelt.as_bytes() else {
        return None;
    };
    let digit = |digit: &u8| char::from(*digit).to_digit(16);
    let byte = u8::try_from(digit(high)? * 16 + digit(low)?).ok()?;
    Some((byte, spelt, after))
}

/// The unreserved characters of RFC 3986, section 2.3, except the dot.
fn is_decoded(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~')
}

/// Whether a hex digit would complete a triplet for a `%` that does not begin one: `%%36%31`
/// represents `%61`, and must not be written so, since that represents `a`.
fn ends_a_triplet(before: &str, byte: u8) -> bool {
    byte.is_ascii_hexdigit()
        && match before.as_bytes() {
            [.., b'%'] => true,
            [.., b'%', digit] => digit.is_ascii_hexdigit(),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    #[test]
    fn equivalent_spellings_of_a_path_become_one() {
        for (path, expected) in [
            ("/%7Euser", "/~user"),
            ("/%7euser", "/~user"),
            ("/%61dmin", "/admin"),
            ("/%41%5A%30%39%2D%5F", "/AZ09-_"),
            ("/caf%c3%a9", "/caf%C3%A9"),
            ("/a%2fb", "/a%2Fb"),
            ("/a%3fb%23c%25d", "/a%3Fb%23c%25d"),
            ("/%2e%2e/%2E/.%2e", "/%2E%2E/%2E/.%2E"),
            ("/%21%24%26%3d%40%3a", "/%21%24%26%3D%40%3A"),
            ("/%2561", "/%2561"),
        ] {
            assert_eq!(normal(path), expected, "{path}");
        }
    }

    #[test]
    fn a_normalized_path_is_not_copied() {
        for path in [
            "",
            "/",
            "/orders/7",
            "/a%20b",
            "/%",
            "/%zz",
            "/%2",
            "/%\u{e9}",
            "/%C3%A9%",
            "*",
        ] {
            assert!(matches!(normal(path), Cow::Borrowed(_)), "{path}");
        }
    }

    #[test]
    fn a_percent_sign_alone_never_becomes_a_triplet() {
        for (path, expected) in [
            ("/%zz%61", "/%zza"),
            ("/%%61", "/%%61"),
            ("/%%7a", "/%z"),
            ("/%%36%31", "/%%361"),
            ("/%4%31", "/%4%31"),
            ("/%4%7a", "/%4z"),
            ("/%%32e", "/%%32e"),
            ("/%4%2561", "/%4%2561"),
        ] {
            assert_eq!(normal(path), expected, "{path}");
        }
    }

    #[test]
    fn a_uri_keeps_all_but_the_spelling_of_its_path() {
        for (uri, expected) in [
            ("/%61?b=%61%c3", Some("/a?b=%61%c3")),
            ("http://a%61.example/%7e?", Some("http://a%61.example/~?")),
            ("/a?b=%61", None),
            ("*", None),
        ] {
            let Ok(parsed) = uri.parse::<Uri>() else {
                continue;
            };
            let found = normal_uri(&parsed).map(|uri| uri.to_string());
            assert_eq!(found.as_deref(), expected, "{uri}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4000) })]

        #[test]
        fn a_normalized_path_decodes_to_the_same_bytes(
            path in "/(%|%[0-9a-fA-F]|%[2-7][0-9a-fA-F]|[0-9a-fz%./~\u{e9}]){0,12}",
        ) {
            let spelt = normal(&path);
            prop_assert_eq!(normal(&spelt), spelt.as_ref(), "{}", path);
            let bytes = |path: &str| percent_decode_str(path).collect::<Vec<u8>>();
            let segments = |path: &str| path.split('/').map(bytes).collect::<Vec<_>>();
            prop_assert_eq!(segments(&spelt), segments(&path), "{}", path);
            let dots = |path: &str| path.matches('.').count();
            prop_assert_eq!(dots(&spelt), dots(&path), "{}", path);
        }
    }
}
