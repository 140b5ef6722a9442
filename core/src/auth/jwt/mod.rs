//! Tokens that this process verifies.
//!
//! `verifier` has the steps:
//!
//! - `compact` splits the token and decodes its segments.
//! - `header` reads the algorithm and the id of the key, `claims` the payload. Of these, the issuer
//!   alone is used yet.
//! - `source` has the keys of that issuer, a `key_set` of `jwk`s, and `key` verifies the signature.
//! - `claims` checks times, and a `Profile` the rest: `issuer` for OpenID Connect and Cognito,
//!   `auth::alb` for load balancers.
//! - `token_cache` may remember the identity.
//!
//! `oidc` and `cognito` are public. `config` holds their settings, and makes the verifier when it is
//! first needed. In builds with debug assertions, `local_key` is a key of the developer's machine, and
//! `local` signs tokens with it.

mod algorithm;
mod claims;
mod cognito;
mod common;
mod compact;
mod config;
mod header;
mod issuer;
mod jwk;
mod key;
mod key_set;
#[cfg(debug_assertions)]
mod local;
#[cfg(debug_assertions)]
mod local_key;
mod oidc;
mod source;
#[cfg(test)]
mod testing;
mod token_cache;
mod verifier;
#[cfg(test)]
mod wycheproof;

pub use algorithm::Algorithm;
pub(crate) use claims::Payload;
pub use cognito::{Cognito, NeedsClient};
pub(crate) use common::Common;
pub(crate) use config::common_settings;
pub(crate) use header::{Header, HeaderRules};
pub(crate) use key::Key;
pub(crate) use key_set::KeySet;
#[cfg(debug_assertions)]
pub(crate) use local::{LocalIssuer, TokenContent};
#[cfg(debug_assertions)]
pub(crate) use local_key::{LocalKey, SECRET, new_secret, secret_of, text_of};
pub use oidc::{Jwt, NeedsAudience};
pub(crate) use source::{KeysById, Source};
pub use token_cache::VerifiedTokens;
pub(crate) use verifier::{Issuer, Profile, Verifier};

/// The state of a [`Jwt`], [`Cognito`] or [`AlbOidc`](crate::auth::AlbOidc) that is complete, and so an
/// [`Authenticator`](crate::auth::Authenticator).
#[derive(Debug)]
pub enum Ready {}
