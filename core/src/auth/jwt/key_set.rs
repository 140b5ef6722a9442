//! The keys of an issuer.

use super::{
    super::Refusal,
    Algorithm,
    json::{self, Value},
    jwk::{self, Jwk},
    key::Key,
};

/// A set of public keys ([RFC 7517, section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).
#[derive(Debug)]
pub(crate) struct KeySet {
    keys: Vec<Jwk>,
    /// How many there are, with those that were passed over.
    listed: usize,
}

impl KeySet {
    /// Reads a set. A key that cannot be used is passed over: issuers publish keys for other
    /// purposes, too, and will publish kinds that nobody knows yet. `None` when it is no set.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let mut listed = 0_usize;
        let mut keys = Vec::new();
        let mut sets = Vec::new();
        json::loose_object(bytes, |name, value| {
            if name == "keys" {
                sets.push(value);
            }
        })
        .ok()?;
        let [Value::Array(array)] = sets.as_slice() else {
            return None;
        };
        json::elements(array, |value| {
            listed = listed.saturating_add(1);
            if let Value::Object(json) = value {
                keys.extend(jwk::read(json));
            }
        });
        Some(Self { keys, listed })
    }

    /// Whether no key of the set can be used.
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key that signed a token.
    ///
    /// A token need not name its key when the set has only one. Should two keys have one name, and
    /// both be for the algorithm, then the name means neither: of such a set it cannot be known
    /// what the issuer wants.
    pub(crate) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<&Key, Refusal> {
        let Some(kid) = kid else {
            return match self.keys.as_slice() {
                [only] if self.listed == 1 => suitable(&only.key, algorithm),
                [] => Err(Refusal::UnknownKey),
                _ => Err(Refusal::MalformedKeyId),
            };
        };
        let mut named = self.named(kid);
        let Some(first) = named.next() else {
            return Err(Refusal::UnknownKey);
        };
        let mut suited = std::iter::once(first)
            .chain(named)
            .filter(|key| key.is_for(algorithm));
        match (suited.next(), suited.next()) {
            (Some(key), None) => Ok(key),
            (None, _) => Err(Refusal::KeyMismatch),
            (Some(_), Some(_)) => Err(Refusal::UnknownKey),
        }
    }

    /// Whether a token that names this key can be checked with the set, or cannot with any.
    pub(crate) fn holds(&self, kid: Option<&str>) -> bool {
        match kid {
            Some(kid) => self.named(kid).next().is_some(),
            None => !self.is_empty(),
        }
    }

    fn named<'a>(&'a self, kid: &str) -> impl Iterator<Item = &'a Key> {
        self.keys
            .iter()
            .filter(move |known| known.kid.as_deref() == Some(kid))
            .map(|known| &known.key)
    }
}

fn suitable(key: &Key, algorithm: Algorithm) -> Result<&Key, Refusal> {
    if key.is_for(algorithm) {
        Ok(key)
    } else {
        Err(Refusal::KeyMismatch)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::Signer, *};
    use serde_json::{Value as Json, json};

    fn set(keys: &[Json]) -> KeySet {
        KeySet::read(json!({"keys": keys}).to_string().as_bytes()).expect("it is a set")
    }

    #[test]
    fn a_key_is_found_by_its_name() {
        let set = set(&[Signer::rsa().jwk("one"), Signer::p256().jwk("two")]);
        assert!(set.find(Some("one"), Algorithm::Ps256).is_ok());
        assert!(set.find(Some("two"), Algorithm::Es256).is_ok());
        for (kid, algorithm, refusal) in [
            (Some("two"), Algorithm::Rs256, Refusal::KeyMismatch),
            (Some("one"), Algorithm::Es256, Refusal::KeyMismatch),
            (Some("three"), Algorithm::Es256, Refusal::UnknownKey),
            (Some("ONE"), Algorithm::Rs256, Refusal::UnknownKey),
            (Some(""), Algorithm::Rs256, Refusal::UnknownKey),
            (None, Algorithm::Rs256, Refusal::MalformedKeyId),
        ] {
            assert_eq!(
                set.find(kid, algorithm).err(),
                Some(refusal),
                "{kid:?} {algorithm}"
            );
        }
    }

    #[test]
    fn the_only_key_needs_no_name_in_the_token() {
        let mut nameless = Signer::p256().jwk("k");
        nameless
            .as_object_mut()
            .expect("it is an object")
            .remove("kid");
        for jwk in [nameless.clone(), Signer::p256().jwk("k")] {
            let set = set(&[jwk]);
            assert!(set.find(None, Algorithm::Es256).is_ok());
            assert_eq!(
                set.find(None, Algorithm::Rs256).err(),
                Some(Refusal::KeyMismatch)
            );
        }
        // A name that the key does not have is another key's.
        assert_eq!(
            set(&[nameless]).find(Some("k"), Algorithm::Es256).err(),
            Some(Refusal::UnknownKey)
        );
    }

    #[test]
    fn keys_that_cannot_be_used_still_count() {
        let set = set(&[
            Signer::p256().jwk("k"),
            json!({"kty": "oct", "k": "AAAA", "kid": "o"}),
            json!(7),
        ]);
        assert!(set.find(Some("k"), Algorithm::Es256).is_ok());
        assert_eq!(
            set.find(Some("o"), Algorithm::Es256).err(),
            Some(Refusal::UnknownKey)
        );
        assert_eq!(
            set.find(None, Algorithm::Es256).err(),
            Some(Refusal::MalformedKeyId)
        );
    }

    #[test]
    fn a_name_of_two_keys_means_the_one_for_the_algorithm_or_none() {
        let other_kinds = set(&[Signer::rsa().jwk("k"), Signer::p256().jwk("k")]);
        assert!(other_kinds.find(Some("k"), Algorithm::Es256).is_ok());
        assert!(other_kinds.find(Some("k"), Algorithm::Rs256).is_ok());
        let same_kind = set(&[Signer::p256().jwk("k"), Signer::p256().jwk("k")]);
        assert_eq!(
            same_kind.find(Some("k"), Algorithm::Es256).err(),
            Some(Refusal::UnknownKey)
        );
    }

    #[test]
    fn what_is_no_set_is_not_read() {
        for text in [
            "",
            "null",
            "[]",
            "{}",
            "{\"keys\":{}}",
            "{\"keys\":null}",
            "{\"keys\":[],\"keys\":[]}",
            "{\"keys\":[}",
            "<html>",
            "\"keys\"",
        ] {
            assert!(KeySet::read(text.as_bytes()).is_none(), "{text}");
        }
        let empty = set(&[]);
        assert!(empty.is_empty() && !empty.holds(None) && !empty.holds(Some("k")));
        assert_eq!(
            empty.find(None, Algorithm::Es256).err(),
            Some(Refusal::UnknownKey)
        );
    }

    #[test]
    fn a_token_without_a_name_does_not_ask_for_other_keys() {
        let set = set(&[Signer::p256().jwk("a"), Signer::p256().jwk("b")]);
        assert!(set.holds(None) && set.holds(Some("a")) && !set.holds(Some("c")));
    }
}
