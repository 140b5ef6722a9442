//! An issuer whose key is always the same, so that an input always means the same token.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64_simd::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::{
    sync::LazyLock,
    time::{Duration, SystemTime},
};

pub(crate) const KID: &str = "k";

/// Noon of the first day of 2026, in seconds: the time of all tokens and verifiers here.
pub(crate) const NOON: u32 = 1_767_268_800;

static KEY: LazyLock<Ed25519KeyPair> =
    LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("32 bytes are a seed"));

pub(crate) fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOON.into())
}

/// The public key as a JWK.
pub(crate) fn jwk() -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "kid": KID, "x": base64url(KEY.public_key())})
}

pub(crate) fn jwks() -> String {
    json!({"keys": [jwk()]}).to_string()
}

/// A token of these two texts, whatever they are, with a good signature.
pub(crate) fn token(header: &[u8], payload: &[u8]) -> String {
    let signed = format!("{}.{}", base64url(header), base64url(payload));
    let signature = signature(&signed);
    format!("{signed}.{signature}")
}

/// The only signature that the key makes of a text.
pub(crate) fn signature(signed: &str) -> String {
    base64url(KEY.sign(signed.as_bytes()))
}

pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode_to_string(bytes)
}
