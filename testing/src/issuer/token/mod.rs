//! Tokens, good and bad.

mod claims;
mod compact;
mod signature;

use super::{Algorithm, TestIssuer};
use serde_json::{Map, Value};
use std::{
    fmt,
    time::{Duration, SystemTime},
};

/// A token in the making; [`TestIssuer::token`] begins one.
///
/// It starts without a fault, and each method changes one thing. Where two change the same thing,
/// the later one counts. The text of the token is what `to_string` gives, or `String::from`, or
/// `{}` in a format; it is signed at that moment, and since some algorithms sign at random, two
/// texts of one token may differ in their signatures.
///
/// ```
/// use lambda_api_testing::issuer::TestIssuer;
/// use serde_json::json;
///
/// let issuer = TestIssuer::oidc("https://id.example.com", "orders-api");
/// let token = issuer
///     .token("alice")
///     .scopes("orders/read orders/write")
///     .claim("tenant", "blue")
///     .header("typ", "at+jwt");
/// assert_eq!(token.claims()["scope"], "orders/read orders/write");
/// assert_eq!(token.claims()["tenant"], "blue");
/// assert_eq!(token.header_members()["typ"], "at+jwt");
/// ```
///
/// # What is in it
/// | | header | claims |
/// |---|---|---|
/// | OIDC, access | `alg` `kid` `typ` | `iss` `sub` `aud` `client_id` `iat` `exp` `auth_time` `jti` |
/// | OIDC, ID | `alg` `kid` `typ` | `iss` `sub` `aud` `iat` `exp` `auth_time` `jti` |
/// | Cognito, access | `alg` `kid` | `iss` `sub` `client_id` `username` `token_use` `scope` `version` `iat` `exp` `auth_time` `jti` `origin_jti` `event_id` |
/// | Cognito, ID | `alg` `kid` | `iss` `sub` `aud` `cognito:username` `token_use` `email_verified` `iat` `exp` `auth_time` `jti` `origin_jti` `event_id` |
/// | load balancer | `alg` `kid` `typ` `iss` `client` `signer` `exp` | `iss` `sub` `username` `exp` |
///
/// `exp` is an hour from now, or two minutes at a load balancer. The `scope` of a Cognito access
/// token is `aws.cognito.signin.user.admin` until it is told otherwise, as for users who signed in
/// through Cognito's API. Identifiers such as `jti` differ from token to token, and are the same
/// in each run.
#[derive(Clone)]
#[must_use = "a token is a text once it is formatted"]
pub struct TestToken {
    issuer: TestIssuer,
    subject: String,
    number: u64,
    usage: Usage,
    times: Times,
    told: Told,
    claims: Vec<Change>,
    header: Vec<Change>,
    raw_header: Option<Vec<u8>>,
    raw_payload: Option<Vec<u8>>,
    algorithm: Option<Algorithm>,
    signature: Signature,
    tampered: bool,
    padded: bool,
    encrypted: bool,
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

/// What was told in the words of the builder; the kind of issuer decides which claims it becomes.
#[derive(Clone, Default)]
struct Told {
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

#[derive(Clone)]
enum Signature {
    Current,
    Own { kid: String },
    Stranger { known_kid: bool },
    Secret(Vec<u8>),
    PublicKey,
    None,
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
        let number = issuer.ring().next_token();
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
            told: Told::default(),
            claims: Vec::new(),
            header: Vec::new(),
            raw_header: None,
            raw_payload: None,
            algorithm: None,
            signature: Signature::Current,
            tampered: false,
            padded: issuer.profile.pads(),
            encrypted: false,
            issuer,
        }
    }

    /// An access token, which is the default. For Cognito it has `client_id` and no `aud`.
    ///
    /// A load balancer has only one kind of token, and this changes nothing.
    pub fn access_token(mut self) -> Self {
        self.usage = Usage::Access;
        self
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
        self.told.scopes = Some(scopes.into());
        self
    }

    /// The groups: the claim `cognito:groups`, or `groups` of other issuers.
    pub fn groups(mut self, groups: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.told.groups = Some(groups.into_iter().map(Into::into).collect());
        self
    }

    /// Who the token is for: `aud`; `client_id` of a Cognito access token; `client` in the header
    /// of a load balancer. Any JSON will do, a list or a number for instance.
    pub fn audience(mut self, audience: impl Into<Value>) -> Self {
        self.told.audience = Some(audience.into());
        self
    }

    /// Who says to have issued the token: `iss`, which a load balancer has in the header as well.
    /// The key stays that of the issuer. Any JSON will do.
    pub fn issuer(mut self, issuer: impl Into<Value>) -> Self {
        self.told.issuer = Some(issuer.into());
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

    /// Takes a claim away.
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

    /// Takes a member of the header away.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.push(Change {
            name: name.to_owned(),
            value: None,
        });
        self
    }

    /// Valid for this long from now, to the second.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.times.expires = self.times.now.saturating_add(lifetime.as_secs());
        self
    }

    /// Issued two hours ago, and expired since an hour.
    ///
    /// For one that expired some seconds ago, see [`TestIssuer::at`].
    pub fn expired(mut self) -> Self {
        self.times.issued = self.times.now.saturating_sub(2 * HOUR);
        self.times.expires = self.times.now.saturating_sub(HOUR);
        self
    }

    /// Valid in an hour only: `nbf` is an hour from now, and `exp` two.
    pub fn not_yet_valid(mut self) -> Self {
        self.times.not_before = Some(self.times.now.saturating_add(HOUR));
        self.times.expires = self.times.now.saturating_add(2 * HOUR);
        self
    }

    /// The claims, before anything is [tampered with](TestToken::tampered). A
    /// [raw payload](TestToken::raw_payload) is read as JSON, if it is any, and is null if not.
    #[must_use]
    pub fn claims(&self) -> Value {
        match &self.raw_payload {
            Some(payload) => serde_json::from_slice(payload).unwrap_or_default(),
            None => Value::Object(self.claim_members()),
        }
    }

    /// The members of the header. A [raw header](TestToken::raw_header) is read as JSON, if it is
    /// any, and is null if not.
    #[must_use]
    #[track_caller]
    pub fn header_members(&self) -> Value {
        match &self.raw_header {
            Some(header) => serde_json::from_slice(header).unwrap_or_default(),
            None => Value::Object(self.header_with(&self.signing())),
        }
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
