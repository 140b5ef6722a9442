//! Structural description of an authenticator, for manifests and API documents. Settings stay
//! unresolved.

use super::credential::Place;
use crate::setting::Setting;
use serde::Serialize;

/// What an authenticator accepts, and where.
///
/// An empty list of audiences, clients, APIs and so on accepts all.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Description {
    /// The name in access rules.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// `None` if the gateway has verified the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) credential: Option<Place>,
    /// The authentication scheme in `WWW-Authenticate`.
    pub(crate) challenge: String,
    /// The accepted algorithms of tokens of `Jwt`, by their JOSE names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) algorithms: Vec<&'static str>,
    /// What the tokens must be; `None` if they are of either kind, or there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<TokenKind>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) issuers: Vec<Issuer>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) user_pools: Vec<UserPool>,
    /// Listeners or load balancers, by ARN.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) load_balancers: Vec<Setting>,
    /// The URL of the keys of load balancers, if it is not that of their regions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) keys_url: Option<Setting>,
    /// The variable of a set of API keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) keys: Option<Setting>,
    /// The clients for which a load balancer signs users in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) clients: Vec<Setting>,
    /// The APIs that a caller must come through, by id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) apis: Vec<Setting>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) accounts: Vec<Setting>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) organizations: Vec<Setting>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) roles: Vec<Setting>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) users: Vec<Setting>,
    /// The claim of the scopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scopes_claim: Option<String>,
    /// The claim of the groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) groups_claim: Option<String>,
    /// The member of the context of a Lambda authorizer that names the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    #[cfg(feature = "jwt")]
    Jwt,
    #[cfg(feature = "jwt")]
    Cognito,
    #[cfg(feature = "jwt")]
    Alb,
    #[cfg(feature = "api-keys")]
    ApiKey,
    GatewayJwt,
    GatewayCognito,
    Iam,
    Lambda,
    Mtls,
    /// An authenticator of the program.
    Custom,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(
    not(feature = "jwt"),
    allow(dead_code, reason = "only `Cognito` has it")
)]
pub(crate) enum TokenKind {
    Access,
    Id,
}

/// An OpenID Connect issuer.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Issuer {
    pub(crate) issuer: Setting,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) audiences: Vec<Setting>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) jwks_url: Option<Setting>,
}

/// A Cognito user pool.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct UserPool {
    pub(crate) id: Setting,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) clients: Vec<Setting>,
    /// Regions of its replicas.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) regions: Vec<Setting>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) jwks_url: Option<Setting>,
}

impl Issuer {
    pub(crate) fn new(issuer: Setting) -> Self {
        Self {
            issuer,
            audiences: Vec::new(),
            jwks_url: None,
        }
    }
}

impl UserPool {
    pub(crate) fn new(id: Setting) -> Self {
        Self {
            id,
            clients: Vec::new(),
            regions: Vec::new(),
            jwks_url: None,
        }
    }
}

impl Description {
    /// A description without settings.
    pub(crate) fn new(kind: Kind, name: &str, challenge: &str, credential: Option<Place>) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            credential,
            challenge: challenge.to_owned(),
            algorithms: Vec::new(),
            token: None,
            issuers: Vec::new(),
            user_pools: Vec::new(),
            load_balancers: Vec::new(),
            keys_url: None,
            keys: None,
            clients: Vec::new(),
            apis: Vec::new(),
            accounts: Vec::new(),
            organizations: Vec::new(),
            roles: Vec::new(),
            users: Vec::new(),
            scopes_claim: None,
            groups_claim: None,
            subject: None,
        }
    }
}
