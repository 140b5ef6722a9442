//! What all connections share.

use super::settings::Settings;
use crate::{App, request_id::RequestIds};
use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) app: App,
    pub(super) settings: Settings,
    pub(super) ids: RequestIds,
    /// Requests that may be open at a time, where the number of connections does not bound them.
    requests: Arc<Semaphore>,
}

impl Shared {
    pub(super) fn new(app: App, settings: Settings) -> Self {
        let most = settings.max_connections.min(Semaphore::MAX_PERMITS);
        Self {
            app,
            settings,
            ids: RequestIds::default(),
            requests: Arc::new(Semaphore::new(most)),
        }
    }

    /// Waits until one more request may be handled. It counts for as long as the permit exists.
    pub(super) async fn admit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.requests).acquire_owned().await.ok()
    }

    /// When hooks that begin now are cancelled.
    pub(super) fn hooks_deadline_ms(&self) -> Option<u64> {
        let end = SystemTime::now().checked_add(self.settings.request)?;
        let end = end.duration_since(UNIX_EPOCH).ok()?;
        u64::try_from(end.as_millis()).ok()
    }
}
