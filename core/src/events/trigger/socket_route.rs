//! Routes of a WebSocket API.

use std::fmt;

/// The route of a WebSocket API that a handler takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub enum SocketRoute {
    /// `$connect`
    Connect,
    /// `$disconnect`
    Disconnect,
    /// `$default`: messages that no other route takes.
    Default,
    /// Messages that name this route.
    Named(&'static str),
}

impl SocketRoute {
    /// The key of the route.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Connect => "$connect",
            Self::Disconnect => "$disconnect",
            Self::Default => "$default",
            Self::Named(key) => key,
        }
    }

    /// Whether it takes an event of this type with the key of this route. `Default` is asked after all
    /// others.
    pub(super) fn takes(self, event_type: &str, key: &str) -> bool {
        match self {
            Self::Connect => event_type == "CONNECT",
            Self::Disconnect => event_type == "DISCONNECT",
            Self::Default => event_type == "MESSAGE",
            Self::Named(own) => event_type == "MESSAGE" && own == key,
        }
    }
}

impl fmt::Display for SocketRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect",
            Self::Disconnect => "disconnect",
            Self::Default => "message",
            Self::Named(key) => return write!(f, "route = {key}"),
        })
    }
}
