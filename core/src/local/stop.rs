//! Waiting for Ctrl-C and SIGTERM.

use super::log;
use std::{future::pending, io};

/// Listens for signals from when it is made, so that none is missed before it is awaited.
pub(super) struct Stop(io::Result<Signals>);

impl Stop {
    pub(super) fn listen() -> Self {
        let signals = Signals::listen();
        if let Err(error) = &signals {
            log::line(&format!("warning: no signals can be received: {error}"));
        }
        Self(signals)
    }

    /// Resolves with each signal that asks the program to end.
    pub(super) async fn requested(&mut self) {
        match &mut self.0 {
            Ok(signals) => signals.next().await,
            Err(_) => pending().await,
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            pending().await
        }
    }
}
