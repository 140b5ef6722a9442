//! A value that one schema accepts and the other one does not.

use super::super::finding::{Place, Severity};

/// A difference that a client notices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    pub(crate) severity: Severity,
    pub(crate) change: String,
    pub(crate) place: Place,
    /// The way to the value, from the innermost step to the outermost one.
    steps: Vec<String>,
}

impl Gap {
    pub(super) fn error(place: Place, change: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            change: change.into(),
            place,
            steps: Vec::new(),
        }
    }

    pub(super) fn warning(place: Place, change: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(place, change)
        }
    }

    /// The gap of a part, as one of the whole: `.sku`, `[]`.
    pub(super) fn below(mut self, step: impl Into<String>) -> Self {
        self.steps.push(step.into());
        self
    }

    /// Whether both are one change of a type, in two places.
    pub(super) fn is_same_change(&self, other: &Self) -> bool {
        (self.severity, &self.place, &self.change) == (other.severity, &other.place, &other.change)
    }

    /// The value, such as `orders[].sku`; empty for the whole one.
    pub(crate) fn value(&self) -> String {
        let path: String = self.steps.iter().rev().map(String::as_str).collect();
        path.trim_start_matches('.').to_owned()
    }
}
