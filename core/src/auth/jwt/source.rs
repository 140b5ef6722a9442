//! Where the keys of an issuer come from.

use super::{
    super::{
        Refusal,
        keys::{Cached, Clock, Document, Location, Url},
    },
    KeySet,
};
use std::sync::Arc;

impl Document for KeySet {
    fn parse(bytes: &[u8]) -> Option<Self> {
        Self::read(bytes)
    }

    fn holds(&self, kid: Option<&str>) -> bool {
        Self::holds(self, kid)
    }
}

/// What was said about the keys of an issuer.
#[derive(Clone, Debug)]
pub(super) enum KeysFrom {
    /// The issuer's metadata say where they are.
    Discovery,
    /// At the place below the issuer's URL where Cognito has them.
    Below,
    /// At this URL.
    Url(String),
    /// They are these.
    Embedded(Arc<str>),
}

/// Gives the keys of an issuer.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Embedded(Arc<KeySet>),
    Fetched(Cached<KeySet>),
}

impl KeysFrom {
    /// The keys of this issuer, or a sentence on why there cannot be any.
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
            Self::Url(url) => parse(url).map(Location::Url).map_err(|error| {
                format!("the keys of the issuer {issuer:?} cannot be fetched from {url:?}: {error}")
            })?,
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
        .ok_or_else(|| format!("the embedded keys of the issuer {issuer:?} are no JWK set"))?;
    if set.is_empty() {
        return Err(format!(
            "of the embedded keys of the issuer {issuer:?} none can be used"
        ));
    }
    Ok(Source::Embedded(Arc::new(set)))
}

impl Source {
    /// The keys, to look for this one.
    pub(super) async fn keys(&self, kid: Option<&str>) -> Result<Arc<KeySet>, Refusal> {
        match self {
            Self::Embedded(set) => Ok(Arc::clone(set)),
            Self::Fetched(cached) => cached.get(kid).await,
        }
    }

    pub(super) async fn prepare(&self) {
        if let Self::Fetched(cached) = self {
            cached.prepare().await;
        }
    }
}
