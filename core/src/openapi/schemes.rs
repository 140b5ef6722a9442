//! Security schemes of authenticators.

use super::{
    components::valid,
    operation::Operation,
    paths::slug,
    security::{Requirement, SecurityKind, SecurityScheme},
};
use crate::{
    auth::{
        Access, Installed,
        credential::Place,
        description::{Description, Kind},
        pool::{issuer_in, region},
    },
    setting::Setting,
};
use serde_json::json;
use std::collections::BTreeMap;

/// The security schemes of all APIs.
#[derive(Default)]
pub(super) struct Schemes {
    pub(super) by_name: BTreeMap<String, SecurityScheme>,
    /// The names of authenticators, each with that of its scheme.
    pub(super) of: Vec<(String, String)>,
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
            let extensions = &mut operation.extensions;
            extensions.insert("x-lambda-api-groups".to_owned(), json!(groups));
        }
        if let Some(guard) = access.guard {
            let extensions = &mut operation.extensions;
            extensions.insert("x-lambda-api-guard".to_owned(), guard.name().into());
        }
    }

    /// The name of the scheme of an authenticator. A nested API can have another authenticator of the
    /// same name.
    fn name(&mut self, one: &Installed, prefix: &str) -> String {
        let scheme = scheme(&one.describe());
        let same = self
            .of
            .iter()
            .find(|(of, name)| of == one.name() && self.by_name.get(name) == Some(&scheme));
        if let Some((_, name)) = same {
            return name.clone();
        }
        let mut name = valid(one.name());
        while self.by_name.contains_key(&name) {
            name = format!("{}_{name}", slug(prefix));
        }
        self.of.push((one.name().to_owned(), name.clone()));
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

/// The scheme of an authenticator.
fn scheme(one: &Description) -> SecurityScheme {
    let token = Token::of(one);
    let mut scheme: SecurityScheme = kind(one, &token).into();
    scheme.description = match one.kind {
        Kind::Iam => Some("A signature with AWS credentials (Signature Version 4).".to_owned()),
        Kind::Mtls => Some("A client certificate.".to_owned()),
        Kind::Lambda => Some("A credential that a Lambda authorizer checks.".to_owned()),
        #[cfg(feature = "jwt")]
        Kind::Alb => Some("The session of a load balancer, which signs users in.".to_owned()),
        _ => token.text(),
    };
    if !token.variables.is_empty() {
        let extensions = &mut scheme.extensions;
        let variables = json!(token.variables);
        extensions.insert("x-lambda-api-settings".to_owned(), variables);
    }
    scheme
}

fn kind(one: &Description, token: &Token) -> SecurityKind {
    let key = |name: &str, place| SecurityKind::ApiKey {
        name: name.to_owned(),
        place,
    };
    match one.kind {
        Kind::Iam => SecurityKind::Http {
            scheme: "AWS4-HMAC-SHA256".to_owned(),
            bearer_format: None,
        },
        Kind::Mtls => SecurityKind::MutualTls,
        // The authorizer of the gateway takes it from wherever it is configured to.
        Kind::Lambda => key("Authorization", "header"),
        #[cfg(feature = "jwt")]
        Kind::Alb => key("AWSELBAuthSessionCookie-0", "cookie"),
        _ => match &one.credential {
            Some(Place::Cookie { name }) => key(name, "cookie"),
            Some(Place::Header { name, .. }) if name != "authorization" => key(name, "header"),
            _ => token.kind(),
        },
    }
}

/// The issuers of tokens, if there are any.
#[derive(Default)]
struct Token {
    issuers: Vec<String>,
    /// The environment variables that name issuers.
    variables: Vec<&'static str>,
    /// A URL may not have a configuration, because the keys are elsewhere.
    has_keys_elsewhere: bool,
}

impl Token {
    fn of(one: &Description) -> Self {
        let mut token = Self::default();
        for issuer in &one.issuers {
            token.add(&issuer.issuer, issuer.jwks_url.as_ref(), str::to_owned);
        }
        for pool in &one.user_pools {
            token.add(&pool.id, pool.jwks_url.as_ref(), |id| match region(id) {
                Some(region) => issuer_in(id, region),
                None => id.to_owned(),
            });
        }
        token
    }

    fn add(&mut self, of: &Setting, keys: Option<&Setting>, issuer: impl Fn(&str) -> String) {
        self.has_keys_elsewhere |= keys.is_some();
        self.variables.extend(of.variable());
        let name = of.literal().map(issuer);
        self.issuers.push(name.unwrap_or_else(|| of.to_string()));
    }

    fn kind(&self) -> SecurityKind {
        match &self.issuers[..] {
            [issuer] if self.variables.is_empty() && !self.has_keys_elsewhere => {
                let issuer = issuer.trim_end_matches('/');
                SecurityKind::OpenIdConnect {
                    open_id_connect_url: format!("{issuer}/.well-known/openid-configuration"),
                }
            }
            [] => SecurityKind::bearer(None),
            // OpenAPI has one URL for a scheme.
            _ => SecurityKind::bearer(Some("JWT")),
        }
    }

    /// The issuers, unless the URL says it.
    fn text(&self) -> Option<String> {
        let is_url = matches!(self.kind(), SecurityKind::OpenIdConnect { .. });
        let names = self.issuers.join("`, `");
        (!is_url && !self.issuers.is_empty()).then(|| format!("A token of `{names}`."))
    }
}
