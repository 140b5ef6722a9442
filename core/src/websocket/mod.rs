//! WebSocket APIs of API Gateway.
//!
//! A program handles the connections and the messages of a WebSocket API, beside its routes and other
//! events. [`#[ws_handler]`](macro@crate::ws_handler) marks the functions, and
//! [`events!`](crate::events!) collects them:
//!
//! ```
//! use lambda_api::{Api, Error, Json, events, ws_handler, websocket::Connection};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Deserialize)]
//! struct Message { text: String }
//!
//! #[derive(Serialize)]
//! struct Sent { length: usize }
//!
//! /// Takes messages with `"action": "send"`.
//! #[ws_handler(route = "send")]
//! async fn send(Json(message): Json<Message>, connection: Connection) -> Result<Json<Sent>, Error> {
//!     connection.post("one message").await?;
//!     Ok(Json(Sent { length: message.text.len() }))
//! }
//!
//! let api = Api::new().events(events![send]);
//! ```
//!
//! The [guide](crate::guide::websocket) explains connections, responses, tests and deploying.

mod api;
mod connection;
mod connections;
mod context;
#[doc(hidden)]
pub mod emulate;
mod error;
mod handshake;
mod management;
mod message;
mod response;
mod transport;

pub use api::WebSocketApi;
pub use connection::Connection;
pub use connections::{Connections, PostedAll};
pub use error::ManagementError;
pub use handshake::{Disconnected, Handshake};
pub use message::IntoMessage;
pub use response::{IntoConnectResponse, IntoMessageResponse, Subprotocol};
#[doc(hidden)]
pub use response::{connect_response, connection, message, message_response, otherwise};
pub use transport::Delivery;
