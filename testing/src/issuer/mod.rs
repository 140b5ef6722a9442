//! A local issuer of tokens: an OIDC issuer, a Cognito user pool, or a load balancer.

mod encoding;
mod key;
mod key_ring;
mod profile;
mod token;
mod verifier;

pub use key_ring::KeyRing;
pub use token::{Forgery, Signature, TestToken, header_members};
pub use verifier::TestVerifier;

use lambda_api::auth::Algorithm;
use profile::{Kind, Profile};
use serde_json::Value;
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

/// Issuer of valid and invalid tokens, for tests of an API with authenticators.
///
/// There are three kinds: any OIDC issuer ([`oidc`](TestIssuer::oidc)), a Cognito user pool
/// ([`cognito`](TestIssuer::cognito)), and a load balancer that signs the claims of its users
/// ([`alb`](TestIssuer::alb)). An API trusts the issuer through its
/// [`verifier`](TestIssuer::verifier), without a network.
///
/// ```
/// use lambda_api_testing::TestIssuer;
/// use serde_json::json;
///
/// let issuer = TestIssuer::cognito("eu-west-1_abc123", "app-client-id");
///
/// let good = issuer.token("alice").scopes("orders/write").groups(["admins"]);
/// assert_eq!(good.claims()["cognito:groups"], json!(["admins"]));
///
/// let header = format!("Bearer {good}");
/// assert_eq!(header.split('.').count(), 3);
///
/// let bad = [
///     issuer.token("alice").expired(),
///     issuer.token("alice").not_yet_valid(),
///     issuer.token("alice").audience("another-client-id"),
///     issuer.token("alice").unsigned(),
///     issuer.token("alice").tampered(),
///     issuer.token("alice").wrong_key(),
///     issuer.token("alice").header("crit", json!(["urn:example:unknown"])),
/// ];
/// # for token in bad { assert!(!token.to_string().is_empty()); }
/// ```
///
/// # Keys
/// Keys are random, and made once per process for each name of an issuer: two issuers with the same
/// name have the same keys. An RSA key, which a Cognito user pool needs, takes some tenths of a second
/// to make; the others take no longer than a signature. The keys are for tests only, and production
/// systems must not trust them: list this crate under `[dev-dependencies]`.
///
/// Clones share their keys; the clock is each clone's own.
#[derive(Clone)]
pub struct TestIssuer {
    profile: Arc<Profile>,
    audience: String,
    key_ring: Arc<Mutex<KeyRing>>,
    now: Option<SystemTime>,
}

impl TestIssuer {
    /// An OIDC issuer with this URL. It signs with [`Algorithm::Es256`].
    ///
    /// ```
    /// use lambda_api_testing::TestIssuer;
    ///
    /// let issuer = TestIssuer::oidc("https://id.example.com", "orders-api");
    /// let claims = issuer.token("alice").claims();
    /// assert_eq!(claims["iss"], "https://id.example.com");
    /// assert_eq!(claims["aud"], "orders-api");
    /// assert_eq!(claims["sub"], "alice");
    /// assert_eq!(issuer.jwks()["keys"][0]["alg"], "ES256");
    /// ```
    ///
    /// # Panics
    /// If it is not the URL of an issuer.
    #[track_caller]
    #[must_use]
    pub fn oidc(url: &str, audience: &str) -> Self {
        let profile = Profile::oidc(url);
        Self::new(profile, audience, Algorithm::Es256)
    }

    /// A Cognito user pool and one of its app clients. It signs with [`Algorithm::Rs256`], as
    /// Cognito does.
    ///
    /// ```
    /// use lambda_api_testing::TestIssuer;
    ///
    /// let issuer = TestIssuer::cognito("eu-west-1_abc123", "app-client-id");
    /// assert_eq!(
    ///     issuer.issuer_url(),
    ///     "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123"
    /// );
    /// assert_eq!(issuer.token("alice").claims()["client_id"], "app-client-id");
    /// assert_eq!(issuer.token("alice").id_token().claims()["aud"], "app-client-id");
    /// ```
    ///
    /// # Panics
    /// When the id of the pool does not have its region in front, as in `eu-west-1_abc123`.
    #[track_caller]
    #[must_use]
    pub fn cognito(pool_id: &str, client_id: &str) -> Self {
        let profile = Profile::cognito(pool_id);
        Self::new(profile, client_id, Algorithm::Rs256)
    }

    /// A load balancer that authenticates users, and sends their claims in
    /// `x-amzn-oidc-data`, signed with [`Algorithm::Es256`].
    ///
    /// The ARN is that of the load balancer or of one of its listeners; `signer` names the load
    /// balancer either way. `client_id` is the client with which it signs users in.
    ///
    /// These tokens differ from others
    /// ([User claims encoding](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding)):
    /// their base64url is padded, `signer`, `client`, `iss` and `exp` are in the header, and there is
    /// no set of keys, but a PEM for each `kid`.
    ///
    /// ```
    /// use lambda_api_testing::TestIssuer;
    ///
    /// let arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188";
    /// let issuer = TestIssuer::alb(arn, "app-client-id");
    /// let token = issuer.token("alice").claim("email", "alice@example.com");
    /// assert_eq!(token.claims()["email"], "alice@example.com");
    /// ```
    ///
    /// # Panics
    /// When the ARN is not that of an application load balancer or of its listener.
    #[track_caller]
    #[must_use]
    pub fn alb(arn: &str, client_id: &str) -> Self {
        let profile = Profile::alb(arn);
        Self::new(profile, client_id, Algorithm::Es256)
    }

    fn new(profile: Profile, audience: &str, algorithm: Algorithm) -> Self {
        let key_ring = KeyRing::new(profile.holder(), profile.kid_form(), algorithm);
        Self {
            profile: Arc::new(profile),
            audience: audience.to_owned(),
            key_ring: Arc::new(Mutex::new(key_ring)),
            now: None,
        }
    }

    /// The same issuer, with this algorithm instead of its usual one: its only key is of this
    /// kind, and says so.
    ///
    /// ```
    /// use lambda_api_testing::TestIssuer;
    /// use lambda_api::auth::Algorithm;
    ///
    /// let issuer = TestIssuer::oidc("https://id.example.com", "orders-api")
    ///     .with_algorithm(Algorithm::EdDsa);
    /// assert_eq!(issuer.jwks()["keys"][0]["crv"], "Ed25519");
    /// ```
    #[must_use]
    pub fn with_algorithm(mut self, algorithm: Algorithm) -> Self {
        let key_ring = KeyRing::new(self.profile.holder(), self.profile.kid_form(), algorithm);
        self.key_ring = Arc::new(Mutex::new(key_ring));
        self
    }

    /// The same issuer at another time, which is the time of the tokens that it makes. Without
    /// this, it is now.
    ///
    /// ```
    /// use lambda_api_testing::TestIssuer;
    /// use std::time::{Duration, SystemTime};
    ///
    /// let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_268_800);
    /// let issuer = TestIssuer::oidc("https://id.example.com", "orders-api").at(noon);
    /// assert_eq!(issuer.token("alice").claims()["iat"], 1_767_268_800);
    ///
    /// // One that expired ten seconds ago, seen from noon.
    /// let earlier = issuer.clone().at(noon - Duration::from_secs(3600 + 10));
    /// assert_eq!(earlier.token("alice").claims()["exp"], 1_767_268_790);
    /// ```
    #[must_use]
    pub fn at(mut self, now: SystemTime) -> Self {
        self.now = Some(now);
        self
    }

    /// The issuer's URL: the `iss` of its tokens.
    #[must_use]
    pub fn issuer_url(&self) -> &str {
        self.profile.issuer_url()
    }

    /// A valid access token of this user; [`id_token`](TestToken::id_token) makes an ID token of it.
    pub fn token(&self, subject: &str) -> TestToken {
        TestToken::new(self.clone(), subject)
    }

    /// The keys that are published, as a JWK set
    /// ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517#section-5)).
    ///
    /// A load balancer publishes no set; for it this is what the set would be.
    #[must_use]
    pub fn jwks(&self) -> Value {
        self.key_ring().jwks()
    }

    fn key_ring(&self) -> MutexGuard<'_, KeyRing> {
        self.key_ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The keys of an issuer.
pub fn key_ring(issuer: &TestIssuer) -> MutexGuard<'_, KeyRing> {
    issuer.key_ring()
}

/// Changes how a token is signed and encoded.
pub fn forge(mut token: TestToken, change: impl FnOnce(&mut Forgery)) -> TestToken {
    change(&mut token.forgery);
    token
}

/// Whether an issuer is a load balancer, which publishes each key alone.
#[must_use]
pub fn is_alb(issuer: &TestIssuer) -> bool {
    matches!(issuer.profile.kind, Kind::Alb { .. })
}

impl fmt::Debug for TestIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestIssuer")
            .field("issuer_url", &self.issuer_url())
            .field("audience", &self.audience)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
