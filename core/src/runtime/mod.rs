//! The runtime of a process: the tokio runtime, the invocation loop, startup and shutdown.
//!
//! Only this module calls the Runtime API and reads the environment variables of Lambda.

mod client;
mod connection;
mod error_document;
mod extension;
mod head;
pub(crate) mod init_error;
mod invoke;
pub(crate) mod lambda;
mod poller;
#[cfg(unix)]
pub(crate) mod signal;
mod snapshot;
mod terminate;
mod trace_environment;
mod wake;
