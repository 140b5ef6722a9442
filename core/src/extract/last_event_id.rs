//! The id of the last server-sent event that a client got.

use super::{
    FromRequest,
    field_error::{FieldError, INVALID_PARAMETERS, Place, code, describe},
};
use crate::{ApiError, Operation, Outcome, Problem, Request};
use http::StatusCode;
use std::borrow::Cow;

/// The name of the header.
pub(crate) const LAST_EVENT_ID: &str = "last-event-id";

/// Extractor for the header `last-event-id`: the [id](crate::response::sse::Event::id) of the last
/// server-sent event that a client got, with which it connects again.
///
/// ```
/// use lambda_api::extract::LastEventId;
///
/// async fn resume(last: Option<LastEventId>) -> String {
///     match last {
///         Some(LastEventId(id)) => format!("continues after {id}"),
///         None => "begins".to_owned(),
///     }
/// }
/// ```
///
/// `Option<LastEventId>` is `None` if there is no such header, or an empty one. The id is what the
/// client sends: check it like any other value.
///
/// # Rejections
/// See [`LastEventIdRejection`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastEventId(pub String);

/// Rejection of [`LastEventId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LastEventIdRejection {
    /// There is no id: 400, `invalid_parameters`.
    #[error("{}", describe(Place::Header, Some(LAST_EVENT_ID), "missing"))]
    Missing,
    /// The id is not UTF-8, or there are several: 400, `invalid_parameters`.
    #[error("{}", describe(Place::Header, Some(LAST_EVENT_ID), INVALID))]
    Invalid,
}

const INVALID: &str = "expected one id in UTF-8";

impl ApiError for LastEventIdRejection {
    fn status(&self) -> StatusCode {
        StatusCode::BAD_REQUEST
    }

    fn code(&self) -> Cow<'static, str> {
        INVALID_PARAMETERS.into()
    }

    fn decorate(&self, mut problem: Problem) -> Problem {
        let (code, detail) = match self {
            Self::Missing => (code::MISSING, "missing"),
            Self::Invalid => (code::INVALID, INVALID),
        };
        FieldError::new(Place::Header, Some(LAST_EVENT_ID), code, detail).decorate(&mut problem);
        problem
    }

    fn is_absent(&self) -> bool {
        *self == Self::Missing
    }

    fn outcomes() -> Vec<Outcome> {
        vec![Outcome::new(StatusCode::BAD_REQUEST, INVALID_PARAMETERS)]
    }
}

impl<'r> FromRequest<'r> for LastEventId {
    type Rejection = LastEventIdRejection;

    const SYNC: Option<fn(&'r Request) -> Result<Self, LastEventIdRejection>> = Some(|request| {
        let mut values = request.headers().get_all(LAST_EVENT_ID).iter();
        match (values.next(), values.next()) {
            (None, _) => Err(LastEventIdRejection::Missing),
            (Some(value), None) if value.is_empty() => Err(LastEventIdRejection::Missing),
            // The HTML standard sends it as UTF-8.
            (Some(value), None) => match std::str::from_utf8(value.as_bytes()) {
                Ok(id) => Ok(Self(id.to_owned())),
                Err(_) => Err(LastEventIdRejection::Invalid),
            },
            (Some(_), Some(_)) => Err(LastEventIdRejection::Invalid),
        }
    });

    fn describe(_: &mut Operation) {}
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{get, now},
        *,
    };
    use http::HeaderValue;

    fn request(values: &[&[u8]]) -> Request {
        let mut request = get("/");
        for value in values {
            let value = HeaderValue::from_bytes(value).unwrap();
            request.headers_mut().append(LAST_EVENT_ID, value);
        }
        request
    }

    #[test]
    fn the_id_is_the_only_value_of_the_header() {
        for (values, expected) in [
            (&["7".as_bytes()][..], Ok("7")),
            (&["é".as_bytes()], Ok("é")),
            (&[], Err(LastEventIdRejection::Missing)),
            (&[b""], Err(LastEventIdRejection::Missing)),
            (&[b"\xff"], Err(LastEventIdRejection::Invalid)),
            (&[b"7", b"8"], Err(LastEventIdRejection::Invalid)),
        ] {
            let found = now::<LastEventId>(&request(values));
            let expected = expected.map(|id| LastEventId(id.to_owned()));
            assert_eq!(found, expected, "{values:?}");
        }
    }

    #[test]
    fn only_a_missing_id_is_none() {
        assert_eq!(now::<Option<LastEventId>>(&request(&[])), Ok(None));
        let rejection = now::<Option<LastEventId>>(&request(&[b"\xff"])).unwrap_err();
        assert_eq!(
            rejection.to_string(),
            "header `last-event-id`: expected one id in UTF-8"
        );
        let problem = Problem::from_error(&rejection);
        let errors = problem.extension("errors").unwrap();
        assert_eq!(errors[0]["name"], "last-event-id");
        assert_eq!(errors[0]["code"], "invalid");
    }
}
