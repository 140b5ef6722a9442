//! What an event and its records share.

use crate::{Invocation, event::OtherEvent, extract::Deadline, state::States};
use std::sync::Arc;

/// What an event and its records share.
pub(crate) struct Data {
    pub(crate) event: OtherEvent,
    pub(crate) invocation: Invocation,
    pub(crate) states: Arc<States>,
}

impl Data {
    pub(crate) fn state<T: 'static>(&self) -> Option<&T> {
        self.states.get::<T>()
    }

    /// When the handler is stopped.
    pub(crate) fn deadline(&self) -> Deadline {
        let stop = self.states.timing.stop(&self.invocation);
        stop.map_or_else(Deadline::none, Deadline::from)
    }
}
