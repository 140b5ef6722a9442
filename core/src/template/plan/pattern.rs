//! Which paths cover others, and the order in which the router tries them.

use crate::path_shape::MOST_SEGMENTS;
use std::cmp::{Ordering, Reverse};

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').skip(1).filter(move |_| path != "/")
}

fn is_greedy(path: &str) -> bool {
    path.ends_with("+}")
}

/// Whether a path matches everything that another one matches.
pub(super) fn covers(wide: &str, path: &str) -> bool {
    let (ours, theirs) = (segments(wide).count(), segments(path).count());
    let is_long_enough = match (is_greedy(wide), is_greedy(path)) {
        (true, _) => theirs >= ours,
        (false, greedy) => !greedy && theirs == ours,
    };
    let mut pairs = segments(wide).zip(segments(path));
    is_long_enough && pairs.all(|(our, their)| our.starts_with('{') || our == their)
}

/// The order in which the router tries paths. A greedy parameter is one in all further segments.
pub(super) fn specificity(path: &str) -> (bool, Vec<bool>, Reverse<usize>) {
    let mut parameters: Vec<_> = segments(path).map(|one| one.starts_with('{')).collect();
    let count = parameters.len();
    parameters.resize(MOST_SEGMENTS.into(), is_greedy(path));
    (is_greedy(path), parameters, Reverse(count))
}

/// Whether two paths differ in the names of their parameters at most.
pub(super) fn is_same(a: &str, b: &str) -> bool {
    covers(a, b) && covers(b, a)
}

/// The path of all that two paths match; `None` if that is nothing, or all that one of them matches.
pub(super) fn overlap(a: &str, b: &str) -> Option<String> {
    let (mut long, mut short): (Vec<_>, Vec<_>) = (segments(a).collect(), segments(b).collect());
    if long.len() < short.len() {
        std::mem::swap(&mut long, &mut short);
    }
    let is_long_enough =
        long.len() == short.len() || short.last().is_some_and(|last| is_greedy(last));
    if !is_long_enough || covers(a, b) || covers(b, a) {
        return None;
    }
    // A literal is narrower than a parameter, and that is narrower than a greedy one.
    let width = |segment: &str| (segment.starts_with('{'), is_greedy(segment));
    for (our, their) in long.iter_mut().zip(short) {
        match width(our).cmp(&width(their)) {
            Ordering::Greater => *our = their,
            Ordering::Equal if !our.starts_with('{') && *our != their => return None,
            _ => {}
        }
    }
    Some(long.iter().map(|segment| format!("/{segment}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_paths_cover_specific_ones() {
        for (wide, path, expected) in [
            ("/{a}", "/b", true),
            ("/{a}", "/{b}", true),
            ("/b", "/{a}", false),
            ("/{a}", "/b/c", false),
            ("/{a+}", "/b/c", true),
            ("/{a+}", "/{b+}", true),
            ("/{a+}", "/", false),
            ("/b/{a+}", "/b", false),
            ("/{a}/{b+}", "/b/{c+}", true),
            ("/b/{c+}", "/{a}/{b+}", false),
            ("/{a}/{b}", "/b/{c+}", false),
            ("/", "/", true),
            ("/", "/a", false),
        ] {
            assert_eq!(covers(wide, path), expected, "{wide} {path}");
        }
    }

    #[test]
    fn paths_overlap_in_what_both_match() {
        for (a, b, expected) in [
            ("/{x}/b/{r+}", "/n/{p+}", Some("/n/b/{r+}")),
            ("/{x}/b", "/n/{p+}", Some("/n/b")),
            ("/{x}/b", "/n/{y}", Some("/n/b")),
            ("/{x}/b/{z}", "/n/{y}/{p+}", Some("/n/b/{z}")),
            ("/{x}/b/{p+}", "/n/{y}/c", Some("/n/b/c")),
            ("/{x}/b", "/n/c", None),
            ("/{x}/b/{p+}", "/n/{y}", None),
            ("/{x}/b/c", "/n/{y}", None),
            // One matches all that the other matches.
            ("/{x}/{p+}", "/n/{y}", None),
            ("/{x}", "/{y}", None),
            ("/", "/{p+}", None),
        ] {
            assert_eq!(overlap(a, b).as_deref(), expected, "{a} {b}");
            let other = overlap(b, a);
            let is_alike = match (&other, expected) {
                (Some(found), Some(expected)) => is_same(found, expected),
                (found, expected) => found.is_none() && expected.is_none(),
            };
            assert!(is_alike, "{b} {a}: {other:?}");
        }
    }

    #[test]
    fn specific_paths_come_first() {
        let paths = [
            "/a/b",
            "/a/{x}",
            "/{x}/b",
            "/{x}/{y}",
            "/a/b/{p+}",
            "/a/{p+}",
            "/{x}/b/{p+}",
            "/{x}/{p+}",
            "/{p+}",
        ];
        let mut sorted = paths;
        sorted.reverse();
        sorted.sort_by_key(|path| specificity(path));
        assert_eq!(sorted, paths);
    }
}
