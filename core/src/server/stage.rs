//! The stages of a server: serving, leaving, draining, ended.

use tokio::sync::watch;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Serving,
    /// The health check fails; everything else goes on.
    Leaving,
    /// Each connection ends with its response.
    Draining,
    /// Connections are cut.
    Ended,
}

/// A view of the stage. The server waits until all are dropped.
#[derive(Clone, Debug)]
pub(super) struct Watcher(pub(super) watch::Receiver<Stage>);

impl Watcher {
    /// Whether the server was asked to stop.
    pub(super) fn is_leaving(&self) -> bool {
        *self.0.borrow() >= Stage::Leaving
    }

    pub(super) fn is_draining(&self) -> bool {
        *self.0.borrow() >= Stage::Draining
    }

    pub(super) fn is_ended(&self) -> bool {
        *self.0.borrow() >= Stage::Ended
    }

    /// Waits for a stage, or one behind it.
    pub(super) async fn reached(&mut self, stage: Stage) {
        // The sender outlives the connections, or the server was dropped.
        let _ = self.0.wait_for(|now| *now >= stage).await;
    }
}
