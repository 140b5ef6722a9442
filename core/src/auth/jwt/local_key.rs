//! Public key of the developer's machine, which authenticators accept in debug builds.

use super::{Algorithm, KeySet};
use std::sync::Arc;

/// What a local key signs with, whatever the issuer's algorithms are.
pub(super) const ALGORITHM: Algorithm = Algorithm::EdDsa;

/// What is lent to authenticators.
#[derive(Debug)]
pub(super) struct LocalPublicKey {
    pub(super) kid: String,
    pub(super) set: Arc<KeySet>,
}

impl LocalPublicKey {
    /// Whether a token names this key.
    pub(super) fn is(&self, kid: Option<&str>) -> bool {
        kid == Some(self.kid.as_str())
    }
}
