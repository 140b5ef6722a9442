//! Extractors around other extractors: `Option`, `Result`, and pairs.

use super::FromRequest;
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

/// Both, and the rejection of the first one that is refused. A handler with more than twelve
/// extractors gets the rest of them this way.
impl<'r, A, B> FromRequest<'r> for (A, B)
where
    A: FromRequest<'r> + Send,
    B: FromRequest<'r>,
{
    type Rejection = Problem;

    const NOW: Option<fn(&'r Request) -> Result<Self, Problem>> = match (A::NOW, B::NOW) {
        (Some(_), Some(_)) => Some(|request| match (A::NOW, B::NOW) {
            (Some(a), Some(b)) => Ok((refused(a(request))?, refused(b(request))?)),
            _ => unreachable!("checked above"),
        }),
        _ => None,
    };

    async fn from_request(request: &'r Request) -> Result<Self, Problem> {
        let a = refused(A::from_request(request).await)?;
        let b = refused(B::from_request(request).await)?;
        Ok((a, b))
    }

    fn describe(operation: &mut Operation) {
        A::describe(operation);
        B::describe(operation);
    }
}

fn refused<T, E: ApiError>(taken: Result<T, E>) -> Result<T, Problem> {
    taken.map_err(|rejection| Problem::from_error(&rejection))
}
