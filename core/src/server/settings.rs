//! The settings of a server.

use super::{proxies::Proxies, watch::Times};
use std::time::Duration;

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) proxies: Proxies,
    pub(super) max_connections: usize,
    /// Until the head of a request has arrived.
    pub(super) head: Duration,
    /// Until the body of a request has arrived.
    pub(super) body: Duration,
    /// Until the head of the response is known.
    pub(super) request: Duration,
    /// Between requests, and while the client does not read.
    pub(super) idle: Duration,
    /// Until all responses have been sent, once the server was asked to stop.
    pub(super) drain: Duration,
    /// Until connections are asked to end.
    pub(super) drain_delay: Duration,
    pub(super) healthz: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            proxies: Proxies::default(),
            max_connections: 10_000,
            head: Duration::from_secs(10),
            body: Duration::from_secs(60),
            request: Duration::from_secs(30),
            // A load balancer keeps connections for 60 s, and has to be the one that closes them.
            idle: Duration::from_secs(75),
            drain: Duration::from_secs(25),
            drain_delay: Duration::ZERO,
            healthz: None,
        }
    }
}

impl Settings {
    pub(super) fn times(&self) -> Times {
        Times {
            head: self.head,
            idle: self.idle,
        }
    }
}
