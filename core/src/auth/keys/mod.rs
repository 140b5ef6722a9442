//! The keys of issuers: fetched over HTTPS, kept, and fetched anew when it is time.
//!
//! - [`Url`]: where a document is, checked once: https, or http to this machine where that was
//!   asked for.
//! - `fetch`: one GET, with limits on everything: 3 s in all, 150 KB, status 200, no redirect, no
//!   compression, no proxy, certificates of the public web only.
//! - `state`: what a request gets and whether it makes a fetch, decided from the time alone.
//! - [`Cached`]: joins the two, so that many requests share one fetch, and none can spoil it for
//!   the others.
//!
//! Times, all by the wall clock, because a process that Lambda has frozen must know how long:
//!
//! | what | how long |
//! |---|---|
//! | a document is fresh | 1 h; then the next request fetches it anew, and waits 500 ms for that |
//! | a document is used while the issuer is down | 24 h since it was fetched; not at all once the host says that it is gone: 410, and 404 for a key at a URL of its own |
//! | from one try to the next | 10 s, whether for an unknown key or after a failure |
//! | the same without any document | 1 s after the first failure, then 2, 4, 8 and 10 s |
//!
//! `Cache-Control` of the reply changes none of these. An issuer cannot know how long a stolen key
//! is to be trusted here, and a proxy that says `no-store` shall not make every request a fetch.

mod cached;
mod connect;
mod discovery;
mod failure;
mod fetch;
mod state;
#[cfg(test)]
mod testing;
mod tls;
mod url;

pub(crate) use cached::Cached;
pub(crate) use url::{Url, UrlError};

use super::Refusal;
use std::{sync::Arc, time::SystemTime};

/// What time it is.
pub(crate) type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// What is fetched: a set of keys, or one key.
pub(crate) trait Document: Sized + Send + Sync + 'static {
    /// What a request is refused with when the answer is 403, 404 or 410. Where the URL names the
    /// key itself, it is [`Refusal::UnknownKey`].
    const MISSING: Refusal = Refusal::KeysUnavailable;

    /// Reads the document. `None` when it is no such document at all.
    fn parse(bytes: &[u8]) -> Option<Self>;

    /// Whether a token that names this key can be checked with it.
    fn holds(&self, kid: Option<&str>) -> bool;
}

/// Where a document is.
pub(crate) enum Location {
    /// Here.
    Url(Url),
    /// Where the metadata of the issuer says. They are below `url`, and have to name `issuer`.
    Discovery { issuer: String, url: Url },
}
