//! The open connections of a gateway in this process.

use crate::{
    BoxFuture,
    websocket::{
        error::ManagementError,
        transport::{Command, Delivery, MAX_MESSAGE, Transport},
    },
};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::mpsc;

/// What a gateway sends to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// A text message.
    Text(String),
    /// The end of the connection.
    Close,
}

/// The open connections of a gateway, by id. Clones are the same hub.
#[derive(Clone, Default)]
pub struct Hub(Arc<Mutex<HashMap<String, mpsc::UnboundedSender<Outgoing>>>>);

impl Hub {
    /// Opens a connection. What is sent to it comes out of the receiver.
    pub(super) fn open(&self, id: &str) -> mpsc::UnboundedReceiver<Outgoing> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.connections().insert(id.to_owned(), sender);
        receiver
    }

    /// Forgets a connection.
    pub(super) fn remove(&self, id: &str) {
        self.connections().remove(id);
    }

    /// Sends a message to a connection, closes it, or asks whether it is open.
    pub(super) fn command(&self, id: &str, command: Command) -> Result<Delivery, ManagementError> {
        let mut connections = self.connections();
        let Some(connection) = connections.get(id).filter(|sender| !sender.is_closed()) else {
            return Ok(Delivery::Gone);
        };
        let sent = match command {
            Command::Get => return Ok(Delivery::Delivered),
            Command::Post(text) if text.len() > MAX_MESSAGE => {
                return Err(ManagementError::TooLarge(text.len()));
            }
            Command::Post(text) => connection.send(Outgoing::Text(text)),
            Command::Close => {
                let sent = connection.send(Outgoing::Close);
                connections.remove(id);
                sent
            }
        };
        Ok(match sent {
            Ok(()) => Delivery::Delivered,
            Err(_) => Delivery::Gone,
        })
    }

    fn connections(&self) -> MutexGuard<'_, HashMap<String, mpsc::UnboundedSender<Outgoing>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for Hub {
    fn send<'a>(
        &'a self,
        id: &'a str,
        command: Command,
    ) -> BoxFuture<'a, Result<Delivery, ManagementError>> {
        Box::pin(std::future::ready(self.command(id, command)))
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hub({})", self.connections().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(text: &str) -> Command {
        Command::Post(text.to_owned())
    }

    #[test]
    fn messages_reach_the_connection_that_they_name() {
        let hub = Hub::default();
        let [mut a, mut b] = ["a", "b"].map(|id| hub.open(id));
        assert_eq!(hub.command("b", post("1")), Ok(Delivery::Delivered));
        assert_eq!(hub.command("b", post("2")), Ok(Delivery::Delivered));
        assert_eq!(hub.command("c", post("3")), Ok(Delivery::Gone));
        assert!(a.try_recv().is_err());
        assert_eq!(b.try_recv(), Ok(Outgoing::Text("1".to_owned())));
        assert_eq!(b.try_recv(), Ok(Outgoing::Text("2".to_owned())));
        assert!(b.try_recv().is_err());
    }

    #[test]
    fn a_closed_connection_is_gone() {
        let hub = Hub::default();
        let mut a = hub.open("a");
        assert_eq!(hub.command("a", Command::Get), Ok(Delivery::Delivered));
        assert_eq!(hub.command("a", Command::Close), Ok(Delivery::Delivered));
        assert_eq!(a.try_recv(), Ok(Outgoing::Close));
        drop(hub.open("b"));
        let c = hub.open("c");
        hub.remove("c");
        for id in ["a", "b", "c"] {
            for command in [Command::Get, Command::Close, post("1")] {
                assert_eq!(hub.command(id, command), Ok(Delivery::Gone), "{id}");
            }
        }
        drop(c);
    }

    #[test]
    fn a_message_has_at_most_128_kb() {
        let hub = Hub::default();
        let _a = hub.open("a");
        let largest = "k".repeat(MAX_MESSAGE);
        assert_eq!(hub.command("a", post(&largest)), Ok(Delivery::Delivered));
        let larger = format!("{largest}k");
        let sent = hub.command("a", post(&larger));
        assert_eq!(sent, Err(ManagementError::TooLarge(MAX_MESSAGE + 1)));
    }
}
