//! Pointers to values of a request (RFC 6901): `/items/0/sku`.

#![cfg_attr(
    not(feature = "validate"),
    allow(dead_code, reason = "only rules return to an ancestor")
)]

use std::fmt::{self, Display, Write};

/// The maximum length in bytes. The client chooses the keys of maps, and a response repeats the
/// pointer of each error.
const MOST: usize = 256;

/// A pointer that is extended and shortened while a value is visited.
///
/// A segment that does not fit is left out together with everything below it, so the pointer of a
/// value that is too deep or has a long key is that of an ancestor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct JsonPointer {
    text: String,
    /// The number of segments that were left out.
    left_out: usize,
}

/// The place to return to.
#[must_use]
pub(crate) struct Ancestor(usize);

impl JsonPointer {
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Appends a segment.
    pub(crate) fn enter(&mut self, segment: impl Display) -> Ancestor {
        let ancestor = self.text.len();
        if self.left_out == 0 {
            self.text.push('/');
            // Writing to a string cannot fail.
            let _ = write!(Escaped(&mut self.text), "{segment}");
        }
        if self.left_out > 0 || self.text.len() > MOST {
            self.left_out += 1;
            self.text.truncate(ancestor);
        }
        Ancestor(ancestor)
    }

    /// Removes the last segment.
    pub(crate) fn leave(&mut self, ancestor: &Ancestor) {
        match self.left_out.checked_sub(1) {
            Some(fewer) => self.left_out = fewer,
            None => self.text.truncate(ancestor.0),
        }
    }
}

/// Escapes `~` and `/`, which have a meaning in a pointer.
struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        for char in part.chars() {
            match char {
                '~' => self.0.push_str("~0"),
                '/' => self.0.push_str("~1"),
                other => self.0.push(other),
            }
        }
        Ok(())
    }
}

/// The pointer to a member of the top level.
pub(crate) fn to_member(name: &str) -> String {
    let mut pointer = JsonPointer::default();
    let _ = pointer.enter(name);
    pointer.text
}

/// The name that a segment of a pointer means.
pub(crate) fn unescaped(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

/// The value of a pointer in the spelling of programming languages: `items[0].sku`. An empty
/// pointer has none.
pub(crate) fn spelled(pointer: &str) -> Option<String> {
    let mut name = String::new();
    for segment in pointer.split('/').skip(1) {
        let segment = unescaped(segment);
        let is_index = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
        // Writing to a string cannot fail.
        let _ = match (is_index, name.is_empty()) {
            (true, _) => write!(name, "[{segment}]"),
            (false, true) => write!(name, "{segment}"),
            (false, false) => write!(name, ".{segment}"),
        };
    }
    (!pointer.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_escaped_and_removed_again() {
        let mut pointer = JsonPointer::default();
        let root = pointer.enter("a/b");
        let member = pointer.enter("~1");
        let item = pointer.enter(7);
        assert_eq!(pointer.as_str(), "/a~1b/~01/7");
        let document = serde_json::json!({"a/b": {"~1": [0, 1, 2, 3, 4, 5, 6, "here"]}});
        assert_eq!(
            document.pointer(pointer.as_str()),
            Some(&serde_json::json!("here"))
        );
        pointer.leave(&item);
        pointer.leave(&member);
        pointer.leave(&root);
        assert_eq!(pointer, JsonPointer::default());
    }

    #[test]
    fn a_long_segment_and_all_below_it_are_left_out() {
        let mut pointer = JsonPointer::default();
        let prices = pointer.enter("prices");
        let long = pointer.enter("/".repeat(MOST));
        let inner = pointer.enter("inner");
        assert_eq!(pointer.as_str(), "/prices");
        pointer.leave(&inner);
        pointer.leave(&long);
        let short = pointer.enter("tea");
        assert_eq!(pointer.as_str(), "/prices/tea");
        pointer.leave(&short);
        pointer.leave(&prices);
        assert_eq!(pointer.as_str(), "");
    }

    #[test]
    fn a_pointer_is_spelled_as_in_programming_languages() {
        for (pointer, expected) in [
            ("", None),
            ("/sku", Some("sku")),
            ("/items/0/sku", Some("items[0].sku")),
            ("/0", Some("[0]")),
            ("/a~1b/~01", Some("a/b.~1")),
        ] {
            assert_eq!(spelled(pointer).as_deref(), expected, "{pointer}");
        }
    }
}
