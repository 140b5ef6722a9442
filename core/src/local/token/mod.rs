//! `token`: a token for calls on this machine.
//!
//! It is signed with a key that was made for this machine, and that no deployed program knows:
//! `serve` and `invoke` of a debug build lend its public half to the authenticators of the program
//! that verify tokens themselves, and to those that stand in for an authorizer of the gateway.
//! Everything else about them stays as it is: issuer, audience or client, token use, expiry, checks
//! of the program's own, rules of routes. Tokens of the real issuer are accepted as well.
//!
//! Who can read the key can sign in to programs that are being developed on this machine, and
//! nowhere else. The key is not lent where other machines can call (`--bind`), nor where the
//! environment is that of Lambda, nor is any of this compiled in a build without debug assertions.

mod arguments;
#[cfg(all(debug_assertions, feature = "jwt"))]
mod issue;
#[cfg(all(debug_assertions, feature = "jwt"))]
mod store;

pub(super) use arguments::{Wanted, parse};
#[cfg(all(debug_assertions, feature = "jwt"))]
pub(super) use issue::{issue, lend};

#[cfg(not(all(debug_assertions, feature = "jwt")))]
use {super::Failure, crate::Api, std::net::IpAddr};

/// Prints nothing of a token where there can be none.
#[cfg(not(all(debug_assertions, feature = "jwt")))]
pub(super) async fn issue(_: &Api, _: &Wanted) -> Result<String, Failure> {
    let why = if cfg!(debug_assertions) {
        "no authenticator of this program verifies tokens itself: that takes the feature `jwt` of \
         lambda-api"
    } else {
        "tokens for local calls are accepted by debug builds alone, and this is none"
    };
    std::future::ready(Err(Failure(why.to_owned()))).await
}

/// Lends nothing.
#[cfg(not(all(debug_assertions, feature = "jwt")))]
pub(super) fn lend(_: &mut Api, _: Option<IpAddr>) -> Vec<String> {
    Vec::new()
}
