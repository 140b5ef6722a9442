//! Extractors that wrap other extractors: `Option`, `Result`, and pairs.

use super::{FromRequest, from_request::describe, merge_rejections::merge_rejections};
use crate::{ApiError, Operation, Problem, Request};
use std::convert::Infallible;

/// `None` if the value is missing. An invalid value is still rejected.
impl<'r, T: FromRequest<'r>> FromRequest<'r> for Option<T> {
    type Rejection = T::Rejection;

    const SYNC: Option<fn(&'r Request) -> Result<Self, T::Rejection>> = match T::SYNC {
        Some(_) => Some(|request| match T::SYNC {
            Some(now) => optional(now(request)),
            None => unreachable!("checked above"),
        }),
        None => None,
    };

    async fn from_request(request: &'r Request) -> Result<Self, T::Rejection> {
        optional(T::from_request(request).await)
    }

    fn describe(operation: &mut Operation) {
        operation.optionally(T::describe);
        operation.accept_absence();
    }
}

fn optional<T, E: ApiError>(taken: Result<T, E>) -> Result<Option<T>, E> {
    match taken {
        Ok(value) => Ok(Some(value)),
        Err(rejection) if rejection.is_absent() => Ok(None),
        Err(rejection) => Err(rejection),
    }
}

/// Passes the rejection to the handler.
impl<'r, T: FromRequest<'r>> FromRequest<'r> for Result<T, T::Rejection> {
    type Rejection = Infallible;

    const SYNC: Option<fn(&'r Request) -> Result<Self, Infallible>> = match T::SYNC {
        Some(_) => Some(|request| match T::SYNC {
            Some(now) => Ok(now(request)),
            None => unreachable!("checked above"),
        }),
        None => None,
    };

    async fn from_request(request: &'r Request) -> Result<Self, Infallible> {
        Ok(T::from_request(request).await)
    }

    fn describe(operation: &mut Operation) {
        operation.optionally(T::describe);
    }
}

/// Runs both extractors and combines their rejections. Handlers with more than twelve extractors
/// get the rest in nested pairs.
impl<'r, A, B> FromRequest<'r> for (A, B)
where
    A: FromRequest<'r> + Send,
    B: FromRequest<'r>,
{
    type Rejection = Problem;

    const SYNC: Option<fn(&'r Request) -> Result<Self, Problem>> = match (A::SYNC, B::SYNC) {
        (Some(_), Some(_)) => Some(|request| match (A::SYNC, B::SYNC) {
            (Some(a), Some(b)) => match (a(request), b(request)) {
                (Ok(a), Ok(b)) => Ok((a, b)),
                (a, b) => Err(both(a.err(), b.err())),
            },
            _ => unreachable!("checked above"),
        }),
        _ => None,
    };

    async fn from_request(request: &'r Request) -> Result<Self, Problem> {
        let a = match A::from_request(request).await {
            Ok(a) => a,
            Err(a) => {
                let b = B::SYNC.and_then(|b| b(request).err());
                return Err(both(Some(a), b));
            }
        };
        let b = B::from_request(request).await;
        b.map(|b| (a, b)).map_err(|b| Problem::from_error(&b))
    }

    fn describe(operation: &mut Operation) {
        // The rejection is a problem, which does not list what it can be.
        describe::<A>(operation);
        describe::<B>(operation);
    }
}

#[cold]
fn both<A: ApiError, B: ApiError>(a: Option<A>, b: Option<B>) -> Problem {
    let a = a.map(|a| Problem::from_error(&a));
    let b = b.map(|b| Problem::from_error(&b));
    match (a, b) {
        (Some(a), b) => merge_rejections(a, b.into_iter()),
        (None, Some(b)) => b,
        (None, None) => unreachable!("one of them was rejected"),
    }
}
