//! Who calls, and what they may do.
//!
//! An [`Authenticator`] makes an [`Identity`] of a request, or a precise [`Refusal`]; routes say
//! which identities they let in. Once an [`Api`](crate::Api) has an authenticator, everything in it
//! is closed, and `public` opens one route.

pub(crate) mod access;
mod authenticator;
mod challenge;
mod credential;
mod gate;
pub mod gateway;
mod identity;
mod refusal;
mod scheme;
mod take;

pub use access::Access;
pub use authenticator::{Authenticator, TestKeys};
pub(crate) use authenticator::{Installed, install};
pub use credential::Credential;
pub(crate) use gate::Policy;
pub use identity::{Identity, IdentityKind};
pub use refusal::Refusal;
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use scheme::GatewayScheme;
pub use scheme::Scheme;
pub use take::{Claims, ClaimsRejection, IdentityRejection};
