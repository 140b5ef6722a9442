//! Lambda authorizers, through the public interface.

#![allow(missing_docs, reason = "handlers of tests")]

mod build;
mod decisions;
mod verifiers;
