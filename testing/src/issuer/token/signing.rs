//! Signing of a token.

use super::TestToken;
use crate::issuer::{
    encoding,
    key::KeyKind,
    key_ring::{LazyKey, Signer},
};
use aws_lc_rs::hmac;
use lambda_api::auth::Algorithm;
use serde_json::Value;

/// How a token is signed and encoded, where that differs from what its issuer does.
#[derive(Clone, Debug, Default)]
pub struct Forgery {
    /// The bytes of the header, in place of its members.
    pub header: Option<Vec<u8>>,
    /// Members that are taken out of the header.
    pub without_header: Vec<String>,
    /// The bytes of the payload, in place of the claims.
    pub payload: Option<Vec<u8>>,
    /// Signs with this algorithm.
    pub algorithm: Option<Algorithm>,
    /// What signs.
    pub signature: Signature,
    /// Pads base64url with `=`.
    pub padded: bool,
    /// Has five segments, like an encrypted token.
    pub encrypted: bool,
}

/// What a token is signed with.
#[derive(Clone, Debug, Default)]
pub enum Signature {
    /// The current key of the issuer.
    #[default]
    Current,
    /// A key of the issuer, retired or not.
    Own {
        /// The `kid` of the key.
        kid: String,
    },
    /// A key that is not published.
    Stranger {
        /// Names the issuer's key in `kid`.
        known_kid: bool,
    },
    /// HMAC with a secret.
    Secret(Vec<u8>),
    /// HMAC with the PEM of the issuer's public key for a secret.
    PublicKey,
    /// Not at all: `alg` is `none`.
    None,
}

/// What a token is signed with, and what its header says about it.
pub(super) enum Signing {
    Key(Signer),
    Secret { secret: Vec<u8>, kid: String },
    None { kid: String },
}

impl Signing {
    pub(super) fn alg(&self) -> &'static str {
        match self {
            Self::Key(signer) => signer.algorithm.name(),
            Self::Secret { .. } => "HS256",
            Self::None { .. } => "none",
        }
    }

    pub(super) fn kid(&self) -> &str {
        match self {
            Self::Key(Signer { kid, .. }) | Self::Secret { kid, .. } | Self::None { kid } => kid,
        }
    }

    fn sign(&self, message: &str) -> Vec<u8> {
        match self {
            Self::Key(signer) => signer.key.get().sign(signer.algorithm, message.as_bytes()),
            Self::Secret { secret, .. } => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
                hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
            }
            Self::None { .. } => Vec::new(),
        }
    }
}

impl TestToken {
    #[track_caller]
    pub(super) fn signing(&self) -> Signing {
        match &self.forgery.signature {
            Signature::Current => Signing::Key(self.current()),
            Signature::Own { kid } => {
                let Some(signer) = self.issuer.key_ring().signer_of(kid) else {
                    panic!("{} has no key {kid:?}", self.issuer.issuer_url());
                };
                let algorithm = self.forgery.algorithm.unwrap_or(signer.algorithm);
                self.check(&signer.key, algorithm);
                Signing::Key(Signer {
                    algorithm,
                    ..signer
                })
            }
            Signature::Stranger { known_kid } => {
                let key_ring = self.issuer.key_ring();
                let algorithm = self.forgery.algorithm.unwrap_or(key_ring.signing());
                let (key, unknown) = key_ring.stranger(KeyKind::of(algorithm));
                Signing::Key(Signer {
                    key,
                    algorithm,
                    kid: if *known_kid { key_ring.kid() } else { unknown },
                })
            }
            Signature::Secret(secret) => Signing::Secret {
                secret: secret.clone(),
                kid: self.issuer.key_ring().kid(),
            },
            Signature::PublicKey => {
                let current = self.current();
                Signing::Secret {
                    secret: current.key.get().public_pem().into_bytes(),
                    kid: current.kid,
                }
            }
            Signature::None => Signing::None {
                kid: self.issuer.key_ring().kid(),
            },
        }
    }

    #[track_caller]
    fn current(&self) -> Signer {
        let key_ring = self.issuer.key_ring();
        let algorithm = self.forgery.algorithm.unwrap_or(key_ring.signing());
        let Some(signer) = key_ring.signer(algorithm) else {
            panic!(
                "{} has no key for {algorithm}: `add_key` adds one",
                self.issuer.issuer_url()
            );
        };
        Signer {
            algorithm,
            ..signer
        }
    }

    #[track_caller]
    fn check(&self, key: &LazyKey, algorithm: Algorithm) {
        assert!(
            key.kind() == KeyKind::of(algorithm),
            "the key that is to sign cannot do so with {algorithm}"
        );
    }

    #[track_caller]
    pub(super) fn compact(&self) -> String {
        let signing = self.signing();
        let header = match &self.forgery.header {
            Some(header) => header.clone(),
            None => Value::Object(self.header_with(&signing)).to_string().into(),
        };
        let payload = match &self.forgery.payload {
            Some(payload) => payload.clone(),
            None => Value::Object(self.claim_members()).to_string().into(),
        };
        if self.forgery.encrypted {
            return self.five_segments(&header, &payload);
        }
        let header = self.encode(header);
        let mut encoded = self.encode(&payload);
        let signature = self.encode(signing.sign(&format!("{header}.{encoded}")));
        if self.tampered {
            encoded = self.encode(tampered(payload));
        }
        format!("{header}.{encoded}.{signature}")
    }

    /// The key, the nonce, the content and the tag have the lengths that real ones would have.
    fn five_segments(&self, header: &[u8], payload: &[u8]) -> String {
        let opaque = |length: usize| self.encode(vec![0xa5; length]);
        [
            self.encode(header),
            opaque(256),
            opaque(12),
            opaque(payload.len()),
            opaque(16),
        ]
        .join(".")
    }

    fn encode(&self, bytes: impl AsRef<[u8]>) -> String {
        if self.forgery.padded {
            encoding::encode_padded(bytes)
        } else {
            encoding::encode(bytes)
        }
    }
}

/// Another payload of the same make.
fn tampered(payload: Vec<u8>) -> Vec<u8> {
    match serde_json::from_slice(&payload) {
        Ok(Value::Object(mut claims)) => {
            let subject = match claims.get("sub") {
                Some(Value::String(subject)) => format!("not-{subject}"),
                _ => "mallory".to_owned(),
            };
            claims.insert("sub".to_owned(), subject.into());
            Value::Object(claims).to_string().into_bytes()
        }
        _ => {
            let mut payload = payload;
            payload.push(b' ');
            payload
        }
    }
}
