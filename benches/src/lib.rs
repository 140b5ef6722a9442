//! One API of thirty routes, built with lambda-api and with each of its peers, and what an
//! invocation of it costs. `cargo bench -p benches` times it;
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
