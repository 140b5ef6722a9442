//! The keys of issuers: fetched over HTTPS, kept, and fetched anew when it is time.
//!
//! - [`Url`]: where a document is, checked once: https, or http to this machine if that is allowed.
//! - `fetch`: one GET, with limits on everything: 3 s in all, 150 KB, status 200, no redirect, no
//!   compression, no proxy, certificates of the public web only.
//! - `state`: what a request gets and whether it starts a fetch, decided from the time alone.
//! - [`Cached`]: joins the two, so that many requests share one fetch, and a request that is dropped
//!   does not cancel it for the others.
//!
//! Times are by the wall clock, which goes on while Lambda has frozen the process:
//!
//! | what | how long |
//! |---|---|
//! | a document is fresh | 1 h; then the next request fetches it anew, and waits 500 ms for that |
//! | a document is used while the issuer is down | 24 h since it was fetched; not at all once the host says that it is gone: 410, and 404 for a key at a URL of its own |
//! | from one try to the next | 10 s, whether for an unknown key or after a failure |
//! | the same without any document | 1 s after the first failure, then 2, 4, 8 and 10 s |
//!
//! `Cache-Control` of the response is ignored: an issuer must not prolong the trust in a stolen key,
//! and a proxy that sends `no-store` must not make every request a fetch.

mod cached;
mod discovery;
mod failure;
mod fetch;
mod state;
#[cfg(test)]
mod testing;
mod url;

pub(crate) use cached::Cached;
pub(crate) use url::{Url, UrlError};

use super::AuthError;
use std::{sync::Arc, time::SystemTime};

/// Tells the time.
pub(crate) type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// What is fetched: a set of keys, or one key.
pub(crate) trait Document: Sized + Send + Sync + 'static {
    /// The error if the status is 403, 404 or 410: [`AuthError::UnknownKey`] if the URL names the key
    /// itself.
    const MISSING: AuthError = AuthError::KeysUnavailable;

    /// Parses the document; `None` if it is another one.
    fn parse(bytes: &[u8]) -> Option<Self>;

    /// Whether a token that names this key can be verified with it.
    fn holds(&self, kid: Option<&str>) -> bool;
}

/// Where a document is.
pub(crate) enum Location {
    Url(Url),
    /// At the URL in the issuer's metadata. They are below `url`, and have to name `issuer`.
    Discovery {
        issuer: String,
        url: Url,
    },
}
