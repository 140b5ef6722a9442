//! Keys, and where they are kept: each is made once per process.

use super::{
    algorithm::{Algorithm, KeyKind},
    base64url,
};
use aws_lc_rs::{
    digest,
    encoding::{AsDer, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{self, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
        RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaSignatureEncoding,
    },
};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError},
};

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

/// A key that is made when it is first asked for.
#[derive(Clone)]
pub(super) struct LazyKey {
    kind: KeyKind,
    made: Arc<OnceLock<Key>>,
}

impl LazyKey {
    pub(super) fn kind(&self) -> KeyKind {
        self.kind
    }

    pub(super) fn get(&self) -> &Key {
        self.made.get_or_init(|| Key::generate(self.kind))
    }
}

/// Who holds a key: an issuer by its name, or nobody who would publish it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Holder {
    Issuer(String),
    Stranger,
}

type Pool = HashMap<(Holder, KeyKind, usize), LazyKey>;

/// The key of this kind and number, the same one for all who name the same holder.
pub(super) fn key_of(holder: Holder, kind: KeyKind, number: usize) -> LazyKey {
    static POOL: LazyLock<Mutex<Pool>> = LazyLock::new(Mutex::default);
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    let entry = pool.entry((holder, kind, number));
    let key = entry.or_insert_with(|| LazyKey {
        kind,
        made: Arc::default(),
    });
    key.clone()
}

impl Key {
    fn generate(kind: KeyKind) -> Self {
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
        base64url::public_key_pem(der.as_ref())
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
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::EdDsa => {
            unreachable!("{algorithm} does not sign with an RSA key")
        }
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
                    ("e", base64url::encode(exponent)),
                    ("kty", "RSA".to_owned()),
                    ("n", base64url::encode(modulus)),
                ]
            }
            Self::P256(pair) => ec_members("P-256", pair.public_key().as_ref()),
            Self::P384(pair) => ec_members("P-384", pair.public_key().as_ref()),
            Self::Ed25519(pair) => vec![
                ("crv", "Ed25519".to_owned()),
                ("kty", "OKP".to_owned()),
                ("x", base64url::encode(pair.public_key())),
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
        ("x", base64url::encode(x)),
        ("y", base64url::encode(y)),
    ]
}

/// The SHA-256 of a text.
pub(super) fn sha256(text: &str) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let mut bytes = [0; 32];
    for (byte, digested) in bytes.iter_mut().zip(digest.as_ref()) {
        *byte = *digested;
    }
    bytes
}

/// Bytes in the form of a UUID, of version 4 by its looks.
pub(super) fn uuid(bytes: [u8; 32]) -> String {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = bytes;
    let version = |byte: u8| (byte & 0x0f) | 0x40;
    let variant = |byte: u8| (byte & 0x3f) | 0x80;
    let number = u128::from_be_bytes([
        a,
        b,
        c,
        d,
        e,
        f,
        version(g),
        h,
        variant(i),
        j,
        k,
        l,
        m,
        n,
        o,
        p,
    ]);
    let hex = format!("{number:032x}");
    let mut uuid = String::with_capacity(36);
    for (position, digit) in hex.chars().enumerate() {
        if matches!(position, 8 | 12 | 16 | 20) {
            uuid.push('-');
        }
        uuid.push(digit);
    }
    uuid
}

#[cfg(test)]
mod tests {
    use super::{Holder, KeyKind, key_of, sha256, uuid};

    #[test]
    fn a_uuid_has_its_version_and_its_variant() {
        assert_eq!(uuid([0xff; 32]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid([0; 32]), "00000000-0000-4000-8000-000000000000");
    }

    #[test]
    fn one_holder_has_the_same_keys_everywhere_and_another_has_others() {
        let key = |holder: &str, number| {
            let key = key_of(Holder::Issuer(holder.to_owned()), KeyKind::P256, number);
            key.get().thumbprint()
        };
        let own = key("one holder", 0);
        assert_eq!(key("one holder", 0), own);
        assert_ne!(key("one holder", 1), own);
        assert_ne!(key("another holder", 0), own);
        let stranger = key_of(Holder::Stranger, KeyKind::P256, 0);
        assert_ne!(stranger.get().thumbprint(), own);
    }

    #[test]
    fn a_digest_is_that_of_the_text() {
        // FIPS 180-2, appendix B.1.
        let digest = sha256("abc");
        assert_eq!(digest.first_chunk(), Some(&[0xba, 0x78, 0x16, 0xbf]));
        assert_eq!(digest.last_chunk(), Some(&[0xf2, 0x00, 0x15, 0xad]));
    }
}
