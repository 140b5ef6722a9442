//! Access rules of routes.

use super::Identity;
use crate::{BoxFuture, Request};
use serde::{Serialize, Serializer, ser::SerializeMap};
use std::{fmt, future::Future};

/// Access rule: who may call a route or a service.
///
/// The options of `#[api_handler]` make the rule of a route; this type is for services:
/// [`Api::mount_service_with`](crate::Api::mount_service_with). A caller must meet all parts of a
/// rule.
///
/// ```
/// use lambda_api::auth::{Access, any};
///
/// let everyone = Access::public();
/// let staff = Access::authenticated()
///     .authenticator("staff")
///     .scopes(&["orders/read"])
///     .groups(any(&["admins", "auditors"]));
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct Access {
    pub(crate) public: bool,
    pub(crate) authenticator: Option<&'static str>,
    pub(crate) scopes: Option<Required>,
    pub(crate) groups: Option<Required>,
    pub(crate) guard: Option<Guard>,
}

/// Names of scopes or groups of which a caller needs all, or [any](any()).
///
/// A reference to an array means all of its names.
#[derive(Clone, Copy, Debug)]
pub struct Required {
    any: bool,
    pub(crate) names: &'static [&'static str],
}

/// A function of the program that decides about a caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guard {
    /// The path of the function in the source.
    name: &'static str,
    pub(crate) call: for<'r> fn(&'r Identity, &'r Request) -> BoxFuture<'r, bool>,
}

/// Requires any of these scopes or groups, rather than all.
///
/// ```
/// use lambda_api::auth::{Access, any};
///
/// let rule = Access::authenticated().scopes(any(&["orders/read", "orders/all"]));
/// ```
#[must_use]
pub const fn any(names: &'static [&'static str]) -> Required {
    Required { any: true, names }
}

impl<const N: usize> From<&'static [&'static str; N]> for Required {
    fn from(names: &'static [&'static str; N]) -> Self {
        Self::from(names.as_slice())
    }
}

impl From<&'static [&'static str]> for Required {
    fn from(names: &'static [&'static str]) -> Self {
        Self { any: false, names }
    }
}

impl Access {
    /// Accepts every request.
    pub const fn public() -> Self {
        Self {
            public: true,
            ..Self::authenticated()
        }
    }

    /// Accepts every caller that an authenticator of the API recognises.
    pub const fn authenticated() -> Self {
        Self {
            public: false,
            authenticator: None,
            scopes: None,
            groups: None,
            guard: None,
        }
    }

    /// Accepts callers that the authenticator with this name recognises.
    pub const fn authenticator(mut self, name: &'static str) -> Self {
        self.authenticator = Some(name);
        self
    }

    /// Requires these scopes, all of them or [any](any()).
    pub fn scopes(mut self, names: impl Into<Required>) -> Self {
        self.scopes = Some(names.into());
        self
    }

    /// Requires these groups, all of them or [any](any()).
    pub fn groups(mut self, names: impl Into<Required>) -> Self {
        self.groups = Some(names.into());
        self
    }

    #[doc(hidden)]
    pub const fn __scopes(mut self, any: bool, names: &'static [&'static str]) -> Self {
        self.scopes = Some(Required { any, names });
        self
    }

    #[doc(hidden)]
    pub const fn __groups(mut self, any: bool, names: &'static [&'static str]) -> Self {
        self.groups = Some(Required { any, names });
        self
    }

    #[doc(hidden)]
    pub const fn __guard(
        mut self,
        name: &'static str,
        call: for<'r> fn(&'r Identity, &'r Request) -> BoxFuture<'r, bool>,
    ) -> Self {
        self.guard = Some(Guard { name, call });
        self
    }

    /// The first part of the rule that needs an identity, for messages.
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

/// `{"all": [..]}` or `{"any": [..]}`.
impl Serialize for Required {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(if self.any { "any" } else { "all" }, self.names)?;
        map.end()
    }
}

impl Required {
    #[cfg(any(debug_assertions, feature = "local", feature = "openapi"))]
    pub(crate) fn is_any(&self) -> bool {
        self.any
    }

    pub(crate) fn is_met(&self, has: impl Fn(&str) -> bool) -> bool {
        if self.any {
            self.names.iter().any(|name| has(name))
        } else {
            self.names.iter().all(|name| has(name))
        }
    }
}

/// The form of the route table: `public`, `authenticated`, `scopes(a, b) groups(any(c, d))`.
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
            if let Some(Required { any, names }) = rule {
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

/// Result of a guard: a `bool`, or a future of one. `M` keeps the two implementations apart.
#[diagnostic::on_unimplemented(
    message = "a guard returns `bool`, not `{Self}`",
    label = "not a guard",
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

/// Called by generated code with the result of a guard.
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
                    .groups(any(&["c", "d"])),
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
        let all = Required::from(names);
        let any = any(names);
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
