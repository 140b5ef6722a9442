//! Extractor for form bodies.

use super::{
    FromRequest,
    field_error::{
        FieldError, INVALID_BODY, MISSING_BODY, Place, UNSUPPORTED_MEDIA_TYPE, describe,
    },
    media,
    string_de::Origin,
    urlencoded,
    value_error::{Echo, ValueError},
};
use crate::{ApiError, Operation, Outcome, Problem, Request, matched_route::limits_of};
use http::{StatusCode, header::CONTENT_TYPE};
use serde::Deserialize;
use std::borrow::Cow;

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// Extractor for a body of type `application/x-www-form-urlencoded`, as sent by HTML forms.
///
/// ```
/// use lambda_api::extract::Form;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Feedback {
///     text: String,
///     stars: Option<u8>,
///     #[serde(default)]
///     publish: bool,
/// }
///
/// async fn feedback(Form(feedback): Form<Feedback>) -> String {
///     # let _ = feedback.publish;
///     format!("{} stars: {}", feedback.stars.unwrap_or(0), feedback.text)
/// }
/// ```
///
/// The rules are those of [`Query`](crate::Query): `+` and percent-encoding are decoded, repeated
/// fields are a `Vec`, and an empty field is `None` for an `Option`. A `bool` is also true for
/// `on`, which checkboxes send. An unchecked box sends nothing, so its field needs
/// `#[serde(default)]`. For files, use `Multipart` (feature `multipart`).
///
/// A compressed body is rejected with 415, unless a layer of the API decompresses requests and
/// removes the header `content-encoding`: `tower_http::decompression::RequestDecompressionLayer`.
///
/// The maximum number of fields is one of the [`Limits`](crate::Limits).
///
/// A page of any origin can make a browser post a form together with the user's cookies. If cookies
/// authenticate the user, check the `origin` header or a token, or set the cookie with `SameSite`.
///
/// `Option<Form<T>>` is `None` if there is neither a body nor a content type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Form<T>(pub T);

/// Rejection of [`Form`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormRejection {
    /// There is neither a body nor a content type: 400, `missing_body`.
    #[error("expected a form, found an empty body")]
    Missing,
    /// The body is compressed, and no layer decompressed it: 415, `unsupported_media_type`, with
    /// `accept-encoding` ([RFC 9110, section
    /// 15.5.16](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.16)).
    #[error("expected a body without content-encoding, found {found}")]
    Encoding {
        /// The content encodings of the request.
        found: String,
    },
    /// The content type is not that of a form: 415, `unsupported_media_type`.
    #[error("expected content-type `{FORM}`, found {found}")]
    MediaType {
        /// The content type of the request.
        found: String,
    },
    /// The body is not UTF-8: 400, `invalid_form`.
    #[error("expected a form, found a body that is not UTF-8")]
    NotUtf8,
    /// There are too many fields: 400, `too_many_fields`.
    #[error("the form has more than {limit} fields")]
    TooManyFields {
        /// The maximum number: [`Limits::form_fields`](crate::Limits::form_fields).
        limit: usize,
    },
    /// A field is invalid or missing: 422, `invalid_body`.
    #[error("{}", describe(Place::Body, name.as_deref(), detail))]
    Invalid {
        /// The name of the field, if it is known.
        name: Option<String>,
        /// The [code](crate::Problem#errors-of-values) of the error, such as `type`.
        code: &'static str,
        /// A description of the error.
        detail: String,
    },
}

impl ApiError for FormRejection {
    fn status(&self) -> StatusCode {
        match self {
            Self::Missing | Self::NotUtf8 | Self::TooManyFields { .. } => StatusCode::BAD_REQUEST,
            Self::Encoding { .. } | Self::MediaType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Missing => MISSING_BODY.into(),
            Self::Encoding { .. } | Self::MediaType { .. } => UNSUPPORTED_MEDIA_TYPE.into(),
            Self::NotUtf8 => "invalid_form".into(),
            Self::TooManyFields { .. } => "too_many_fields".into(),
            Self::Invalid { .. } => INVALID_BODY.into(),
        }
    }

    fn decorate(&self, mut problem: Problem) -> Problem {
        if let Self::Encoding { .. } = self {
            media::reject_encoding(&mut problem);
        }
        if let Self::Invalid { name, code, detail } = self {
            FieldError::new(Place::Body, name.as_deref(), code, detail).decorate(&mut problem);
        }
        problem
    }

    fn is_absent(&self) -> bool {
        *self == Self::Missing
    }

    fn outcomes() -> Vec<Outcome> {
        vec![
            Outcome::new(StatusCode::BAD_REQUEST, MISSING_BODY).with_absent(),
            Outcome::new(StatusCode::BAD_REQUEST, "invalid_form"),
            Outcome::new(StatusCode::BAD_REQUEST, "too_many_fields"),
            Outcome::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, UNSUPPORTED_MEDIA_TYPE),
            Outcome::new(StatusCode::UNPROCESSABLE_ENTITY, INVALID_BODY),
        ]
    }
}

impl<'r, T: Deserialize<'r>> FromRequest<'r> for Form<T> {
    type Rejection = FormRejection;

    const SYNC: Option<fn(&'r Request) -> Result<Self, FormRejection>> = Some(|request| {
        let body = body(request)?;
        let limit = limits_of(request.extensions()).form_fields;
        urlencoded::read(body, Origin::Form, limit)
            .ok_or(FormRejection::TooManyFields { limit })?
            .map(Self)
            .map_err(reject)
    });

    fn describe(operation: &mut Operation) {
        operation.request_body(FORM);
    }
}

fn body(request: &Request) -> Result<&str, FormRejection> {
    let body = request.body().bytes();
    if body.is_empty() && !request.headers().contains_key(CONTENT_TYPE) {
        return Err(FormRejection::Missing);
    }
    if let Some(found) = media::encoded(request).filter(|_| !body.is_empty()) {
        return Err(FormRejection::Encoding { found });
    }
    if !media::content_type(request).is_some_and(|found| media::is(found, FORM)) {
        return Err(FormRejection::MediaType {
            found: media::found(request),
        });
    }
    std::str::from_utf8(body).map_err(|_| FormRejection::NotUtf8)
}

#[cold]
fn reject(error: ValueError) -> FormRejection {
    let code = error.code();
    let (name, detail) = error.explain(Echo::Value);
    FormRejection::Invalid { name, code, detail }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{now, post},
        *,
    };

    #[derive(Debug, Deserialize, PartialEq)]
    struct Feedback<'r> {
        #[serde(borrow, default)]
        text: Cow<'r, str>,
        #[serde(default)]
        stars: Vec<u8>,
    }

    fn rejection(request: &Request) -> FormRejection {
        now::<Form<Feedback<'_>>>(request).unwrap_err()
    }

    #[test]
    fn a_form_is_decoded() {
        let request = post(FORM, "text=a+b%21&stars=5&stars=4");
        let expected = Feedback {
            text: "a b!".into(),
            stars: vec![5, 4],
        };
        assert_eq!(now(&request), Ok(Form(expected)));
    }

    #[test]
    fn a_form_without_fields_is_a_form() {
        let request = post(FORM, "");
        assert!(now::<Form<Feedback<'_>>>(&request).is_ok());
    }

    #[test]
    fn nothing_at_all_is_absent() {
        let request = post("", "");
        assert_eq!(rejection(&request), FormRejection::Missing);
        assert_eq!(now(&request), Ok(None::<Form<Feedback<'_>>>));
    }

    #[test]
    fn each_rejection_has_its_status_and_code() {
        let cases = [
            (post("text/plain", "stars=1"), 415, "unsupported_media_type"),
            (post("", "stars=1"), 415, "unsupported_media_type"),
            (post(FORM, &b"text=\xff"[..]), 400, "invalid_form"),
            (post(FORM, "stars=many"), 422, "invalid_body"),
            (post(FORM, "stars=1&".repeat(1001)), 400, "too_many_fields"),
        ];
        for (request, status, code) in cases {
            let rejection = rejection(&request);
            assert_eq!(rejection.status(), status);
            assert_eq!(rejection.code(), code);
        }
        assert_eq!(
            rejection(&post(FORM, "stars=many")).to_string(),
            "field `stars`: expected a whole number from 0 to 255, found \"many\""
        );
    }
}
