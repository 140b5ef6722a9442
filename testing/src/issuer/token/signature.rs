//! How a token is signed, and what is wrong with it.

use super::{Signature, TestToken};
use crate::issuer::Algorithm;

impl TestToken {
    /// Signs with this algorithm, and says so in `alg`, with a key of the issuer that can. The
    /// published key keeps its own `alg`, which may be another one.
    ///
    /// # Panics
    /// When it comes to signing, if the issuer has no such key; [`TestIssuer::add_key`](crate::TestIssuer::add_key) gives it
    /// one.
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = Some(algorithm);
        self
    }

    /// Signs with the issuer's key of this `kid`, which it may have retired.
    ///
    /// # Panics
    /// When it comes to signing, if the issuer never had such a key.
    pub fn signed_by(mut self, kid: &str) -> Self {
        self.signature = Signature::Own {
            kid: kid.to_owned(),
        };
        self
    }

    /// Signs with a key that is published nowhere, under the `kid` of the one that is.
    pub fn wrong_key(mut self) -> Self {
        self.signature = Signature::Stranger { known_kid: true };
        self
    }

    /// Signs with a key that is published nowhere, under a `kid` that nobody knows.
    pub fn unknown_key(mut self) -> Self {
        self.signature = Signature::Stranger { known_kid: false };
        self
    }

    /// Does not sign: `alg` is `none`, and the last segment is empty
    /// ([RFC 7519, section 6](https://www.rfc-editor.org/rfc/rfc7519#section-6)).
    pub fn unsigned(mut self) -> Self {
        self.signature = Signature::None;
        self
    }

    /// Signs with HMAC and SHA-256, and this secret.
    pub fn hs256(mut self, secret: impl Into<Vec<u8>>) -> Self {
        self.signature = Signature::Secret(secret.into());
        self
    }

    /// Signs with HMAC, and the PEM of the public key as the secret. A verifier that lets `alg`
    /// choose what the key is used for takes it for genuine
    /// ([RFC 8725, section 2.1](https://www.rfc-editor.org/rfc/rfc8725#section-2.1)).
    pub fn hs256_with_public_key(mut self) -> Self {
        self.signature = Signature::PublicKey;
        self
    }

    /// Changes the payload after it was signed: another subject, or if it is no JSON object, a
    /// space at its end.
    pub fn tampered(mut self) -> Self {
        self.tampered = true;
        self
    }

    /// Replaces the header by these bytes, which are signed as they are. Nothing else changes; how
    /// the token is signed does not follow what they say.
    ///
    /// ```
    /// # let issuer = lambda_api_testing::TestIssuer::oidc("https://id.example.com", "orders-api");
    /// let twice = issuer.token("alice").raw_header(r#"{"alg":"ES256","alg":"none"}"#);
    /// # assert!(twice.to_string().starts_with("eyJhbGciOiJFUzI1NiIsImFsZyI6Im5vbmUifQ."));
    /// ```
    pub fn raw_header(mut self, header: impl Into<Vec<u8>>) -> Self {
        self.raw_header = Some(header.into());
        self
    }

    /// Replaces the payload by these bytes, which are signed as they are: duplicate members,
    /// something that is no object, or no JSON at all.
    ///
    /// ```
    /// # let issuer = lambda_api_testing::TestIssuer::oidc("https://id.example.com", "orders-api");
    /// let list = issuer.token("alice").raw_payload("[]");
    /// # assert_eq!(list.to_string().split('.').nth(1), Some("W10"));
    /// ```
    pub fn raw_payload(mut self, payload: impl Into<Vec<u8>>) -> Self {
        self.raw_payload = Some(payload.into());
        self
    }

    /// Pads the three segments with `=`, before they are signed. Only a load balancer does so, and
    /// does so by default.
    pub fn padded(mut self) -> Self {
        self.padded = true;
        self
    }

    /// Leaves the padding away, as every issuer but a load balancer does.
    pub fn unpadded(mut self) -> Self {
        self.padded = false;
        self
    }

    /// Looks like an encrypted token
    /// ([RFC 7516](https://www.rfc-editor.org/rfc/rfc7516#section-3)): five segments, a header with
    /// `enc`, and nothing that anyone could decrypt.
    pub fn encrypted(mut self) -> Self {
        self.encrypted = true;
        self
    }
}
