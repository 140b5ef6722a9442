//! What a route says about itself before any request arrives.

use std::any::{TypeId, type_name};

/// One route as its extractors and its reply describe it.
///
/// [`Api::build`](crate::Api::build) asks every route for its description, and refuses to build
/// when something is needed that the Api does not have.
///
/// An extractor that asks other ones passes the question on:
///
/// ```
/// use lambda_api::{FromRequest, Operation, Request, State, StateRejection, extract};
///
/// #[derive(Clone)]
/// struct Flags { beta: bool }
///
/// struct Beta(bool);
///
/// impl<'r> FromRequest<'r> for Beta {
///     type Rejection = StateRejection;
///
///     async fn from_request(request: &'r Request) -> Result<Self, StateRejection> {
///         let State(flags) = extract::<State<Flags>>(request).await?;
///         Ok(Beta(flags.beta))
///     }
///
///     fn describe(operation: &mut Operation) {
///         State::<Flags>::describe(operation);
///     }
/// }
/// ```
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
