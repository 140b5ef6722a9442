//! Paths of routes as text: which of two is narrower, and what of a request's path fits one.

use crate::spelling::normal;
use smallvec::SmallVec;
use std::cmp::Ordering;

/// What of a path stands where a pattern has parameters, in their order.
pub(super) type Parts<'p> = SmallVec<[&'p str; 2]>;

/// The name of a segment that is a parameter, and whether it is greedy.
pub(crate) fn parameter(segment: &str) -> Option<(&str, bool)> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    Some(match name.strip_suffix('+') {
        Some(name) => (name, true),
        None => (name, false),
    })
}

/// The path with its parameters' names taken out, in the syntax of the tree, and whether its last
/// parameter is greedy.
pub(super) fn normalise(path: &str) -> (String, bool) {
    let mut greedy = false;
    let mut text = String::with_capacity(path.len());
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            text.push('/');
        }
        match parameter(segment) {
            Some((_, false)) => {
                text.push_str("{p");
                text.push_str(&index.to_string());
                text.push('}');
            }
            Some((_, true)) => {
                greedy = true;
                text.push_str("{*rest}");
            }
            // As the path of a request is spelt.
            None => text.push_str(&normal(segment)),
        }
    }
    (text, greedy)
}

/// How narrow a prefix is: by its segments, and of as many, by the first one that is no parameter.
pub(super) fn specificity(prefix: &str) -> (usize, Vec<bool>) {
    let literal: Vec<bool> = prefix
        .split('/')
        .map(|segment| parameter(segment).is_none())
        .collect();
    (literal.len(), literal)
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Literal,
    Parameter,
    Greedy,
}

fn kinds(pattern: &str) -> impl Iterator<Item = Kind> {
    pattern.split('/').map(|segment| match parameter(segment) {
        None => Kind::Literal,
        Some((_, false)) => Kind::Parameter,
        Some((_, true)) => Kind::Greedy,
    })
}

/// Which of two patterns goes first where both fit, as in the trees: one without a greedy parameter,
/// and else the one whose first different segment is narrower.
pub(super) fn narrower(one: &str, other: &str) -> Ordering {
    let greedy = |pattern: &str| pattern.ends_with("+}");
    greedy(one)
        .cmp(&greedy(other))
        .then_with(|| kinds(one).cmp(kinds(other)))
}

/// Whether some path may fit both patterns.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.split('/'), other.split('/'));
    loop {
        let (a, b) = match (one.next(), other.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) => (a, b),
            _ => return false,
        };
        match (parameter(a), parameter(b)) {
            (Some((_, true)), _) | (_, Some((_, true))) => return true,
            (None, None) if normal(a) != normal(b) => return false,
            _ => {}
        }
    }
}

/// What is left of a path behind a pattern of whole segments: `""`, or `/` and more.
pub(crate) fn under<'p>(pattern: &str, path: &'p str) -> Option<&'p str> {
    behind(pattern, path).map(|(rest, _)| rest)
}

/// The same, with the values of the pattern's parameters; a greedy one leaves `""`.
pub(super) fn behind<'p>(pattern: &str, path: &'p str) -> Option<(&'p str, Parts<'p>)> {
    let mut rest = path;
    let mut parts = Parts::new();
    for segment in pattern.split('/').skip(1) {
        let next = rest.strip_prefix('/')?;
        let parameter = parameter(segment);
        let end = match parameter {
            Some((_, true)) => next.len(),
            _ => next.find('/').unwrap_or(next.len()),
        };
        let (found, next) = next.split_at(end);
        match parameter {
            Some(_) if found.is_empty() => return None,
            Some(_) => parts.push(found),
            None if found != normal(segment) => return None,
            None => {}
        }
        rest = next;
    }
    Some((rest, parts))
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
            ("/{x}", "/a%2Fb/c", Some(("/c", &["a%2Fb"]))),
            ("/{x}", "/", None),
            ("/a/{x}/c/{y}", "/a/1/c/2", Some(("", &["1", "2"]))),
            ("/a/{x+}", "/a/1/c/", Some(("", &["1/c/"]))),
            ("/a/{x+}", "/a//c", Some(("", &["/c"]))),
            ("/a/{x+}", "/a/", None),
            ("/a/{x+}", "/a", None),
            ("", "/a", Some(("/a", &[]))),
            ("/%7ea/{x}", "/~a/b", Some(("", &["b"]))),
            ("/%c3", "/%C3", Some(("", &[]))),
        ] {
            let found = behind(pattern, path);
            let found = found.as_ref().map(|(rest, parts)| (*rest, &parts[..]));
            assert_eq!(found, expected, "{pattern} {path}");
        }
    }

    #[test]
    fn patterns_overlap_where_a_path_fits_both() {
        let patterns = [
            "/",
            "/a",
            "/a/",
            "/{x}",
            "/a/b",
            "/a/{x}",
            "/{x}/b",
            "/{x}/{y}",
            "/{x+}",
            "/a/{x+}",
            "/{x}/b/{y+}",
            "/a/{x}/c",
            "/{x}/b/c",
        ];
        let segments = ["", "/", "/a", "/b", "/c"];
        for one in patterns {
            for other in patterns {
                let fits = segments.iter().any(|x| {
                    segments.iter().any(|y| {
                        segments.iter().any(|z| {
                            let path = format!("{x}{y}{z}");
                            under(one, &path) == Some("") && under(other, &path) == Some("")
                        })
                    })
                });
                assert!(!fits || overlap(one, other), "{one} {other}");
            }
        }
        assert!(!overlap("/a/{x}", "/b/{x}"));
        assert!(overlap("/%7ea/{x}", "/~a/b"));
        assert!(!overlap("/a", "/a/b"));
    }
}
