//! The shape of a path: the path of a route without the names of its parameters, as a number.
//!
//! The shape of a route is a constant, so that a start only compares and inserts numbers. A
//! request's path is compared with the text of a route only if the numbers are equal, so a client
//! gains nothing from a collision.

use crate::path_normalization;
use smallvec::SmallVec;
use std::cmp::Reverse;

/// The maximum number of segments of a route's path.
pub(crate) const MOST_SEGMENTS: u8 = u64::BITS as u8;

/// The path of a route without the names of its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub struct Shape {
    pub(crate) kind: Kind,
    /// The sum of the literal segments, each multiplied by the factor of its position.
    sum: u64,
    /// Whether a literal may be spelt differently from a normalised request.
    escaped: bool,
}

/// The positions of the parameters in a path.
///
/// If a path matches two kinds, the lesser one is more specific: the one without a greedy
/// parameter; otherwise the one that has a literal in the first segment in which they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    greedy: bool,
    /// A bit for each segment, the highest for the first one. A greedy parameter sets the bits of
    /// all segments from its own on.
    parameters: u64,
    segments: Reverse<u8>,
}

/// The factor of the second position; its square is the factor of the third.
const PLACE: u64 = 0x9e37_79b9_7f4a_7c15;
const FACTOR: u64 = 0xd6e8_feb8_6659_fd93;

impl Shape {
    /// The shape of a path in API Gateway's syntax, or of a prefix; `""` has no segments.
    #[must_use]
    pub const fn of(path: &str) -> Self {
        let mut shape = Self {
            kind: Kind {
                greedy: false,
                parameters: 0,
                segments: Reverse(0),
            },
            sum: 0,
            escaped: false,
        };
        let mut rest = path.as_bytes();
        let mut place = 1_u64;
        while let [b'/', behind @ ..] = rest {
            let (hash, end) = hash(behind);
            let (segment, next) = behind.split_at(end);
            shape.push(segment, hash.wrapping_mul(place));
            place = place.wrapping_mul(PLACE);
            rest = next;
        }
        shape
    }

    const fn push(&mut self, segment: &[u8], term: u64) {
        let at = self.kind.segments.0;
        self.kind.segments = Reverse(at.saturating_add(1));
        let bits = u64::MAX.checked_shr(at as u32);
        let bits = if let Some(bits) = bits { bits } else { 0 };
        match segment {
            [b'{', .., b'+', b'}'] => {
                self.kind.greedy = true;
                self.kind.parameters |= bits;
            }
            [b'{', .., b'}'] => self.kind.parameters |= bits & !(bits >> 1),
            literal => {
                self.sum = self.sum.wrapping_add(term);
                self.escaped |= contains(literal, b'%');
            }
        }
    }

    /// The shape of a path after it is normalised, like the path of a request.
    pub(crate) fn normal(path: &str) -> Self {
        Self::of(&path_normalization::normal(path))
    }

    /// Itself, or the shape of the normalised path if that may differ.
    pub(crate) fn or_normal(self, path: &str) -> Self {
        if self.escaped {
            Self::normal(path)
        } else {
            self
        }
    }

    /// The shape of a path under this prefix.
    pub(crate) fn join(self, path: Self) -> Self {
        let segments = self.kind.segments.0;
        let behind = path.kind.parameters.checked_shr(segments.into());
        let mut place = 1_u64;
        for _ in 0..segments {
            place = place.wrapping_mul(PLACE);
        }
        Self {
            kind: Kind {
                greedy: path.kind.greedy,
                parameters: self.kind.parameters | behind.unwrap_or(0),
                segments: Reverse(segments.saturating_add(path.kind.segments.0)),
            },
            sum: self.sum.wrapping_add(path.sum.wrapping_mul(place)),
            escaped: self.escaped || path.escaped,
        }
    }

    /// The number of all paths of this shape, and of hardly any others.
    pub(crate) const fn key(&self) -> u64 {
        self.kind.key(self.sum)
    }

    pub(crate) fn is_too_long(&self) -> bool {
        self.kind.segments.0 > MOST_SEGMENTS
    }
}

impl Kind {
    pub(crate) fn segments(self) -> usize {
        self.segments.0.into()
    }

    const fn key(self, sum: u64) -> u64 {
        let kind = self.parameters ^ ((self.segments.0 as u64) << 1) ^ (self.greedy as u64);
        let key = (sum ^ kind.wrapping_mul(PLACE)).wrapping_mul(FACTOR);
        key ^ (key >> 32)
    }
}

/// The segments of a request's path, up to the longest route.
pub(crate) struct Segments {
    /// The hash of each segment, as a literal.
    terms: SmallVec<[u64; 8]>,
    /// Whether more segments follow.
    more: bool,
}

impl Segments {
    /// `most` is the number of segments of the longest route.
    pub(crate) fn of(path: &str, most: usize) -> Self {
        let mut segments = Self {
            terms: SmallVec::new(),
            more: false,
        };
        let mut rest = path.as_bytes();
        let mut place = 1_u64;
        while let [b'/', behind @ ..] = rest {
            if segments.terms.len() == most {
                segments.more = true;
                break;
            }
            let (hash, end) = hash(behind);
            segments.terms.push(hash.wrapping_mul(place));
            place = place.wrapping_mul(PLACE);
            rest = behind.get(end..).unwrap_or_default();
        }
        segments
    }

    /// The [key](Shape::key) of the shape of this kind with the path's own segments as literals;
    /// `None` if the path has too few or too many segments.
    pub(crate) fn key(&self, kind: Kind) -> Option<u64> {
        let terms = self.terms.get(..kind.segments())?;
        if !kind.greedy && (self.more || terms.len() < self.terms.len()) {
            return None;
        }
        let mut sum = 0_u64;
        let mut parameters = kind.parameters;
        for term in terms {
            if parameters >> 63 == 0 {
                sum = sum.wrapping_add(*term);
            }
            parameters <<= 1;
        }
        Some(kind.key(sum))
    }
}

/// Whether two paths have the same shape.
pub(crate) fn alike(one: &str, other: &str) -> bool {
    one == other
        || written_alike(one, other)
        || written_alike(
            &path_normalization::normal(one),
            &path_normalization::normal(other),
        )
}

/// Whether two paths differ only in the names of parameters.
pub(crate) const fn written_alike(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let (mut i, mut j) = (0, 0);
    while i < one.len() && j < other.len() {
        if one[i] != other[j] {
            return false;
        }
        if one[i] == b'{' {
            i = end_of_name(one, i);
            j = end_of_name(other, j);
        } else {
            i += 1;
            j += 1;
        }
    }
    i == one.len() && j == other.len()
}

const fn end_of_name(path: &[u8], mut at: usize) -> usize {
    while at < path.len() && path[at] != b'+' && path[at] != b'}' {
        at += 1;
    }
    at
}

const fn contains(text: &[u8], byte: u8) -> bool {
    let mut at = 0;
    while at < text.len() {
        if text[at] == byte {
            return true;
        }
        at += 1;
    }
    false
}

/// FNV-1a of the bytes before the next `/`, and the position of that.
pub(crate) const fn hash(path: &[u8]) -> (u64, usize) {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut end = 0;
    while end < path.len() && path[end] != b'/' {
        hash = (hash ^ path[end] as u64).wrapping_mul(0x100_0000_01b3);
        end += 1;
    }
    (hash, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_not_part_of_a_shape() {
        for (one, other, expected) in [
            ("/a/{x}", "/a/{y}", true),
            ("/a/{x}", "/a/{long-name}", true),
            ("/{x+}", "/{rest+}", true),
            ("/%7ea/{x}", "/~a/{y}", true),
            ("/%c3", "/%C3", true),
            ("/", "/", true),
            ("/a", "/a/", false),
            ("/a/{x}", "/a/{x+}", false),
            ("/a/{x}", "/{x}/a", false),
            ("/a/b", "/b/a", false),
            ("/ab", "/a/b", false),
            ("/a/{x}", "/a/{x}/", false),
            ("", "/", false),
        ] {
            assert_eq!(alike(one, other), expected, "{one} {other}");
            let (a, b) = (Shape::normal(one), Shape::normal(other));
            assert_eq!(a.key() == b.key(), expected, "{one} {other}");
        }
    }

    #[test]
    fn a_shape_behind_a_prefix_is_that_of_the_whole_path() {
        for prefix in ["", "/v1", "/t/{tenant}", "/a/b/c"] {
            for path in ["/", "/x", "/{id}", "/x/{id}/y", "/{all+}", "/x/{all+}"] {
                let joined = Shape::of(prefix).join(Shape::of(path));
                assert_eq!(joined, Shape::of(&format!("{prefix}{path}")));
            }
        }
    }

    #[test]
    fn the_narrower_kind_is_the_lesser_one() {
        let kinds = [
            "/a/b/c",
            "/a/b/{x}",
            "/a/{x}/c",
            "/{x}/b/c",
            "/{x}/{y}/{z}",
            "/a/b/{x+}",
            "/a/{x}/c/{y+}",
            "/a/{x}/{y+}",
            "/a/{x+}",
            "/{x}/b/{y+}",
            "/{x}/{y+}",
            "/{x+}",
        ];
        let sorted = kinds.map(|path| Shape::of(path).kind);
        assert!(sorted.is_sorted());
        assert!(sorted.windows(2).all(|two| two[0] != two[1]));
    }

    #[test]
    fn the_key_of_a_path_is_that_of_each_shape_it_fits() {
        for (route, path, expected) in [
            ("/a/{x}", "/a/7", true),
            ("/a/{x}", "/b/7", false),
            ("/{x}/a", "/7/a", true),
            ("/a", "/a/", false),
            ("/a/", "/a/", true),
            ("/", "/", true),
            ("/", "*", false),
            ("/a/{x+}", "/a/b/c/d", true),
            ("/a/{x+}", "/a", false),
            ("/a/b", "/a/b/c/d/e", false),
        ] {
            let shape = Shape::of(route);
            let key = Segments::of(path, 3).key(shape.kind);
            assert_eq!(key == Some(shape.key()), expected, "{route} {path}");
        }
    }

    #[test]
    fn a_path_of_more_than_64_segments_is_too_long() {
        let prefix = Shape::of(&"/a".repeat(60));
        assert!(!prefix.join(Shape::of("/a/{b}/c/{d}")).is_too_long());
        assert!(prefix.join(Shape::of("/a/{b}/c/{d}/e")).is_too_long());
        assert!(Shape::of(&"/{x}".repeat(300)).is_too_long());
    }
}
