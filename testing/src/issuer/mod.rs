//! A local issuer of tokens: an OIDC issuer, a Cognito user pool, or a load balancer.
//!
//! A test of an API that asks for tokens needs good ones, to see that they are let in, and above
//! all bad ones, each with one fault, to see that they are not. [`TestIssuer`] makes both, makes an
//! API [trust](TestIssuer::verifier) them without a network, and can serve its public keys on
//! loopback as the real one would, with faults too.
//!
//! ```
//! use lambda_api_testing::issuer::TestIssuer;
//! use serde_json::json;
//!
//! let issuer = TestIssuer::cognito("eu-west-1_abc123", "app-client-id");
//!
//! let good = issuer.token("alice").scopes("orders/write").groups(["admins"]);
//! assert_eq!(good.claims()["cognito:groups"], json!(["admins"]));
//!
//! let header = format!("Bearer {good}");
//! assert_eq!(header.split('.').count(), 3);
//!
//! let bad = [
//!     issuer.token("alice").expired(),
//!     issuer.token("alice").audience("another-client-id"),
//!     issuer.token("alice").unsigned(),
//!     issuer.token("alice").tampered(),
//!     issuer.token("alice").wrong_key(),
//!     issuer.token("alice").hs256_with_public_key(),
//!     issuer.token("alice").header("crit", json!(["urn:example:unknown"])),
//! ];
//! # for token in bad { assert!(!token.to_string().is_empty()); }
//! ```
//!
//! # Keys
//! Keys are made at random, once per process for each name of an issuer: two that are made with the
//! same name are the same issuer, wherever in the process, and have the same keys. They are for
//! tests alone. No production system may trust them, and nothing of this module belongs into one:
//! list the crate under `[dev-dependencies]`.
//!
//! # Cost
//! The feature `issuer` brings cryptography that is built from C, which takes about half as long to
//! build as the rest of this crate and all that it needs. See [`Algorithm`] for the time that keys
//! take to make.

mod address;
mod algorithm;
mod base64url;
mod digest;
mod jwks;
mod key;
mod pool;
mod profile;
mod ring;
mod server;
mod token;
mod verifier;

pub use algorithm::Algorithm;
pub use jwks::OddKey;
pub use server::{Fault, JwksServer};
pub use token::TestToken;
pub use verifier::TestVerifier;

use crate::AtCaller;
use profile::Profile;
use ring::Ring;
use serde_json::Value;
use std::{
    fmt,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

/// Issues tokens, good and bad, and publishes the keys to verify them with.
///
/// There are three kinds: any OIDC issuer ([`oidc`](TestIssuer::oidc)), a Cognito user pool
/// ([`cognito`](TestIssuer::cognito)), and a load balancer that signs what it knows of its users
/// ([`alb`](TestIssuer::alb)). Clones share their keys, so that a server and a test see the same
/// rotation; the clock is each clone's own.
///
/// ```
/// use lambda_api_testing::issuer::TestIssuer;
///
/// let issuer = TestIssuer::oidc("https://id.example.com", "orders-api");
/// let claims = issuer.token("alice").claims();
/// assert_eq!(claims["iss"], "https://id.example.com");
/// assert_eq!(claims["aud"], "orders-api");
/// assert_eq!(claims["sub"], "alice");
/// assert_eq!(issuer.jwks()["keys"][0]["alg"], "ES256");
/// ```
#[derive(Clone)]
pub struct TestIssuer {
    profile: Arc<Profile>,
    audience: String,
    ring: Arc<Mutex<Ring>>,
    now: Option<SystemTime>,
}

impl TestIssuer {
    /// An OIDC issuer that signs with [`Algorithm::Es256`].
    ///
    /// It is named by its URL, or by a word such as `tenant`. The word stands for an issuer on
    /// loopback: its URL is `http://127.0.0.1:PORT/tenant`, at a port that is its own from now on.
    /// Connections are refused there until it is [served](TestIssuer::serve); then its discovery
    /// document is found where its URL says, so that a verifier that begins with discovery can be
    /// tested as it is. A URL stays what it is, wherever the keys are served.
    ///
    /// # Panics
    /// When the name is neither a URL nor a word of letters, digits, `-`, `_` and `.`, or when
    /// there is no free port.
    #[track_caller]
    #[must_use]
    pub fn oidc(url_or_name: &str, audience: &str) -> Self {
        let profile = Profile::oidc(url_or_name);
        Self::new(profile, audience, Algorithm::Es256)
    }

    /// A Cognito user pool and one of its app clients. It signs with [`Algorithm::Rs256`], as
    /// Cognito does.
    ///
    /// ```
    /// use lambda_api_testing::issuer::TestIssuer;
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

    /// A load balancer that authenticates users, and sends what it knows of them in
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
    /// use lambda_api_testing::issuer::TestIssuer;
    ///
    /// let arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188";
    /// let issuer = TestIssuer::alb(arn, "app-client-id");
    /// let token = issuer.token("alice").claim("email", "alice@example.com");
    /// assert_eq!(token.header_members()["signer"], arn);
    /// assert_eq!(token.header_members()["client"], "app-client-id");
    /// let pem = issuer.public_key_pem(&issuer.kid()).expect("the key of a new token is published");
    /// assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----"));
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
        let ring = Ring::new(profile.holder(), profile.kid_form(), algorithm);
        Self {
            profile: Arc::new(profile),
            audience: audience.to_owned(),
            ring: Arc::new(Mutex::new(ring)),
            now: None,
        }
    }

    /// The same issuer, with this algorithm instead of its usual one: its only key is of this
    /// kind, and says so.
    ///
    /// ```
    /// use lambda_api_testing::issuer::{Algorithm, TestIssuer};
    ///
    /// let issuer = TestIssuer::oidc("https://id.example.com", "orders-api")
    ///     .with_algorithm(Algorithm::EdDsa);
    /// assert_eq!(issuer.jwks()["keys"][0]["crv"], "Ed25519");
    /// ```
    #[must_use]
    pub fn with_algorithm(mut self, algorithm: Algorithm) -> Self {
        let ring = Ring::new(self.profile.holder(), self.profile.kid_form(), algorithm);
        self.ring = Arc::new(Mutex::new(ring));
        self
    }

    /// The same issuer at another time, which is the time of the tokens that it makes. Without
    /// this, it is now.
    ///
    /// ```
    /// use lambda_api_testing::issuer::TestIssuer;
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

    /// The other URL under which a Cognito user pool may issue tokens,
    /// `https://issuer-cognito-idp.REGION.amazonaws.com/POOL`
    /// ([OIDC issuer](https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html#user-pool-oidc-issuer)).
    /// Other issuers have none.
    ///
    /// ```
    /// use lambda_api_testing::issuer::TestIssuer;
    ///
    /// let issuer = TestIssuer::cognito("eu-west-1_abc123", "app-client-id");
    /// let url = issuer.updated_issuer_url().expect("a user pool has one");
    /// assert_eq!(url, "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123");
    /// let token = issuer.token("alice").issuer(url);
    /// # assert_eq!(token.claims()["iss"], url);
    /// ```
    #[must_use]
    pub fn updated_issuer_url(&self) -> Option<&str> {
        self.profile.updated_issuer_url()
    }

    /// A token of this user, without faults. An access token, unless it is told
    /// [otherwise](TestToken::id_token).
    pub fn token(&self, subject: &str) -> TestToken {
        TestToken::new(self.clone(), subject)
    }

    /// The keys that are published, as a JWK set
    /// ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517#section-5)).
    ///
    /// A load balancer publishes no set; for it this is what the set would be.
    #[must_use]
    pub fn jwks(&self) -> Value {
        self.ring().jwks()
    }

    /// The public key with this `kid` in PEM, when it is published.
    #[must_use]
    pub fn public_key_pem(&self, kid: &str) -> Option<String> {
        let key = self.ring().published(kid)?;
        Some(key.get().public_pem())
    }

    /// The `kid` of the key that signs new tokens.
    #[must_use]
    pub fn kid(&self) -> String {
        self.ring().kid()
    }

    /// Begins to sign with a new key, and returns its `kid`. The old one stays published, as it has
    /// to be while tokens are about that were signed with it.
    ///
    /// ```
    /// use lambda_api_testing::issuer::TestIssuer;
    ///
    /// let issuer = TestIssuer::oidc("https://id.example.com", "orders-api");
    /// let old = issuer.kid();
    /// let new = issuer.rotate();
    /// assert_eq!(issuer.kid(), new);
    /// assert_eq!(issuer.token("alice").header_members()["kid"], new.as_str());
    /// assert_eq!(issuer.token("alice").signed_by(&old).header_members()["kid"], old.as_str());
    /// assert_eq!(issuer.jwks()["keys"].as_array().map(Vec::len), Some(2));
    ///
    /// issuer.retire_old_keys();
    /// assert_eq!(issuer.jwks()["keys"].as_array().map(Vec::len), Some(1));
    /// ```
    pub fn rotate(&self) -> String {
        self.ring().rotate()
    }

    /// Publishes the key that signs, and no other any more. Tokens can still be
    /// [signed by](TestToken::signed_by) the old ones.
    pub fn retire_old_keys(&self) {
        self.ring().retire();
    }

    /// Publishes one more key, and returns its `kid`. What signs new tokens stays the same; single
    /// tokens can be [signed by](TestToken::signed_by) this one.
    pub fn add_key(&self, algorithm: Algorithm) -> String {
        self.ring().add(algorithm)
    }

    /// Publishes anything, before the issuer's own keys: see [`OddKey`] for what is worth it.
    ///
    /// ```
    /// use lambda_api_testing::issuer::TestIssuer;
    /// use serde_json::json;
    ///
    /// let issuer = TestIssuer::oidc("https://id.example.com", "orders-api");
    /// issuer.publish(json!({"kty": "AKP", "alg": "ML-DSA-44", "kid": "tomorrow", "pub": "AA"}));
    /// assert_eq!(issuer.jwks()["keys"][0]["kid"], "tomorrow");
    /// ```
    pub fn publish(&self, jwk: Value) {
        self.ring().publish(jwk);
    }

    /// Publishes a key that verifiers have to pass over, before the issuer's own keys.
    pub fn publish_odd(&self, odd: OddKey) {
        let mut ring = self.ring();
        let jwk = odd.jwk(&ring);
        ring.publish(jwk);
    }

    /// Serves the public keys on loopback, until the server is dropped.
    ///
    /// The port is the system's choice, but for an issuer that is on loopback by its name. What is
    /// published later, by a rotation say, is served from then on.
    ///
    /// ```
    /// use lambda_api_testing::issuer::TestIssuer;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let issuer = TestIssuer::cognito("eu-west-1_abc123", "app-client-id");
    /// let server = issuer.serve().await;
    /// assert!(server.url().starts_with("http://127.0.0.1:"));
    /// assert!(server.url().ends_with("/eu-west-1_abc123/.well-known/jwks.json"));
    /// assert_eq!(server.fetches(), 0);
    /// # }
    /// ```
    ///
    /// # Panics
    /// Outside of a tokio runtime with I/O enabled; and when an issuer that is on loopback by its
    /// name is served already.
    pub fn serve(&self) -> AtCaller<impl Future<Output = Result<JwksServer, String>> + Send> {
        let issuer = self.clone();
        AtCaller::new(async move { JwksServer::start(issuer) })
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
