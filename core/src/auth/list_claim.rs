//! A claim that holds names: scopes or groups.

use super::names::Names;
use std::{
    borrow::Cow,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Where the names stand: in the claim of this name, and where there is none, at the end of a path
/// of names with dots between them, `realm_access.roles`.
///
/// The literal name goes first, at each level: `https://example.com/roles` is one name, and
/// `resource_access.https://api.example.com.roles` leads through the claim of an audience that is a
/// URL.
#[derive(Clone, Debug)]
pub(crate) struct ListClaim {
    path: Arc<str>,
    /// Of a claim that the program has named: whether it was said that it is not there. One that is
    /// there by default is missing in most tokens.
    told: Option<Arc<AtomicBool>>,
}

/// Names of scopes or groups, and where there are none, why.
#[derive(Clone, Debug, Default)]
pub(crate) struct List {
    pub(crate) names: Names,
    pub(crate) lack: Option<Lack>,
}

impl<S: Into<String>> FromIterator<S> for List {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        Self {
            names: names.into_iter().collect(),
            lack: None,
        }
    }
}

/// Why there are no names, for the log: a rule that needs them says so when it is not met.
#[derive(Clone, Debug)]
pub(crate) struct Lack {
    claim: Arc<str>,
    unreadable: bool,
}

/// What a claim says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Names(Names),
    /// It is not there, or `null`.
    Nothing,
    /// It is no text and no array of texts.
    Unreadable,
}

/// How a member of an object lies on a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step<'p> {
    /// The path ends with it.
    Here,
    /// It goes on below.
    Below(&'p str),
}

impl ListClaim {
    /// Where such names stand if nothing else is said.
    pub(crate) fn usual(name: &'static str) -> Self {
        Self {
            path: name.into(),
            told: None,
        }
    }

    /// Where the program says that they stand.
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

    /// The list that a verified token has here. One that the program has named and that is not there
    /// is told once; a mistake in its name would be in every token.
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
                "{lack}: no scopes or groups come of it (said once)"
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

/// How a member of this name lies on a path; `None` when it does not.
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
    fn a_path_goes_through_members_that_begin_it() {
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
    fn a_named_claim_that_is_missing_is_told_once() {
        use crate::runtime::log::capture;
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
