//! The keys of an issuer.

use super::{
    super::{
        AuthError,
        json::{self, Object},
    },
    Algorithm,
    jwk::{self, Jwk},
    key::Key,
};
use std::sync::Arc;

/// A set of public keys ([RFC 7517, section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).
#[derive(Debug)]
pub(crate) struct KeySet {
    keys: Vec<Jwk>,
    /// How many there are, with those that were skipped.
    listed: usize,
}

impl KeySet {
    /// Reads a set; `None` if the document is not one. A key that cannot be used is skipped: issuers
    /// publish keys for other purposes too, and will publish kinds that are not known yet.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let set = Object::parse(std::str::from_utf8(bytes).ok()?).ok()?;
        let listed = json::elements(set.member("keys")?)?;
        Some(Self {
            keys: listed
                .iter()
                .filter_map(|key| jwk::read(key.get()))
                .collect(),
            listed: listed.len(),
        })
    }

    /// A set of these keys, by their names.
    pub(crate) fn of(keys: impl IntoIterator<Item = (String, Arc<Key>)>) -> Self {
        let keys = keys.into_iter().map(|(kid, key)| Jwk {
            kid: Some(kid.into_boxed_str()),
            key,
        });
        let keys: Vec<_> = keys.collect();
        let listed = keys.len();
        Self { keys, listed }
    }

    /// Whether no key of the set can be used.
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key that signed a token.
    ///
    /// A token need not name its key if the set has only one. If two keys for the algorithm have the
    /// name, neither is used: it is not known which one the issuer means.
    pub(crate) fn find(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Arc<Key>, AuthError> {
        let named: Vec<_> = match (kid, self.keys.as_slice()) {
            (Some(kid), _) => self.named(kid).collect(),
            (None, [only]) if self.listed == 1 => vec![&only.key],
            (None, []) => Vec::new(),
            (None, _) => return Err(AuthError::MalformedKeyId),
        };
        let mut suitable = named.iter().filter(|key| key.is_for(algorithm));
        match (suitable.next(), suitable.next()) {
            (Some(key), None) => Ok(Arc::clone(key)),
            (None, _) if !named.is_empty() => Err(AuthError::KeyMismatch),
            _ => Err(AuthError::UnknownKey),
        }
    }

    /// Whether a token that names this key can be verified with the set, or cannot with any.
    pub(crate) fn holds(&self, kid: Option<&str>) -> bool {
        match kid {
            Some(kid) => self.named(kid).next().is_some(),
            None => !self.is_empty(),
        }
    }

    fn named<'a>(&'a self, kid: &str) -> impl Iterator<Item = &'a Arc<Key>> {
        self.keys
            .iter()
            .filter(move |known| known.kid.as_deref() == Some(kid))
            .map(|known| &known.key)
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
    fn a_key_is_found_by_its_id() {
        let set = set(&[Signer::rsa().jwk("one"), Signer::p256().jwk("two")]);
        assert!(set.find(Some("one"), Algorithm::Ps256).is_ok());
        assert!(set.find(Some("two"), Algorithm::Es256).is_ok());
        for (kid, algorithm, rejection) in [
            (Some("two"), Algorithm::Rs256, AuthError::KeyMismatch),
            (Some("one"), Algorithm::Es256, AuthError::KeyMismatch),
            (Some("three"), Algorithm::Es256, AuthError::UnknownKey),
            (Some("ONE"), Algorithm::Rs256, AuthError::UnknownKey),
            (Some(""), Algorithm::Rs256, AuthError::UnknownKey),
            (None, Algorithm::Rs256, AuthError::MalformedKeyId),
        ] {
            assert_eq!(
                set.find(kid, algorithm).err(),
                Some(rejection),
                "{kid:?} {algorithm}"
            );
        }
    }

    #[test]
    fn a_single_key_needs_no_id_in_the_token() {
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
                Some(AuthError::KeyMismatch)
            );
        }
        // A name that the key does not have is another key's.
        assert_eq!(
            set(&[nameless]).find(Some("k"), Algorithm::Es256).err(),
            Some(AuthError::UnknownKey)
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
            Some(AuthError::UnknownKey)
        );
        assert_eq!(
            set.find(None, Algorithm::Es256).err(),
            Some(AuthError::MalformedKeyId)
        );
    }

    #[test]
    fn an_ambiguous_id_selects_by_algorithm_or_nothing() {
        let other_kinds = set(&[Signer::rsa().jwk("k"), Signer::p256().jwk("k")]);
        assert!(other_kinds.find(Some("k"), Algorithm::Es256).is_ok());
        assert!(other_kinds.find(Some("k"), Algorithm::Rs256).is_ok());
        let same_kind = set(&[Signer::p256().jwk("k"), Signer::p256().jwk("k")]);
        assert_eq!(
            same_kind.find(Some("k"), Algorithm::Es256).err(),
            Some(AuthError::UnknownKey)
        );
    }

    #[test]
    fn other_documents_are_not_sets() {
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
            Some(AuthError::UnknownKey)
        );
    }

    #[test]
    fn a_token_without_an_id_causes_no_fetch() {
        let set = set(&[Signer::p256().jwk("a"), Signer::p256().jwk("b")]);
        assert!(set.holds(None) && set.holds(Some("a")) && !set.holds(Some("c")));
    }
}
