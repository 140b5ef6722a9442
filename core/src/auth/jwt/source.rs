//! Where the keys of an issuer come from.

use super::{
    super::{
        AuthError,
        keys::{Cached, Clock, Document, Location, Url},
    },
    Algorithm, Key, KeySet,
};
use crate::{BoxFuture, setting::Setting};
use std::sync::Arc;

impl Document for KeySet {
    fn parse(bytes: &[u8]) -> Option<Self> {
        Self::read(bytes)
    }

    fn holds(&self, kid: Option<&str>) -> bool {
        Self::holds(self, kid)
    }
}

/// The setting of where the keys of an issuer are.
#[derive(Clone, Debug)]
pub(super) enum KeysFrom {
    /// At the URL in the issuer's metadata.
    Discovery,
    /// At the path below the issuer's URL where Cognito has them.
    Below,
    Url(Setting),
    /// This JWK set.
    Embedded(Arc<str>),
}

/// The keys of an issuer.
#[derive(Clone)]
pub(crate) enum Source {
    Embedded(Arc<KeySet>),
    Fetched(Cached<KeySet>),
    ById(Arc<dyn KeysById>),
}

/// Keys that are fetched one by one, by the id that a token names.
pub(crate) trait KeysById: Send + Sync {
    fn key<'a>(&'a self, kid: &'a str) -> BoxFuture<'a, Result<Arc<Key>, AuthError>>;

    /// Notes that the key has verified a token.
    fn proven(&self, kid: &str);
}

impl KeysFrom {
    /// The keys of this issuer; an error says why there cannot be any.
    pub(super) fn source(
        &self,
        issuer: &str,
        loopback: bool,
        clock: &Clock,
    ) -> Result<Source, String> {
        let parse = if loopback {
            Url::parse_loopback_allowed
        } else {
            Url::parse
        };
        let location = match self {
            Self::Embedded(json) => return embedded(issuer, json),
            Self::Url(url) => {
                let url = url.to_string();
                parse(&url).map(Location::Url).map_err(|error| {
                    format!(
                        "the keys of the issuer {issuer:?} cannot be fetched from {url:?}: {error}"
                    )
                })?
            }
            Self::Below => parse(&format!("{issuer}/.well-known/jwks.json"))
                .map(Location::Url)
                .map_err(|error| not_fetched(issuer, &error))?,
            Self::Discovery => {
                let url = parse(issuer).map_err(|error| not_fetched(issuer, &error))?;
                Location::Discovery {
                    issuer: issuer.to_owned(),
                    url,
                }
            }
        };
        Ok(Source::Fetched(Cached::new(location, Arc::clone(clock))))
    }
}

fn not_fetched(issuer: &str, error: &impl std::fmt::Display) -> String {
    format!("the keys of the issuer {issuer:?} cannot be fetched: {error}")
}

fn embedded(issuer: &str, json: &str) -> Result<Source, String> {
    let set = KeySet::read(json.as_bytes())
        .ok_or_else(|| format!("the embedded keys of the issuer {issuer:?} are not a JWK set"))?;
    if set.is_empty() {
        return Err(format!(
            "none of the embedded keys of the issuer {issuer:?} can be used"
        ));
    }
    Ok(Source::Embedded(Arc::new(set)))
}

impl Source {
    /// The key that a token names.
    pub(super) async fn key(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Arc<Key>, AuthError> {
        match self {
            Self::Embedded(set) => set.find(kid, algorithm),
            Self::Fetched(cached) => cached.get(kid).await?.find(kid, algorithm),
            Self::ById(keys) => keys.key(kid.ok_or(AuthError::MalformedKeyId)?).await,
        }
    }

    /// Notes that the key of this name has verified a token.
    pub(super) fn proven(&self, kid: Option<&str>) {
        if let (Self::ById(keys), Some(kid)) = (self, kid) {
            keys.proven(kid);
        }
    }

    pub(super) async fn prepare(&self) {
        if let Self::Fetched(cached) = self {
            cached.prepare().await;
        }
    }
}
