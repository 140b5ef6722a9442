//! Ctrl-C and SIGTERM at the local server.

use super::{log, serve::PATIENCE};
use crate::signals::{self, Guard, Notice};
use std::time::Duration;
use tokio::sync::mpsc::Receiver;

/// How long work after responses may take.
pub(super) const WORK: Duration = Duration::from_secs(5);

/// How long stopping may take before a message says what it waits for.
const NOTICE: Duration = Duration::from_secs(1);

/// How much longer than its limits stopping may take, for a thread that is late.
const SLACK: Duration = Duration::from_secs(2);

/// Returns a channel with a message for each signal. `hooks` is the time of the shutdown hooks.
pub(super) fn requests(hooks: Duration) -> (Receiver<()>, Guard) {
    signals::requests(notices(hooks), log::line)
}

/// What is said while the server stops, and when it is ended.
fn notices(hooks: Duration) -> Vec<Notice> {
    // Responses in flight, the work after them, and the shutdown hooks.
    let limit = PATIENCE + WORK + SLACK - NOTICE;
    vec![
        Notice {
            after: NOTICE,
            text: "waiting for responses and hooks; press again to stop at once",
        },
        Notice {
            after: limit.saturating_add(hooks),
            text: "a handler or a hook blocks its thread: the program stops without it",
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stopping_has_the_time_of_all_its_parts() {
        for hooks in [Duration::from_millis(500), Duration::from_secs(60)] {
            let total: Duration = notices(hooks).iter().map(|notice| notice.after).sum();
            assert!(total > PATIENCE + WORK + hooks, "{hooks:?}");
        }
        assert_eq!(notices(Duration::MAX).pop().unwrap().after, Duration::MAX);
    }
}
