//! Test support for this workspace alone, on top of `lambda-api-testing`.
//!
//! What no user of the library needs is here and not published: issuers that rotate their keys and
//! serve them with errors ([`IssuerExt`], [`JwksServer`], [`Fault`], [`OddKey`]), tokens that no
//! issuer would sign ([`TokenExt`]), [`assert_schema`], compiled programs ([`run`]), and [`strategies`] for damaged
//! events and for what each event source loses of a request.

mod issuer;
mod process;
mod schema;
pub mod strategies;

pub use issuer::{Fault, IssuerExt, JwksServer, OddKey, TokenExt, loopback_issuer};
pub use process::{Run, run};
pub use schema::assert_schema;
