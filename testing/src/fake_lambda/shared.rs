//! The state of a function, and waiting for it to change.

use super::{builder::Options, state::State};
use std::{
    pin::pin,
    sync::{Mutex, PoisonError},
};
use tokio::sync::Notify;

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) options: Options,
    state: Mutex<State>,
    changed: Notify,
}

impl Shared {
    pub(super) fn new(options: Options) -> Self {
        Self {
            options,
            state: Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// Looks at the state.
    pub(super) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the state, and wakes all waiting tasks.
    pub(super) fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let value = change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_waiters();
        value
    }

    /// Waits until `attempt` has a value; it may change the state only then.
    pub(super) async fn until<T>(&self, mut attempt: impl FnMut(&mut State) -> Option<T>) -> T {
        loop {
            let mut changed = pin!(self.changed.notified());
            // From here on no change is missed.
            changed.as_mut().enable();
            let value = attempt(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
            if let Some(value) = value {
                self.changed.notify_waiters();
                return value;
            }
            changed.await;
        }
    }
}
