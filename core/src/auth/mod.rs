//! Who calls, and what they may do.
//!
//! An [`Authenticator`] makes an [`Identity`] of a request, or a precise [`Refusal`]; routes say
//! which identities they let in. Once an [`Api`](crate::Api) has an authenticator, everything in it
//! is closed, and `public` opens one route.

#[cfg(feature = "api-keys")]
mod api_keys;
pub(crate) mod access;
mod authenticator;
mod challenge;
mod credential;
mod gate;
mod identity;
#[cfg(feature = "jwt")]
mod keys;
mod jwt;
mod refusal;
mod scheme;
mod take;

#[cfg(feature = "api-keys")]
#[cfg_attr(docsrs, doc(cfg(feature = "api-keys")))]
pub use api_keys::{ApiKeys, KeyHash, KeyHashError};
pub use access::Access;
pub use authenticator::{Authenticator, TestKeys};
pub(crate) use authenticator::{Installed, install};
pub use credential::Credential;
pub(crate) use gate::Policy;
pub use identity::{Identity, IdentityKind};
pub use refusal::Refusal;
pub use scheme::Scheme;
pub use take::{Claims, ClaimsRejection, IdentityRejection};

#[cfg(feature = "jwt")]
#[path = "jwt/verified.rs"]
mod verified;
#[cfg(feature = "jwt")]
pub use verified::VerifiedTokens;
