//! Identity and claims as arguments of handlers.

use super::{Identity, Refusal, challenge};
use crate::{ApiError, FromRequest, Operation, Outcome, Problem, Request};
use http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, ops::Deref};

/// What authentication made of a request, in its extensions.
#[derive(Clone, Debug)]
pub(crate) enum Recognised {
    As(Identity),
    /// Of a public route only: every other request ends here.
    Not(IdentityRejection),
}

/// Why there is no [`Identity`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.kind().text())]
pub struct IdentityRejection {
    /// `None` when nobody was asked.
    refusal: Option<Refusal>,
    cause: Option<Cause>,
    challenges: Vec<HeaderValue>,
}

/// The precise reason, for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{by}`: {refusal}")]
struct Cause {
    /// The name of the authenticator.
    by: String,
    refusal: Refusal,
}

/// The few things that a client is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Absent,
    Malformed,
    Invalid,
    NotAccepted,
    Unavailable,
    Unasked,
}

impl Kind {
    fn text(self) -> &'static str {
        match self {
            Self::Absent => "this needs credentials",
            Self::Malformed => "the credentials are malformed",
            Self::Invalid => "the credentials are not accepted",
            Self::NotAccepted => "this is not open to the caller",
            Self::Unavailable => "credentials cannot be checked at the moment",
            Self::Unasked => {
                "an identity was asked for where nobody is authenticated: in a layer around a \
                 public route, or in an API without an authenticator"
            }
        }
    }

    fn status_and_code(self) -> (StatusCode, &'static str) {
        match self {
            Self::Absent => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::Malformed => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::Invalid => (StatusCode::UNAUTHORIZED, "invalid_token"),
            Self::NotAccepted => (StatusCode::FORBIDDEN, "forbidden"),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "authentication_unavailable",
            ),
            Self::Unasked => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
        }
    }
}

/// After how many seconds a client may try again, when keys cannot be had: an issuer is asked at
/// most every ten.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("10");

impl IdentityRejection {
    /// A refusal by the one of `asked` that refused, by those among which it is not clear who is
    /// meant, or by all of them when the credential is absent.
    pub(crate) fn new<'a>(
        refusal: Refusal,
        asked: impl IntoIterator<Item = &'a super::Scheme>,
    ) -> Self {
        let asked: Vec<&super::Scheme> = asked.into_iter().collect();
        let names: Vec<&str> = asked.iter().map(|scheme| scheme.name()).collect();
        let cause = (refusal != Refusal::Absent && !names.is_empty()).then(|| Cause {
            by: names.join("`, `"),
            refusal,
        });
        let error = match Self::kind_of(Some(refusal)) {
            Kind::Absent => None,
            Kind::Malformed => Some("invalid_request"),
            Kind::Invalid => Some("invalid_token"),
            Kind::NotAccepted | Kind::Unavailable | Kind::Unasked => {
                return Self {
                    refusal: Some(refusal),
                    cause,
                    challenges: Vec::new(),
                };
            }
        };
        let mut challenges = Vec::new();
        for scheme in asked {
            let challenge = challenge::challenge(scheme, error, None);
            if !challenges.contains(&challenge) {
                challenges.push(challenge);
            }
        }
        Self {
            refusal: Some(refusal),
            cause,
            challenges,
        }
    }

    const UNASKED: Self = Self {
        refusal: None,
        cause: None,
        challenges: Vec::new(),
    };

    /// Why the credential was refused; `None` when nobody was asked, which is a mistake of the
    /// program: an identity in a layer around a public route, say.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        self.refusal
    }

    fn kind(&self) -> Kind {
        Self::kind_of(self.refusal)
    }

    fn kind_of(refusal: Option<Refusal>) -> Kind {
        match refusal {
            None => Kind::Unasked,
            Some(Refusal::Absent) => Kind::Absent,
            Some(
                Refusal::MalformedCredential
                | Refusal::RepeatedCredential
                | Refusal::SeveralCredentials,
            ) => Kind::Malformed,
            Some(Refusal::KeysUnavailable | Refusal::Unavailable(_)) => Kind::Unavailable,
            Some(Refusal::NotAccepted) => Kind::NotAccepted,
            Some(_) => Kind::Invalid,
        }
    }
}

impl ApiError for IdentityRejection {
    fn status(&self) -> StatusCode {
        self.kind().status_and_code().0
    }

    fn code(&self) -> Cow<'static, str> {
        self.kind().status_and_code().1.into()
    }

    fn decorate(&self, problem: &mut Problem) {
        for challenge in &self.challenges {
            problem
                .headers_mut()
                .append(http::header::WWW_AUTHENTICATE, challenge.clone());
        }
        if self.kind() == Kind::Unavailable {
            problem.headers_mut().insert(RETRY_AFTER, RETRY_SECONDS);
        }
    }

    fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }

    fn is_absent(&self) -> bool {
        self.refusal == Some(Refusal::Absent)
    }

    fn outcomes() -> Vec<Outcome> {
        [
            Kind::Absent,
            Kind::Malformed,
            Kind::Invalid,
            Kind::NotAccepted,
            Kind::Unavailable,
        ]
        .into_iter()
        .map(|kind| {
            let (status, code) = kind.status_and_code();
            Outcome::new(status, code)
        })
        .collect()
    }
}

fn identity(request: &Request) -> Result<&Identity, IdentityRejection> {
    match request.extensions().get() {
        Some(Recognised::As(identity)) => Ok(identity),
        Some(Recognised::Not(rejection)) => Err(rejection.clone()),
        None => Err(IdentityRejection::UNASKED),
    }
}

impl<'r> FromRequest<'r> for Identity {
    type Rejection = IdentityRejection;

    const NOW: Option<fn(&'r Request) -> Result<Self, IdentityRejection>> =
        Some(|request| identity(request).cloned());

    fn describe(operation: &mut Operation) {
        operation.require_identity();
    }
}

/// The claims of the caller, as a type of your own.
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
/// A caller whose claims do not fit the type is refused with 403 `unexpected_claims`; the log says
/// what does not fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claims<T>(pub T);

impl<T> Claims<T> {
    /// The claims that a token with this payload has, for calling a handler in a test: what
    /// `serde_json::json!` makes, or a value of the type itself when it can be serialised.
    ///
    /// # Panics
    /// When the payload does not fit the type.
    #[track_caller]
    pub fn for_test(payload: impl Serialize) -> Self
    where
        T: for<'a> Deserialize<'a>,
    {
        let json = serde_json::to_value(payload).and_then(serde_json::from_value);
        match json {
            Ok(claims) => Self(claims),
            Err(error) => panic!("these are no claims of this type: {error}"),
        }
    }
}

impl<T> Deref for Claims<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Why there are no [`Claims`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimsRejection {
    /// There is no identity.
    #[error(transparent)]
    Identity(#[from] IdentityRejection),
    /// The claims do not fit the type.
    #[error("the credentials lack what is needed here")]
    Unexpected(#[source] serde_json::Error),
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

    fn decorate(&self, problem: &mut Problem) {
        if let Self::Identity(rejection) = self {
            rejection.decorate(problem);
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

    const NOW: Option<fn(&'r Request) -> Result<Self, ClaimsRejection>> = Some(|request| {
        let identity = identity(request)?;
        identity
            .claims()
            .map(Self)
            .map_err(ClaimsRejection::Unexpected)
    });

    fn describe(operation: &mut Operation) {
        operation.require_identity();
    }
}
