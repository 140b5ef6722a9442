//! Extractor for the claims of the caller.

use super::{ClaimsError, IdentityRejection, extract::identity};
use crate::{ApiError, FromRequest, Operation, Outcome, Problem, Request};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, ops::Deref};

/// Extractor for the claims of the caller, as a type of your own.
///
/// ```
/// use lambda_api::{Claims, api_handler};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct User {
///     sub: String,
///     email: Option<String>,
/// }
///
/// #[api_handler(GET "/me")]
/// async fn me(Claims(user): Claims<User>) -> String {
///     user.email.unwrap_or(user.sub)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// // In a test:
/// let user = Claims::for_test(serde_json::json!({"sub": "alice"}));
/// assert_eq!(me(user).await, "alice");
/// # }
/// ```
///
/// The request is rejected if:
///
/// - there is no [`Identity`](crate::Identity): see [`IdentityRejection`];
/// - the claims do not fit the type: 403 `unexpected_claims`. The log names the claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claims<T>(pub T);

impl<T> Claims<T> {
    /// The claims of a token with this payload, for calling a handler in a test. The payload is what
    /// `serde_json::json!` makes, or a value of the type itself if it can be serialized.
    ///
    /// # Panics
    /// If the payload does not fit the type.
    #[track_caller]
    pub fn for_test(payload: impl Serialize) -> Self
    where
        T: for<'a> Deserialize<'a>,
    {
        let json = serde_json::to_value(payload).and_then(serde_json::from_value);
        match json {
            Ok(claims) => Self(claims),
            Err(error) => panic!("the payload does not fit the type of the claims: {error}"),
        }
    }
}

impl<T> Deref for Claims<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Rejection of [`Claims`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimsRejection {
    /// There is no identity.
    #[error(transparent)]
    Identity(#[from] IdentityRejection),
    /// The claims do not fit the type.
    #[error("required claims are missing")]
    Unexpected(#[source] ClaimsError),
}

impl ApiError for ClaimsRejection {
    fn status(&self) -> StatusCode {
        match self {
            Self::Identity(rejection) => rejection.status(),
            Self::Unexpected(_) => StatusCode::FORBIDDEN,
        }
    }

    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Identity(rejection) => rejection.code(),
            Self::Unexpected(_) => "unexpected_claims".into(),
        }
    }

    fn decorate(&self, problem: Problem) -> Problem {
        match self {
            Self::Identity(rejection) => rejection.decorate(problem),
            Self::Unexpected(_) => problem,
        }
    }

    fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Identity(rejection) => rejection.cause(),
            Self::Unexpected(error) => Some(error),
        }
    }

    fn is_absent(&self) -> bool {
        matches!(self, Self::Identity(rejection) if rejection.is_absent())
    }

    fn outcomes() -> Vec<Outcome> {
        let mut outcomes = IdentityRejection::outcomes();
        outcomes.push(Outcome::new(StatusCode::FORBIDDEN, "unexpected_claims"));
        outcomes
    }
}

impl<'r, T: Deserialize<'r>> FromRequest<'r> for Claims<T> {
    type Rejection = ClaimsRejection;

    const SYNC: Option<fn(&'r Request) -> Result<Self, ClaimsRejection>> = Some(|request| {
        let claims = identity(request)?.claims();
        claims.map(Self).map_err(ClaimsRejection::Unexpected)
    });

    fn describe(operation: &mut Operation) {
        operation.require_identity();
    }
}
