//! A WebSocket API in this process, for the local server and the test client.

mod event;
mod gateway;
mod hub;
mod selection;

pub use event::{ConnectionFacts, Incident, Stage, event};
pub use gateway::{
    Connection, Gateway, Handshake, Invoke, MessageError, Rejected, Routes, Session,
};
pub use hub::{Hub, Outgoing};
pub use selection::RouteSelection;

pub use super::transport::MAX_MESSAGE;
