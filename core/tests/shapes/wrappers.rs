//! Extractors as the library and its users write them, in their smallest form.

use lambda_api::{ApiError, FromRequest, Request, extract};
use serde::Deserialize;
use std::convert::Infallible;

#[derive(Debug, thiserror::Error, ApiError)]
pub(crate) enum Bad {
    #[error("there is no body")]
    #[api(status = 400, code = "no_body", absent)]
    Absent,
    #[error("the body is no such thing")]
    #[api(status = 422, code = "bad_body")]
    Data,
    #[error("{0}")]
    #[api(status = 422, code = "invalid_body")]
    Invalid(&'static str),
}

/// Reads JSON, at once, and may borrow.
pub(crate) struct Json<T>(pub(crate) T);

impl<'r, T: Deserialize<'r>> FromRequest<'r> for Json<T> {
    type Rejection = Bad;

    const NOW: Option<fn(&'r Request) -> Result<Self, Bad>> = Some(|request| {
        let body = request.body().bytes();
        if body.is_empty() {
            return Err(Bad::Absent);
        }
        serde_json::from_slice(body)
            .map(Json)
            .map_err(|_| Bad::Data)
    });
}

pub(crate) trait Validate {
    fn validate(&self) -> Result<(), &'static str>;
}

/// Of wrappers: at once if the inner one is, without asking which it is.
macro_rules! through {
    (|$inner:ident| $then:expr) => {
        const NOW: Option<fn(&'r Request) -> Result<Self, Self::Rejection>> = match X::NOW {
            Some(_) => Some(|request| match X::NOW {
                Some(now) => {
                    let $inner = now(request);
                    $then
                }
                None => unreachable!(),
            }),
            None => None,
        };

        async fn from_request(request: &'r Request) -> Result<Self, Self::Rejection> {
            let $inner = extract::<X>(request).await;
            $then
        }
    };
}

/// A wrapper that asks the value within the value.
pub(crate) struct Valid<X>(pub(crate) X);

impl<'r, T: Validate, X> FromRequest<'r> for Valid<X>
where
    X: FromRequest<'r, Rejection = Bad> + std::ops::Deref<Target = T> + Send + 'r,
{
    type Rejection = Bad;

    through!(|inner| {
        let inner = inner?;
        inner.validate().map_err(Bad::Invalid)?;
        Ok(Valid(inner))
    });
}

impl<T> std::ops::Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// `None` when the thing is absent.
pub(crate) struct Maybe<X>(pub(crate) Option<X>);

impl<'r, X> FromRequest<'r> for Maybe<X>
where
    X: FromRequest<'r> + Send + 'r,
    X::Rejection: Send,
{
    type Rejection = X::Rejection;

    through!(|inner| match inner {
        Ok(inner) => Ok(Maybe(Some(inner))),
        Err(rejection) if rejection.is_absent() => Ok(Maybe(None)),
        Err(rejection) => Err(rejection),
    });
}

/// The rejection as a value.
pub(crate) struct Tried<X, E>(pub(crate) Result<X, E>);

impl<'r, X> FromRequest<'r> for Tried<X, X::Rejection>
where
    X: FromRequest<'r> + Send + 'r,
    X::Rejection: Send,
{
    type Rejection = Infallible;

    through!(|inner| Ok(Tried(inner)));
}

/// The body as text, borrowed.
pub(crate) struct Text<'r>(pub(crate) &'r str);

impl<'r> FromRequest<'r> for Text<'r> {
    type Rejection = Bad;

    const NOW: Option<fn(&'r Request) -> Result<Self, Bad>> = Some(|request| {
        let text = std::str::from_utf8(request.body().bytes()).map_err(|_| Bad::Data)?;
        Ok(Text(text))
    });
}

/// An extractor that waits, and borrows over the wait.
#[derive(Clone, Copy)]
pub(crate) struct User<'r>(pub(crate) &'r str);

impl<'r> FromRequest<'r> for User<'r> {
    type Rejection = Bad;

    async fn from_request(request: &'r Request) -> Result<Self, Bad> {
        let name = request.headers().get("x-user").ok_or(Bad::Absent)?;
        tokio::task::yield_now().await;
        Ok(User(name.to_str().map_err(|_| Bad::Data)?))
    }
}

/// A wrapper that waits, around anything.
pub(crate) struct Slowly<X>(pub(crate) X);

impl<'r, X> FromRequest<'r> for Slowly<X>
where
    X: FromRequest<'r> + Send + 'r,
    X::Rejection: Send,
{
    type Rejection = X::Rejection;

    async fn from_request(request: &'r Request) -> Result<Self, X::Rejection> {
        let inner = extract::<X>(request).await?;
        tokio::task::yield_now().await;
        Ok(Slowly(inner))
    }
}

/// The whole request.
pub(crate) struct Whole<'r>(pub(crate) &'r Request);

impl<'r> FromRequest<'r> for Whole<'r> {
    type Rejection = Infallible;

    const NOW: Option<fn(&'r Request) -> Result<Self, Infallible>> = Some(|r| Ok(Whole(r)));
}

/// The length of the body, owned.
#[derive(Clone, Copy)]
pub(crate) struct Length(pub(crate) usize);

impl<'r> FromRequest<'r> for Length {
    type Rejection = Infallible;

    const NOW: Option<fn(&'r Request) -> Result<Self, Infallible>> =
        Some(|request| Ok(Length(request.body().bytes().len())));
}
