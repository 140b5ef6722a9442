//! Claims with scopes or groups.

use super::names::Names;
use std::{
    borrow::Cow,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Name of a claim, or a path of names with dots: `realm_access.roles`.
///
/// At each level, a literal name is tried first: `https://example.com/roles` is one name, and
/// `resource_access.https://api.example.com.roles` goes through a claim whose name is a URL.
#[derive(Clone, Debug)]
pub(crate) struct ListClaim {
    path: Arc<str>,
    /// Whether a missing claim was logged; `None` for a default claim, which most tokens do not have.
    told: Option<Arc<AtomicBool>>,
}

/// Scopes or groups.
#[derive(Clone, Debug, Default)]
pub(crate) struct List {
    pub(crate) names: Names,
    /// Why there are none.
    pub(crate) lack: Option<Lack>,
}

impl<S: AsRef<str>> FromIterator<S> for List {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        Self {
            names: names.into_iter().collect(),
            lack: None,
        }
    }
}

/// Why a list is empty, for the log of a rule that is not met.
#[derive(Clone, Debug)]
pub(crate) struct Lack {
    claim: Arc<str>,
    unreadable: bool,
}

/// Content of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Names(Names),
    /// It is missing or `null`.
    Nothing,
    /// It is neither a string nor an array of strings.
    Unreadable,
}

/// Position of a member on a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step<'p> {
    /// It is the end of the path.
    Here,
    /// The rest of the path is below it.
    Below(&'p str),
}

impl ListClaim {
    /// A default claim.
    pub(crate) fn usual(name: &'static str) -> Self {
        Self {
            path: name.into(),
            told: None,
        }
    }

    /// A claim that the program has configured.
    pub(crate) fn named(path: Cow<'static, str>) -> Self {
        Self {
            path: path.into(),
            told: Some(Arc::default()),
        }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn is_named(&self) -> bool {
        self.told.is_some()
    }

    /// The list of a verified token. If a configured claim is missing, that is logged once: its name may
    /// be misspelled.
    pub(crate) fn list(&self, said: Said) -> List {
        let unreadable = match said {
            Said::Names(names) => return List { names, lack: None },
            Said::Nothing => false,
            Said::Unreadable => true,
        };
        let lack = Lack {
            claim: Arc::clone(&self.path),
            unreadable,
        };
        if let Some(told) = &self.told
            && !told.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                target: "lambda_api",
                "{lack}: the list of scopes or groups is empty (logged once)"
            );
        }
        List {
            names: Names::default(),
            lack: Some(lack),
        }
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { claim, unreadable } = self;
        match unreadable {
            true => write!(
                f,
                "the claim `{claim}` is neither a string nor an array of strings"
            ),
            false => write!(f, "the token has no claim `{claim}`"),
        }
    }
}

/// The position of a member on a path; `None` if it is not on it.
pub(crate) fn step<'p>(path: &'p str, name: &str) -> Option<Step<'p>> {
    let rest = path.strip_prefix(name)?;
    match rest.strip_prefix('.') {
        _ if rest.is_empty() => Some(Step::Here),
        Some(below) if !below.is_empty() => Some(Step::Below(below)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_through_members_that_they_start_with() {
        for (path, name, expected) in [
            ("groups", "groups", Some(Step::Here)),
            ("a.b", "a.b", Some(Step::Here)),
            ("a.b", "a", Some(Step::Below("b"))),
            ("a.b.c", "a.b", Some(Step::Below("c"))),
            (
                "https://example.com/roles",
                "https://example",
                Some(Step::Below("com/roles")),
            ),
            ("groups", "group", None),
            ("groups", "groupss", None),
            ("a.", "a", None),
            (".a", "", Some(Step::Below("a"))),
            ("a", "", None),
        ] {
            assert_eq!(step(path, name), expected, "{path} {name}");
        }
    }

    #[test]
    fn a_missing_configured_claim_is_logged_once() {
        use crate::log::capture;
        let named = ListClaim::named("realm_access.roles".into());
        let records = capture(|| {
            for _ in 0..3 {
                let _ = named.clone().list(Said::Nothing);
                let _ = ListClaim::usual("groups").list(Said::Nothing);
            }
        });
        assert_eq!(records.len(), 1, "{records:?}");
        let text = records[0].to_string();
        assert!(text.contains("no claim `realm_access.roles`"), "{text}");
    }
}
