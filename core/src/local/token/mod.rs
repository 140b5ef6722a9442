//! `token`: a token for calls on this machine.
//!
//! It is signed with a key of this machine, which no deployed program knows: `serve` and `invoke` of a
//! debug build lend the public key to the authenticators of the program that verify tokens, and to the
//! local verifiers of gateway authenticators. Everything else stays as configured: issuer, audience or
//! client, token use, expiry, checks of the program, rules of routes. Tokens of the real issuer are
//! accepted as well.
//!
//! Whoever can read the key can sign in to programs that are developed on this machine, and
//! nowhere else. The key is not lent where other machines can call (`--bind`), nor where the
//! environment is that of Lambda, nor is any of this compiled in a build without debug assertions.

mod arguments;
#[cfg(all(debug_assertions, feature = "jwt"))]
mod issue;
#[cfg(all(debug_assertions, feature = "jwt"))]
mod store;

pub(super) use arguments::{Wanted, parse};
#[cfg(all(debug_assertions, feature = "jwt", feature = "docs"))]
pub(super) use issue::Issuers;
#[cfg(all(test, debug_assertions, feature = "jwt", feature = "docs"))]
pub(super) use issue::lend_key;
#[cfg(all(debug_assertions, feature = "jwt"))]
pub(super) use issue::{Lent, issue, lend};

#[cfg(not(all(debug_assertions, feature = "jwt")))]
use {super::output::Failure, crate::Api, std::net::IpAddr};

/// Who accepts tokens for local calls: no authenticator of this build.
#[cfg(not(all(debug_assertions, feature = "jwt")))]
#[derive(Default)]
pub(super) struct Lent {
    /// The names of the authenticators.
    pub(super) names: Vec<String>,
    /// Their issuers, with the key that they got.
    #[cfg(feature = "docs")]
    pub(super) issuers: Option<Issuers>,
}

/// Fails: this build has no tokens.
#[cfg(not(all(debug_assertions, feature = "jwt")))]
pub(super) async fn issue(_: &Api, _: &Wanted) -> Result<String, Failure> {
    let why = if cfg!(debug_assertions) {
        "no authenticator of this program verifies tokens itself: that takes the feature `jwt` of \
         lambda-api"
    } else {
        "only debug builds accept tokens for local calls, and this is a release build"
    };
    std::future::ready(Err(Failure(why.to_owned()))).await
}

/// Lends no keys.
#[cfg(not(all(debug_assertions, feature = "jwt")))]
pub(super) fn lend(_: &mut Api, _: Option<IpAddr>) -> Lent {
    Lent::default()
}

/// Issuers of tokens, of which this build has none.
#[cfg(all(feature = "docs", not(all(debug_assertions, feature = "jwt"))))]
mod none {
    use super::{super::output::Failure, Wanted};

    pub(in super::super) struct Issuers;

    pub(in super::super) struct Issued {
        pub(in super::super) token: String,
        pub(in super::super) warning: Option<String>,
    }

    impl Issuers {
        pub(in super::super) fn password(&self) -> String {
            String::new()
        }

        pub(in super::super) fn is_password(&self, _: &[u8]) -> bool {
            false
        }

        pub(in super::super) fn names(&self) -> impl Iterator<Item = &str> {
            std::iter::empty()
        }

        pub(in super::super) async fn issue(&self, _: &Wanted) -> Result<Issued, Failure> {
            let why = "this build makes no tokens".to_owned();
            std::future::ready(Err(Failure(why))).await
        }
    }
}
#[cfg(all(feature = "docs", not(all(debug_assertions, feature = "jwt"))))]
pub(super) use none::Issuers;
