//! Lists of scopes and groups.

use std::fmt;

/// A list of names in one string. A token has several, and an allocation for each would take as long
/// as all other checks of its claims.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Names {
    text: String,
    ends: Vec<usize>,
}

impl Names {
    /// `length`: the sum of the lengths of the names.
    pub(crate) fn with_capacity(length: usize) -> Self {
        Self {
            text: String::with_capacity(length),
            ends: Vec::with_capacity(8),
        }
    }

    pub(crate) fn push(&mut self, name: &str) {
        self.text.push_str(name);
        self.ends.push(self.text.len());
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let name = self.text.get(start..end).unwrap_or_default();
            start = end;
            name
        })
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.iter().any(|known| known == name)
    }
}

impl<S: AsRef<str>> FromIterator<S> for Names {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        // The scopes of most tokens.
        let mut all = Self::with_capacity(64);
        for name in names {
            all.push(name.as_ref());
        }
        all
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_in_order() {
        for names in [
            &[][..],
            &["a"],
            &["", "b c", "", "d\u{e9}"],
            &["a", "ab", "b"],
        ] {
            let list: Names = names.iter().copied().collect();
            assert!(list.iter().eq(names.iter().copied()));
            assert_eq!(list.iter().len(), names.len());
            assert_eq!(format!("{list:?}"), format!("{names:?}"));
            assert!(names.iter().all(|name| list.contains(name)));
        }
    }

    #[test]
    fn parts_of_a_name_are_not_in_the_list() {
        let list: Names = ["orders", "read"].into_iter().collect();
        for name in ["", "order", "ordersread", "sread", "Orders"] {
            assert!(!list.contains(name), "{name}");
        }
    }
}
