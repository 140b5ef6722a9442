//! The members of the room.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The members by the ids of their connections.
///
/// It is the memory of one process, so only members that the same one has seen know of each other. On
/// Lambda, this is a table: the id is its key, and each item expires two hours after the handshake, when
/// API Gateway closes the connection at the latest.
#[derive(Clone, Default)]
pub(crate) struct Room(Arc<Mutex<BTreeMap<String, String>>>);

impl Room {
    pub(crate) fn join(&self, id: &str, name: &str) {
        self.members().insert(id.to_owned(), name.to_owned());
    }

    pub(crate) fn leave(&self, id: &str) {
        self.members().remove(id);
    }

    pub(crate) fn name(&self, id: &str) -> Option<String> {
        self.members().get(id).cloned()
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.members().keys().cloned().collect()
    }

    fn members(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
