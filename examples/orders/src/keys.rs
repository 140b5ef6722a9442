//! The API keys of all callers.

use lambda_api::{
    Identity,
    auth::{ApiKeys, KeyHash},
    env,
};

/// A pair at this position is invalid. It may contain a key by accident, so it is not shown.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected `NAME=HASH` at position {0} of the environment variable ORDERS_API_KEYS: the name of a \
     caller, and the SHA-256 of their key in 64 hexadecimal digits"
)]
pub(crate) struct InvalidPair(usize);

/// The keys that the environment variable `ORDERS_API_KEYS` has. It is read when the API is built.
pub(crate) fn from_environment() -> ApiKeys {
    ApiKeys::from_setting(env("ORDERS_API_KEYS"), parse)
}

fn parse(pairs: &str) -> Result<Vec<(KeyHash, Identity)>, InvalidPair> {
    let pairs = pairs.split(',').enumerate();
    pairs
        .map(|(index, pair)| key(pair).ok_or(InvalidPair(index + 1)))
        .collect()
}

fn key(pair: &str) -> Option<(KeyHash, Identity)> {
    let (name, hash) = pair.trim().split_once('=')?;
    let hash = hash.parse().ok()?;
    (!name.is_empty()).then(|| (hash, Identity::new(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_the_name_of_a_caller_and_the_hash_of_a_key() {
        let hash = KeyHash::of("7be6cb4db8b9a63bb27f2b2cb3d6a1dd");
        for pair in [format!("alice={hash}"), format!(" alice={hash}\n")] {
            let (known, identity) = key(&pair).unwrap();
            assert_eq!((known, identity.subject()), (hash, "alice"), "{pair:?}");
        }
    }

    #[test]
    fn an_invalid_pair_is_rejected_with_its_position() {
        let alice = format!("alice={}", KeyHash::of("7be6cb4db8b9a63bb27f2b2cb3d6a1dd"));
        for (pairs, place) in [
            ("", 1),
            ("alice", 1),
            ("alice=7be6cb4db8b9a63bb27f2b2cb3d6a1dd", 1),
            (&alice.replace("alice", ""), 1),
            (&format!("{alice},"), 2),
            (&format!("{alice},bob="), 2),
        ] {
            let rejected = parse(pairs).err();
            assert_eq!(rejected, Some(InvalidPair(place)), "{pairs}");
        }
    }
}
