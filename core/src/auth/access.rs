//! Which identities a route lets in.

use super::Identity;
use crate::{BoxFuture, Request};
use std::{fmt, future::Future};

/// Who may call: a route, as the options of `#[api_handler]` say it, or a service mounted with
/// [`Api::mount_service_with`](crate::Api::mount_service_with).
///
/// ```
/// use lambda_api::auth::Access;
///
/// let anybody = Access::public();
/// let admins = Access::authenticated().authenticator("staff").groups(&["admins"]);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct Access {
    pub(crate) public: bool,
    pub(crate) authenticator: Option<&'static str>,
    pub(crate) scopes: Option<Require>,
    pub(crate) groups: Option<Require>,
    pub(crate) guard: Option<Guard>,
}

/// Names of which all or any must be there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Require {
    any: bool,
    pub(crate) names: &'static [&'static str],
}

/// A function of the user's that has the last word.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guard {
    /// As the user wrote it.
    name: &'static str,
    pub(crate) call: for<'r> fn(&'r Identity, &'r Request) -> BoxFuture<'r, bool>,
}

impl Access {
    /// Everybody.
    pub const fn public() -> Self {
        Self {
            public: true,
            ..Self::authenticated()
        }
    }

    /// Everybody whom an authenticator of the API recognises.
    pub const fn authenticated() -> Self {
        Self {
            public: false,
            authenticator: None,
            scopes: None,
            groups: None,
            guard: None,
        }
    }

    /// Only whom the authenticator of this name recognises.
    pub const fn authenticator(mut self, name: &'static str) -> Self {
        self.authenticator = Some(name);
        self
    }

    /// Only who has all of these scopes.
    pub const fn scopes(mut self, names: &'static [&'static str]) -> Self {
        self.scopes = Some(Require { any: false, names });
        self
    }

    /// Only who has one of these scopes, or several.
    pub const fn any_scope(mut self, names: &'static [&'static str]) -> Self {
        self.scopes = Some(Require { any: true, names });
        self
    }

    /// Only who belongs to all of these groups.
    pub const fn groups(mut self, names: &'static [&'static str]) -> Self {
        self.groups = Some(Require { any: false, names });
        self
    }

    /// Only who belongs to one of these groups, or several.
    pub const fn any_group(mut self, names: &'static [&'static str]) -> Self {
        self.groups = Some(Require { any: true, names });
        self
    }

    /// The guard that a function marked `#[api_handler(.., guard = path)]` has.
    #[doc(hidden)]
    pub const fn __guard(
        mut self,
        name: &'static str,
        call: for<'r> fn(&'r Identity, &'r Request) -> BoxFuture<'r, bool>,
    ) -> Self {
        self.guard = Some(Guard { name, call });
        self
    }

    /// The first rule that is about the caller, for messages.
    pub(crate) fn rule(&self) -> Option<&'static str> {
        [
            self.scopes.map(|_| "scopes(..)"),
            self.groups.map(|_| "groups(..)"),
            self.guard.map(|_| "guard = .."),
            self.authenticator.map(|_| "authenticator = \"..\""),
        ]
        .into_iter()
        .flatten()
        .next()
    }
}

impl Guard {
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }
}

impl Require {
    pub(crate) fn is_met(&self, has: impl Fn(&str) -> bool) -> bool {
        if self.any {
            self.names.iter().any(|name| has(name))
        } else {
            self.names.iter().all(|name| has(name))
        }
    }
}

/// As the route table shows it: `public`, `authenticated`, `scopes(a, b) groups(any(c, d))`.
impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.public {
            return f.write_str("public");
        }
        let mut parts = Vec::new();
        if let Some(name) = self.authenticator {
            parts.push(format!("authenticator({name})"));
        }
        for (kind, rule) in [("scopes", self.scopes), ("groups", self.groups)] {
            if let Some(Require { any, names }) = rule {
                let names = names.join(", ");
                parts.push(if any {
                    format!("{kind}(any({names}))")
                } else {
                    format!("{kind}({names})")
                });
            }
        }
        if let Some(guard) = self.guard {
            parts.push(format!("guard({})", guard.name));
        }
        if parts.is_empty() {
            parts.push("authenticated".to_owned());
        }
        f.write_str(&parts.join(" "))
    }
}

/// What a guard may return: a `bool`, or a future of one. `M` keeps the two apart.
#[diagnostic::on_unimplemented(
    message = "a guard returns `bool`, not `{Self}`",
    label = "no guard",
    note = "a guard is `fn(&Identity, &Request) -> bool`, or an `async fn` of this form"
)]
#[doc(hidden)]
pub trait Verdict<'r, M> {
    fn wait(self) -> BoxFuture<'r, bool>;
}

#[derive(Debug)]
#[doc(hidden)]
pub enum Now {}

#[derive(Debug)]
#[doc(hidden)]
pub enum Later {}

impl<'r> Verdict<'r, Now> for bool {
    fn wait(self) -> BoxFuture<'r, bool> {
        Box::pin(std::future::ready(self))
    }
}

impl<'r, F: Future<Output = bool> + Send + 'r> Verdict<'r, Later> for F {
    fn wait(self) -> BoxFuture<'r, bool> {
        Box::pin(self)
    }
}

/// What generated code makes of the value of a guard.
#[doc(hidden)]
pub fn guard<'r, M>(verdict: impl Verdict<'r, M>) -> BoxFuture<'r, bool> {
    verdict.wait()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_shows_every_rule() {
        let guard = Guard {
            name: "own::order",
            call: |_, _| Box::pin(std::future::ready(true)),
        };
        for (access, expected) in [
            (Access::public(), "public"),
            (Access::authenticated(), "authenticated"),
            (
                Access::authenticated().authenticator("staff"),
                "authenticator(staff)",
            ),
            (
                Access::authenticated()
                    .authenticator("staff")
                    .scopes(&["a", "b"])
                    .any_group(&["c", "d"]),
                "authenticator(staff) scopes(a, b) groups(any(c, d))",
            ),
            (
                Access {
                    guard: Some(guard),
                    ..Access::authenticated()
                },
                "guard(own::order)",
            ),
        ] {
            assert_eq!(access.to_string(), expected);
        }
    }

    #[test]
    fn all_means_all_and_any_means_one() {
        let names: &[&str] = &["a", "b"];
        let all = Require { any: false, names };
        let any = Require { any: true, names };
        for (held, of_all, of_any) in [
            (&["a", "b", "c"][..], true, true),
            (&["b"], false, true),
            (&["c"], false, false),
            (&[], false, false),
        ] {
            let has = |name: &str| held.contains(&name);
            assert_eq!((all.is_met(has), any.is_met(has)), (of_all, of_any));
        }
    }
}
