//! From the description to something that answers.

use crate::{Api, app::App};
use std::fmt;

/// Everything that keeps an [`Api`] from being built, at once.
#[derive(Debug)]
pub struct BuildErrors(Vec<String>);

impl fmt::Display for BuildErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for BuildErrors {}

impl Api {
    /// Initialises the state, inserts the routes, and reports every fault at once.
    ///
    /// # Errors
    /// All faults of the description.
    pub async fn build(self) -> Result<App, BuildErrors> {
        Err(BuildErrors(vec![]))
    }
}
