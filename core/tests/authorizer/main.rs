//! Lambda authorizers, through the public interface.

#![allow(missing_docs, reason = "handlers of tests")]

mod build;
mod decisions;
#[cfg(all(feature = "api-keys", feature = "jwt"))]
mod verifiers;
