//! What all connections share.

use super::settings::Settings;
use crate::{App, Problem, error::framework, request_id::RequestIds};
use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

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
    ///
    /// # Errors
    /// Returns the problem of a request that waits for too long.
    pub(super) async fn admit(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let requests = Arc::clone(&self.requests);
        if let Ok(permit) = Arc::clone(&requests).try_acquire_owned() {
            return Ok(permit);
        }
        match timeout(self.settings.request, requests.acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            // The semaphore is never closed.
            Ok(Err(_)) | Err(_) => Err(framework::overloaded(self.settings.max_connections)),
        }
    }

    /// When hooks that begin now are cancelled.
    pub(super) fn hooks_deadline_ms(&self) -> Option<u64> {
        let end = SystemTime::now().checked_add(self.settings.request)?;
        let end = end.duration_since(UNIX_EPOCH).ok()?;
        u64::try_from(end.as_millis()).ok()
    }
}
