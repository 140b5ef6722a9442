//! Hash of an API key.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};
use subtle::ConstantTimeEq;

const BYTES: usize = 32;

/// SHA-256 of an API key, by which [`ApiKeys`](super::ApiKeys) looks up the key.
///
/// As text and in JSON it is 64 hexadecimal digits, as printed by
/// `printf %s "$KEY" | sha256sum`. Hashes are compared in constant time. [`Debug`](fmt::Debug) shows
/// the first eight digits: enough to find a record, and too few to guess the key.
///
/// A fast hash without a salt protects **random** keys only: it reveals nothing of a key with 128 random
/// bits, while a word or a password is found in seconds. Create keys with a random generator, such as
/// `openssl rand -hex 32`, and never let people choose them.
///
/// ```
/// use lambda_api::auth::KeyHash;
///
/// let hash = KeyHash::of("7be6cb4db8b9a63bb27f2b2cb3d6a1dd");
/// let text = hash.to_string();
/// assert_eq!(text, "01ecfadb13c6d282d5b757e7bd8c2de684355d790b3c5dc5313aa5350e56e8df");
/// assert_eq!(text.parse(), Ok(hash));
/// ```
#[derive(Clone, Copy, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyHash([u8; BYTES]);

impl KeyHash {
    /// The hash of a key.
    #[must_use]
    pub fn of(key: &str) -> Self {
        Self(Sha256::digest(key.as_bytes()).into())
    }

    /// The 32 bytes of the hash, for a store of bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; BYTES] {
        &self.0
    }
}

/// Compares in constant time.
impl PartialEq for KeyHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Hash for KeyHash {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl From<[u8; BYTES]> for KeyHash {
    fn from(bytes: [u8; BYTES]) -> Self {
        Self(bytes)
    }
}

/// Error returned when a text is not a [`KeyHash`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the SHA-256 of a key, 64 hexadecimal digits")]
pub struct KeyHashError(());

impl FromStr for KeyHash {
    type Err = KeyHashError;

    /// Parses 64 hexadecimal digits of either case.
    fn from_str(text: &str) -> Result<Self, KeyHashError> {
        let mut hash = [0; BYTES];
        if text.len() != 2 * BYTES {
            return Err(KeyHashError(()));
        }
        for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            for &digit in digits {
                let digit = char::from(digit).to_digit(16);
                let digit = digit.and_then(|digit| u8::try_from(digit).ok());
                *byte = (*byte << 4) | digit.ok_or(KeyHashError(()))?;
            }
        }
        Ok(Self(hash))
    }
}

impl TryFrom<String> for KeyHash {
    type Error = KeyHashError;

    fn try_from(text: String) -> Result<Self, KeyHashError> {
        text.parse()
    }
}

impl From<KeyHash> for String {
    fn from(hash: KeyHash) -> Self {
        hash.to_string()
    }
}

impl fmt::Display for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(")?;
        for byte in self.0.iter().take(4) {
            write!(f, "{byte:02x}")?;
        }
        f.write_str("..)")
    }
}

#[cfg(test)]
mod tests {
    use super::KeyHash;

    /// The first example of FIPS 180-2.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn the_hash_is_sha_256_in_hexadecimal() {
        assert_eq!(KeyHash::of("abc").to_string(), ABC);
        assert_eq!(ABC.parse(), Ok(KeyHash::of("abc")));
        assert_eq!(ABC.to_uppercase().parse(), Ok(KeyHash::of("abc")));
    }

    #[test]
    fn invalid_texts_are_rejected() {
        for text in [
            "",
            "ba7816bf",
            &ABC[1..],
            &format!("{ABC}0"),
            &ABC.replace('b', "g"),
            &ABC.replacen("ba", "+1", 1),
            &ABC.replacen("ba", "é", 1),
        ] {
            assert!(text.parse::<KeyHash>().is_err(), "{text}");
        }
    }

    #[test]
    fn hashes_that_differ_in_one_bit_are_not_equal() {
        let hash = KeyHash::of("abc");
        for bit in 0..256 {
            let mut bytes = *hash.as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(KeyHash::from(bytes), hash);
        }
        assert_eq!(KeyHash::from(*hash.as_bytes()), hash);
    }

    #[test]
    fn hashes_are_strings_in_json() {
        let json = format!("\"{ABC}\"");
        let hash: KeyHash = serde_json::from_str(&json).unwrap();
        assert_eq!(hash, KeyHash::of("abc"));
        assert_eq!(serde_json::to_string(&hash).unwrap(), json);
        assert!(serde_json::from_str::<KeyHash>("\"abc\"").is_err());
    }

    #[test]
    fn debug_shows_the_first_digits_only() {
        assert_eq!(format!("{:?}", KeyHash::of("abc")), "KeyHash(ba7816bf..)");
    }
}
