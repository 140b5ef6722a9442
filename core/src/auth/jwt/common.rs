//! Settings that every verifier of tokens has.

use super::{
    super::{AuthError, Credential, Identity, Scheme, keys::Clock, list_claim::ListClaim},
    claims::Leeway,
};
use std::{
    borrow::Cow,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// How far clocks may be allowed to differ.
const MAX_LEEWAY: Duration = Duration::from_secs(5 * 60);

/// A check of the application.
pub(crate) type Check = Arc<dyn Fn(&Identity) -> Result<(), AuthError> + Send + Sync>;

/// The settings of every verifier.
#[derive(Clone)]
pub(crate) struct Common {
    pub(crate) name: Cow<'static, str>,
    pub(crate) credential: Credential,
    pub(crate) realm: Option<Cow<'static, str>>,
    pub(crate) groups: ListClaim,
    pub(crate) leeway: Leeway,
    pub(crate) loopback: bool,
    pub(crate) check: Option<Check>,
    pub(crate) clock: Clock,
}

impl Common {
    pub(crate) fn new(name: &'static str, credential: Credential, groups: &'static str) -> Self {
        Self {
            name: name.into(),
            credential,
            realm: None,
            groups: ListClaim::usual(groups),
            leeway: Leeway {
                start: Duration::from_secs(30),
                expiry: Duration::ZERO,
            },
            loopback: false,
            check: None,
            clock: Arc::new(SystemTime::now),
        }
    }

    pub(crate) fn scheme(&self) -> Scheme {
        let scheme = Scheme::new(self.name.clone(), self.credential.clone());
        match &self.realm {
            Some(realm) => scheme.realm(realm.clone()),
            None => scheme,
        }
    }

    /// The errors in these settings.
    pub(crate) fn errors(&self) -> Vec<String> {
        let leeways = [self.leeway.start, self.leeway.expiry];
        let too_much = leeways.into_iter().filter(|leeway| *leeway > MAX_LEEWAY);
        too_much
            .map(|leeway| {
                format!("a leeway of {leeway:?} is too much: at most {MAX_LEEWAY:?} are allowed")
            })
            .collect()
    }
}
