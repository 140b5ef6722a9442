//! Matching of paths against the text of routes and prefixes.

use crate::path_normalization::normal;
use std::ops::Range;

/// The name of a segment that is a parameter, and whether it is greedy.
pub(crate) fn parameter(segment: &str) -> Option<(&str, bool)> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    Some(match name.strip_suffix('+') {
        Some(name) => (name, true),
        None => (name, false),
    })
}

/// The names of a path's parameters.
pub(crate) fn names(path: &str) -> impl Iterator<Item = &str> + Clone {
    path.split('/').filter_map(parameter).map(|(name, _)| name)
}

/// The specificity of a prefix: its number of segments, then the first one that is not a parameter.
pub(super) fn specificity(prefix: &str) -> (usize, Vec<bool>) {
    let literal: Vec<bool> = prefix
        .split('/')
        .map(|segment| parameter(segment).is_none())
        .collect();
    (literal.len(), literal)
}

/// The rest of a path after a pattern of whole segments: `""`, or `/` and more.
pub(crate) fn under<'p>(pattern: &str, path: &'p str) -> Option<&'p str> {
    behind(pattern, path, |_, _| {})
}

/// Like [`under`]. Calls `parameter_is` for each parameter, with the range of its name in the
/// pattern and its value in the path. A greedy parameter leaves `""`.
pub(super) fn behind<'p>(
    pattern: &str,
    path: &'p str,
    mut parameter_is: impl FnMut(Range<usize>, &'p str),
) -> Option<&'p str> {
    let (mut wanted, mut rest) = (pattern, path);
    while let Some(behind) = wanted.strip_prefix('/') {
        let (segment, next) = first_segment(behind)?;
        let at = pattern.len() - behind.len();
        wanted = next;
        let path = rest.strip_prefix('/')?;
        let Some((name, greedy)) = parameter(segment) else {
            let (found, next) = first_segment(path)?;
            if found != segment && found != normal(segment) {
                return None;
            }
            rest = next;
            continue;
        };
        let (found, next) = if greedy {
            (path, "")
        } else {
            first_segment(path)?
        };
        if found.is_empty() {
            return None;
        }
        // After the brace.
        parameter_is(at + 1..at + 1 + name.len(), found);
        rest = next;
    }
    Some(rest)
}

fn first_segment(path: &str) -> Option<(&str, &str)> {
    let end = path.bytes().position(|byte| byte == b'/');
    path.split_at_checked(end.unwrap_or(path.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fits_a_pattern_in_whole_segments() {
        for (pattern, path, expected) in [
            ("/", "/", Some(("", &[][..]))),
            ("/a", "/a", Some(("", &[]))),
            ("/a", "/a/", Some(("/", &[]))),
            ("/a/", "/a/", Some(("", &[]))),
            ("/a/", "/a", None),
            ("/a", "/ab", None),
            ("/{x}", "/a%2Fb/c", Some(("/c", &[("x", "a%2Fb")]))),
            ("/{x}", "/", None),
            (
                "/a/{x}/c/{yy}",
                "/a/1/c/2",
                Some(("", &[("x", "1"), ("yy", "2")])),
            ),
            ("/a/{x+}", "/a/1/c/", Some(("", &[("x", "1/c/")]))),
            ("/a/{x+}", "/a//c", Some(("", &[("x", "/c")]))),
            ("/a/{x+}", "/a/", None),
            ("/a/{x+}", "/a", None),
            ("", "/a", Some(("/a", &[]))),
            ("/%7ea/{x}", "/~a/b", Some(("", &[("x", "b")]))),
            ("/%c3", "/%C3", Some(("", &[]))),
        ] {
            let mut parts = Vec::new();
            let rest = behind(pattern, path, |name, value| {
                parts.push((&pattern[name], value));
            });
            assert_eq!(rest, expected.map(|(rest, _)| rest), "{pattern} {path}");
            if let Some((_, expected)) = expected {
                assert_eq!(parts, expected, "{pattern} {path}");
            }
        }
    }
}
