//! Extractors around other extractors: `Option`, `Result`, and pairs.

use super::{FromRequest, together::together};
use crate::{ApiError, Operation, Problem, Request};
use std::convert::Infallible;

/// `None` when the thing is not there at all. What is there and cannot be read is still refused.
impl<'r, T: FromRequest<'r>> FromRequest<'r> for Option<T> {
    type Rejection = T::Rejection;

    const NOW: Option<fn(&'r Request) -> Result<Self, T::Rejection>> = match T::NOW {
        Some(_) => Some(|request| match T::NOW {
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
    }
}

fn optional<T, E: ApiError>(taken: Result<T, E>) -> Result<Option<T>, E> {
    match taken {
        Ok(value) => Ok(Some(value)),
        Err(rejection) if rejection.is_absent() => Ok(None),
        Err(rejection) => Err(rejection),
    }
}

/// Hands the rejection to the handler.
impl<'r, T: FromRequest<'r>> FromRequest<'r> for Result<T, T::Rejection> {
    type Rejection = Infallible;

    const NOW: Option<fn(&'r Request) -> Result<Self, Infallible>> = match T::NOW {
        Some(_) => Some(|request| match T::NOW {
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

/// Both, and what is wrong with either of them in one rejection. A handler with more than twelve
/// extractors gets the rest of them this way.
impl<'r, A, B> FromRequest<'r> for (A, B)
where
    A: FromRequest<'r> + Send,
    B: FromRequest<'r>,
{
    type Rejection = Problem;

    const NOW: Option<fn(&'r Request) -> Result<Self, Problem>> = match (A::NOW, B::NOW) {
        (Some(_), Some(_)) => Some(|request| match (A::NOW, B::NOW) {
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
                let b = B::NOW.and_then(|b| b(request).err());
                return Err(both(Some(a), b));
            }
        };
        let b = B::from_request(request).await;
        b.map(|b| (a, b)).map_err(|b| Problem::from_error(&b))
    }

    fn describe(operation: &mut Operation) {
        A::describe(operation);
        B::describe(operation);
    }
}

#[cold]
fn both<A: ApiError, B: ApiError>(a: Option<A>, b: Option<B>) -> Problem {
    let a = a.map(|a| Problem::from_error(&a));
    let b = b.map(|b| Problem::from_error(&b));
    match (a, b) {
        (Some(a), b) => together(a, b.into_iter()),
        (None, Some(b)) => b,
        (None, None) => unreachable!("one of them was rejected"),
    }
}
