//! Limits of the request head.
//!
//! If a known length proves that a limit is not exceeded, nothing is counted.

use super::{Exceeded, Limits, Measure};
use http::{HeaderMap, header::COOKIE};

/// The maximum length of an `http::Uri`, in bytes.
pub(crate) const MAX_URI: usize = 65_534;

pub(crate) fn check_path(path: &str, limits: &Limits) -> Result<(), Exceeded> {
    Measure::Path.check(path.len(), limits.path)
}

/// Counts the parameters that an extractor would see.
pub(crate) fn check_query(query: &str, limits: &Limits) -> Result<(), Exceeded> {
    // Each parameter has at least one byte, and one separator.
    if query.len() / 2 < limits.query_pairs {
        return Ok(());
    }
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).count();
    Measure::QueryPairs.check(pairs, limits.query_pairs)
}

/// `most` is an upper bound of their bytes.
pub(crate) fn check_headers(
    headers: &HeaderMap,
    most: usize,
    limits: &Limits,
) -> Result<(), Exceeded> {
    Measure::Headers.check(headers.len(), limits.headers)?;
    if most > limits.header_bytes {
        let lengths = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len());
        Measure::HeaderBytes.check(lengths.sum(), limits.header_bytes)?;
    }
    Ok(())
}

/// Counts the pieces of `cookie` headers. Pieces without a name count too: extractors skip them, at
/// the same cost.
pub(crate) fn check_cookies(headers: &HeaderMap, limits: &Limits) -> Result<(), Exceeded> {
    let lines = headers.get_all(COOKIE).iter();
    let pieces = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let cookies = pieces.filter(|piece| !piece.trim_ascii().is_empty());
    Measure::Cookies.check(cookies.count(), limits.cookies)
}

impl Limits {
    /// Checks the head of a request that did not come from an event.
    pub(crate) fn check(&self, head: &http::request::Parts) -> Result<(), Exceeded> {
        check_path(head.uri.path(), self)?;
        check_query(head.uri.query().unwrap_or_default(), self)?;
        check_headers(&head.headers, usize::MAX, self)?;
        check_cookies(&head.headers, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_counted_as_extractors_see_them() {
        let limits = Limits::default().query_pairs(2);
        for (query, fits) in [
            ("", true),
            ("a&b", true),
            ("a&b&c", false),
            ("a=1&&&&&&b=2&", true),
            ("a=%26&b=%26", true),
            ("&a&b&c", false),
        ] {
            assert_eq!(check_query(query, &limits).is_ok(), fits, "{query}");
        }
    }

    #[test]
    fn cookies_are_counted_over_all_lines() {
        let limits = Limits::default().cookies(2);
        for (lines, fits) in [
            (&["a=1; b=2"][..], true),
            (&["a=1; b=2; "], true),
            (&["a=1; b=2; c=3"], false),
            (&["a=1", "b=2", "c=3"], false),
            (&["a; b; c"], false),
            (&[], true),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(COOKIE, line.parse().unwrap());
            }
            assert_eq!(check_cookies(&headers, &limits).is_ok(), fits, "{lines:?}");
        }
    }

    #[test]
    fn the_bytes_of_headers_are_those_of_names_and_values() {
        let mut headers = HeaderMap::new();
        headers.append("a", "12".parse().unwrap());
        headers.append("a", "3".parse().unwrap());
        for (limit, fits) in [(5, true), (4, false)] {
            let limits = Limits::default().header_bytes(limit);
            assert_eq!(check_headers(&headers, usize::MAX, &limits).is_ok(), fits);
        }
        let limits = Limits::default().headers(1);
        let exceeded = check_headers(&headers, 0, &limits).unwrap_err();
        assert_eq!(
            exceeded,
            Exceeded {
                measure: Measure::Headers,
                limit: 1,
                found: Some(2)
            }
        );
    }
}
