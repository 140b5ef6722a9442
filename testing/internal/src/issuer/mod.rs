//! Issuers that rotate, publish broken keys and serve what they publish.

mod loopback;
mod odd_key;
mod server;
mod token_ext;

pub use loopback::loopback_issuer;
pub use odd_key::OddKey;
pub use server::{Fault, JwksServer};
pub use token_ext::TokenExt;

use lambda_api::auth::Algorithm;
use lambda_api_testing::{
    __private::{self, key_ring},
    TestIssuer,
};
use serde_json::Value;

/// Key management of a [`TestIssuer`]. Clones of an issuer share their keys.
pub trait IssuerExt {
    /// The `kid` of the key that signs new tokens.
    fn kid(&self) -> String;

    /// The public key with this `kid` in PEM, if it is published.
    fn public_key_pem(&self, kid: &str) -> Option<String>;

    /// Signs new tokens with a new key, and returns its `kid`. The old key stays published.
    fn rotate(&self) -> String;

    /// Stops publishing all keys but the one that signs. Tokens can still be
    /// [signed by](TokenExt::signed_by) the old ones.
    fn retire_old_keys(&self);

    /// Publishes one more key, and returns its `kid`. New tokens are signed as before.
    fn add_key(&self, algorithm: Algorithm) -> String;

    /// Publishes any JSON before the issuer's own keys.
    fn publish(&self, jwk: Value);

    /// Publishes a key that verifiers have to skip, before the issuer's own keys.
    fn publish_odd(&self, odd: OddKey);

    /// The second URL under which a Cognito user pool issues tokens
    /// ([OIDC issuer](https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html#user-pool-oidc-issuer)).
    fn updated_issuer_url(&self) -> Option<String>;

    /// Serves the published keys on loopback, until the server is dropped. An issuer made by
    /// [`loopback_issuer`] is served at its own address, any other one at a free port.
    ///
    /// # Panics
    /// Outside of a tokio runtime with I/O enabled; if a loopback issuer is served already.
    fn serve(&self) -> JwksServer;
}

impl IssuerExt for TestIssuer {
    fn kid(&self) -> String {
        key_ring(self).kid()
    }

    fn public_key_pem(&self, kid: &str) -> Option<String> {
        key_ring(self).public_pem(kid)
    }

    fn rotate(&self) -> String {
        key_ring(self).rotate()
    }

    fn retire_old_keys(&self) {
        key_ring(self).retire();
    }

    fn add_key(&self, algorithm: Algorithm) -> String {
        key_ring(self).add(algorithm)
    }

    fn publish(&self, jwk: Value) {
        key_ring(self).publish(jwk);
    }

    fn publish_odd(&self, odd: OddKey) {
        self.publish(odd.jwk(self));
    }

    fn updated_issuer_url(&self) -> Option<String> {
        let url = self.issuer_url();
        let pool = url.strip_prefix("https://cognito-idp.")?;
        Some(format!("https://issuer-cognito-idp.{pool}"))
    }

    #[track_caller]
    fn serve(&self) -> JwksServer {
        match JwksServer::start(self.clone()) {
            Ok(server) => server,
            Err(error) => panic!(
                "the keys of {} cannot be served: {error}",
                self.issuer_url()
            ),
        }
    }
}

/// The path of an issuer's URL without a `/` at its end, and an empty one for a load balancer, whose
/// keys are found by their `kid` alone.
fn served_path(issuer: &TestIssuer) -> &str {
    if __private::is_alb(issuer) {
        return "";
    }
    let rest = issuer.issuer_url().split_once("://");
    let path = rest.and_then(|(_, rest)| rest.find('/').and_then(|start| rest.get(start..)));
    path.unwrap_or_default().trim_end_matches('/')
}
