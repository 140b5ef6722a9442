//! Benchmarks of an API of thirty routes, built with lambda-api and with each of its peers.
//!
//! `cargo bench -p benches` measures the time of an invocation;
//! `cargo run --release -p benches -- report` measures everything.

pub mod apis;
#[cfg(feature = "report")]
pub mod in_process;
pub mod orders;
#[cfg(feature = "report")]
pub mod report;
#[cfg(feature = "report")]
mod work;

#[cfg(feature = "report")]
pub use work::Work;
