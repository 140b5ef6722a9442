//! Extractor for text bodies.

use super::{FromRequest, field_error::UNSUPPORTED_MEDIA_TYPE, media};
use crate::{ApiError, Operation, Outcome, Problem, Request, response::media_type::TEXT};
use http::StatusCode;
use std::borrow::Cow;

/// Extractor for the body as text, with any content type.
///
/// ```
/// use lambda_api::extract::Text;
///
/// async fn shout(Text(body): Text) -> String {
///     body.to_uppercase()
/// }
/// ```
///
/// An empty body is an empty string. The string is owned, since most handlers keep or return it. A
/// handler that only reads the body can take a `&Request` instead, whose
/// [`body().bytes()`](crate::Body::bytes) are borrowed.
///
/// # Rejections
/// The request is rejected if:
///
/// - the body is not UTF-8: 400, `invalid_text`.
/// - the body is compressed and no layer decompressed it: 415, `unsupported_media_type`.
///
/// Use `bytes::Bytes` for the unchanged body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub String);

/// Rejection of [`Text`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextRejection {
    /// The body is compressed, and no layer decompressed it: 415, `unsupported_media_type`, with
    /// `accept-encoding` ([RFC 9110, section
    /// 15.5.16](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.16)).
    #[error("expected a body without content-encoding, found {found}")]
    Encoding {
        /// The content encodings of the request.
        found: String,
    },
    /// The body is not UTF-8: 400, `invalid_text`.
    #[error("expected a UTF-8 body, found invalid bytes from byte {valid} on")]
    NotUtf8 {
        /// The number of valid bytes at the beginning.
        valid: usize,
    },
}

impl ApiError for TextRejection {
    fn status(&self) -> StatusCode {
        match self {
            Self::Encoding { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NotUtf8 { .. } => StatusCode::BAD_REQUEST,
        }
    }

    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Encoding { .. } => UNSUPPORTED_MEDIA_TYPE.into(),
            Self::NotUtf8 { .. } => "invalid_text".into(),
        }
    }

    fn decorate(&self, mut problem: Problem) -> Problem {
        if let Self::Encoding { .. } = self {
            media::reject_encoding(&mut problem);
        }
        problem
    }

    fn outcomes() -> Vec<Outcome> {
        vec![
            Outcome::new(StatusCode::BAD_REQUEST, "invalid_text"),
            Outcome::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, UNSUPPORTED_MEDIA_TYPE),
        ]
    }
}

impl<'r> FromRequest<'r> for Text {
    type Rejection = TextRejection;

    const SYNC: Option<fn(&'r Request) -> Result<Self, TextRejection>> = Some(|request| {
        let body = request.body().bytes();
        if let Some(found) = media::encoded(request).filter(|_| !body.is_empty()) {
            return Err(TextRejection::Encoding { found });
        }
        match std::str::from_utf8(body) {
            Ok(text) => Ok(Self(text.to_owned())),
            Err(error) => Err(TextRejection::NotUtf8 {
                valid: error.valid_up_to(),
            }),
        }
    });

    fn describe(operation: &mut Operation) {
        // What a client without another wish sends: every type is accepted.
        operation.optionally(|operation| operation.request_body(TEXT));
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{now, post},
        *,
    };

    #[test]
    fn a_body_is_text_whatever_its_type() {
        for content_type in ["", "text/plain", "application/xml"] {
            assert_eq!(now(&post(content_type, "é")), Ok(Text("é".to_owned())));
        }
        assert_eq!(now(&post("", "")), Ok(Some(Text::default())));
    }

    #[test]
    fn invalid_utf8_is_a_400() {
        let rejection = now::<Text>(&post("text/plain", &b"ab\xff"[..])).unwrap_err();
        assert_eq!(rejection, TextRejection::NotUtf8 { valid: 2 });
        assert_eq!(
            (rejection.status().as_u16(), rejection.code()),
            (400, "invalid_text".into())
        );
    }
}
