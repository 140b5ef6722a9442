//! Tokens that this process verifies.
//!
//! A token goes through the files in this order:
//!
//! - `compact` takes its text apart, and `base64url` decodes the segments.
//! - `header` says with what it was signed. `claims` reads the payload, of which nothing but the
//!   issuer counts yet. Both read with `json`, which knows no leniency.
//! - `source` has the keys of that issuer, a `key_set` of `jwk`s, and `key` checks the signature;
//!   `roca` knows keys that were made badly.
//! - `claims` says what the payload has to be like, with `date` for its times.
//! - `verifier` does all this in its order and makes an identity; `verified` may remember it.
//!
//! What users see is `oidc` and `cognito`. `plan` keeps what they were told, and makes the verifier
//! when it is first asked for. A Cognito user pool's issuers come from `auth::pool`. In builds with debug
//! assertions, `local` signs tokens for the developer's machine, and lends the key for them.

mod algorithm;
pub(crate) mod base64url;
mod claims;
mod cognito;
pub(crate) mod compact;
pub(crate) mod date;
mod header;
pub(crate) mod json;
mod jwk;
pub(crate) mod key;
mod key_set;
#[cfg(debug_assertions)]
mod local;
mod oidc;
mod plan;
mod roca;
mod source;
#[cfg(test)]
mod testing;
mod verified;
mod verifier;
#[cfg(test)]
mod wycheproof;

pub use algorithm::Algorithm;
pub(crate) use claims::{Sought, names};
pub use cognito::{Cognito, NeedsClient};
pub(crate) use key::Key;
pub(crate) use key_set::KeySet;
#[cfg(debug_assertions)]
pub(crate) use local::{LocalIssuer, LocalKey, SECRET, Said, new_secret, secret_of, text_of};
pub use oidc::{Jwt, NeedsAudience};
pub use verified::VerifiedTokens;

/// Of a [`Jwt`], a [`Cognito`] or an [`AlbOidc`](crate::AlbOidc) that knows all it needs to be an
/// [`Authenticator`](crate::Authenticator).
#[derive(Debug)]
pub enum Ready {}
