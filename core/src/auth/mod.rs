//! Authentication and authorization.
//!
//! An [`Authenticator`] turns a request into an [`Identity`] or an [`AuthError`]; the access rule of a
//! route says which identities may call it. Once an [`Api`](crate::Api) has an authenticator, every
//! route requires an identity unless it is `public`. `build()` fails if a route has an access rule
//! but no authenticator.
//!
//! What differs between deployments is a [`Setting`](crate::Setting): builders take a literal or
//! [`env("NAME")`](crate::env()), which `build()` reads.
//!
//! Unauthenticated requests get 401 with `WWW-Authenticate`; authenticated but unauthorized ones get
//! 403. The exact reason is only logged.

pub(crate) mod access;
#[cfg(feature = "jwt")]
mod alb;
#[cfg(feature = "api-keys")]
mod api_keys;
pub(crate) mod authenticator;
mod claims;
pub(crate) mod credential;
mod date;
pub(crate) mod description;
mod error;
mod extract;
pub mod gateway;
mod identity;
mod json;
#[cfg(feature = "jwt")]
mod jwt;
#[cfg(feature = "jwt")]
mod keys;
mod list_claim;
mod names;
mod policy;
pub(crate) mod pool;

pub use access::{Access, Required, any};
#[cfg(feature = "jwt")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
pub use alb::AlbOidc;
#[cfg(feature = "api-keys")]
#[cfg_attr(docsrs, doc(cfg(feature = "api-keys")))]
pub use api_keys::{ApiKeys, KeyHash, KeyHashError};
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use authenticator::GatewayScheme;
#[cfg(feature = "jwt")]
pub(crate) use authenticator::LendKeys;
pub use authenticator::{Authenticator, Scheme};
pub(crate) use authenticator::{Installed, TestKeys, install, named_headers};
pub use claims::{Claims, ClaimsRejection};
pub use credential::Credential;
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use credential::Place;
pub use error::AuthError;
pub use extract::IdentityRejection;
pub(crate) use extract::Recognised;
pub use identity::{ClaimsError, Identity, IdentityKind};
#[cfg(feature = "jwt")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
pub use jwt::{Algorithm, Cognito, Jwt, NeedsAudience, NeedsClient, Ready, VerifiedTokens};
#[cfg(all(debug_assertions, feature = "jwt"))]
pub(crate) use jwt::{LocalIssuer, LocalKey, SECRET, TokenContent, new_secret, secret_of, text_of};
pub(crate) use policy::Policy;
