//! The JSON extractor and response.

use super::{
    FromRequest,
    field_error::{
        FieldError, INVALID_BODY, MISSING_BODY, Place, UNSUPPORTED_MEDIA_TYPE, describe,
    },
    integral::Integral,
    json_location::{Location, code_of},
    media,
    truncate::truncate,
};
use crate::{
    ApiError, Error, IntoResponse, Operation, Outcome, Problem, Request, Response,
    limits::is_deeper,
    matched_route::limits_of,
    response::{media_type::JSON, ok},
};
use http::StatusCode;
use serde::{Deserialize, de::IgnoredAny};
use std::{borrow::Cow, str::Utf8Error};

/// JSON extractor and response.
///
/// ```
/// use lambda_api::Json;
/// use serde::Deserialize;
/// use std::borrow::Cow;
///
/// #[derive(Deserialize)]
/// struct NewOrder<'r> {
///     // Borrowed from the body, unless the text contains a JSON escape.
///     #[serde(borrow)]
///     sku: Cow<'r, str>,
///     quantity: u32,
/// }
///
/// async fn place_order(Json(order): Json<NewOrder<'_>>) -> String {
///     format!("{} of {}", order.quantity, order.sku)
/// }
/// ```
///
/// A field of type `&str` cannot hold a string with an escape, such as `"5\""`, and rejects it. Use
/// a `Cow` with `#[serde(borrow)]`, or a `String`. `serde` does not borrow a `Cow` inside an
/// `Option`.
///
/// The request must have a JSON content type: `application/json`, or an `application/..+json`. A
/// page of any origin can make a browser send `text/plain`, or no content type, together with the
/// user's cookies and without a preflight; it cannot do so with `application/json`. So a body
/// without a content type is rejected, too:
///
/// ```sh
/// curl -H 'content-type: application/json' -d '{"sku": "tea", "quantity": 2}' ..
/// ```
///
/// A number without a fractional part is an integer, as in [JSON
/// Schema](https://json-schema.org/draft/2020-12/json-schema-validation#section-6.1.1): a field of an
/// integer type accepts `2.0` and `2e1`, below 2^52. Where serde buffers values before it knows their
/// types (`#[serde(flatten)]`, untagged and internally tagged enums), it rejects them.
///
/// A byte order mark before the JSON is skipped ([RFC 8259, section
/// 8.1](https://www.rfc-editor.org/rfc/rfc8259#section-8.1)).
///
/// A compressed body is rejected with 415, unless a layer of the API decompresses requests and
/// removes the header `content-encoding`: `tower_http::decompression::RequestDecompressionLayer`.
///
/// `Option<Json<T>>` is `None` only if the body is empty. `Result<Json<T>, JsonRejection>` passes
/// the rejection to the handler.
///
/// # Rejections
/// See [`JsonRejection`]. The maximum size and the maximum depth of a body are two of the
/// [`Limits`](crate::Limits).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

/// `application/json`. If the value cannot be serialised, the response is a 500, which is logged.
impl<T: serde::Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let mut text = Vec::with_capacity(USUAL);
        text_response(serde_json::to_writer(&mut text, &self.0).map(|()| text))
    }

    fn describe(operation: &mut Operation) {
        operation.response(StatusCode::OK, Some(JSON));
    }
}

/// The initial capacity. Most responses fit, so the buffer does not have to grow.
const USUAL: usize = 1024;

fn text_response(text: serde_json::Result<Vec<u8>>) -> Response {
    match text {
        Ok(text) => ok(JSON, text.into()),
        Err(error) => unserialisable(error),
    }
}

#[cold]
fn unserialisable(error: serde_json::Error) -> Response {
    let error = Error::new(error).context("the response cannot be serialised as JSON");
    Problem::from_error(&error).into_response()
}

/// Rejection of [`Json`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonRejection {
    /// The body is empty: 400, `missing_body`.
    #[error("expected a JSON body, found an empty one")]
    Missing,
    /// The body is compressed, and no layer decompressed it: 415, `unsupported_media_type`, with
    /// `accept-encoding` ([RFC 9110, section
    /// 15.5.16](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.16)).
    #[error("expected a body without content-encoding, found {found}")]
    Encoding {
        /// The content encodings of the request.
        found: String,
    },
    /// The content type is not JSON: 415, `unsupported_media_type`.
    #[error("expected content-type `application/json`, found {found}")]
    MediaType {
        /// The content type of the request.
        found: String,
    },
    /// The body is not JSON: 400, `invalid_json`.
    #[error("the body is not valid JSON: {detail}{}", position(*line, *column))]
    Syntax {
        /// A description of the error.
        detail: String,
        /// The line of the error, from 1; 0 if unknown.
        line: usize,
        /// The column of the error, from 1; 0 if unknown.
        column: usize,
    },
    /// Arrays and objects are nested too deeply: 400, `json_too_deep`.
    #[error("arrays and objects are nested more than {limit} deep")]
    TooDeep {
        /// The maximum depth: [`Limits::json_depth`](crate::Limits::json_depth).
        limit: usize,
    },
    /// The body is JSON, but does not match the type: 422, `invalid_body`.
    #[error("{}{}", describe(Place::Body, field.as_deref(), detail), position(*line, *column))]
    Data {
        /// The path to the field, such as `items[1].sku`; `None` for the body itself.
        field: Option<String>,
        /// The JSON pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)) to the field, such
        /// as `/items/1/sku`; empty for the body itself. A missing field has one too.
        pointer: String,
        /// The [code](crate::Problem#errors-of-values) of the error, such as `type`.
        code: &'static str,
        /// A description of the error.
        detail: String,
        /// The line of the error, from 1; 0 if unknown.
        line: usize,
        /// The column of the error, from 1; 0 if unknown.
        column: usize,
    },
}

fn position(line: usize, column: usize) -> String {
    match line {
        0 => String::new(),
        _ => format!(" at line {line} column {column}"),
    }
}

impl ApiError for JsonRejection {
    fn status(&self) -> StatusCode {
        match self {
            Self::Missing | Self::Syntax { .. } | Self::TooDeep { .. } => StatusCode::BAD_REQUEST,
            Self::Encoding { .. } | Self::MediaType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Data { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Missing => MISSING_BODY.into(),
            Self::Encoding { .. } | Self::MediaType { .. } => UNSUPPORTED_MEDIA_TYPE.into(),
            Self::Syntax { .. } => "invalid_json".into(),
            Self::TooDeep { .. } => "json_too_deep".into(),
            Self::Data { .. } => INVALID_BODY.into(),
        }
    }

    fn decorate(&self, mut problem: Problem) -> Problem {
        if let Self::Encoding { .. } = self {
            media::reject_encoding(&mut problem);
        }
        if let Self::Data {
            field,
            pointer,
            code,
            detail,
            ..
        } = self
        {
            FieldError::new(Place::Body, field.as_deref(), code, detail)
                .at(pointer)
                .decorate(&mut problem);
        }
        if let Self::Syntax { line, column, .. } | Self::Data { line, column, .. } = self
            && *line > 0
        {
            problem.set_extension("line", line);
            problem.set_extension("column", column);
        }
        problem
    }

    fn is_absent(&self) -> bool {
        *self == Self::Missing
    }

    fn outcomes() -> Vec<Outcome> {
        vec![
            Outcome::new(StatusCode::BAD_REQUEST, MISSING_BODY).with_absent(),
            Outcome::new(StatusCode::BAD_REQUEST, "invalid_json"),
            Outcome::new(StatusCode::BAD_REQUEST, "json_too_deep"),
            Outcome::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, UNSUPPORTED_MEDIA_TYPE),
            Outcome::new(StatusCode::UNPROCESSABLE_ENTITY, INVALID_BODY),
        ]
    }
}

impl<'r, T: Deserialize<'r>> FromRequest<'r> for Json<T> {
    type Rejection = JsonRejection;

    const SYNC: Option<fn(&'r Request) -> Result<Self, JsonRejection>> = Some(|request| {
        let limit = limits_of(request.extensions()).json_depth;
        parse_json(body(request)?, limit).map(Self)
    });

    fn describe(operation: &mut Operation) {
        operation.request_body(JSON);
    }
}

/// Parses JSON whose arrays and objects are nested at most `limit` deep.
pub(crate) fn parse_json<'r, T: Deserialize<'r>>(
    text: &'r str,
    limit: usize,
) -> Result<T, JsonRejection> {
    if is_deeper(text.as_bytes(), limit) {
        return Err(JsonRejection::TooDeep { limit });
    }
    serde_json::from_str(text).or_else(|_| read_again(text))
}

/// Returns the body of a request with a JSON content type. JSON is UTF-8 (RFC 8259, section 8.1);
/// validating the whole body is cheaper than validating each string.
fn body(request: &Request) -> Result<&str, JsonRejection> {
    let body = request.body().bytes();
    if body.is_empty() {
        return Err(JsonRejection::Missing);
    }
    if let Some(found) = media::encoded(request) {
        return Err(JsonRejection::Encoding { found });
    }
    if !media::content_type(request).is_some_and(media::is_json) {
        return Err(JsonRejection::MediaType {
            found: media::found(request),
        });
    }
    match std::str::from_utf8(body) {
        // The byte order mark is not part of the JSON.
        Ok(text) => match text.strip_prefix('\u{feff}').unwrap_or(text) {
            "" => Err(JsonRejection::Missing),
            json => Ok(json),
        },
        Err(error) => Err(not_utf8(body, error)),
    }
}

#[cold]
fn not_utf8(body: &[u8], error: Utf8Error) -> JsonRejection {
    let before = body.get(..error.valid_up_to()).unwrap_or_default();
    let mut lines = before.rsplit(|byte| *byte == b'\n');
    JsonRejection::Syntax {
        detail: "invalid UTF-8".to_owned(),
        column: lines.next().map_or(0, <[u8]>::len) + 1,
        line: lines.count() + 1,
    }
}

/// Reads a rejected body again, with integers that are written as floats, and to find the invalid
/// field. Both cost time, so only such bodies pay for it.
#[cold]
#[inline(never)]
fn read_again<'r, T: Deserialize<'r>>(body: &'r str) -> Result<T, JsonRejection> {
    let mut reader = serde_json::Deserializer::from_str(body);
    match serde_path_to_error::deserialize::<_, T>(Integral(&mut reader)) {
        Ok(value) => match reader.end() {
            Ok(()) => Ok(value),
            Err(error) => Err(reject(body, Location::default(), &error)),
        },
        Err(tracked) => {
            let location = Location::of(tracked.path());
            Err(reject(body, location, &tracked.into_inner()))
        }
    }
}

fn reject(body: &str, location: Location, error: &serde_json::Error) -> JsonRejection {
    // `serde` stops at the first invalid field, but the rest may not be JSON: a truncated body
    // should not be reported as an invalid field.
    let broken = serde_json::from_str::<IgnoredAny>(body).err();
    let error = broken.as_ref().unwrap_or(error);
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let suffix = format!(" at line {line} column {column}");
    let text = text.strip_suffix(&suffix).unwrap_or(&text);
    let detail = truncate(text);
    if error.is_data() {
        JsonRejection::Data {
            pointer: location.pointer(text),
            field: location.field.map(|field| truncate(&field)),
            code: code_of(text),
            detail,
            line,
            column,
        }
    } else {
        JsonRejection::Syntax {
            detail,
            line,
            column,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{now, post},
        *,
    };

    #[derive(Debug, Deserialize, PartialEq)]
    struct Order<'r> {
        #[serde(borrow)]
        sku: Cow<'r, str>,
        quantity: u32,
    }

    fn json(body: &'static str) -> Request {
        post("application/json", body)
    }

    fn rejection(request: &Request) -> JsonRejection {
        now::<Json<Order<'_>>>(request).unwrap_err()
    }

    #[test]
    fn data_is_borrowed_from_the_body() {
        let request = json(r#"{"sku": "tea", "quantity": 2}"#);
        let Json(order) = now::<Json<Order<'_>>>(&request).unwrap();
        assert!(matches!(order.sku, Cow::Borrowed("tea")));
        assert_eq!(order.quantity, 2);
    }

    #[test]
    fn a_byte_order_mark_counts_once_and_in_front_only() {
        let request = json("\u{feff}{\"sku\": \"\u{feff}\", \"quantity\": 2}");
        let Json(order) = now::<Json<Order<'_>>>(&request).unwrap();
        assert!(matches!(order.sku, Cow::Borrowed("\u{feff}")));
        assert_eq!(rejection(&json("\u{feff}")), JsonRejection::Missing);
        for body in ["\u{feff}\u{feff}{}", "{}\u{feff}", "{\u{feff}}"] {
            assert_eq!(rejection(&json(body)).code(), "invalid_json", "{body:?}");
        }
    }

    #[test]
    fn an_escape_is_decoded_into_an_owned_text() {
        let request = json(r#"{"sku": "5\"", "quantity": 2}"#);
        let Json(order) = now::<Json<Order<'_>>>(&request).unwrap();
        assert_eq!(order.sku, "5\"");
    }

    #[test]
    fn an_empty_body_is_absent() {
        let request = json("");
        assert_eq!(rejection(&request), JsonRejection::Missing);
        assert_eq!(
            now::<Option<Json<Order<'_>>>>(&request).ok().flatten(),
            None
        );
    }

    #[test]
    fn a_media_type_other_than_json_is_rejected() {
        for content_type in ["", "text/plain", "application/x-www-form-urlencoded"] {
            let request = post(content_type, r#"{"sku": "tea", "quantity": 2}"#);
            let rejection = rejection(&request);
            assert_eq!(rejection.status(), 415, "{content_type}");
            assert_eq!(rejection.code(), "unsupported_media_type");
            assert!(!rejection.is_absent());
        }
        assert_eq!(
            rejection(&post("text/plain", "{}")).to_string(),
            "expected content-type `application/json`, found \"text/plain\""
        );
    }

    #[test]
    fn broken_json_is_a_400_with_its_place() {
        let rejection = rejection(&json("{\"sku\": \"tea\",\n \"quantity\" 2}"));
        assert_eq!(
            (rejection.status().as_u16(), rejection.code()),
            (400, "invalid_json".into())
        );
        assert_eq!(
            rejection.to_string(),
            "the body is not valid JSON: expected `:` at line 2 column 13"
        );
    }

    #[test]
    fn a_body_that_is_broken_behind_a_bad_field_is_broken() {
        let rejection = rejection(&json(r#"{"quantity": "x", "sku": "#));
        assert_eq!(rejection.code(), "invalid_json");
    }

    #[test]
    fn garbage_behind_the_json_is_rejected() {
        let rejection = rejection(&json(r#"{"sku": "tea", "quantity": 2} {}"#));
        assert_eq!(rejection.code(), "invalid_json");
        assert!(
            rejection.to_string().contains("trailing characters"),
            "{rejection}"
        );
    }

    #[test]
    fn a_bad_field_is_a_422_that_names_its_path() {
        #[derive(Debug, Deserialize)]
        struct Basket<'r> {
            #[serde(borrow)]
            items: Vec<Order<'r>>,
        }
        let request = json("{\"items\": [{\"sku\": \"a\", \"quantity\": 1},\n {\"sku\": 5}]}");
        let rejection = now::<Json<Basket<'_>>>(&request).unwrap_err();
        assert_eq!(
            (rejection.status().as_u16(), rejection.code()),
            (422, "invalid_body".into())
        );
        assert_eq!(
            rejection.to_string(),
            "field `items[1].sku`: invalid type: integer `5`, expected a string at line 2 column 10"
        );
        let problem = Problem::from_error(&rejection);
        assert_eq!(
            problem.extension("errors"),
            Some(&serde_json::json!([{
                "in": "body",
                "name": "items[1].sku",
                "pointer": "/items/1/sku",
                "code": "type",
                "detail": "invalid type: integer `5`, expected a string",
            }]))
        );
        assert_eq!(problem.extension("line"), Some(&2.into()));
        assert_eq!(problem.extension("column"), Some(&10.into()));
        let request = json(r#"{"items": []} "#);
        assert!(
            now::<Json<Basket<'_>>>(&request)
                .unwrap()
                .0
                .items
                .is_empty()
        );
    }

    #[test]
    fn a_missing_field_of_the_body_itself_has_no_path() {
        let rejection = rejection(&json(r#"{"sku": "tea"}"#));
        assert!(matches!(
            &rejection,
            JsonRejection::Data { field: None, .. }
        ));
        assert_eq!(
            rejection.to_string(),
            "missing field `quantity` at line 1 column 14"
        );
    }

    #[test]
    fn each_error_has_a_pointer_and_a_code() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Nested<'r> {
            #[allow(dead_code)]
            #[serde(borrow)]
            order: Order<'r>,
            #[allow(dead_code)]
            #[serde(default)]
            kind: Option<Kind>,
            #[allow(dead_code)]
            #[serde(default)]
            by_name: std::collections::BTreeMap<String, std::net::IpAddr>,
        }
        #[derive(Debug, Deserialize)]
        enum Kind {
            #[allow(dead_code)]
            Gift(u8),
        }
        let order = r#""order": {"sku": "a", "quantity": 1}"#;
        for (body, pointer, code) in [
            ("[]".to_owned(), "", "type"),
            (r#"{"kind": null}"#.to_owned(), "/order", "missing"),
            (
                r#"{"order": {"sku": "a"}}"#.to_owned(),
                "/order/quantity",
                "missing",
            ),
            (
                r#"{"order": {"sku": "a", "quantity": -1}}"#.to_owned(),
                "/order/quantity",
                "type",
            ),
            (
                format!(r#"{{{order}, "a/b": 1}}"#),
                "/a~1b",
                "unknown_field",
            ),
            (format!("{{{order}, {order}}}"), "/order", "repeated"),
            (format!(r#"{{{order}, "kind": "Other"}}"#), "/kind", "enum"),
            (format!(r#"{{{order}, "kind": "Gift"}}"#), "/kind", "type"),
            (
                format!(r#"{{{order}, "kind": {{"Gift": true}}}}"#),
                "/kind/Gift",
                "type",
            ),
            (
                format!(r#"{{{order}, "by_name": {{"x~y": "z"}}}}"#),
                "/by_name/x~0y",
                "invalid",
            ),
        ] {
            let request = post("application/json", body.clone());
            let rejection = now::<Json<Nested<'_>>>(&request).unwrap_err();
            let problem = Problem::from_error(&rejection);
            let error = problem.extension("errors").map(|errors| &errors[0]);
            let error = error.unwrap_or_else(|| panic!("{body}: {problem:?}"));
            assert_eq!(
                (&error["pointer"], &error["code"]),
                (&pointer.into(), &code.into()),
                "{body}"
            );
        }
    }

    #[test]
    fn a_long_value_is_not_sent_back() {
        let body = format!(r#"{{"sku": "tea", "quantity": "{}"}}"#, "x".repeat(100_000));
        let rejection = rejection(&post("application/json", body)).to_string();
        assert!(rejection.len() < 400, "{rejection}");
        assert!(rejection.contains("expected u32"), "{rejection}");
    }

    #[test]
    fn invalid_utf8_is_not_json() {
        let request = post(
            "application/json",
            &b"{\n\"sku\": \"\xff\", \"quantity\": 1}"[..],
        );
        assert_eq!(rejection(&request).code(), "invalid_json");
        assert_eq!(
            rejection(&request).to_string(),
            "the body is not valid JSON: invalid UTF-8 at line 2 column 9"
        );
    }

    #[test]
    fn nesting_without_end_is_rejected() {
        for body in ["[".repeat(200_000), "{\"a\":".repeat(200_000)] {
            let request = post("application/json", body);
            let rejection = now::<Json<serde_json::Value>>(&request).unwrap_err();
            assert_eq!(rejection, JsonRejection::TooDeep { limit: 64 });
            assert_eq!(rejection.status(), 400);
            assert_eq!(rejection.code(), "json_too_deep");
        }
    }
}
