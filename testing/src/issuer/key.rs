//! Key pairs: making them, showing the public half, signing.

use super::encoding::{self, sha256};
use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{self, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
        RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaSignatureEncoding,
    },
};
use lambda_api::auth::Algorithm;
use serde_json::{Value, json};

/// The kind of a key. One key can sign with all algorithms of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum KeyKind {
    Rsa,
    P256,
    P384,
    Ed25519,
}

impl KeyKind {
    pub(super) fn of(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Rs256
            | Algorithm::Rs384
            | Algorithm::Rs512
            | Algorithm::Ps256
            | Algorithm::Ps384
            | Algorithm::Ps512 => Self::Rsa,
            Algorithm::Es256 => Self::P256,
            Algorithm::Es384 => Self::P384,
            Algorithm::EdDsa => Self::Ed25519,
            _ => panic!("a test issuer cannot sign with {algorithm}"),
        }
    }
}

/// A key pair that lives as long as the process, and never leaves it.
pub(super) struct Key {
    pair: Pair,
    thumbprint: [u8; 32],
}

enum Pair {
    Rsa(rsa::KeyPair),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Key {
    pub(super) fn generate(kind: KeyKind) -> Self {
        let pair = match kind {
            KeyKind::Rsa => rsa::KeyPair::generate(KeySize::Rsa2048).map(Pair::Rsa),
            KeyKind::P256 => {
                EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map(Pair::P256)
            }
            KeyKind::P384 => {
                EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).map(Pair::P384)
            }
            KeyKind::Ed25519 => Ed25519KeyPair::generate().map(Pair::Ed25519),
        };
        let pair = pair.expect("a key can be made of the system's randomness");
        let thumbprint = pair.thumbprint();
        Self { pair, thumbprint }
    }

    /// The digest of [RFC 7638](https://www.rfc-editor.org/rfc/rfc7638), of which `kid`s are made.
    pub(super) fn thumbprint(&self) -> [u8; 32] {
        self.thumbprint
    }

    /// The members of the JWK that make up the public key.
    pub(super) fn public_jwk(&self) -> Value {
        self.pair.public_members().into_iter().collect()
    }

    /// The public key as `SubjectPublicKeyInfo`, in PEM.
    pub(super) fn public_pem(&self) -> String {
        let der: Result<PublicKeyX509Der<'_>, _> = match &self.pair {
            Pair::Rsa(pair) => pair.public_key().as_der(),
            Pair::P256(pair) | Pair::P384(pair) => pair.public_key().as_der(),
            Pair::Ed25519(pair) => pair.public_key().as_der(),
        };
        let der = der.expect("a public key of our own can be written as DER");
        encoding::public_key_pem(der.as_ref())
    }

    /// Signs, with an algorithm that fits the kind of the key.
    pub(super) fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(rsa_encoding(algorithm), &random, message, &mut signature)
                    .map(|()| signature)
            }
            Pair::P256(pair) | Pair::P384(pair) => pair
                .sign(&random, message)
                .map(|signature| signature.as_ref().to_vec()),
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
        };
        signature.expect("a message can be signed with a key of our own")
    }
}

fn rsa_encoding(algorithm: Algorithm) -> &'static RsaSignatureEncoding {
    match algorithm {
        Algorithm::Rs256 => &RSA_PKCS1_SHA256,
        Algorithm::Rs384 => &RSA_PKCS1_SHA384,
        Algorithm::Rs512 => &RSA_PKCS1_SHA512,
        Algorithm::Ps256 => &RSA_PSS_SHA256,
        Algorithm::Ps384 => &RSA_PSS_SHA384,
        Algorithm::Ps512 => &RSA_PSS_SHA512,
        _ => unreachable!("{algorithm} does not sign with an RSA key"),
    }
}

impl Pair {
    /// The required members, in the order of their names.
    fn public_members(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Rsa(pair) => {
                let public = pair.public_key();
                let exponent = public.exponent().big_endian_without_leading_zero();
                let modulus = public.modulus().big_endian_without_leading_zero();
                vec![
                    ("e", encoding::encode(exponent)),
                    ("kty", "RSA".to_owned()),
                    ("n", encoding::encode(modulus)),
                ]
            }
            Self::P256(pair) => ec_members("P-256", pair.public_key().as_ref()),
            Self::P384(pair) => ec_members("P-384", pair.public_key().as_ref()),
            Self::Ed25519(pair) => vec![
                ("crv", "Ed25519".to_owned()),
                ("kty", "OKP".to_owned()),
                ("x", encoding::encode(pair.public_key())),
            ],
        }
    }

    fn thumbprint(&self) -> [u8; 32] {
        // Written out, since the order of members is part of what is digested.
        let members: Vec<_> = self
            .public_members()
            .into_iter()
            .map(|(name, value)| format!("{}:{}", json!(name), json!(value)))
            .collect();
        sha256(&format!("{{{}}}", members.join(",")))
    }
}

/// A point is a byte 4 and two coordinates of the same length.
fn ec_members(curve: &str, point: &[u8]) -> Vec<(&'static str, String)> {
    let coordinates = point.get(1..).unwrap_or_default();
    let (x, y) = coordinates.split_at(coordinates.len() / 2);
    vec![
        ("crv", curve.to_owned()),
        ("kty", "EC".to_owned()),
        ("x", encoding::encode(x)),
        ("y", encoding::encode(y)),
    ]
}
