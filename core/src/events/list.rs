//! Lists of handlers, made by `events!`.

use super::{handler::Handler, trigger::Trigger};
use std::fmt;

/// A list of handlers for [`Api::events`](crate::Api::events), made by [`events!`](crate::events!).
#[must_use = "handlers do nothing until they are added to an `Api`"]
#[derive(Clone, Copy)]
pub struct Events(pub(super) &'static [Handler]);

impl Events {
    #[doc(hidden)]
    pub const fn __new(handlers: &'static [Handler]) -> Self {
        Self(handlers)
    }

    /// Returns the number of handlers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns `true` if the list is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|handler| handler.name))
            .finish()
    }
}

/// A handler, and the events that it takes.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) handler: Handler,
    pub(crate) trigger: Trigger,
}

/// Collects handlers of events into [`Events`](crate::events::Events) for an [`Api`](crate::Api).
///
/// ```
/// use lambda_api::{Api, Json, event_handler, events};
///
/// #[event_handler(sqs)]
/// async fn ship(Json(order): Json<u64>) {
///     # let _ = order;
/// }
///
/// let api = Api::new().events(events![ship]);
/// ```
///
/// Each element is the name of a function marked
/// [`#[event_handler(..)]`](macro@crate::event_handler), or a path to it, with an optional `#[cfg(..)]`.
///
/// [`Api::build`](crate::Api::build) reports handlers that would take the same events.
#[macro_export]
macro_rules! events {
    ($($handlers:tt)*) => {
        $crate::__private::events!($crate; $($handlers)*)
    };
}
