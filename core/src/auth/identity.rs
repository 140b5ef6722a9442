//! A caller who was recognised.

use super::{
    gateway::{Certificate, IamIdentity, LambdaIdentity, Lists, stringified_claims},
    list_claim::{Lack, List},
};
use serde::{Deserialize, Serialize, de::Error as _};
use std::{fmt, sync::Arc};

/// A caller who was recognised: by this process, or by the gateway before it.
///
/// A handler takes it as an argument; cloning it is cheap. A public route takes an
/// `Option<Identity>`: `None` stands for a caller without a credential. One whose credential is bad,
/// or cannot be checked at the moment, is refused there too; `Result<Identity, IdentityRejection>`
/// leaves that to the handler.
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
            scopes: List::default(),
            groups: List::default(),
            claims: RawClaims::None,
        }))
    }

    /// A caller whom a verified token is about, with the claims of it, in one go.
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

    /// Who says so.
    #[must_use]
    pub fn with_issuer(self, issuer: impl Into<String>) -> Self {
        self.change(|inner| inner.issuer = Some(issuer.into()))
    }

    /// What the caller may do, by the terms of whoever issued the credential.
    #[must_use]
    pub fn with_scopes<S: Into<String>>(self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.with_lists(Some(scopes.into_iter().collect()), None)
    }

    /// What the caller belongs to.
    #[must_use]
    pub fn with_groups<S: Into<String>>(self, groups: impl IntoIterator<Item = S>) -> Self {
        self.with_lists(None, Some(groups.into_iter().collect()))
    }

    /// Other scopes, other groups, or both.
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
        self.0.scopes.names.iter()
    }

    /// Why there are no scopes, where that is known.
    pub(crate) fn scopes_lack(&self) -> Option<&Lack> {
        self.0.scopes.lack.as_ref()
    }

    /// Why there are no groups, where that is known.
    pub(crate) fn groups_lack(&self) -> Option<&Lack> {
        self.0.groups.lack.as_ref()
    }

    /// Whether the caller has this scope; scopes are compared exactly.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.0.scopes.names.contains(scope)
    }

    /// What the caller belongs to.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.groups.names.iter()
    }

    /// Whether the caller belongs to this group; groups are compared exactly.
    #[must_use]
    pub fn in_group(&self, group: &str) -> bool {
        self.0.groups.names.contains(group)
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
            RawClaims::None => without_values("{}"),
            RawClaims::Json(json) => without_values(json),
            RawClaims::Stringified(json, lists) => stringified_claims(json, *lists),
        }
    }
}

/// Reads claims; an error, which is logged, names the claim and does not quote its value.
fn without_values<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, serde_json::Error> {
    serde_json::from_str(json).map_err(|error: serde_json::Error| {
        if error.to_string().starts_with("missing field") {
            return error;
        }
        let mut again = serde_json::Deserializer::from_str(json);
        // Further down there are names that whoever made the token chose.
        let claim = match serde_path_to_error::deserialize::<_, T>(&mut again) {
            Ok(_) => None,
            Err(error) => error.path().iter().next().map(ToString::to_string),
        };
        match claim {
            Some(claim) => {
                serde_json::Error::custom(format_args!("the claim `{claim}` does not fit its type"))
            }
            None => serde_json::Error::custom("the claims do not fit their type"),
        }
    })
}

/// Without claims, which are often personal.
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
    fn an_error_names_the_claim_and_not_its_value() {
        let text = |claims: Value| {
            let identity = Identity::new("alice").with_claims(&claims);
            identity.claims::<User>().unwrap_err().to_string()
        };
        let wrong = text(json!({"sub": "alice", "address": {"zip": "s3cret"}}));
        assert_eq!(wrong, "the claim `address` does not fit its type");
        let missing = text(json!({"sub": "alice"}));
        assert!(missing.starts_with("missing field `address`"), "{missing}");
    }

    #[test]
    fn the_debug_form_shows_no_claims() {
        let identity = Identity::new("alice").with_claims(&json!({"email": "a@example.com"}));
        assert!(!format!("{identity:?}").contains("example.com"));
    }

    #[test]
    #[should_panic(expected = "claims are a JSON object")]
    fn claims_are_an_object() {
        let _ = Identity::new("alice").with_claims(&["a"]);
    }
}
