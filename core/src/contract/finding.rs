//! What changed for clients.

use std::fmt::{self, Display};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// The change breaks clients.
    Error,
    /// The change breaks clients that rely on more than is promised.
    Warning,
}

/// A place in one of the documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// A JSON pointer.
    pub(crate) pointer: String,
    /// The place is in the old document, because the new one does not have it.
    pub(crate) is_gone: bool,
}

impl Place {
    pub(super) fn new(pointer: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            is_gone: false,
        }
    }

    pub(super) fn gone(pointer: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            is_gone: true,
        }
    }
}

/// A change that clients notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) severity: Severity,
    /// What changed, as a sentence.
    pub(crate) change: String,
    pub(crate) place: Place,
    /// The operations, each with the part of it that changed: `POST /orders: request body, quantity`.
    pub(crate) occurrences: Vec<String>,
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let (pointer, old) = match &self.place {
            Place { pointer, is_gone } if *is_gone => (pointer, " of the old document"),
            Place { pointer, .. } => (pointer, ""),
        };
        writeln!(f, "{word}: {}", self.change)?;
        writeln!(f, "  at #{pointer}{old}")?;
        for one in &self.occurrences {
            writeln!(f, "  in {one}")?;
        }
        Ok(())
    }
}

/// Collects findings: a type of several operations is one finding.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    pub(super) fn add(
        &mut self,
        severity: Severity,
        place: Place,
        change: impl Into<String>,
        occurrence: impl Into<String>,
    ) {
        let (change, occurrence) = (change.into(), occurrence.into());
        let same = self
            .0
            .iter_mut()
            .find(|one| one.severity == severity && one.place == place && one.change == change);
        match same {
            Some(one) if one.occurrences.contains(&occurrence) => {}
            Some(one) => one.occurrences.push(occurrence),
            None => self.0.push(Finding {
                severity,
                change,
                place,
                occurrences: vec![occurrence],
            }),
        }
    }

    pub(super) fn error(
        &mut self,
        place: Place,
        change: impl Into<String>,
        occurrence: impl Into<String>,
    ) {
        self.add(Severity::Error, place, change, occurrence);
    }

    pub(super) fn warning(
        &mut self,
        place: Place,
        change: impl Into<String>,
        occurrence: impl Into<String>,
    ) {
        self.add(Severity::Warning, place, change, occurrence);
    }

    /// The errors, then the warnings.
    pub(super) fn sorted(mut self) -> Vec<Finding> {
        self.0.sort_by_key(|one| one.severity);
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_of_several_operations_is_one_finding() {
        let mut findings = Findings::default();
        findings.warning(Place::new("/a"), "it is new", "GET /a");
        for operation in [
            "POST /a: request body",
            "PUT /a: request body",
            "PUT /a: request body",
        ] {
            findings.error(Place::gone("/b~1c"), "`maximum` was 9 and is 8", operation);
        }
        let text: Vec<_> = findings.sorted().iter().map(ToString::to_string).collect();
        assert_eq!(
            text,
            [
                "error: `maximum` was 9 and is 8\n  at #/b~1c of the old document\n  in POST /a: request \
                 body\n  in PUT /a: request body\n",
                "warning: it is new\n  at #/a\n  in GET /a\n",
            ]
        );
    }
}
