//! The errors of a template.

use crate::error::write_list;
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
        write_list(f, &self.0)
    }
}

impl std::error::Error for TemplateErrors {}
