//! The signals that end a process.

#[cfg(any(debug_assertions, feature = "local", feature = "server"))]
mod ending;
#[cfg(unix)]
mod signal;

#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use ending::requests;
#[cfg(feature = "server")]
pub(crate) use ending::starting;
#[cfg(any(debug_assertions, feature = "local", feature = "server"))]
pub(crate) use ending::{Guard, Notice};
#[cfg(unix)]
pub(crate) use signal::{Signal, TERMINATE};
