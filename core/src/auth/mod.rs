//! Who calls, and what they may do.
//!
//! An [`Authenticator`] makes an [`Identity`] of a request, or a precise [`Refusal`]; routes say
//! which identities they let in. Once an [`Api`](crate::Api) has an authenticator, everything in it
//! is closed, and `public` opens one route.

pub(crate) mod access;
#[cfg(feature = "jwt")]
mod alb;
#[cfg(feature = "api-keys")]
mod api_keys;
mod authenticator;
mod challenge;
mod credential;
mod gate;
pub mod gateway;
mod identity;
#[cfg(feature = "jwt")]
mod jwt;
#[cfg(feature = "jwt")]
mod keys;
mod list_claim;
mod names;
mod pool;
mod refusal;
mod scheme;
mod take;

pub use access::Access;
#[cfg(feature = "jwt")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
pub use alb::AlbOidc;
#[cfg(feature = "api-keys")]
#[cfg_attr(docsrs, doc(cfg(feature = "api-keys")))]
pub use api_keys::{ApiKeys, KeyHash, KeyHashError};
pub use authenticator::{Authenticator, TestKeys};
pub(crate) use authenticator::{Installed, install, named_headers};
pub use credential::Credential;
pub(crate) use gate::Policy;
pub use identity::{Identity, IdentityKind};
#[cfg(feature = "jwt")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
pub use jwt::{Algorithm, Cognito, Jwt, NeedsAudience, NeedsClient, Ready, VerifiedTokens};
#[cfg(all(debug_assertions, feature = "jwt"))]
pub(crate) use jwt::{LocalIssuer, LocalKey, SECRET, Said, new_secret, secret_of, text_of};
pub use refusal::Refusal;
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use scheme::GatewayScheme;
pub use scheme::Scheme;
pub(crate) use take::Recognised;
pub use take::{Claims, ClaimsRejection, IdentityRejection};
