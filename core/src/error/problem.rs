//! The error response (RFC 9457): what the client gets, and what is only logged.

use super::{chain::Chain, outcome::title_of};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::Value;
use std::{
    borrow::Cow,
    fmt::{self, Display, Write},
    time::Duration,
};

/// An error response: `application/problem+json`, as [RFC
/// 9457](https://www.rfc-editor.org/rfc/rfc9457) defines it, with a stable `code` and the id of the
/// request.
///
/// Every error of an API becomes a problem, mostly through [`ApiError`](crate::ApiError). A problem can also be
/// created directly, and returned as it is or as the `Err` of a `Result`:
///
/// ```
/// use http::StatusCode;
/// use lambda_api::Problem;
///
/// async fn withdraw(amount: u32) -> Result<&'static str, Problem> {
///     if amount > 100 {
///         return Err(Problem::new(StatusCode::CONFLICT, "out_of_credit")
///             .with_detail("the balance is 100")
///             .with_extension("balance", &100));
///     }
///     Ok("done")
/// }
/// ```
///
/// ```text
/// HTTP/1.1 409 Conflict
/// content-type: application/problem+json
///
/// {"type":"about:blank","title":"Conflict","status":409,"detail":"the balance is 100",
///  "code":"out_of_credit","request_id":"b1d0-…","balance":100}
/// ```
///
/// # What the client does not see
///
/// If the status is 500 or more, the text of the error and its sources are only logged, together
/// with the request id; the client gets status, title and code. Such a problem only has a detail if
/// it is set explicitly.
///
/// # Several errors
///
/// The invalid values of a request are reported in one problem, whose `errors` are those of all
/// arguments and extractors, in [one format](#errors-of-values). If the rejections have different
/// statuses, the problem is a 400 if one of them is, and otherwise a 422, with the code of the first
/// rejection of that status. A rejection with any other status is the whole response, the first one in the order of the
/// arguments: an unauthorized client does not get the other errors, and they do not matter if the
/// server failed. After a rejection, asynchronous extractors are not run.
///
/// ```text
/// {"type":"about:blank","title":"Bad Request","status":400,
///  "detail":"2 values of the request are missing or invalid","code":"invalid_parameters",
///  "errors":[{"in":"query","name":"page","pointer":"/page","code":"type",
///             "detail":"expected a whole number from 0 to 255, found \"x\""},
///            {"in":"body","name":"items[1]","pointer":"/items/1/sku","code":"missing",
///             "detail":"missing field `sku`"}]}
/// ```
///
/// # Errors of values
///
/// An error of a value has its place, `in`; the `pointer` to it, a JSON pointer ([RFC
/// 6901](https://www.rfc-editor.org/rfc/rfc6901)) from the body or from the parameters of that place;
/// the `name`, where it is known; a stable `code`; and a `detail` for people. A rejection without a
/// list, such as `missing_body`, is an error with its `code` and no pointer.
///
/// | code | when |
/// |---|---|
/// | `missing` | a required value is not in the request |
/// | `unknown_field` | the type has no field of this name |
/// | `type` | the value cannot be read as its type |
/// | `enum` | the value is none of the allowed ones |
/// | `repeated` | there are several values, but only one is allowed |
/// | `invalid` | a conversion of the program failed, or the text is not UTF-8 |
/// | `range`, `length`, `pattern`, .. | a [validation rule](crate::guide::validation) of this name is violated |
///
/// # Codes
///
/// Clients distinguish problems by their `code`. The framework uses these codes:
///
/// | code | status | when |
/// |---|---|---|
/// | `route_not_found` | 404 | no route has this path |
/// | `method_not_allowed` | 405 | the path has routes, but none for this method; `allow` lists the methods that it has |
/// | `malformed_request` | 400 | the event does not contain a valid HTTP request |
/// | `invalid_parameters` | 400, 422 | values of the path, the query, headers or cookies are missing or wrong (400), or violate a rule (422); `errors` lists them |
/// | `missing_body` | 400 | the body is empty |
/// | `invalid_json`, `invalid_form`, `invalid_multipart`, `invalid_text` | 400 | the body is not valid for its content type |
/// | `unsupported_media_type` | 415 | the content type of the body is not the one that the handler takes, or the body is compressed |
/// | `invalid_body` | 422 | a field of the body is missing, wrong or violates a rule; `errors` lists it |
/// | `unauthorized` | 401 | the request has no credentials, but the route requires them |
/// | `invalid_request` | 400 | the credentials are malformed |
/// | `invalid_token` | 401 | the credentials are invalid |
/// | `insufficient_scope` | 403 | the credentials lack a scope |
/// | `forbidden` | 403 | the caller is not in a required group, or a guard denied access |
/// | `unexpected_claims` | 403 | the claims do not fit the type that the handler takes |
/// | `authentication_unavailable` | 503 | credentials cannot be checked at the moment; `retry-after` is set |
/// | `uri_too_long` | 414 | the path exceeds its [limit](crate::Limits) |
/// | `too_many_headers`, `headers_too_large` | 431 | the header fields are too many, or too large together |
/// | `too_many_parameters`, `too_many_cookies`, `too_many_fields`, `too_many_parts` | 400 | the query, the `cookie` header or a form has too many elements |
/// | `json_too_deep` | 400 | arrays and objects in the body are nested too deeply |
/// | `part_too_large` | 413 | a part of a multipart form is too large |
/// | `precondition_failed` | 412 | `if-match` or `if-unmodified-since` asks for another version of a [`Download`](crate::response::Download) |
/// | `range_not_satisfiable` | 416 | the range of a [`Download`](crate::response::Download) is behind its end; `content-range` has its size |
/// | `unreadable_body` | 400 | the body of the request is a stream that failed |
/// | `request_timeout` | 408 | the body of a request to a server took too long |
/// | `body_too_large` | 413 | the body of the request exceeds its limit |
/// | `not_found`, `conflict`, .. | any error | a handler returned a status alone, or with a text: the code is its [name](crate::ApiError#a-status-as-an-error) |
/// | `internal_error` | 500 | a panic, an [`Error`](crate::Error), a response that could not be created, a status of 1xx or above 599 |
/// | `timed_out` | 504 | the handler was stopped by its deadline or the timeout of its route; 503 with `retry-after` if [`Api::retry_after_timeout`](crate::Api::retry_after_timeout) is set |
/// | `response_too_large` | 500 | the response exceeds the limit of the gateway |
/// | `overloaded` | 503 | the HTTP server has its maximum of requests (feature `server`) |
#[derive(Clone)]
pub struct Problem(Box<Inner>);

#[derive(Clone)]
struct Inner {
    status: StatusCode,
    code: Cow<'static, str>,
    kind: Option<Cow<'static, str>>,
    title: Option<Cow<'static, str>>,
    detail: Option<Cow<'static, str>>,
    instance: Option<Cow<'static, str>>,
    request_id: Option<String>,
    /// Whether the id is the gateway's instead of Lambda's.
    id_of_gateway: bool,
    /// In the order in which they were set.
    extensions: Vec<(String, Value)>,
    headers: HeaderMap,
    /// Only for the log.
    cause: Option<String>,
    trace: Trace,
}

/// Further data that is only logged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    /// Where a panic happened.
    pub(crate) location: Option<String>,
    /// The backtrace of a panic.
    pub(crate) backtrace: Option<String>,
    /// How long something ran before it was stopped.
    pub(crate) elapsed: Option<Duration>,
}

impl Trace {
    pub(super) fn elapsed_ms(&self) -> Option<u64> {
        u64::try_from(self.elapsed?.as_millis()).ok()
    }
}

/// The members that an extension cannot replace.
const STANDARD: [&str; 7] = [
    "type",
    "title",
    "status",
    "detail",
    "instance",
    "code",
    "request_id",
];

impl Problem {
    /// Creates a problem. The status is 400 to 599; any other status is not an error, and becomes
    /// 500.
    #[must_use]
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>) -> Self {
        let is_error = status.is_client_error() || status.is_server_error();
        Self(Box::new(Inner {
            status: if is_error {
                status
            } else {
                StatusCode::INTERNAL_SERVER_ERROR
            },
            code: code.into(),
            kind: None,
            title: None,
            detail: None,
            instance: None,
            request_id: None,
            id_of_gateway: false,
            extensions: Vec::new(),
            headers: HeaderMap::new(),
            cause: None,
            trace: Trace::default(),
        }))
    }

    /// The status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The stable, machine-readable name of the error.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    pub(super) fn code_text(&self) -> &Cow<'static, str> {
        &self.0.code
    }

    /// The URI that identifies the kind of problem; `about:blank` if none is set.
    #[must_use]
    pub fn problem_type(&self) -> &str {
        self.0.kind.as_deref().unwrap_or("about:blank")
    }

    /// The short text that all problems of this kind share; by default that of the status.
    #[must_use]
    pub fn title(&self) -> &str {
        match &self.0.title {
            Some(title) => title,
            None => title_of(self.0.status),
        }
    }

    /// The text that explains this occurrence to the client.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The URI that identifies this occurrence.
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        self.0.instance.as_deref()
    }

    /// The id of the request as the client gets it, once it is known: the gateway's, or Lambda's if
    /// the gateway has none ([`Invocation::request_id`](crate::Invocation::request_id)).
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The value of an extension member.
    #[must_use]
    pub fn extension(&self, name: &str) -> Option<&Value> {
        self.extensions()
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    /// All extension members, in the order in which they were set.
    pub fn extensions(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0
            .extensions
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// The headers of the response, except `content-type`.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The headers of the response, except `content-type`, for changing them.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.0.headers
    }

    /// The text for the log: the error and its sources.
    pub(crate) fn cause_text(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// Further data for the log.
    pub(crate) fn trace(&self) -> &Trace {
        &self.0.trace
    }

    pub(crate) fn with_trace(mut self, trace: Trace) -> Self {
        self.0.trace = trace;
        self
    }

    /// The request id, if it is the gateway's own.
    pub(super) fn gateway_request_id(&self) -> Option<&str> {
        self.request_id().filter(|_| self.0.id_of_gateway)
    }

    pub(crate) fn set_ids(&mut self, gateway: Option<&str>, lambda: Option<&str>) {
        self.0.id_of_gateway = gateway.is_some();
        self.0.request_id = gateway.or(lambda).map(str::to_owned);
    }

    pub(crate) fn set_detail(&mut self, detail: impl Into<Cow<'static, str>>) {
        self.0.detail = Some(detail.into());
    }

    pub(crate) fn set_extension(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        self.insert_extension(name, serde_json::to_value(value));
    }

    fn insert_extension(&mut self, name: &str, value: serde_json::Result<Value>) {
        if STANDARD.contains(&name) {
            tracing::warn!(
                name,
                "ignored a problem's extension that has the name of a standard member"
            );
            return;
        }
        let value = match value {
            Ok(value) => value,
            Err(error) => {
                let error = error.to_string();
                tracing::warn!(
                    name,
                    error,
                    "ignored a problem's extension that cannot be serialised"
                );
                return;
            }
        };
        let known = self
            .0
            .extensions
            .iter_mut()
            .find(|(known, _)| known == name);
        match known {
            Some((_, known)) => *known = value,
            None => self.0.extensions.push((name.to_owned(), value)),
        }
    }

    fn insert_header(&mut self, name: &str, value: String) {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => {
                self.0.headers.insert(name, value);
            }
            _ => tracing::warn!(name, "ignored an invalid header of a problem"),
        }
    }

    /// Takes over the data of another problem of the same request: members that this one does not
    /// have, and what is kept for the log.
    pub(crate) fn join(&mut self, other: &Self) {
        for (name, value) in other.extensions() {
            if self.extension(name).is_none() {
                self.0.extensions.push((name.to_owned(), value.clone()));
            }
        }
        if let Some(cause) = &other.0.cause {
            match &mut self.0.cause {
                Some(own) => {
                    // Writing to a string cannot fail.
                    let _ = write!(own, "; {cause}");
                }
                none => *none = Some(cause.clone()),
            }
        }
    }

    pub(super) fn set_cause_text(&mut self, text: String) {
        self.0.cause = Some(text);
    }

    pub(super) fn keep(&mut self, error: &(dyn std::error::Error + 'static)) {
        self.0.cause = Some(Chain(error).to_string());
    }

    pub(super) fn caused_by(mut self, error: &(dyn std::error::Error + 'static)) -> Self {
        self.keep(error);
        self
    }

    /// Sets the URI that identifies the kind of problem.
    #[must_use]
    pub fn with_type(mut self, uri: impl Into<Cow<'static, str>>) -> Self {
        self.0.kind = Some(uri.into());
        self
    }

    /// Sets the short text that all problems of this kind share.
    #[must_use]
    pub fn with_title(mut self, title: impl Into<Cow<'static, str>>) -> Self {
        self.0.title = Some(title.into());
        self
    }

    /// Sets the text that explains this occurrence to the client. It is sent with any status.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.set_detail(detail);
        self
    }

    /// Sets the URI that identifies this occurrence.
    #[must_use]
    pub fn with_instance(mut self, uri: impl Into<Cow<'static, str>>) -> Self {
        self.0.instance = Some(uri.into());
        self
    }

    /// Sets an extension member.
    ///
    /// If the value cannot be serialised, or the name is one of `type`, `title`, `status`,
    /// `detail`, `instance`, `code` and `request_id`, nothing is set and a warning is logged.
    #[must_use]
    pub fn with_extension(mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Self {
        self.set_extension(name, value);
        self
    }

    /// Sets a header of the response, replacing others of that name.
    ///
    /// If the name or the value is invalid, nothing is set and a warning is logged.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Display) -> Self {
        self.insert_header(name, value.to_string());
        self
    }
}

impl fmt::Debug for Problem {
    /// Leaves out the cause and the values of headers, like the response to the client.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("type", &self.problem_type())
            .field("title", &self.title())
            .field("status", &self.0.status)
            .field("detail", &self.0.detail)
            .field("instance", &self.0.instance)
            .field("code", &self.0.code)
            .field("request_id", &self.0.request_id)
            .field("extensions", &self.0.extensions)
            .field("headers", &self.0.headers.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.status.as_u16(), self.0.code)?;
        match &self.0.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}
