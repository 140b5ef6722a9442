//! The errors of a template.

use std::fmt;

/// The reasons why a template cannot be written, all of them.
///
/// `Display` lists them, one in a line.
#[derive(Debug)]
pub struct TemplateErrors(pub(crate) Vec<String>);

impl TemplateErrors {
    /// The errors, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for TemplateErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut errors = self.iter();
        if let Some(first) = errors.next() {
            write!(f, "- {first}")?;
        }
        errors.try_for_each(|error| write!(f, "\n- {error}"))
    }
}

impl std::error::Error for TemplateErrors {}
