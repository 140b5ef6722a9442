//! Regular expressions of generated code.

use garde::rules::{AsStr, pattern::Matcher};
use regex::Regex;
use std::sync::OnceLock;

/// A regular expression that is compiled when it is first used.
#[derive(Debug)]
pub struct Pattern {
    text: &'static str,
    regex: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Creates a pattern; the derive has checked its syntax.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self {
            text,
            regex: OnceLock::new(),
        }
    }
}

impl AsStr for Pattern {
    fn as_str(&self) -> &str {
        self.text
    }
}

/// An expression that cannot be compiled matches nothing, so that no value passes unchecked.
impl Matcher for Pattern {
    fn is_match(&self, text: &str) -> bool {
        let regex = self.regex.get_or_init(|| {
            Regex::new(self.text)
                .inspect_err(|error| {
                    let (pattern, error) = (self.text, error.to_string());
                    tracing::error!(pattern, error, "a pattern is invalid and matches nothing");
                })
                .ok()
        });
        regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_work_and_an_invalid_pattern_matches_nothing() {
        for (pattern, text, expected) in [
            (r"^\d+$", "12", true),
            (r"^\w+\s(?i)É$", "thé é", true),
            ("b", "abc", true),
            ("^b$", "abc", false),
            ("(", "(", false),
        ] {
            assert_eq!(Pattern::new(pattern).is_match(text), expected, "{pattern}");
        }
    }
}
