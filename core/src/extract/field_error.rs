//! An invalid value of a request, in the format that clients see.

use crate::{Problem, json_pointer::to_member};
use serde::Serialize;
use std::{borrow::Cow, fmt};

/// The code of a problem with parameters.
pub(crate) const INVALID_PARAMETERS: &str = "invalid_parameters";
/// The code of a problem with the content of a body.
pub(crate) const INVALID_BODY: &str = "invalid_body";
/// The code of a problem with a missing body.
pub(crate) const MISSING_BODY: &str = "missing_body";
/// The code of a problem with the type of a body.
pub(crate) const UNSUPPORTED_MEDIA_TYPE: &str = "unsupported_media_type";
/// The code of a problem with a query that has too many parameters.
pub(crate) const TOO_MANY_PARAMETERS: &str = "too_many_parameters";
/// The code of a problem with a body that exceeds the limit.
#[cfg(feature = "multipart")]
pub(crate) const BODY_TOO_LARGE: &str = "body_too_large";
/// The code of an error of the application.
pub(crate) const INTERNAL_ERROR: &str = "internal_error";

/// The codes of invalid values. Others are the names of validation rules.
pub(crate) mod code {
    /// A required value is not in the request.
    pub(crate) const MISSING: &str = "missing";
    /// The type has no field of this name.
    pub(crate) const UNKNOWN_FIELD: &str = "unknown_field";
    /// The value cannot be read as the type of its field.
    pub(crate) const TYPE: &str = "type";
    /// The value is none of the allowed ones.
    pub(crate) const ENUM: &str = "enum";
    /// There are several values, but only one is allowed.
    pub(crate) const REPEATED: &str = "repeated";
    /// The conversion of a type failed.
    pub(crate) const INVALID: &str = "invalid";
}

/// The part of a request that contains a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[doc(hidden)]
#[cfg_attr(
    not(any(feature = "openapi", feature = "validate")),
    allow(
        unreachable_pub,
        reason = "generated code names it for rules and documents"
    )
)]
pub enum Place {
    Path,
    Query,
    Header,
    Cookie,
    Body,
}

impl Place {
    /// The name of the part, as problems have it.
    #[cfg(feature = "openapi")]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::Body => "body",
        }
    }

    /// The parts that contain single values, by their names in a problem.
    pub(crate) const PARAMETERS: [&str; 4] = ["path", "query", "header", "cookie"];
}

/// The part that a code of this library refers to, for problems without a list of errors.
pub(crate) fn place_of(code: &str) -> Option<Place> {
    Some(match code {
        TOO_MANY_PARAMETERS => Place::Query,
        MISSING_BODY | "invalid_json" | "json_too_deep" | "invalid_form" | "too_many_fields"
        | "invalid_text" | "invalid_multipart" | "too_many_parts" | INVALID_BODY => Place::Body,
        _ => return None,
    })
}

/// An invalid value: a member of the `errors` of a problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct FieldError<'a> {
    #[serde(rename = "in")]
    pub(crate) place: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<Cow<'a, str>>,
    /// The path from the body, or from the parameters of one place, to the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<Cow<'a, str>>,
    pub(crate) code: &'a str,
    pub(crate) detail: &'a str,
}

impl<'a> FieldError<'a> {
    /// An error of a value with this name; without a name, of the whole body or of an unknown
    /// parameter.
    pub(crate) fn new(place: Place, name: Option<&'a str>, code: &'a str, detail: &'a str) -> Self {
        let whole = (place == Place::Body).then_some(Cow::Borrowed(""));
        Self {
            place,
            name: name.map(Cow::Borrowed),
            pointer: name.map(|name| to_member(name).into()).or(whole),
            code,
            detail,
        }
    }

    /// Replaces the pointer that follows from the name.
    pub(crate) fn at(mut self, pointer: &'a str) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// Sets this error as the only one of a problem.
    pub(crate) fn decorate(self, problem: &mut Problem) {
        set_errors(problem, &[self]);
    }
}

pub(crate) fn set_errors(problem: &mut Problem, errors: &[FieldError<'_>]) {
    problem.set_extension("errors", errors);
}

impl fmt::Display for FieldError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        describe(self.place, self.name.as_deref(), self.detail).fmt(f)
    }
}

/// The text of an error: its value and its detail.
pub(crate) fn describe<'a>(
    place: Place,
    name: Option<&'a str>,
    detail: &'a str,
) -> Description<'a> {
    Description {
        place,
        name,
        detail,
    }
}

pub(crate) struct Description<'a> {
    place: Place,
    name: Option<&'a str>,
    detail: &'a str,
}

impl fmt::Display for Description<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.place {
            Place::Path => "path parameter",
            Place::Query => "query parameter",
            Place::Header => "header",
            Place::Cookie => "cookie",
            Place::Body => "field",
        };
        match self.name {
            Some(name) => write!(f, "{place} `{name}`: {}", self.detail),
            None => f.write_str(self.detail),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_place_name_pointer_code_and_detail() {
        let error = FieldError::new(Place::Query, Some("page"), code::MISSING, "missing");
        assert_eq!(
            serde_json::to_value(&error).unwrap(),
            serde_json::json!({
                "in": "query", "name": "page", "pointer": "/page",
                "code": "missing", "detail": "missing",
            })
        );
        assert_eq!(error.to_string(), "query parameter `page`: missing");
        let nameless = FieldError::new(Place::Body, None, code::TYPE, "no object");
        assert_eq!(
            serde_json::to_value(&nameless).unwrap(),
            serde_json::json!({"in": "body", "pointer": "", "code": "type", "detail": "no object"})
        );
        let item = FieldError::new(Place::Body, Some("items[0]"), code::TYPE, "no").at("/items/0");
        assert_eq!(item.pointer.as_deref(), Some("/items/0"));
    }
}
