//! The loop on Lambda: polling, responding, snapshots and shutdown.
//!
//! Only this module calls the Runtime API.

mod chunks;
mod client;
mod connection;
mod error_document;
mod extension;
mod head;
pub(crate) mod init_error;
mod invoke;
pub(crate) mod lambda;
mod poller;
mod snapshot;
mod stream;
mod terminate;
mod trace_environment;
mod wake;
