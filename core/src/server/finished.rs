//! A request whose response has ended: its record, and the hooks that run after it.

use super::{
    access_log::{End, Entry},
    shared::Shared,
    stage::Watcher,
};
use crate::catch_unwind::catch_unwind_now;
use http::StatusCode;
use tokio::{runtime::Handle, sync::OwnedSemaphorePermit};
use tracing::Instrument;

#[derive(Debug)]
pub(super) struct Finished {
    /// Without an entry, nothing is recorded and no hook runs. It is boxed, since the rest is moved often.
    pub(super) entry: Option<Box<Entry>>,
    pub(super) status: Option<StatusCode>,
    pub(super) bytes: u64,
    pub(super) end: End,
    /// Keeps the place of the request until its hooks have run.
    pub(super) place: Option<OwnedSemaphorePermit>,
}

impl Finished {
    /// Writes the record and starts the hooks.
    pub(super) fn conclude(self, shared: &Shared, stage: &Watcher) {
        let Some(entry) = &self.entry else { return };
        // A panic of a subscriber must not end the connection while it unwinds.
        let _ = catch_unwind_now(|| entry.write(self.status, self.bytes, self.end));
        if shared.app.hooks().has_after_response() {
            self.run_hooks(shared, stage);
        }
    }

    /// Runs the hooks of `after_response`. The server waits for them before it stops.
    fn run_hooks(self, shared: &Shared, stage: &Watcher) {
        let Some(entry) = &self.entry else { return };
        let Some(after) = shared.app.hooks().responded(shared.hooks_deadline_ms()) else {
            return;
        };
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let id = entry.invocation.lambda().request_id.as_str();
        let span = tracing::error_span!(target: "lambda_api", "after_response", requestId = id);
        let stage = stage.clone();
        let place = self.place;
        let hooks = async move {
            after.await;
            drop((stage, place));
        };
        runtime.spawn(hooks.instrument(span));
    }
}
