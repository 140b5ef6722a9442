//! The same API of thirty routes, built with each of the peers, and a small API for concurrent
//! invocations.

#[cfg(feature = "axum")]
pub mod axum;
#[cfg(any(feature = "lambda_http", feature = "limit", feature = "runtime"))]
mod by_hand;
#[cfg(feature = "lambda_http")]
pub mod lambda_http;
#[cfg(feature = "limit")]
pub mod limit;
#[cfg(feature = "runtime")]
pub mod minimal;
#[cfg(feature = "ours")]
pub mod ours;
#[cfg(feature = "poem")]
pub mod poem;
#[cfg(any(feature = "limit", feature = "runtime"))]
mod response;
#[cfg(feature = "several")]
pub mod several;
#[cfg(feature = "runtime")]
pub mod value;

#[cfg(any(feature = "limit", feature = "runtime"))]
pub use response::WireResponse;
