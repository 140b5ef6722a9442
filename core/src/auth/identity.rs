//! A caller who was recognised.

use super::gateway::{Certificate, IamIdentity, LambdaIdentity, Lists, stringified_claims};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// A caller who was recognised: by this process, or by the gateway before it.
///
/// A handler takes it as an argument; cloning it is cheap.
///
/// ```
/// use lambda_api::{Identity, api_handler};
///
/// #[api_handler(GET "/me")]
/// async fn me(identity: Identity) -> String {
///     identity.subject().to_owned()
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// // In a test:
/// assert_eq!(me(Identity::new("alice")).await, "alice");
/// # }
/// ```
#[derive(Clone)]
pub struct Identity(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    subject: String,
    issuer: Option<String>,
    authenticator: Option<Arc<str>>,
    kind: IdentityKind,
    scopes: Vec<String>,
    groups: Vec<String>,
    claims: RawClaims,
}

/// How somebody was recognised, and what only this way of it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityKind {
    /// In a way of your own.
    Custom,
    /// By a token that this process verified.
    Jwt,
    /// By what a load balancer signed.
    AlbOidc,
    /// By an API key.
    ApiKey,
    /// By IAM credentials that the gateway checked.
    Iam(IamIdentity),
    /// By a token of a Cognito user pool that the gateway verified.
    CognitoAuthorizer,
    /// By a token that the gateway verified.
    JwtAuthorizer,
    /// By a Lambda authorizer of the gateway.
    LambdaAuthorizer(LambdaIdentity),
    /// By a client certificate that the gateway checked.
    MutualTls(Certificate),
}

/// What was said about the caller.
#[derive(Clone, Default)]
pub(crate) enum RawClaims {
    #[default]
    None,
    /// A JSON object.
    Json(Arc<str>),
    /// A JSON object in which a gateway has made strings of all values.
    Stringified(Arc<str>, Lists),
}

impl Identity {
    /// A caller of this subject, without scopes, groups or claims.
    #[must_use]
    pub fn new(subject: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            subject: subject.into(),
            issuer: None,
            authenticator: None,
            kind: IdentityKind::Custom,
            scopes: Vec::new(),
            groups: Vec::new(),
            claims: RawClaims::None,
        }))
    }

    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Who says so.
    #[must_use]
    pub fn with_issuer(self, issuer: impl Into<String>) -> Self {
        self.change(|inner| inner.issuer = Some(issuer.into()))
    }

    /// What the caller may do, by the terms of whoever issued the credential.
    #[must_use]
    pub fn with_scopes<S: Into<String>>(self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.change(|inner| inner.scopes = scopes.into_iter().map(Into::into).collect())
    }

    /// What the caller belongs to.
    #[must_use]
    pub fn with_groups<S: Into<String>>(self, groups: impl IntoIterator<Item = S>) -> Self {
        self.change(|inner| inner.groups = groups.into_iter().map(Into::into).collect())
    }

    /// What else is known of the caller, for [`Claims`](crate::Claims): anything that makes a JSON
    /// object.
    ///
    /// # Panics
    /// When it makes none.
    #[must_use]
    #[track_caller]
    pub fn with_claims(self, claims: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_string(claims) {
            Ok(json) if json.starts_with('{') => self.with_raw_claims(RawClaims::Json(json.into())),
            Ok(_) => panic!("claims are a JSON object"),
            Err(error) => panic!("claims are a JSON object: {error}"),
        }
    }

    #[must_use]
    pub(crate) fn with_raw_claims(self, claims: RawClaims) -> Self {
        self.change(|inner| inner.claims = claims)
    }

    #[must_use]
    pub(crate) fn with_kind(self, kind: IdentityKind) -> Self {
        self.change(|inner| inner.kind = kind)
    }

    /// Recognised by the authenticator of this name.
    pub(crate) fn by(self, authenticator: &Arc<str>) -> Self {
        if self.0.authenticator.as_ref() == Some(authenticator) {
            return self;
        }
        self.change(|inner| inner.authenticator = Some(Arc::clone(authenticator)))
    }

    /// Whom the credential is about: `sub` of a token, the ARN of an AWS identity.
    ///
    /// It is unique for one issuer, not beyond.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// Who says so: `iss` of a token.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.0.issuer.as_deref()
    }

    /// The name of the authenticator that recognised the caller; empty when none did.
    #[must_use]
    pub fn authenticator(&self) -> &str {
        self.0.authenticator.as_deref().unwrap_or_default()
    }

    /// How the caller was recognised.
    #[must_use]
    pub fn kind(&self) -> &IdentityKind {
        &self.0.kind
    }

    /// What the caller may do, by the terms of whoever issued the credential.
    pub fn scopes(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.scopes.iter().map(String::as_str)
    }

    /// Whether the caller has this scope; scopes are compared exactly.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.0.scopes.iter().any(|known| known == scope)
    }

    /// What the caller belongs to.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.groups.iter().map(String::as_str)
    }

    /// Whether the caller belongs to this group; groups are compared exactly.
    #[must_use]
    pub fn in_group(&self, group: &str) -> bool {
        self.0.groups.iter().any(|known| known == group)
    }

    /// The claims as they came: the JSON object of a token's payload, or of the request context.
    #[must_use]
    pub fn raw_claims(&self) -> Option<&str> {
        match &self.0.claims {
            RawClaims::None => None,
            RawClaims::Json(json) | RawClaims::Stringified(json, _) => Some(json),
        }
    }

    /// The claims as a type of your own. [`Claims`](crate::Claims) takes them as an argument.
    ///
    /// # Errors
    /// When the claims do not fit the type; an identity without claims has an empty object.
    pub fn claims<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        match &self.0.claims {
            RawClaims::None => serde_json::from_str("{}"),
            RawClaims::Json(json) => serde_json::from_str(json),
            RawClaims::Stringified(json, lists) => stringified_claims(json, *lists),
        }
    }
}

/// Without claims, which are often personal.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("subject", &self.0.subject)
            .field("issuer", &self.0.issuer)
            .field("authenticator", &self.authenticator())
            .field("kind", &self.0.kind)
            .field("scopes", &self.0.scopes)
            .field("groups", &self.0.groups)
            .finish_non_exhaustive()
    }
}
