//! What a route says about itself before any request arrives.

use std::any::{TypeId, type_name};

/// One route as its extractors and its reply describe it.
///
/// [`Api::build`](crate::Api::build) asks every route for its description, and refuses to build
/// when something is needed that the Api does not have.
#[derive(Debug, Default)]
pub struct Operation {
    pub(crate) state: Vec<(TypeId, &'static str)>,
}

impl Operation {
    /// Says that the route needs a state of type `T`.
    pub fn require_state<T: 'static>(&mut self) {
        let id = TypeId::of::<T>();
        if !self.state.iter().any(|(known, _)| *known == id) {
            self.state.push((id, type_name::<T>()));
        }
    }
}
