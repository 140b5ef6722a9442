//! What an event and its records share.

use crate::{Invocation, event::OtherEvent, state::States};
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
}
