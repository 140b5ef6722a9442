//! Minimal extractors, in the forms that the library and its users write.

use lambda_api::{ApiError, FromRequest, Json, Request, extract::extract};
use std::convert::Infallible;

#[derive(Debug, thiserror::Error, ApiError)]
pub(crate) enum Bad {
    #[error("no user in the request")]
    #[api(status = 401, code = "no_user", absent)]
    Absent,
    #[error("not UTF-8")]
    #[api(status = 400, code = "no_text")]
    NoText,
}

pub(crate) trait Validate {
    fn validate(&self) -> Result<(), &'static str>;
}

impl<T: Validate> Validate for Json<T> {
    fn validate(&self) -> Result<(), &'static str> {
        self.0.validate()
    }
}

/// A wrapper that validates the inner value. It is asynchronous if the inner extractor is.
pub(crate) struct Valid<X>(pub(crate) X);

#[derive(Debug, thiserror::Error, ApiError)]
pub(crate) enum ValidRejection<E: ApiError + std::error::Error> {
    #[error(transparent)]
    #[api(transparent)]
    Inner(E),
    #[error("{0}")]
    #[api(status = 422, code = "invalid")]
    Invalid(&'static str),
}

impl<X: Validate> Valid<X> {
    fn check<E: ApiError + std::error::Error>(
        inner: Result<X, E>,
    ) -> Result<Self, ValidRejection<E>> {
        let inner = inner.map_err(ValidRejection::Inner)?;
        inner.validate().map_err(ValidRejection::Invalid)?;
        Ok(Valid(inner))
    }
}

impl<'r, X> FromRequest<'r> for Valid<X>
where
    X: FromRequest<'r> + Validate + Send + 'r,
    X::Rejection: std::error::Error + Send,
{
    type Rejection = ValidRejection<X::Rejection>;

    const SYNC: Option<fn(&'r Request) -> Result<Self, Self::Rejection>> = match X::SYNC {
        Some(_) => Some(|request| match X::SYNC {
            Some(now) => Self::check(now(request)),
            None => unreachable!(),
        }),
        None => None,
    };

    async fn from_request(request: &'r Request) -> Result<Self, Self::Rejection> {
        Self::check(extract::<X>(request).await)
    }
}

/// The body as borrowed text.
pub(crate) struct Body<'r>(pub(crate) &'r str);

impl<'r> FromRequest<'r> for Body<'r> {
    type Rejection = Bad;

    const SYNC: Option<fn(&'r Request) -> Result<Self, Bad>> = Some(|request| {
        let text = std::str::from_utf8(request.body().bytes()).map_err(|_| Bad::NoText)?;
        Ok(Body(text))
    });
}

/// An asynchronous extractor that borrows across an await point.
#[derive(Clone, Copy)]
pub(crate) struct User<'r>(pub(crate) &'r str);

impl<'r> FromRequest<'r> for User<'r> {
    type Rejection = Bad;

    async fn from_request(request: &'r Request) -> Result<Self, Bad> {
        let name = request.headers().get("x-user").ok_or(Bad::Absent)?;
        tokio::task::yield_now().await;
        Ok(User(name.to_str().map_err(|_| Bad::NoText)?))
    }
}

/// An asynchronous wrapper around any extractor.
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

/// The length of the body, an owned value.
#[derive(Clone, Copy)]
pub(crate) struct Length(pub(crate) usize);

impl<'r> FromRequest<'r> for Length {
    type Rejection = Infallible;

    const SYNC: Option<fn(&'r Request) -> Result<Self, Infallible>> =
        Some(|request| Ok(Length(request.body().bytes().len())));
}
