//! Keys and tokens for the tests beside this.

use super::{
    super::{AuthError, Authenticator, Identity},
    Algorithm,
};
use crate::Body;
use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
        RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaPublicKeyComponents,
    },
};
use serde_json::{Value as Json, json};
use std::{
    sync::{Arc, LazyLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Signs tokens, well or badly.
pub(super) enum Signer {
    Rsa(Arc<RsaKeyPair>),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Signer {
    /// With the same key each time, which takes long to make.
    pub(super) fn rsa() -> Self {
        static KEY: LazyLock<Arc<RsaKeyPair>> = LazyLock::new(|| {
            Arc::new(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key can be made"))
        });
        Self::Rsa(Arc::clone(&KEY))
    }

    pub(super) fn p256() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        Self::P256(key.expect("a key can be made"))
    }

    pub(super) fn p384() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING);
        Self::P384(key.expect("a key can be made"))
    }

    pub(super) fn ed25519() -> Self {
        Self::Ed25519(Ed25519KeyPair::generate().expect("a key can be made"))
    }

    /// What the key can sign with.
    pub(super) fn algorithms(&self) -> &'static [Algorithm] {
        match self {
            Self::Rsa(_) => &Algorithm::ALL[..6],
            Self::P256(_) => &[Algorithm::Es256],
            Self::P384(_) => &[Algorithm::Es384],
            Self::Ed25519(_) => &[Algorithm::EdDsa],
        }
    }

    /// The public key.
    pub(super) fn jwk(&self, kid: &str) -> Json {
        let point = |crv: &str, point: &[u8]| {
            let (x, y) = point[1..].split_at(point.len() / 2);
            json!({"kty": "EC", "crv": crv, "x": encode(x), "y": encode(y)})
        };
        let mut jwk = match self {
            Self::Rsa(key) => {
                let key = RsaPublicKeyComponents::<Vec<u8>>::from(key.public_key());
                json!({"kty": "RSA", "n": encode(key.n), "e": encode(key.e)})
            }
            Self::P256(key) => point("P-256", key.public_key().as_ref()),
            Self::P384(key) => point("P-384", key.public_key().as_ref()),
            Self::Ed25519(key) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": encode(key.public_key())})
            }
        };
        jwk["kid"] = kid.into();
        jwk["use"] = "sig".into();
        jwk
    }

    pub(super) fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(key) => {
                let encoding: &'static dyn aws_lc_rs::signature::RsaEncoding = match algorithm {
                    Algorithm::Rs256 => &RSA_PKCS1_SHA256,
                    Algorithm::Rs384 => &RSA_PKCS1_SHA384,
                    Algorithm::Rs512 => &RSA_PKCS1_SHA512,
                    Algorithm::Ps256 => &RSA_PSS_SHA256,
                    Algorithm::Ps384 => &RSA_PSS_SHA384,
                    Algorithm::Ps512 => &RSA_PSS_SHA512,
                    _ => panic!("an RSA key does not sign with {algorithm}"),
                };
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(encoding, &random, message, &mut signature)
                    .expect("it can be signed");
                signature
            }
            Self::P256(key) | Self::P384(key) => {
                let signature = key.sign(&random, message).expect("it can be signed");
                signature.as_ref().to_vec()
            }
            Self::Ed25519(key) => key.sign(message).as_ref().to_vec(),
        }
    }

    /// A token with this header and payload, whatever they are.
    pub(super) fn token(&self, algorithm: Algorithm, header: &str, payload: &str) -> String {
        let signed = format!("{}.{}", encode(header), encode(payload));
        let signature = self.sign(algorithm, signed.as_bytes());
        format!("{signed}.{}", encode(signature))
    }
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    base64_simd::URL_SAFE_NO_PAD.encode_to_string(bytes.as_ref())
}

/// A JWK set.
pub(super) fn set(keys: impl IntoIterator<Item = Json>) -> String {
    json!({"keys": keys.into_iter().collect::<Vec<_>>()}).to_string()
}

pub(super) const ISSUER: &str = "https://id.example.com";

/// Noon of the first of January 2026.
pub(super) const NOW: u64 = 1_767_268_800;

pub(super) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW)
}

/// The claims of a good token, with changes; `null` takes a claim away.
pub(super) fn claims(changes: &[(&str, Json)]) -> String {
    let mut claims = json!({
        "iss": ISSUER,
        "sub": "alice",
        "aud": "orders-api",
        "iat": NOW - 60,
        "exp": NOW + 3600,
    });
    for (name, value) in changes {
        match value {
            Json::Null => drop(
                claims
                    .as_object_mut()
                    .and_then(|claims| claims.remove(*name)),
            ),
            value => claims[*name] = value.clone(),
        }
    }
    claims.to_string()
}

/// Shows the token as a client would.
pub(super) async fn ask(
    authenticator: &impl Authenticator,
    token: &str,
) -> Result<Identity, AuthError> {
    let request = http::Request::get("/").header("authorization", format!("Bearer {token}"));
    let request = request.body(Body::empty()).expect("it is a request");
    authenticator.authenticate(&request).await
}
