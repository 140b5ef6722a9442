//! Extractor for the identity of the caller.

use super::{AuthError, Identity, Scheme};
use crate::{ApiError, FromRequest, Operation, Outcome, Problem, Request};
use http::{
    HeaderValue, StatusCode,
    header::{RETRY_AFTER, WWW_AUTHENTICATE},
};
use std::borrow::Cow;

/// The result of authentication, in the extensions of a request.
#[derive(Clone, Debug)]
pub(crate) enum Recognised {
    As(Identity),
    /// On a public route only: other routes reject the request.
    Not(IdentityRejection),
}

/// Rejection of an [`Identity`].
///
/// The request is rejected if authentication fails, with the response that [`AuthError`] describes.
/// It is also rejected, with 500, where no authenticator is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.kind().problem().2)]
pub struct IdentityRejection {
    /// `None` if no authenticator was asked.
    rejection: Option<AuthError>,
    cause: Option<Cause>,
    challenges: Vec<HeaderValue>,
}

/// The exact reason, for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{by}`: {rejection}")]
struct Cause {
    /// The names of the authenticators.
    by: String,
    rejection: AuthError,
}

/// What a client learns about the reason.
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
    /// Status, code and detail of the problem.
    fn problem(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Absent => (
                StatusCode::UNAUTHORIZED,
                "unauthorized",
                "credentials are required",
            ),
            Self::Malformed => (
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "the credentials are malformed",
            ),
            Self::Invalid => (
                StatusCode::UNAUTHORIZED,
                "invalid_token",
                "the credentials are not accepted",
            ),
            Self::NotAccepted => (StatusCode::FORBIDDEN, "forbidden", "access denied"),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "authentication_unavailable",
                "authentication is unavailable",
            ),
            Self::Unasked => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal_error",
                "an identity was extracted where callers are not authenticated: in a layer around a \
                 public route, or in an API without an authenticator",
            ),
        }
    }
}

/// The seconds after which a client may retry: keys are fetched at most every ten seconds.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("10");

impl IdentityRejection {
    /// `asked`: the authenticator that rejected the credential, those that have several ones, or all if
    /// the credential is absent.
    pub(crate) fn new<'a>(
        rejection: AuthError,
        asked: impl IntoIterator<Item = &'a Scheme>,
    ) -> Self {
        let asked: Vec<&Scheme> = asked.into_iter().collect();
        let names: Vec<&str> = asked.iter().map(|scheme| scheme.name()).collect();
        let cause = (rejection != AuthError::Absent && !names.is_empty()).then(|| Cause {
            by: names.join("`, `"),
            rejection,
        });
        let error = match Self::kind_of(Some(rejection)) {
            Kind::Absent => None,
            Kind::Malformed => Some("invalid_request"),
            Kind::Invalid => Some("invalid_token"),
            Kind::NotAccepted | Kind::Unavailable | Kind::Unasked => {
                return Self {
                    rejection: Some(rejection),
                    cause,
                    challenges: Vec::new(),
                };
            }
        };
        let mut challenges = Vec::new();
        for scheme in asked {
            let challenge = scheme.www_authenticate(error, None);
            if !challenges.contains(&challenge) {
                challenges.push(challenge);
            }
        }
        Self {
            rejection: Some(rejection),
            cause,
            challenges,
        }
    }

    const UNASKED: Self = Self {
        rejection: None,
        cause: None,
        challenges: Vec::new(),
    };

    /// Why the credential was rejected; `None` if no authenticator was asked. That is a bug in the
    /// program: an identity is extracted in a layer around a public route, or in an API without an
    /// authenticator.
    #[must_use]
    pub fn auth_error(&self) -> Option<AuthError> {
        self.rejection
    }

    fn kind(&self) -> Kind {
        Self::kind_of(self.rejection)
    }

    fn kind_of(rejection: Option<AuthError>) -> Kind {
        match rejection {
            None => Kind::Unasked,
            Some(AuthError::Absent) => Kind::Absent,
            Some(
                AuthError::MalformedCredential
                | AuthError::RepeatedCredential
                | AuthError::SeveralCredentials,
            ) => Kind::Malformed,
            Some(AuthError::KeysUnavailable | AuthError::Unavailable(_)) => Kind::Unavailable,
            Some(AuthError::NotAccepted) => Kind::NotAccepted,
            Some(_) => Kind::Invalid,
        }
    }
}

impl ApiError for IdentityRejection {
    fn status(&self) -> StatusCode {
        self.kind().problem().0
    }

    fn code(&self) -> Cow<'static, str> {
        self.kind().problem().1.into()
    }

    fn decorate(&self, mut problem: Problem) -> Problem {
        for challenge in &self.challenges {
            let headers = problem.headers_mut();
            headers.append(WWW_AUTHENTICATE, challenge.clone());
        }
        if self.kind() == Kind::Unavailable {
            problem.headers_mut().insert(RETRY_AFTER, RETRY_SECONDS);
        }
        problem
    }

    fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }

    fn is_absent(&self) -> bool {
        self.rejection == Some(AuthError::Absent)
    }

    fn outcomes() -> Vec<Outcome> {
        [
            Kind::Absent,
            Kind::Malformed,
            Kind::Invalid,
            Kind::NotAccepted,
            Kind::Unavailable,
            Kind::Unasked,
        ]
        .into_iter()
        .map(|kind| {
            let (status, code, _) = kind.problem();
            let outcome = Outcome::new(status, code);
            if kind == Kind::Absent {
                outcome.with_absent()
            } else {
                outcome
            }
        })
        .collect()
    }
}

/// The identity that authentication has put into a request.
pub(super) fn identity(request: &Request) -> Result<&Identity, IdentityRejection> {
    match request.extensions().get() {
        Some(Recognised::As(identity)) => Ok(identity),
        Some(Recognised::Not(rejection)) => Err(rejection.clone()),
        None => Err(IdentityRejection::UNASKED),
    }
}

impl<'r> FromRequest<'r> for Identity {
    type Rejection = IdentityRejection;

    const SYNC: Option<fn(&'r Request) -> Result<Self, IdentityRejection>> =
        Some(|request| identity(request).cloned());

    fn describe(operation: &mut Operation) {
        operation.require_identity();
    }
}
