//! Identity of an authenticated caller.

use super::{
    gateway::{Certificate, IamIdentity, Lists, coerced_claims},
    list_claim::{Lack, List},
};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// Identity of a caller that this process or the gateway has authenticated.
///
/// It is an extractor, and cheap to clone. On a public route `Option<Identity>` is `None` for a
/// caller without a credential. A request with an invalid credential, or with one that cannot be
/// checked at the moment, is rejected there as well; with `Result<Identity, IdentityRejection>` the
/// handler decides.
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
    scopes: List,
    groups: List,
    claims: RawClaims,
}

/// How a caller was authenticated, with the data that only this kind has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityKind {
    /// By an authenticator of your own.
    Custom,
    /// By a token that this process verified.
    Jwt,
    /// By the token of an Application Load Balancer.
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

/// The data of a caller that a Lambda authorizer has accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LambdaIdentity {
    /// The `principalId` of the authorizer's response; `None` in payload format 2.0.
    pub principal_id: Option<String>,
}

/// The claims of the caller.
#[derive(Clone, Default)]
pub(crate) enum RawClaims {
    #[default]
    None,
    /// A JSON object.
    Json(Arc<str>),
    /// A JSON object whose values a gateway has turned into strings.
    Stringified(Arc<str>, Lists),
}

impl Identity {
    /// A caller with this subject, and without scopes, groups or claims.
    #[must_use]
    pub fn new(subject: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            subject: subject.into(),
            issuer: None,
            authenticator: None,
            kind: IdentityKind::Custom,
            scopes: List::default(),
            groups: List::default(),
            claims: RawClaims::None,
        }))
    }

    /// The subject of a verified token: all fields at once, for one allocation.
    #[cfg(feature = "jwt")]
    pub(crate) fn of_token(
        subject: String,
        issuer: String,
        authenticator: &Arc<str>,
        scopes: List,
        groups: List,
        claims: &str,
    ) -> Self {
        Self(Arc::new(Inner {
            subject,
            issuer: Some(issuer),
            authenticator: Some(Arc::clone(authenticator)),
            kind: IdentityKind::Jwt,
            scopes,
            groups,
            claims: RawClaims::Json(claims.into()),
        }))
    }

    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Sets the issuer.
    #[must_use]
    pub fn with_issuer(self, issuer: impl Into<String>) -> Self {
        self.change(|inner| inner.issuer = Some(issuer.into()))
    }

    /// Replaces the scopes.
    #[must_use]
    pub fn with_scopes<S: AsRef<str>>(self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.with_lists(Some(scopes.into_iter().collect()), None)
    }

    /// Replaces the groups.
    #[must_use]
    pub fn with_groups<S: AsRef<str>>(self, groups: impl IntoIterator<Item = S>) -> Self {
        self.with_lists(None, Some(groups.into_iter().collect()))
    }

    #[must_use]
    pub(crate) fn with_lists(self, scopes: Option<List>, groups: Option<List>) -> Self {
        self.change(|inner| {
            if let Some(scopes) = scopes {
                inner.scopes = scopes;
            }
            if let Some(groups) = groups {
                inner.groups = groups;
            }
        })
    }

    /// Sets the claims, for [`Claims`](crate::Claims): anything that serializes to a JSON object.
    ///
    /// # Panics
    /// If it does not serialize to a JSON object.
    #[must_use]
    #[track_caller]
    pub fn with_claims(self, claims: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_string(claims) {
            Ok(json) if json.starts_with('{') => self.with_raw_claims(RawClaims::Json(json.into())),
            Ok(_) => panic!("expected claims to be a JSON object"),
            Err(error) => panic!("expected claims to be a JSON object: {error}"),
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

    /// Sets the authenticator.
    pub(crate) fn by(self, authenticator: &Arc<str>) -> Self {
        if self.0.authenticator.as_ref() == Some(authenticator) {
            return self;
        }
        self.change(|inner| inner.authenticator = Some(Arc::clone(authenticator)))
    }

    /// The subject of the credential: `sub` of a token, the ARN of an AWS identity.
    ///
    /// It is unique for one issuer only.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The issuer of the credential: `iss` of a token.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.0.issuer.as_deref()
    }

    /// The name of the authenticator that recognised the caller; empty for an identity made by hand.
    #[must_use]
    pub fn authenticator(&self) -> &str {
        self.0.authenticator.as_deref().unwrap_or_default()
    }

    /// How the caller was authenticated.
    #[must_use]
    pub fn kind(&self) -> &IdentityKind {
        &self.0.kind
    }

    /// The scopes: what the issuer allows the caller to do.
    pub fn scopes(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.scopes.names.iter()
    }

    /// Why there are no scopes, if known.
    pub(crate) fn scopes_lack(&self) -> Option<&Lack> {
        self.0.scopes.lack.as_ref()
    }

    /// Why there are no groups, if known.
    pub(crate) fn groups_lack(&self) -> Option<&Lack> {
        self.0.groups.lack.as_ref()
    }

    /// Whether the caller has this scope. Scopes are compared exactly.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.0.scopes.names.contains(scope)
    }

    /// The groups that the caller belongs to.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.groups.names.iter()
    }

    /// Whether the caller belongs to this group. Groups are compared exactly.
    #[must_use]
    pub fn in_group(&self, group: &str) -> bool {
        self.0.groups.names.contains(group)
    }

    /// The claims as received: the JSON object of the token's payload, or of the request context.
    #[must_use]
    pub fn raw_claims(&self) -> Option<&str> {
        match &self.0.claims {
            RawClaims::None => None,
            RawClaims::Json(json) | RawClaims::Stringified(json, _) => Some(json),
        }
    }

    /// The claims as a type of your own; [`Claims`](crate::Claims) is the extractor for them. An
    /// identity without claims has an empty object.
    ///
    /// # Errors
    /// If the claims do not fit the type.
    pub fn claims<'a, T: Deserialize<'a>>(&'a self) -> Result<T, ClaimsError> {
        let claims = match &self.0.claims {
            RawClaims::None => coerced_claims("{}", None),
            // On failure they are read again, for an error that names the claim.
            RawClaims::Json(json) => {
                serde_json::from_str(json).or_else(|_| coerced_claims(json, None))
            }
            RawClaims::Stringified(json, lists) => coerced_claims(json, Some(*lists)),
        };
        claims.map_err(|error: serde_json::Error| ClaimsError::new(&error))
    }
}

/// Error returned when claims do not fit a type.
///
/// It names the claim and does not quote its value, so that it can be logged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ClaimsError(String);

impl ClaimsError {
    /// `error` quotes no value.
    pub(crate) fn new(error: &serde_json::Error) -> Self {
        Self(error.to_string())
    }
}

/// Omits the claims, which are often personal.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("subject", &self.0.subject)
            .field("issuer", &self.0.issuer)
            .field("authenticator", &self.authenticator())
            .field("kind", &self.0.kind)
            .field("scopes", &self.0.scopes.names)
            .field("groups", &self.0.groups.names)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[derive(Debug, Deserialize)]
    struct User {
        #[expect(dead_code, reason = "only read")]
        sub: String,
        address: Address,
    }

    #[derive(Debug, Deserialize)]
    struct Address {
        zip: u32,
    }

    #[test]
    fn claims_are_read_as_a_type() {
        let identity = Identity::new("alice")
            .with_claims(&json!({"sub": "alice", "address": {"zip": 7, "city": "x"}}));
        assert_eq!(identity.claims::<User>().unwrap().address.zip, 7);
        assert_eq!(identity.claims::<Value>().unwrap()["address"]["city"], "x");
        assert_eq!(Identity::new("a").claims::<Value>().unwrap(), json!({}));
    }

    #[test]
    fn errors_name_the_claim_but_not_its_value() {
        let text = |claims: Value| {
            let identity = Identity::new("alice").with_claims(&claims);
            identity.claims::<User>().unwrap_err().to_string()
        };
        let wrong = text(json!({"sub": "alice", "address": {"zip": "s3cret"}}));
        assert_eq!(wrong, "claim `address` does not fit its type");
        let missing = text(json!({"sub": "alice"}));
        assert!(missing.starts_with("missing field `address`"), "{missing}");
    }

    #[test]
    fn the_debug_form_shows_no_claims() {
        let identity = Identity::new("alice").with_claims(&json!({"email": "a@example.com"}));
        assert!(!format!("{identity:?}").contains("example.com"));
    }

    #[test]
    #[should_panic(expected = "expected claims to be a JSON object")]
    fn other_claims_than_an_object_panic() {
        let _ = Identity::new("alice").with_claims(&["a"]);
    }
}
