//! The keys of one issuer: which sign, and which are published.

use super::{
    encoding::{self, uuid},
    key::{Key, KeyKind},
};
use base64_simd::STANDARD;
use lambda_api::auth::Algorithm;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError},
};

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

/// Owner of a key: an issuer by its name, or a stranger whose keys are not published.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Holder {
    Issuer(String),
    Stranger,
}

type Pool = HashMap<(Holder, KeyKind, usize), LazyKey>;

/// The key of this holder, kind and number, the same in the whole process.
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

/// How the `kid`s of an issuer look.
#[derive(Clone, Copy)]
pub(super) enum KidForm {
    /// The thumbprint, as many OIDC issuers have it.
    Base64Url,
    /// As those of Cognito.
    Base64,
    /// As those of load balancers.
    Uuid,
}

impl KidForm {
    fn of(self, key: &LazyKey) -> String {
        let thumbprint = key.get().thumbprint();
        match self {
            Self::Base64Url => encoding::encode(thumbprint),
            Self::Base64 => STANDARD.encode_to_string(thumbprint),
            Self::Uuid => uuid(thumbprint),
        }
    }
}

/// The keys of one issuer: those that sign and those that are published.
#[expect(missing_debug_implementations, reason = "it holds private keys")]
pub struct KeyRing {
    holder: Holder,
    kid_form: KidForm,
    keys: Vec<Entry>,
    /// The position of the key that signs.
    signing: usize,
    foreign: Vec<Value>,
    /// How many tokens were begun, for each to have identifiers of its own.
    tokens: u64,
}

/// A key with the algorithm that it is published for.
#[derive(Clone)]
struct Entry {
    algorithm: Algorithm,
    key: LazyKey,
    published: bool,
}

/// What a token is signed with: a key, the algorithm it is meant for, and its `kid`.
pub(super) struct Signer {
    pub(super) key: LazyKey,
    pub(super) algorithm: Algorithm,
    pub(super) kid: String,
}

impl KeyRing {
    pub(super) fn new(holder: Holder, kid_form: KidForm, algorithm: Algorithm) -> Self {
        let mut key_ring = Self {
            holder,
            kid_form,
            keys: Vec::new(),
            signing: 0,
            foreign: Vec::new(),
            tokens: 0,
        };
        key_ring.push(algorithm);
        key_ring
    }

    fn push(&mut self, algorithm: Algorithm) -> &Entry {
        let kind = KeyKind::of(algorithm);
        let number = self.keys.iter().filter(|entry| entry.key.kind() == kind);
        let key = key_of(self.holder.clone(), kind, number.count());
        self.keys.push(Entry {
            algorithm,
            key,
            published: true,
        });
        self.keys.last().expect("one was added")
    }

    fn current(&self) -> &Entry {
        self.keys.get(self.signing).expect("one of the keys signs")
    }

    /// Publishes one more key, and returns its `kid`.
    pub fn add(&mut self, algorithm: Algorithm) -> String {
        let kid_form = self.kid_form;
        kid_form.of(&self.push(algorithm).key)
    }

    /// Signs with a new key from now on, and returns its `kid`.
    pub fn rotate(&mut self) -> String {
        let algorithm = self.current().algorithm;
        let kid = self.add(algorithm);
        self.signing = self.keys.len() - 1;
        kid
    }

    /// Stops publishing all keys but the one that signs.
    pub fn retire(&mut self) {
        for (position, entry) in self.keys.iter_mut().enumerate() {
            entry.published = position == self.signing;
        }
    }

    /// Publishes any JSON before the issuer's own keys.
    pub fn publish(&mut self, jwk: Value) {
        self.foreign.push(jwk);
    }

    /// The `kid` of the key that signs.
    #[must_use]
    pub fn kid(&self) -> String {
        self.kid_form.of(&self.current().key)
    }

    /// The algorithm of the key that signs.
    #[must_use]
    pub fn signing(&self) -> Algorithm {
        self.current().algorithm
    }

    /// The public key of the one that signs.
    #[must_use]
    pub fn signing_jwk(&self) -> Value {
        self.jwk_of(self.current())
    }

    /// The key that signs with this algorithm: the current one if it can, else the latest that can.
    pub(super) fn signer(&self, algorithm: Algorithm) -> Option<Signer> {
        let current = Some(self.current()).into_iter();
        let mut candidates = current.chain(self.keys.iter().rev());
        candidates
            .find(|entry| entry.key.kind() == KeyKind::of(algorithm))
            .map(|entry| self.as_signer(entry))
    }

    /// The key with this `kid`, published or not any more.
    pub(super) fn signer_of(&self, kid: &str) -> Option<Signer> {
        let entry = self.keys.iter().find(|entry| self.kid_of(entry) == kid)?;
        Some(self.as_signer(entry))
    }

    /// A key of this kind that was never published, by anyone.
    pub(super) fn stranger(&self, kind: KeyKind) -> (LazyKey, String) {
        let key = key_of(Holder::Stranger, kind, 0);
        let kid = self.kid_form.of(&key);
        (key, kid)
    }

    /// The public key with this `kid` in PEM, if it is published.
    #[must_use]
    pub fn public_pem(&self, kid: &str) -> Option<String> {
        let mut published = self.keys.iter().filter(|entry| entry.published);
        let entry = published.find(|entry| self.kid_of(entry) == kid)?;
        Some(entry.key.get().public_pem())
    }

    /// The published keys, as a JWK set.
    #[must_use]
    pub fn jwks(&self) -> Value {
        let own = self.keys.iter().filter(|entry| entry.published);
        let own = own.map(|entry| self.jwk_of(entry));
        let keys: Vec<_> = self.foreign.iter().cloned().chain(own).collect();
        json!({ "keys": keys })
    }

    /// The algorithms that the issuer signs with.
    #[must_use]
    pub fn algorithms(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self
            .keys
            .iter()
            .map(|entry| entry.algorithm.name())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Counts one more token.
    pub(super) fn next_token(&mut self) -> u64 {
        self.tokens = self.tokens.wrapping_add(1);
        self.tokens
    }

    fn kid_of(&self, entry: &Entry) -> String {
        self.kid_form.of(&entry.key)
    }

    fn jwk_of(&self, entry: &Entry) -> Value {
        jwk(&entry.key, &self.kid_of(entry), entry.algorithm)
    }

    fn as_signer(&self, entry: &Entry) -> Signer {
        Signer {
            key: entry.key.clone(),
            algorithm: entry.algorithm,
            kid: self.kid_of(entry),
        }
    }
}

/// A public key with the members that issuers add to it.
fn jwk(key: &LazyKey, kid: &str, algorithm: Algorithm) -> Value {
    let mut jwk = key.get().public_jwk();
    jwk["kid"] = kid.into();
    jwk["alg"] = algorithm.name().into();
    jwk["use"] = "sig".into();
    jwk
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_belong_to_their_holder() {
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
}
