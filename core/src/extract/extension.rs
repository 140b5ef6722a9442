//! A value that a layer inserted into the request.

use super::{FromRequest, field_error::INTERNAL_ERROR};
use crate::{ApiError, Outcome, Request};
use http::StatusCode;
use std::{any::type_name, borrow::Cow};

/// Extractor for a value that a layer inserted into the extensions of the request.
///
/// ```
/// use lambda_api::{Request, extract::{Extension, ExtensionRejection, extract}};
///
/// #[derive(Clone)]
/// struct Tenant(String);
///
/// async fn whose(Extension(tenant): Extension<Tenant>) -> String {
///     tenant.0
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ExtensionRejection> {
/// let mut request = Request::default();
/// request.extensions_mut().insert(Tenant("acme".to_owned()));
/// let tenant = extract::<Extension<Tenant>>(&request).await?;
/// assert_eq!(whose(tenant).await, "acme");
/// # Ok(())
/// # }
/// ```
///
/// `Option<Extension<T>>` is `None` if no layer inserted a value. Without `Option`, a missing value
/// is a 500.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extension<T>(pub T);

/// Rejection of [`Extension`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExtensionRejection {
    /// No layer inserted a value of the type: an error of the application, 500.
    #[error("no layer inserted a `{0}` into the extensions of the request")]
    Missing(&'static str),
}

impl ApiError for ExtensionRejection {
    fn status(&self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }

    fn code(&self) -> Cow<'static, str> {
        INTERNAL_ERROR.into()
    }

    fn is_absent(&self) -> bool {
        matches!(self, Self::Missing(_))
    }

    fn outcomes() -> Vec<Outcome> {
        vec![Outcome::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            INTERNAL_ERROR,
        )]
    }
}

impl<'r, T: Clone + Send + Sync + 'static> FromRequest<'r> for Extension<T> {
    type Rejection = ExtensionRejection;

    const SYNC: Option<fn(&'r Request) -> Result<Self, ExtensionRejection>> = Some(|request| {
        let value = request.extensions().get::<T>().cloned();
        value
            .map(Self)
            .ok_or_else(|| ExtensionRejection::Missing(type_name::<T>()))
    });
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{get, now},
        *,
    };

    #[test]
    fn an_extension_is_found_by_its_type() {
        let mut request = get("/");
        request.extensions_mut().insert(7_u32);
        assert_eq!(now(&request), Ok(Extension(7_u32)));
    }

    #[test]
    fn a_missing_extension_is_a_500_or_none() {
        let request = get("/");
        let rejection = now::<Extension<u64>>(&request).unwrap_err();
        assert_eq!(rejection, ExtensionRejection::Missing("u64"));
        assert_eq!(rejection.status(), 500);
        assert_eq!(now(&request), Ok(None::<Extension<u64>>));
    }
}
