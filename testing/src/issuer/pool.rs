//! Where keys are kept: each is made once per process.

use super::{algorithm::KeyKind, key::Key};
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

#[cfg(test)]
mod tests {
    use super::{Holder, KeyKind, key_of};

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
}
