//! Events of Lambda authorizers, and their responses.

mod event;
mod response;

pub use event::AuthorizerEvent;
pub use response::AuthorizerResponse;
