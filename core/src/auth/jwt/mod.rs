//! Tokens that this process verifies.

mod algorithm;
pub(crate) mod base64url;
mod claims;
pub(crate) mod compact;
pub(crate) mod date;
mod header;
pub(crate) mod json;
mod jwk;
pub(crate) mod key;
mod key_set;
mod roca;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod wycheproof;

pub use algorithm::Algorithm;
pub(crate) use key::Key;
pub(crate) use key_set::KeySet;
