//! Validates authenticators and access rules, resolves the settings of authenticators, and lends them
//! the keys of test issuers.

use super::Api;
use crate::{
    Operation,
    auth::{Access, Installed, TestKeys},
    environment::{RUNTIME_API, is_deployed},
    router::Origin,
    setting::Variables,
};

impl Api {
    /// Replaces references to environment variables by their values. Those that are missing or empty
    /// stay.
    pub(crate) fn resolve_settings(&mut self) {
        let replaced = self.environment.take();
        let get = |name: &str| match &replaced {
            Some(environment) => {
                let mut latest = environment.iter().rev();
                latest.find_map(|(known, value)| (known == name).then(|| value.clone()))
            }
            None => std::env::var(name).ok(),
        };
        let is_deployed = is_deployed() || get(RUNTIME_API).is_some();
        let variables = Variables {
            get: &get,
            local: cfg!(any(debug_assertions, feature = "local")) && !is_deployed,
        };
        self.each_authenticator(&mut |list| {
            for one in list {
                if is_deployed {
                    one.forget_local_verifier();
                }
                one.resolve(&variables);
            }
        });
        if let Some(events) = &mut self.events {
            events.resolve(&variables);
        }
        #[cfg(feature = "websocket")]
        if let Some(websocket) = &mut self.websocket {
            websocket.resolve(&variables);
        }
        self.resolve_streams(|name| match replaced {
            Some(_) => get(name),
            // A value that is not Unicode is an error, and not a function that silently buffers.
            None => std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()),
        });
        self.environment = replaced;
        self.is_resolved = true;
    }

    /// The errors for references that [`resolve_settings`](Self::resolve_settings) left.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn missing_settings(&self) -> Vec<String> {
        let authenticators = self.all_authenticators().into_iter();
        authenticators
            .flat_map(|one| missing(one.name(), &one.references()))
            .collect()
    }

    /// Gives the keys of test issuers to the authenticators that trust these issuers, and removes
    /// each test verifier whose keys were accepted.
    pub(super) fn lend_test_keys(&mut self) {
        let mut lent = Vec::new();
        self.each_authenticator(&mut |list| {
            lent.extend(list.iter().filter_map(Installed::test_keys));
        });
        for keys in lent {
            self.lend(&keys);
        }
    }

    fn lend(&mut self, keys: &TestKeys) {
        let mut taken = false;
        self.each_authenticator(&mut |list| {
            for one in list.iter_mut().filter(|one| one.test_keys().is_none()) {
                if let Some(with_keys) = one.with_test_keys(keys) {
                    *one = with_keys;
                    taken = true;
                }
            }
        });
        if taken {
            tracing::warn!(target: "lambda_api", "the keys of a test issuer are accepted: do not use this in production");
            self.each_authenticator(&mut |list| {
                let lent =
                    |one: &Installed| one.test_keys().is_some_and(|own| own.issuer == keys.issuer);
                // Without its own authenticators, the API would inherit others, or be open.
                if !list.iter().all(lent) {
                    list.retain(|one| !lent(one));
                }
            });
        }
    }

    /// Makes authenticators accept tokens of the local development key. Returns their names.
    #[cfg(all(debug_assertions, feature = "jwt"))]
    pub(crate) fn lend_local_key(&mut self, key: &crate::auth::LocalKey) -> Vec<String> {
        let mut names = Vec::new();
        self.each_authenticator(&mut |list| {
            for one in list {
                if let Some(lent) = one.with_local_key(key) {
                    *one = lent;
                    names.push(one.name().to_owned());
                }
            }
        });
        names
    }

    fn each_authenticator(&mut self, visit: &mut impl FnMut(&mut Vec<Installed>)) {
        visit(&mut self.authenticators);
        for (_, nested) in &mut self.nests {
            nested.each_authenticator(visit);
        }
    }

    /// All authenticators, including those of nested APIs.
    pub(crate) fn all_authenticators(&self) -> Vec<&Installed> {
        let mut all: Vec<_> = self.authenticators.iter().collect();
        for (_, nested) in &self.nests {
            all.extend(nested.all_authenticators());
        }
        all
    }
}

/// The errors for the settings of an authenticator that refer to missing variables.
fn missing(authenticator: &str, references: &[(&str, &str)]) -> Vec<String> {
    let mut errors: Vec<_> = references
        .iter()
        .map(|(setting, variable)| {
            format!(
                "the authenticator `{authenticator}`: the environment variable `{variable}` for \
                 `{setting}` is missing or empty"
            )
        })
        .collect();
    errors.dedup();
    errors
}

/// Validates the authenticators of one `Api`. `is_resolved`: whether their settings were resolved.
pub(super) fn check_authenticators(
    authenticators: &[Installed],
    is_resolved: bool,
    errors: &mut Vec<String>,
) {
    for (index, one) in authenticators.iter().enumerate() {
        let name = one.name();
        let references = one.references();
        if references.is_empty() {
            let own = one.config_errors().into_iter();
            errors.extend(own.map(|error| format!("the authenticator `{name}`: {error}")));
        } else if is_resolved {
            errors.extend(missing(name, &references));
        }
        if let Some(error) = one.scheme.error() {
            errors.push(format!("the authenticator `{name}`: {error}"));
        }
        if let Some(keys) = one.test_keys()
            && authenticators.len() > 1
        {
            errors.push(format!(
                "the keys of a test issuer are unused: no authenticator of the API trusts `{}`",
                keys.issuer
            ));
            continue;
        }
        for before in authenticators.iter().take(index) {
            if before.name() == name {
                errors.push(format!(
                    "two authenticators are named `{name}`: rules cannot distinguish them, so \
                     rename one of them"
                ));
            }
            if let Some(place) = &one.scheme.credential
                && before.scheme.credential.as_ref() == Some(place)
            {
                errors.push(format!(
                    "the authenticator `{name}` can never be reached: `{}`, which runs before it, \
                     also takes its credential from {place}. One authenticator can trust several \
                     issuers (`add_issuer`, `add_user_pool`), or can take its credential from \
                     another place (`credential`)",
                    before.name()
                ));
            }
        }
    }
}

/// Validates the access rule of one route.
pub(super) fn check_access(
    origin: &Origin,
    access: Access,
    operation: &Operation,
    authenticators: &[Installed],
    errors: &mut Vec<String>,
) {
    if authenticators.is_empty() {
        if let Some(rule) = access.rule() {
            errors.push(format!(
                "{origin} has the rule `{rule}`, but the API has no authenticator: the rule cannot \
                 be enforced"
            ));
        }
        if operation.takes_identity {
            errors.push(format!(
                "{origin} takes the identity of the caller, but the API has no authenticator: add \
                 one with `Api::authenticate`"
            ));
        }
        return;
    }
    if access.public
        && let Some(rule) = access.rule()
    {
        errors.push(format!(
            "{origin} is `public`, but has the rule `{rule}`, which would have no effect: remove \
             one of them"
        ));
    }
    if access.public && operation.needs_identity {
        errors.push(format!(
            "{origin} is `public`, but takes an identity or claims: take an `Option` of it, or \
             remove `public`"
        ));
    }
    let names = || {
        let names: Vec<_> = authenticators
            .iter()
            .map(|one| format!("`{}`", one.name()))
            .collect();
        names.join(", ")
    };
    match access.authenticator {
        Some(name) if !authenticators.iter().any(|one| one.name() == name) => {
            errors.push(format!(
                "{origin} names the authenticator `{name}`, but the API has {}",
                names()
            ));
        }
        None if authenticators.len() > 1 && access.rule().is_some() => {
            errors.push(format!(
                "{origin} has the rule `{}`, and the API has several authenticators ({}): name \
                 one of them with `authenticator = \"..\"`",
                access.rule().unwrap_or_default(),
                names()
            ));
        }
        _ => {}
    }
}
