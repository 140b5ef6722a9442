//! WebSocket APIs of API Gateway.

#[doc(hidden)]
pub mod emulate;
mod error;
pub(crate) mod management;
mod transport;

pub use error::ManagementError;
pub use transport::Delivery;
