//! Tokens that no issuer makes: signed as they are, whatever their segments look like.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64_simd::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::sync::LazyLock;

pub(crate) const KID: &str = "by-hand";

static KEY: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"));

pub(crate) fn jwk() -> Value {
    let point = KEY.public_key().as_ref();
    let (x, y) = point[1..].split_at(32);
    json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": KID,
        "x": base64url(x), "y": base64url(y)})
}

/// A token of these two segments, with a good signature of their text.
pub(crate) fn sign(header: &str, payload: &str) -> String {
    let signed = format!("{header}.{payload}");
    let signature = KEY.sign(&SystemRandom::new(), signed.as_bytes());
    format!("{signed}.{}", base64url(signature.expect("a signature")))
}

pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode_to_string(bytes)
}

pub(crate) fn decoded(segment: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD
        .decode_to_vec(segment)
        .expect("a segment is base64url")
}

/// The text with other bits at its end, where base64url has more of them than there are bytes to
/// encode; `None` when it has as many.
pub(crate) fn with_unused_bits(text: &str, bits: u8) -> Option<String> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let segment = text.rsplit('.').next()?;
    let unused = match segment.len() % 4 {
        2 => 4,
        3 => 2,
        _ => return None,
    };
    let (rest, last) = text.split_at(text.len() - 1);
    let value = ALPHABET
        .iter()
        .position(|letter| last.as_bytes() == [*letter])?;
    let changed = value ^ usize::from(bits & ((1 << unused) - 1));
    Some(format!("{rest}{}", char::from(ALPHABET[changed])))
}

/// `n - s`, for the order `n` of P-256.
pub(crate) fn negated(s: &[u8]) -> Vec<u8> {
    let order = decoded("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE");
    let mut borrow = 0;
    let mut digits: Vec<u8> = order
        .iter()
        .zip(s)
        .rev()
        .map(|(n, s)| {
            let difference = i16::from(*n) - i16::from(*s) - borrow;
            borrow = i16::from(difference < 0);
            u8::try_from(difference.rem_euclid(256)).expect("a byte")
        })
        .collect();
    digits.reverse();
    digits
}
