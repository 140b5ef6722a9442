//! Waiting for Ctrl-C and SIGTERM.

use super::log;
use std::{future::pending, io};
use tokio::sync::mpsc;

/// One message for each signal that asks the program to end.
///
/// Signals are caught from here on, so that none is missed before the first message is awaited.
pub(super) fn requests() -> mpsc::Receiver<()> {
    let (sender, receiver) = mpsc::channel(1);
    let signals = Signals::listen();
    tokio::spawn(async move {
        let mut signals = match signals {
            Ok(signals) => signals,
            Err(error) => {
                log::line(&format!("warning: no signals can be received: {error}"));
                // Not returned: a channel without sender would look like a request.
                let () = pending().await;
                drop(sender);
                return;
            }
        };
        loop {
            signals.next().await;
            if sender.send(()).await.is_err() {
                return;
            }
        }
    });
    receiver
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
