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
    /// An extractor cannot do without an identity.
    pub(crate) needs_identity: bool,
    /// An extractor takes an identity where there is one.
    pub(crate) takes_identity: bool,
    /// An extractor cannot do without the pattern of the route.
    pub(crate) needs_route: bool,
    /// An extractor cannot do without parameters of the path.
    pub(crate) needs_parameters: bool,
    /// Within an `Option` or a `Result`.
    optional: bool,
}

impl Operation {
    /// Says that the route needs a state of type `T`.
    pub fn require_state<T: 'static>(&mut self) {
        let id = TypeId::of::<T>();
        if !self.state.iter().any(|(known, _)| *known == id) {
            self.state.push((id, type_name::<T>()));
        }
    }

    /// Says that the route takes an identity, and cannot do without unless this is said within
    /// [`optionally`](Operation::optionally).
    pub(crate) fn require_identity(&mut self) {
        self.takes_identity = true;
        self.needs_identity |= !self.optional;
    }

    /// Says that the pattern of the route is taken.
    pub(crate) fn require_route(&mut self) {
        self.needs_route |= !self.optional;
    }

    /// Says that parameters of the path are taken, by whatever names.
    pub(crate) fn require_parameters(&mut self) {
        self.needs_parameters |= !self.optional;
    }

    /// Passes the question on to something without which the route can do.
    pub(crate) fn optionally(&mut self, describe: impl FnOnce(&mut Self)) {
        let outside = std::mem::replace(&mut self.optional, true);
        describe(self);
        self.optional = outside;
    }
}
