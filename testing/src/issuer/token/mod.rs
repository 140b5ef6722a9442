//! Tokens, valid and invalid.

mod claims;
mod signing;

pub use signing::{Forgery, Signature};

use super::TestIssuer;
use serde_json::{Map, Value};
use std::{
    fmt,
    time::{Duration, SystemTime},
};

/// Builder of a token; [`TestIssuer::token`] makes one.
///
/// It starts as a valid token, and each method changes one thing. If two change the same thing, the later
/// one counts. `to_string` and `String::from` sign the token and return its text. Some algorithms sign at
/// random, so that two texts of one token may differ in their signatures.
///
/// ```
/// use lambda_api_testing::TestIssuer;
/// use serde_json::json;
///
/// let issuer = TestIssuer::oidc("https://id.example.com", "orders-api");
/// let token = issuer
///     .token("alice")
///     .scopes("orders/read orders/write")
///     .claim("tenant", "blue");
/// assert_eq!(token.claims()["scope"], "orders/read orders/write");
/// assert_eq!(token.claims()["tenant"], "blue");
/// ```
///
/// # Contents
/// | | header | claims |
/// |---|---|---|
/// | OIDC, access | `alg` `kid` `typ` | `iss` `sub` `aud` `client_id` `iat` `exp` `auth_time` `jti` |
/// | OIDC, ID | `alg` `kid` `typ` | `iss` `sub` `aud` `iat` `exp` `auth_time` `jti` |
/// | Cognito, access | `alg` `kid` | `iss` `sub` `client_id` `username` `token_use` `scope` `version` `iat` `exp` `auth_time` `jti` `origin_jti` `event_id` |
/// | Cognito, ID | `alg` `kid` | `iss` `sub` `aud` `cognito:username` `token_use` `email_verified` `iat` `exp` `auth_time` `jti` `origin_jti` `event_id` |
/// | load balancer | `alg` `kid` `typ` `iss` `client` `signer` `exp` | `iss` `sub` `username` `exp` |
///
/// `exp` is an hour from now, or two minutes at a load balancer. The `scope` of a Cognito access
/// token is `aws.cognito.signin.user.admin` by default, as for users who signed in through Cognito's
/// API. Identifiers such as `jti` are unique, and the same in each run.
#[derive(Clone)]
#[must_use = "a token is a text once it is formatted"]
pub struct TestToken {
    issuer: TestIssuer,
    subject: String,
    number: u64,
    usage: Usage,
    times: Times,
    settings: Settings,
    claims: Vec<Change>,
    header: Vec<Change>,
    pub(super) forgery: Forgery,
    tampered: bool,
}

/// What the token is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Usage {
    Access,
    Id,
}

/// Seconds since the epoch.
#[derive(Clone, Copy)]
struct Times {
    now: u64,
    issued: u64,
    not_before: Option<u64>,
    expires: u64,
}

/// Settings whose claims depend on the kind of issuer.
#[derive(Clone, Default)]
struct Settings {
    issuer: Option<Value>,
    audience: Option<Value>,
    scopes: Option<String>,
    groups: Option<Vec<String>>,
}

/// A member that is set, or taken away.
#[derive(Clone)]
struct Change {
    name: String,
    value: Option<Value>,
}

const HOUR: u64 = 3600;

impl TestToken {
    #[track_caller]
    pub(super) fn new(issuer: TestIssuer, subject: &str) -> Self {
        let now = issuer.now.unwrap_or_else(SystemTime::now);
        let now = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let now = now.as_secs();
        let number = issuer.key_ring().next_token();
        Self {
            number,
            subject: subject.to_owned(),
            usage: Usage::Access,
            times: Times {
                now,
                issued: now,
                not_before: None,
                expires: now.saturating_add(issuer.profile.lifetime()),
            },
            settings: Settings::default(),
            claims: Vec::new(),
            header: Vec::new(),
            forgery: Forgery {
                padded: issuer.profile.pads(),
                ..Forgery::default()
            },
            tampered: false,
            issuer,
        }
    }

    /// An ID token. For Cognito it has `aud` and no `client_id`.
    ///
    /// A load balancer has only one kind of token, and this changes nothing.
    pub fn id_token(mut self) -> Self {
        self.usage = Usage::Id;
        self
    }

    /// The scopes, with a space between two: the claim `scope`.
    pub fn scopes(mut self, scopes: impl Into<String>) -> Self {
        self.settings.scopes = Some(scopes.into());
        self
    }

    /// The groups: the claim `cognito:groups`, or `groups` of other issuers.
    pub fn groups(mut self, groups: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.settings.groups = Some(groups.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the audience to any JSON: `aud`, `client_id` in a Cognito access token, `client` in the header
    /// of a load balancer.
    pub fn audience(mut self, audience: impl Into<Value>) -> Self {
        self.settings.audience = Some(audience.into());
        self
    }

    /// Sets `iss` to any JSON, for a load balancer also in the header. The key stays that of the issuer.
    pub fn issuer(mut self, issuer: impl Into<Value>) -> Self {
        self.settings.issuer = Some(issuer.into());
        self
    }

    /// Sets a claim to any JSON.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.push(Change {
            name: name.to_owned(),
            value: Some(value.into()),
        });
        self
    }

    /// Removes a claim.
    ///
    /// ```
    /// # let issuer = lambda_api_testing::TestIssuer::oidc("https://id.example.com", "orders-api");
    /// let token = issuer.token("alice").without("exp");
    /// assert_eq!(token.claims().get("exp"), None);
    /// ```
    pub fn without(mut self, name: &str) -> Self {
        self.claims.push(Change {
            name: name.to_owned(),
            value: None,
        });
        self
    }

    /// Sets a member of the header to any JSON: `typ`, `kid`, `crit`, or `alg`, which changes what
    /// the token says but not how it is signed.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.push(Change {
            name: name.to_owned(),
            value: Some(value.into()),
        });
        self
    }

    /// Valid for this long from now, to the second.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.times.expires = self.times.now.saturating_add(lifetime.as_secs());
        self
    }

    /// Issued two hours ago, and expired one hour ago.
    ///
    /// For one that expired some seconds ago, see [`TestIssuer::at`].
    pub fn expired(mut self) -> Self {
        self.times.issued = self.times.now.saturating_sub(2 * HOUR);
        self.times.expires = self.times.now.saturating_sub(HOUR);
        self
    }

    /// Valid from an hour from now (`nbf`) to two hours from now (`exp`).
    pub fn not_yet_valid(mut self) -> Self {
        self.times.not_before = Some(self.times.now.saturating_add(HOUR));
        self.times.expires = self.times.now.saturating_add(2 * HOUR);
        self
    }

    /// Signs with a key that is not published, under the `kid` of the published one.
    pub fn wrong_key(mut self) -> Self {
        self.forgery.signature = Signature::Stranger { known_kid: true };
        self
    }

    /// Does not sign: `alg` is `none`, and the last segment is empty
    /// ([RFC 7519, section 6](https://www.rfc-editor.org/rfc/rfc7519#section-6)).
    pub fn unsigned(mut self) -> Self {
        self.forgery.signature = Signature::None;
        self
    }

    /// Changes the subject after the token was signed.
    pub fn tampered(mut self) -> Self {
        self.tampered = true;
        self
    }

    /// The claims, before the token is [tampered](TestToken::tampered) with.
    #[must_use]
    pub fn claims(&self) -> Value {
        match &self.forgery.payload {
            Some(payload) => serde_json::from_slice(payload).unwrap_or_default(),
            None => Value::Object(self.claim_members()),
        }
    }
}

/// The members of the header of a token.
#[must_use]
pub fn header_members(token: &TestToken) -> Value {
    match &token.forgery.header {
        Some(header) => serde_json::from_slice(header).unwrap_or_default(),
        None => Value::Object(token.header_with(&token.signing())),
    }
}

/// Makes the changes in their order.
fn change(members: &mut Map<String, Value>, changes: &[Change]) {
    for Change { name, value } in changes {
        match value {
            Some(value) => members.insert(name.clone(), value.clone()),
            None => members.remove(name),
        };
    }
}

impl fmt::Display for TestToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.compact())
    }
}

impl From<TestToken> for String {
    fn from(token: TestToken) -> Self {
        token.compact()
    }
}

impl From<&TestToken> for String {
    fn from(token: &TestToken) -> Self {
        token.compact()
    }
}

impl fmt::Debug for TestToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestToken")
            .field("issuer", &self.issuer)
            .field("claims", &self.claims())
            .finish_non_exhaustive()
    }
}
