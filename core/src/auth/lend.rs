//! Lends the keys of a test issuer to the authenticators that trust it.

#[cfg(feature = "jwt")]
use super::authenticator::{Erased, LendKeys};
use super::{Installed, TestKeys};
#[cfg(feature = "jwt")]
use std::sync::Arc;

impl Installed {
    /// The same one with the keys of a test issuer; `None` if it does not trust the issuer.
    #[cfg(feature = "jwt")]
    pub(crate) fn with_test_keys(&self, keys: &TestKeys) -> Option<Self> {
        fn lend<A: LendKeys>(any: &dyn std::any::Any, keys: &TestKeys) -> Option<Arc<dyn Erased>> {
            let lent = any.downcast_ref::<A>()?.with_test_keys(keys)?;
            Some(Arc::new(lent))
        }

        let any = self.as_any();
        let lent = lend::<super::Jwt>(any, keys)
            .or_else(|| lend::<super::Cognito>(any, keys))
            .or_else(|| lend::<super::AlbOidc>(any, keys));
        lent.map(|lent| self.with_authenticator(lent))
    }

    /// Nothing here verifies tokens.
    #[cfg(not(feature = "jwt"))]
    pub(crate) fn with_test_keys(&self, _: &TestKeys) -> Option<Self> {
        None
    }
}
