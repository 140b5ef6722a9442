//! WebSocket APIs of API Gateway.

mod error;
pub(crate) mod management;
mod transport;

pub use error::ManagementError;
pub use transport::Delivery;
