//! The API keys of all callers.

use lambda_api::{
    Identity,
    auth::{ApiKeys, KeyHash},
};
use std::env;

/// Why there are no API keys. The variable may contain a key by accident, so its value is not shown.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoKeys {
    #[error("expected `NAME=HASH,NAME=HASH,..` in the environment variable ORDERS_API_KEYS")]
    Variable,
    #[error(
        "expected `NAME=HASH` at position {0} of the environment variable ORDERS_API_KEYS: the name \
         of a caller, and the SHA-256 of their key in 64 hexadecimal digits"
    )]
    Pair(usize),
}

/// The keys that the environment variable `ORDERS_API_KEYS` has.
pub(crate) fn from_environment() -> Result<ApiKeys, NoKeys> {
    parse(&env::var("ORDERS_API_KEYS").map_err(|_| NoKeys::Variable)?)
}

fn parse(pairs: &str) -> Result<ApiKeys, NoKeys> {
    let keys = pairs
        .split(',')
        .enumerate()
        .map(|(index, pair)| key(pair).ok_or(NoKeys::Pair(index + 1)))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(ApiKeys::from_keys(keys))
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
            assert_eq!(rejected, Some(NoKeys::Pair(place)), "{pairs}");
        }
    }
}
