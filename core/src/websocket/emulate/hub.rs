//! The open connections of a gateway in this process.

use crate::{
    BoxFuture,
    websocket::{
        error::ManagementError,
        transport::{Command, Delivery, MAX_MESSAGE, Transport},
    },
};
use serde_json::Value;
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
pub struct Hub(Arc<Mutex<HashMap<String, Peer>>>);

struct Peer {
    sender: mpsc::UnboundedSender<Outgoing>,
    facts: Value,
}

impl Hub {
    /// Opens a connection. What is sent to it comes out of the receiver.
    pub(super) fn open(&self, id: &str, facts: Value) -> mpsc::UnboundedReceiver<Outgoing> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let peer = Peer { sender, facts };
        self.connections().insert(id.to_owned(), peer);
        receiver
    }

    /// Sends a message of any size.
    pub fn post(&self, id: &str, text: String) -> Delivery {
        self.send(id, Outgoing::Text(text))
    }

    /// Closes a connection.
    pub fn close(&self, id: &str) -> Delivery {
        let sent = self.send(id, Outgoing::Close);
        self.remove(id);
        sent
    }

    /// Closes all connections.
    pub fn close_all(&self) {
        for (_, peer) in self.connections().drain() {
            // One that is gone is closed.
            let _ = peer.sender.send(Outgoing::Close);
        }
    }

    /// What the Management API says about an open connection.
    #[must_use]
    pub fn facts(&self, id: &str) -> Option<Value> {
        let connections = self.connections();
        let peer = connections.get(id).filter(|peer| !peer.sender.is_closed());
        peer.map(|peer| peer.facts.clone())
    }

    fn send(&self, id: &str, outgoing: Outgoing) -> Delivery {
        let sent = self
            .connections()
            .get(id)
            .map(|peer| peer.sender.send(outgoing));
        match sent {
            Some(Ok(())) => Delivery::Sent,
            _ => Delivery::Gone,
        }
    }

    /// Whether a connection has not been closed by the function or the gateway.
    pub(super) fn has(&self, id: &str) -> bool {
        self.connections().contains_key(id)
    }

    /// Forgets a connection.
    pub(super) fn remove(&self, id: &str) {
        self.connections().remove(id);
    }

    fn command(&self, id: &str, command: Command) -> Result<Delivery, ManagementError> {
        match command {
            Command::Get if self.facts(id).is_some() => Ok(Delivery::Sent),
            Command::Get => Ok(Delivery::Gone),
            Command::Post(text) if text.len() > MAX_MESSAGE => {
                Err(ManagementError::TooLarge(text.len()))
            }
            Command::Post(text) => Ok(self.post(id, text)),
            Command::Close => Ok(self.close(id)),
        }
    }

    fn connections(&self) -> MutexGuard<'_, HashMap<String, Peer>> {
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
        let [mut a, mut b] = ["a", "b"].map(|id| hub.open(id, Value::Null));
        assert_eq!(hub.command("b", post("1")), Ok(Delivery::Sent));
        assert_eq!(hub.command("b", post("2")), Ok(Delivery::Sent));
        assert_eq!(hub.command("c", post("3")), Ok(Delivery::Gone));
        assert!(a.try_recv().is_err());
        assert_eq!(b.try_recv(), Ok(Outgoing::Text("1".to_owned())));
        assert_eq!(b.try_recv(), Ok(Outgoing::Text("2".to_owned())));
        assert!(b.try_recv().is_err());
    }

    #[test]
    fn a_closed_connection_is_gone() {
        let hub = Hub::default();
        let mut a = hub.open("a", Value::Null);
        assert_eq!(hub.command("a", Command::Get), Ok(Delivery::Sent));
        assert_eq!(hub.command("a", Command::Close), Ok(Delivery::Sent));
        assert_eq!(a.try_recv(), Ok(Outgoing::Close));
        drop(hub.open("b", Value::Null));
        let c = hub.open("c", Value::Null);
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
        let _a = hub.open("a", Value::Null);
        let largest = "k".repeat(MAX_MESSAGE);
        assert_eq!(hub.command("a", post(&largest)), Ok(Delivery::Sent));
        let larger = format!("{largest}k");
        let sent = hub.command("a", post(&larger));
        assert_eq!(sent, Err(ManagementError::TooLarge(MAX_MESSAGE + 1)));
    }
}
