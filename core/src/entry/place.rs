//! Where a program runs, which its environment tells.

use crate::environment::is_on_lambda;
#[cfg(feature = "server")]
use crate::server::Address;

/// Where a program runs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    Lambda,
    #[cfg(feature = "server")]
    Server(Address),
    /// On a developer's machine.
    #[cfg(any(debug_assertions, feature = "local"))]
    Local,
}

#[cfg(all(feature = "server", not(any(debug_assertions, feature = "local"))))]
pub(super) const NOWHERE: &str = "this release build runs on AWS Lambda, or as an HTTP server if the \
    variable `PORT` or `AWS_LAMBDA_HTTP_ENDPOINT` is set";

#[cfg(not(any(feature = "server", debug_assertions, feature = "local")))]
pub(super) const NOWHERE: &str = "this release build runs on AWS Lambda only: start it with \
    `cargo run` (a debug build), or build it with the feature `local` of lambda-api";

impl Place {
    /// Reads the environment: the Runtime API, then the address of a server.
    ///
    /// # Errors
    /// Returns what is wrong with a variable, or which are missing.
    pub(super) fn here() -> Result<Self, String> {
        if is_on_lambda() {
            return Ok(Self::Lambda);
        }
        #[cfg(feature = "server")]
        if let Some(address) = Address::here() {
            return address.map(Self::Server);
        }
        #[cfg(any(debug_assertions, feature = "local"))]
        return Ok(Self::Local);
        #[cfg(not(any(debug_assertions, feature = "local")))]
        Err(NOWHERE.to_owned())
    }

    pub(super) fn is_lambda(&self) -> bool {
        *self == Self::Lambda
    }

    pub(super) fn is_server(&self) -> bool {
        #[cfg(feature = "server")]
        return matches!(self, Self::Server(_));
        #[cfg(not(feature = "server"))]
        false
    }

    /// Whether the program serves others, and logs for them.
    pub(super) fn is_deployed(&self) -> bool {
        self.is_lambda() || self.is_server()
    }
}
