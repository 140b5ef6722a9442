//! Errors of a document.

use crate::error::write_list;
use std::fmt;

/// All errors that prevent the document of an [`Api`](crate::Api) from being written.
#[derive(Debug)]
pub struct DocumentErrors(pub(crate) Vec<String>);

impl DocumentErrors {
    /// Returns the errors, one sentence each.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for DocumentErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_list(f, &self.0)
    }
}

impl std::error::Error for DocumentErrors {}
