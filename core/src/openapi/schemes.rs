//! Security schemes of authenticators.

use super::{
    components::valid,
    operation::Operation,
    paths::slug,
    security::{Requirement, SecurityKind, SecurityScheme},
};
use crate::auth::{Access, Installed};
use serde_json::json;
use std::collections::BTreeMap;

/// The security schemes of all APIs.
#[derive(Default)]
pub(super) struct Schemes {
    pub(super) by_name: BTreeMap<String, SecurityScheme>,
}

impl Schemes {
    /// Sets who may call an operation. `takes_identity`: a public operation that takes an identity
    /// authenticates callers with a credential.
    pub(super) fn secure(
        &mut self,
        operation: &mut Operation,
        access: Access,
        authenticators: &[Installed],
        takes_identity: bool,
        prefix: &str,
    ) {
        let named = |one: &&Installed| access.authenticator.is_none_or(|name| one.name() == name);
        let asked: Vec<_> = authenticators.iter().filter(named).collect();
        operation.security = Some(Vec::new());
        if access.public && takes_identity {
            operation.require(Requirement::new());
        }
        if !access.public || takes_identity {
            for one in asked {
                let name = self.name(one, prefix);
                for scopes in alternatives(access) {
                    operation.require(Requirement::from([(name.clone(), scopes)]));
                }
            }
        }
        if let Some(groups) = access.groups {
            let how = if groups.is_any() { "any" } else { "all" };
            let extensions = &mut operation.extensions;
            let value = json!({ how: groups.names });
            extensions.insert("x-lambda-api-groups".to_owned(), value);
        }
        if let Some(guard) = access.guard {
            let extensions = &mut operation.extensions;
            extensions.insert("x-lambda-api-guard".to_owned(), guard.name().into());
        }
    }

    /// The name of the scheme of an authenticator. A nested API can have another authenticator of the
    /// same name.
    fn name(&mut self, one: &Installed, prefix: &str) -> String {
        let scheme = scheme(one);
        let mut name = valid(one.name());
        if self
            .by_name
            .get(&name)
            .is_some_and(|known| *known != scheme)
        {
            name = format!("{}_{name}", slug(prefix));
        }
        self.by_name.insert(name.clone(), scheme);
        name
    }
}

/// The sets of scopes of which a caller needs one.
fn alternatives(access: Access) -> Vec<Vec<String>> {
    let owned = |name: &&str| (*name).to_owned();
    match access.scopes {
        None => vec![Vec::new()],
        Some(scopes) if scopes.is_any() => {
            scopes.names.iter().map(|name| vec![owned(name)]).collect()
        }
        Some(scopes) => vec![scopes.names.iter().map(owned).collect()],
    }
}

fn scheme(_one: &Installed) -> SecurityScheme {
    SecurityKind::bearer(None).into()
}
