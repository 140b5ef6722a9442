//! Keys in a set that a verifier has to skip.

use crate::IssuerExt;
use aws_lc_rs::digest::{SHA256, digest};
use base64_simd::URL_SAFE_NO_PAD;
use lambda_api::auth::Algorithm;
use lambda_api_testing::{__private::key_ring, TestIssuer};
use serde_json::{Value, json};

/// A broken or unusable key, published before the good ones by [`IssuerExt::publish_odd`]. It must
/// neither verify anything nor keep the good keys from being found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OddKey {
    /// A string where an object is expected.
    NotAnObject,
    /// An object without `kty`.
    WithoutType,
    /// An unknown `kty`, without any known member.
    UnknownType,
    /// `kty` `oct`: a secret for HMAC, [`OddKey::SECRET`], for all to read. Its `kid` is
    /// `symmetric`.
    Symmetric,
    /// An RSA modulus of 1024 bits, which is too short.
    ShortRsa,
    /// An RSA modulus of 16,384 bits, which takes long to verify with.
    LongRsa,
    /// An EC key on P-521, a curve that no algorithm of [`Algorithm`] uses.
    OtherCurve,
    /// Two coordinates that are not a point on the curve P-256.
    PointOffCurve,
    /// The coordinates of P-384 under the name of P-256.
    WrongCurveName,
    /// A key without `kid`. It is not the issuer's.
    WithoutKid,
    /// A key with the `kid` of the one that signs. It is not the issuer's.
    DuplicateKid,
    /// The key that signs, under its own `kid`, but for encryption: `use` is `enc`.
    ForEncryption,
    /// The key that signs, under its own `kid`, but with another `alg`.
    WrongAlgorithm,
}

impl OddKey {
    /// Each of them.
    pub const ALL: [Self; 13] = [
        Self::NotAnObject,
        Self::WithoutType,
        Self::UnknownType,
        Self::Symmetric,
        Self::ShortRsa,
        Self::LongRsa,
        Self::OtherCurve,
        Self::PointOffCurve,
        Self::WrongCurveName,
        Self::WithoutKid,
        Self::DuplicateKid,
        Self::ForEncryption,
        Self::WrongAlgorithm,
    ];

    /// The secret of [`OddKey::Symmetric`], with which
    /// [`hs256`](crate::TokenExt::hs256) makes a token that must be rejected.
    pub const SECRET: &'static [u8] = b"a secret of 32 bytes, or so more";

    pub(super) fn jwk(self, issuer: &TestIssuer) -> Value {
        let (kid, algorithm) = (issuer.kid(), key_ring(issuer).signing());
        match self {
            Self::NotAnObject => "not a key".into(),
            Self::WithoutType => json!({"kid": "without-type", "use": "sig"}),
            Self::UnknownType => json!({"kty": "XYZ", "kid": "unknown-type", "z": "AQAB"}),
            Self::Symmetric => json!({
                "kty": "oct",
                "kid": "symmetric",
                "alg": "HS256",
                "k": URL_SAFE_NO_PAD.encode_to_string(Self::SECRET),
            }),
            Self::ShortRsa => rsa("short-rsa", 1024 / 8),
            Self::LongRsa => rsa("long-rsa", 16_384 / 8),
            Self::OtherCurve => json!({
                "kty": "EC",
                "kid": "other-curve",
                "use": "sig",
                "alg": "ES512",
                "crv": "P-521",
                // The base point of the curve, of SEC 2, section 2.6.1.
                "x": "AMaFjga3BATpzZ4-y2YjlbRCnGSBOQU_tSH4KK9ga009uqFLXnfv51ko\
                      _h3BJ6L_qN4zSLPBhWpCm_l-fjHC5b1m",
                "y": "ARg5KWp4mjvABFyKX7QsfRvZmPVESVebRGgXr70XJz5mLJfucple9CZA\
                      xVC5AT-tB2E1PHCGonLCQIi-lHaf0WZQ",
            }),
            Self::PointOffCurve => {
                let mut key = stranger(Algorithm::Es256, "point-off-curve");
                // The chance that twice the same coordinate is a point is negligible.
                key["y"] = key["x"].clone();
                key
            }
            Self::WrongCurveName => {
                let mut key = stranger(Algorithm::Es384, "wrong-curve-name");
                key["crv"] = "P-256".into();
                key["alg"] = "ES256".into();
                key
            }
            Self::WithoutKid => {
                let mut key = stranger(algorithm, "");
                if let Value::Object(members) = &mut key {
                    members.remove("kid");
                }
                key
            }
            Self::DuplicateKid => stranger(algorithm, &kid),
            Self::ForEncryption => {
                let mut key = key_ring(issuer).signing_jwk();
                key["use"] = "enc".into();
                key
            }
            Self::WrongAlgorithm => {
                let mut key = key_ring(issuer).signing_jwk();
                key["alg"] = another(algorithm).name().into();
                key
            }
        }
    }
}

/// An algorithm of the same family as far as there is one.
fn another(algorithm: Algorithm) -> Algorithm {
    match algorithm {
        Algorithm::Rs256 | Algorithm::Rs384 => Algorithm::Rs512,
        Algorithm::Rs512 => Algorithm::Rs256,
        Algorithm::Ps256 | Algorithm::Ps384 => Algorithm::Ps512,
        Algorithm::Ps512 => Algorithm::Ps256,
        Algorithm::Es256 => Algorithm::Es384,
        _ => Algorithm::Es256,
    }
}

/// A key that the issuer does not have.
fn stranger(algorithm: Algorithm, kid: &str) -> Value {
    let stranger = TestIssuer::oidc("https://stranger.example", "nobody").with_algorithm(algorithm);
    let mut key = key_ring(&stranger).signing_jwk();
    key["kid"] = kid.into();
    key
}

/// An RSA key whose modulus has this many bytes. Nobody knows its factors.
fn rsa(kid: &str, length: usize) -> Value {
    let mut modulus = Vec::with_capacity(length);
    while modulus.len() < length {
        let seed = format!("{kid} {}", modulus.len());
        modulus.extend_from_slice(digest(&SHA256, seed.as_bytes()).as_ref());
    }
    modulus.truncate(length);
    if let [first, .., last] = modulus.as_mut_slice() {
        *first |= 0x80;
        *last |= 1;
    }
    json!({
        "kty": "RSA",
        "kid": kid,
        "use": "sig",
        "alg": "RS256",
        "n": URL_SAFE_NO_PAD.encode_to_string(modulus),
        "e": "AQAB",
    })
}
