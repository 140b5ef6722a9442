//! Extractor for values that all invocations share.

use super::{FromRequest, field_error::INTERNAL_ERROR, from_request::asked_for};
use crate::{ApiError, Operation, Outcome, Request, matched_route::states_of, state::States};
use http::StatusCode;
use std::{any::type_name, borrow::Cow};

/// Extractor for a value that was added to the [`Api`](crate::Api), such as a database client.
///
/// ```
/// use lambda_api::State;
///
/// #[derive(Clone)]
/// struct Store { /* a client that is cheap to clone */ }
///
/// async fn count(State(store): State<Store>) -> String {
///     # let _ = store;
///     "0".to_owned()
/// }
/// ```
///
/// A state is identified by its type, and cloned for each handler: put large values into an
/// [`Arc`](std::sync::Arc). If a route needs a state that the Api does not have, building the Api
/// fails.
///
/// A middleware made with [`from_fn`](crate::middleware::from_fn) can take a state like a handler. It is
/// checked when the Api is built, too:
///
/// ```
/// use lambda_api::{Api, Request, Response, State, middleware::{Next, from_fn}};
///
/// #[derive(Clone)]
/// struct Banned(Vec<String>);
///
/// async fn check(State(banned): State<Banned>, request: Request, next: Next) -> Response {
///     # let _ = banned;
///     next.run(request).await
/// }
///
/// let api = Api::new().state(Banned(vec![])).layer(from_fn(check));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State<T>(pub T);

/// Rejection of [`State`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateRejection {
    /// The Api has no state of the type: an error of the application, 500.
    #[error("no state of type `{0}` was given to the Api")]
    Missing(&'static str),
}

impl ApiError for StateRejection {
    fn status(&self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }

    fn code(&self) -> Cow<'static, str> {
        INTERNAL_ERROR.into()
    }

    fn outcomes() -> Vec<Outcome> {
        vec![Outcome::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            INTERNAL_ERROR,
        )]
    }
}

impl<'r, T: Clone + Send + Sync + 'static> FromRequest<'r> for State<T> {
    type Rejection = StateRejection;

    const SYNC: Option<fn(&'r Request) -> Result<Self, StateRejection>> = Some(|request| {
        states_of(request.extensions())
            .and_then(States::get::<T>)
            .map(|state| Self(state.clone()))
            .ok_or_else(|| missing::<T>(request))
    });

    fn describe(operation: &mut Operation) {
        operation.require_state::<T>();
    }
}

#[cold]
fn missing<T: 'static>(request: &Request) -> StateRejection {
    asked_for::<T>(request);
    StateRejection::Missing(type_name::<T>())
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{get, now, with_state},
        *,
    };

    #[test]
    fn a_state_is_found_by_its_type() {
        let request = with_state(7_u32);
        assert_eq!(now(&request), Ok(State(7_u32)));
    }

    #[test]
    fn a_missing_state_is_a_500_that_names_the_type() {
        for request in [with_state(7_u32), get("/")] {
            let rejection = now::<State<u64>>(&request).unwrap_err();
            assert_eq!(rejection, StateRejection::Missing("u64"));
            assert_eq!(rejection.status(), 500);
            assert!(now::<Option<State<u64>>>(&request).is_err());
        }
    }

    #[test]
    fn a_wrapped_state_is_required_too() {
        let mut operation = Operation::default();
        <Option<State<u64>>>::describe(&mut operation);
        <Result<State<u32>, StateRejection>>::describe(&mut operation);
        let names: Vec<_> = operation.state.iter().map(|(_, name)| *name).collect();
        assert_eq!(names, ["u64", "u32"]);
    }
}
