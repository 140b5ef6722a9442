//! The signals that stop a server.

use crate::signals::{self, Guard};
use tokio::sync::mpsc::Receiver;

/// The signals that ask the server to stop. Until it serves, they end the process.
pub(crate) struct Signals {
    pub(super) requests: Receiver<()>,
    pub(super) guard: Guard,
}

/// Catches signals from here on.
pub(crate) fn catch_signals() -> Signals {
    let warn = |text: &str| tracing::warn!(target: "lambda_api", "{text}");
    let (requests, guard) = signals::starting(warn);
    Signals { requests, guard }
}
