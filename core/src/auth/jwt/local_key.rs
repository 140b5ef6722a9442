//! Key of the developer's machine, which authenticators accept in debug builds.

use super::{Algorithm, KeySet, compact};
use aws_lc_rs::{
    digest::{SHA256, digest},
    rand,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What a local key signs with, whatever the issuer's algorithms are.
pub(super) const ALGORITHM: Algorithm = Algorithm::EdDsa;

/// How long the secret of a key is, in bytes.
pub(crate) const SECRET: usize = 32;

/// The key pair of a machine.
pub(crate) struct LocalKey {
    pub(super) pair: Ed25519KeyPair,
    public: Arc<LocalPublicKey>,
}

/// A random secret; `None` when the system has no randomness.
pub(crate) fn new_secret() -> Option<[u8; SECRET]> {
    let mut secret = [0; SECRET];
    rand::fill(&mut secret).ok()?;
    Some(secret)
}

impl LocalKey {
    /// The key pair of a secret ([RFC 8032, section 5.1.5](https://www.rfc-editor.org/rfc/rfc8032#section-5.1.5)).
    pub(crate) fn new(secret: &[u8; SECRET]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(secret).ok()?;
        let public = pair.public_key().as_ref();
        // No issuer has a key of this name.
        let kid = format!("local-{}", encode(digest(&SHA256, public).as_ref()));
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": encode(public), "kid": kid});
        let set = KeySet::read(json!({"keys": [jwk]}).to_string().as_bytes())?;
        let public = LocalPublicKey {
            kid,
            set: Arc::new(set),
        };
        Some(Self {
            pair,
            public: Arc::new(public),
        })
    }

    /// The public half, which authenticators get.
    pub(super) fn public(&self) -> Arc<LocalPublicKey> {
        Arc::clone(&self.public)
    }

    /// A text that only those know who can use this key. Nothing that it signs is a token.
    #[cfg(feature = "docs")]
    pub(crate) fn password(&self) -> String {
        let signature = self.pair.sign(b"the docs page of lambda-api");
        encode(digest(&SHA256, signature.as_ref()).as_ref())
    }

    /// Whether a text is the password. The time does not tell how much of it is right.
    #[cfg(feature = "docs")]
    pub(crate) fn is_password(&self, text: &[u8]) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(self.password().as_bytes(), text).is_ok()
    }

    /// The name of the key.
    #[cfg(test)]
    pub(crate) fn kid(&self) -> &str {
        &self.public.kid
    }

    pub(super) fn sign(&self, typ: &str, claims: &Map<String, Value>) -> String {
        let header = json!({"alg": ALGORITHM.name(), "kid": self.public.kid, "typ": typ});
        let claims = Value::Object(claims.clone());
        let signed = format!(
            "{}.{}",
            encode(header.to_string().as_bytes()),
            encode(claims.to_string().as_bytes())
        );
        let signature = self.pair.sign(signed.as_bytes());
        format!("{signed}.{}", encode(signature.as_ref()))
    }
}

pub(super) fn encode(bytes: &[u8]) -> String {
    base64_simd::URL_SAFE_NO_PAD.encode_to_string(bytes)
}

/// Reads the text of a secret.
pub(crate) fn secret_of(text: &str) -> Option<[u8; SECRET]> {
    compact::decode(text).ok()?.try_into().ok()
}

/// The text of a secret.
pub(crate) fn text_of(secret: &[u8; SECRET]) -> String {
    encode(secret)
}

/// The public half of a [`LocalKey`].
#[derive(Debug)]
pub(super) struct LocalPublicKey {
    pub(super) kid: String,
    pub(super) set: Arc<KeySet>,
}

impl LocalPublicKey {
    /// Whether a token names this key.
    pub(super) fn is(&self, kid: Option<&str>) -> bool {
        kid == Some(self.kid.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_a_text_and_back() {
        let secret = new_secret().expect("there is randomness");
        assert_eq!(secret_of(&text_of(&secret)), Some(secret));
        for bad in ["", "AAAA", "not base64", &"A".repeat(44), &"A".repeat(200)] {
            assert_eq!(secret_of(bad), None, "{bad}");
        }
    }
}
