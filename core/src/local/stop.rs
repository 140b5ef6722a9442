//! Ctrl-C and SIGTERM at the local server.

use super::{log, serve::PATIENCE};
use crate::signals::{self, Guard, Notice};
use std::time::Duration;
use tokio::sync::mpsc::Receiver;

/// How long stopping may take before a message says what it waits for.
const NOTICE: Duration = Duration::from_secs(1);

/// How much longer than responses stopping may take: for hooks, and for a thread that is late.
const SLACK: Duration = Duration::from_secs(2);

/// Returns a channel with a message for each signal.
pub(super) fn requests() -> (Receiver<()>, Guard) {
    let notices = vec![
        Notice {
            after: NOTICE,
            text: "waiting for responses in flight; press again to stop at once",
        },
        Notice {
            after: PATIENCE + SLACK - NOTICE,
            text: "a handler blocks its thread: the program stops without its response",
        },
    ];
    signals::requests(notices, log::line)
}
