//! What authenticators ask of a description: keys of test issuers, and rules that can be kept.

use super::Api;
use crate::{
    Operation,
    auth::{Access, Installed, TestKeys},
    router::Origin,
};

impl Api {
    /// Gives the keys of test issuers to the authenticators that trust these issuers. A stand-in
    /// whose keys were taken is left out.
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
            tracing::warn!(target: "lambda_api", "a test issuer has lent its keys: not for production");
            self.each_authenticator(&mut |list| {
                let lent =
                    |one: &Installed| one.test_keys().is_some_and(|own| own.issuer == keys.issuer);
                // A list that would become empty closes an Api of its own: it stays closed.
                if !list.iter().all(lent) {
                    list.retain(|one| !lent(one));
                }
            });
        }
    }

    /// Has authenticators accept what the key of the developer's machine has signed. Their names.
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

    /// All authenticators, those of nested APIs included.
    pub(crate) fn all_authenticators(&self) -> Vec<&Installed> {
        let mut all: Vec<_> = self.authenticators.iter().collect();
        for (_, nested) in &self.nests {
            all.extend(nested.all_authenticators());
        }
        all
    }
}

/// What is wrong with the authenticators of one Api.
pub(super) fn check_authenticators(authenticators: &[Installed], faults: &mut Vec<String>) {
    for (index, one) in authenticators.iter().enumerate() {
        let name = one.name();
        faults.extend(
            one.faults()
                .into_iter()
                .map(|fault| format!("the authenticator `{name}`: {fault}")),
        );
        if let Some(fault) = one.scheme.fault() {
            faults.push(format!("the authenticator `{name}`: {fault}"));
        }
        if let Some(keys) = one.test_keys()
            && authenticators.len() > 1
        {
            faults.push(format!(
                "a test issuer lends its keys to nobody: no authenticator of the API trusts `{}`",
                keys.issuer
            ));
            continue;
        }
        for before in authenticators.iter().take(index) {
            if before.name() == name {
                faults.push(format!(
                    "two authenticators are named `{name}`: rules could not tell them apart, so \
                     give one another name"
                ));
            }
            if let Some(place) = &one.scheme.credential
                && before.scheme.credential.as_ref() == Some(place)
            {
                faults.push(format!(
                    "the authenticator `{name}` would never be asked: `{}`, which is asked before \
                     it, takes its credential from {place}, too. One authenticator can trust several \
                     issuers (`or_issuer`, `or_user_pool`), or the credential can stand elsewhere \
                     (`credential`)",
                    before.name()
                ));
            }
        }
    }
}

/// What is wrong with the access rule of one route.
pub(super) fn check_access(
    origin: &Origin,
    access: Access,
    operation: &Operation,
    authenticators: &[Installed],
    faults: &mut Vec<String>,
) {
    if authenticators.is_empty() {
        if let Some(rule) = access.rule() {
            faults.push(format!(
                "{origin} has the rule `{rule}`, but the API has no authenticator: the rule could \
                 not be enforced"
            ));
        }
        if operation.takes_identity {
            faults.push(format!(
                "{origin} takes the identity of the caller, but the API has no authenticator: add \
                 one with `Api::authenticate`"
            ));
        }
        return;
    }
    if access.public
        && let Some(rule) = access.rule()
    {
        faults.push(format!(
            "{origin} is `public`, which lets everybody in, and has the rule `{rule}`, which would \
             not be asked: leave one of them out"
        ));
    }
    if access.public && operation.needs_identity {
        faults.push(format!(
            "{origin} is `public`, but takes an identity or claims: take an `Option` of it, or \
             leave `public` out"
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
            faults.push(format!(
                "{origin} names the authenticator `{name}`, but the API has {}",
                names()
            ));
        }
        None if authenticators.len() > 1 && access.rule().is_some() => {
            faults.push(format!(
                "{origin} has the rule `{}`, and the API has several authenticators ({}): say \
                 whose it means with `authenticator = \"..\"`",
                access.rule().unwrap_or_default(),
                names()
            ));
        }
        _ => {}
    }
}
