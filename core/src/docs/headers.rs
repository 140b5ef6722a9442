//! The encodings that a client accepts, and tags of contents.

use http::{HeaderMap, header::ACCEPT_ENCODING};

/// Whether a client accepts gzip: it says so, or says nothing
/// ([RFC 9110, section 12.5.3](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3)).
pub(super) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let (mut said, mut others) = (false, false);
    for element in codings(headers) {
        said = true;
        let (coding, parameters) = element.split_once(';').unwrap_or((element, ""));
        let is_accepted = !is_zero(parameters);
        let coding = coding.trim();
        if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") {
            return is_accepted;
        }
        others |= coding == "*" && is_accepted;
    }
    others || !said && !headers.contains_key(ACCEPT_ENCODING)
}

/// Whether a weight is zero.
fn is_zero(parameters: &str) -> bool {
    parameters.split(';').any(|parameter| {
        let (name, weight) = parameter.split_once('=').unwrap_or_default();
        let weight = weight.trim().parse::<f32>();
        name.trim().eq_ignore_ascii_case("q") && weight.is_ok_and(|weight| weight <= 0.0)
    })
}

/// The elements of `accept-encoding`.
fn codings(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(ACCEPT_ENCODING).into_iter();
    let values = values.filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|element| !element.is_empty())
}

/// The tag of a content with this hash.
pub(super) fn etag(hash: u64) -> String {
    format!("\"{hash:x}\"")
}

/// A hash that tells versions of one file apart: FNV-1a. It protects against nothing.
pub(super) const fn hash(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x100_0000_01b3);
        at += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::download::is_known;
    use http::{HeaderName, header::IF_NONE_MATCH};

    fn headers(name: &HeaderName, values: &[&str]) -> HeaderMap {
        let values = values
            .iter()
            .map(|value| (name.clone(), value.parse().unwrap()));
        values.collect()
    }

    #[test]
    fn gzip_is_accepted_where_it_is_not_excluded() {
        for (values, expected) in [
            (&[][..], true),
            (&["gzip, deflate, br, zstd"], true),
            (&["br", "GZIP;q=0.5"], true),
            (&["*"], true),
            (&["x-gzip"], true),
            (&["gzip;q=0, *"], false),
            (&["*;q=0"], false),
            (&["*, gzip; Q=0.000"], false),
            (&["identity"], false),
            (&["br"], false),
            (&[""], false),
        ] {
            let headers = headers(&ACCEPT_ENCODING, values);
            assert_eq!(accepts_gzip(&headers), expected, "{values:?}");
        }
    }

    #[test]
    fn a_tag_is_compared_weakly() {
        for (values, expected) in [
            (&[][..], false),
            (&["\"a\""], true),
            (&["\"b\", W/\"a\""], true),
            (&["\"b\"", "\"a\""], true),
            (&["*"], true),
            (&["a"], false),
            (&["\"b\""], false),
        ] {
            let headers = headers(&IF_NONE_MATCH, values);
            assert_eq!(is_known(&headers, "\"a\""), expected, "{values:?}");
        }
    }
}
