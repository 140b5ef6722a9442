//! What closes an operation at the gateway, and what only the function can decide.

use super::{
    authorizers::{Authorizer, NotHere, authorizer},
    schemes::NONE,
    verifiers::is_in_function,
};
use crate::{
    auth::{
        Required,
        description::{Description, Kind, TokenKind},
    },
    manifest::{Authenticator, Rule},
    template::{
        Gateway,
        described::Described,
        values::{Values, pascal},
    },
};
use std::collections::BTreeSet;

/// What closes an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::template) enum Security {
    /// Nothing at the gateway: the route is public, or the function decides.
    Open,
    Iam,
    Authorizer {
        name: String,
        /// Of which a token needs one.
        scopes: Vec<String>,
    },
}

/// Comments about the rules of a closed operation that the function checks.
fn left_to_function(security: &Security, rule: &Rule) -> Vec<String> {
    let required = match security {
        Security::Open => return Vec::new(),
        Security::Iam => &[],
        Security::Authorizer { scopes, .. } => scopes.as_slice(),
    };
    let names = |required: Required| {
        let names: Vec<_> = required
            .names
            .iter()
            .map(|name| format!("{name:?}"))
            .collect();
        match (required.is_any(), names.join(", ")) {
            (true, names) => format!("any({names})"),
            (false, names) => names,
        }
    };
    let groups = rule
        .groups
        .map(|groups| format!("the function checks groups({})", names(groups)));
    let guard = rule
        .guard
        .map(|guard| format!("the function calls the guard {guard}"));
    // A gateway requires one scope of several.
    let is_left =
        |scopes: &Required| required.is_empty() || !scopes.is_any() && scopes.names.len() > 1;
    let scopes = rule.scopes.filter(is_left);
    let scopes = scopes.map(|scopes| format!("the function checks scopes({})", names(scopes)));
    groups.into_iter().chain(guard).chain(scopes).collect()
}

/// The scope of every access token of a user who signed in without managed login.
const SIGN_IN: &str = "aws.cognito.signin.user.admin";
/// The most scopes of a route at an HTTP API.
const MOST_SCOPES: usize = 10;

/// Decides about routes, and collects the authorizers that they need.
pub(super) struct Judge<'a> {
    api: &'a Described<'a>,
    values: &'a mut Values,
    authorizers: Vec<Authorizer>,
    warnings: BTreeSet<String>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(api: &'a Described<'a>, values: &'a mut Values) -> Self {
        Self {
            api,
            values,
            authorizers: Vec::new(),
            warnings: BTreeSet::new(),
        }
    }

    pub(super) fn done(self) -> (Vec<Authorizer>, Vec<String>) {
        (self.authorizers, self.warnings.into_iter().collect())
    }

    /// Removes the authorizers, and what was said about them.
    pub(super) fn forget(&mut self) {
        self.authorizers.clear();
        self.warnings.clear();
    }

    /// What closes a route, and comments about what the gateway does not check. `route` names it.
    pub(super) fn decide(
        &mut self,
        route: &str,
        rule: &Rule,
        errors: &mut Vec<String>,
    ) -> (Security, Vec<String>) {
        let mut comments = Vec::new();
        if rule.public {
            return (Security::Open, comments);
        }
        let api = self.api;
        let accepted: Vec<_> = api.accepted(rule).collect();
        let security = match accepted.as_slice() {
            [] => {
                errors.push(format!(
                    "{route}: the API has no authenticator for this route"
                ));
                Security::Open
            }
            [one] => self.by_one(
                route,
                &one.id,
                &one.description,
                rule,
                &mut comments,
                errors,
            ),
            several => {
                self.check_several(route, several, errors);
                let ids: Vec<_> = several.iter().map(|one| format!("`{}`", one.id)).collect();
                comments.push(format!(
                    "the function authenticates the caller: {}",
                    ids.join(" or ")
                ));
                Security::Open
            }
        };
        comments.extend(left_to_function(&security, rule));
        (security, comments)
    }

    /// Reports authenticators of a route that nothing verifies, since the function decides.
    fn check_several(&mut self, route: &str, several: &[&Authenticator], errors: &mut Vec<String>) {
        let outside = several
            .iter()
            .filter(|one| !is_in_function(one.description.kind));
        let outside: Vec<_> = outside.map(|one| format!("`{}`", one.id)).collect();
        if outside.len() == several.len() {
            errors.push(format!(
                "{route}: a gateway has one authorizer for a route, which cannot be both {}: name one \
                 with `authenticator = \"..\"`",
                outside.join(" and ")
            ));
        } else if !outside.is_empty() {
            self.warnings.insert(format!(
                "{route}: callers cannot use {}, because a gateway that verifies nothing lets the \
                 function decide: name one authenticator with `authenticator = \"..\"`",
                outside.join(" or ")
            ));
        }
    }

    /// The security of a route with one authenticator.
    fn by_one(
        &mut self,
        route: &str,
        id: &str,
        authenticator: &Description,
        rule: &Rule,
        comments: &mut Vec<String>,
        errors: &mut Vec<String>,
    ) -> Security {
        if authenticator.kind == Kind::Iam {
            return Security::Iam;
        }
        let name = match self.authorizers.iter().find(|one| one.id == id) {
            Some(known) => known.name.clone(),
            None => match authorizer(
                self.api,
                id,
                self.unused_name(id),
                authenticator,
                self.values,
            ) {
                Ok(made) => {
                    self.warnings.extend(made.warnings.iter().cloned());
                    let name = made.name.clone();
                    self.authorizers.push(made);
                    name
                }
                Err(NotHere::FunctionDoes(reason)) => {
                    comments.push(format!(
                        "the function authenticates the caller: `{id}` ({reason})"
                    ));
                    return Security::Open;
                }
                Err(NotHere::Unverified(reason)) => {
                    errors.push(format!("{route}: the authenticator `{id}` {reason}"));
                    return Security::Open;
                }
            },
        };
        let scopes = self.scopes(route, authenticator, rule, errors);
        Security::Authorizer { name, scopes }
    }

    /// A name for an authorizer that no other one has, nor a scheme of SAM.
    fn unused_name(&self, id: &str) -> String {
        let name = match pascal(id) {
            name if name.is_empty() || name == NONE => format!("{name}Authorizer"),
            name => name,
        };
        let is_used = |name: &String| self.authorizers.iter().any(|one| one.name == *name);
        let numbered = (2..).map(|number| format!("{name}{number}"));
        let mut names = std::iter::once(name.clone()).chain(numbered);
        names.find(|name| !is_used(name)).unwrap_or(name)
    }

    /// The scopes of which the gateway requires one.
    fn scopes(
        &mut self,
        route: &str,
        authenticator: &Description,
        rule: &Rule,
        errors: &mut Vec<String>,
    ) -> Vec<String> {
        let is_rest = self.api.options.gateway == Gateway::RestApi;
        let wanted: Vec<String> = rule
            .scopes
            .iter()
            .flat_map(|scopes| scopes.names)
            .map(|&name| name.to_owned())
            .collect();
        let claim = authenticator.scopes_claim.as_deref();
        let is_usual = claim.is_none_or(|claim| claim == "scope" || claim == "scp");
        let takes_access_tokens = authenticator.token == Some(TokenKind::Access);
        match authenticator.kind {
            Kind::Lambda => Vec::new(),
            // An authorizer with scopes takes access tokens, one without takes ID tokens.
            _ if is_rest && takes_access_tokens && wanted.is_empty() => {
                if self.signs_in_machines(authenticator) {
                    errors.push(format!(
                        "{route}: a REST API requires a scope of access tokens, and tokens of client \
                         credentials have none that fits: add `scopes(..)` to the route, or accept ID \
                         tokens with `.id_tokens()`"
                    ));
                } else {
                    self.warnings.insert(format!(
                        "routes without `scopes(..)` require the scope `{SIGN_IN}`: tokens of client \
                         credentials do not have it, and tokens of managed login only if it is \
                         requested"
                    ));
                }
                vec![SIGN_IN.to_owned()]
            }
            _ if is_rest && takes_access_tokens && !is_usual => {
                errors.push(format!(
                    "{route}: a REST API requires a scope in the claim `scope` of access tokens, but \
                     the scopes are in `{}`: accept ID tokens with `.id_tokens()`, or use the claim \
                     `scope`",
                    claim.unwrap_or_default()
                ));
                Vec::new()
            }
            _ if !is_usual => Vec::new(),
            // With scopes, it would reject every ID token.
            _ if is_rest && authenticator.token == Some(TokenKind::Id) => Vec::new(),
            _ if is_rest => wanted,
            _ if wanted.len() <= MOST_SCOPES => {
                self.count_scopes(route, wanted.len());
                wanted
            }
            // A token with all of them has those too.
            _ if rule.scopes.is_some_and(|scopes| !scopes.is_any()) => {
                wanted.into_iter().take(MOST_SCOPES).collect()
            }
            _ => {
                errors.push(format!(
                    "{route}: an HTTP API accepts {MOST_SCOPES} scopes for a route, found {}: write the \
                     template with `--routes proxy`",
                    wanted.len()
                ));
                Vec::new()
            }
        }
    }

    /// Warns of a number of scopes that is near the quota.
    fn count_scopes(&mut self, route: &str, count: usize) {
        if count * 5 >= MOST_SCOPES * 4 {
            self.warnings.insert(format!(
                "{route}: {count} scopes of a quota of {MOST_SCOPES} for a route of an HTTP API"
            ));
        }
    }

    /// Whether all clients of an authenticator are programs.
    fn signs_in_machines(&self, authenticator: &Description) -> bool {
        let clients = || {
            authenticator
                .user_pools
                .iter()
                .flat_map(|pool| &pool.clients)
        };
        let is_machine = |client| {
            self.api
                .clients()
                .any(|one| one.is_program && self.values.refers_to(client, &one.id))
        };
        clients().next().is_some() && clients().all(is_machine)
    }
}
