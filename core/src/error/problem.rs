//! An error reply (RFC 9457): what it says to the client, and what it keeps for the log.

use super::{Error, chain::Chain};
use crate::{ApiError, Invocation};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::Value;
use std::{
    borrow::Cow,
    fmt::{self, Display, Write},
    time::Duration,
};

/// An error reply: `application/problem+json`, as [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)
/// defines it, with a stable `code` and the id of the request.
///
/// Every error of an API becomes one; most of them through [`ApiError`]. One can also be made by
/// hand, and returned as it is or as the `Err` of a `Result`:
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
/// The text of an error with a status of 500 or more, and the errors that caused it, go to the log
/// together with the request id; the client gets only status, title and code. A detail is sent
/// with such a status only when it is set explicitly.
///
/// # Several errors
///
/// All that is wrong with the values of one request comes in one problem: the errors of all
/// arguments and extractors are its `errors`. Each one has the place, `in`, the `name` and the
/// `detail`, or the `code` of a rejection that lists nothing. Where rejections have several statuses
/// the problem is a 400, with the code of the first rejection that is one, then a 422. A rejection
/// with any other status is the whole response, the first one in the order of the arguments: what
/// else is wrong is not told to somebody who may not call, and of no request that the server failed.
/// After a rejection, extractors that wait are not run any more.
///
/// ```text
/// {"type":"about:blank","title":"Bad Request","status":400,
///  "detail":"2 values of the request are missing or invalid","code":"invalid_parameters",
///  "errors":[{"in":"query","name":"page","detail":"expected a whole number from 0 to 255, found \"x\""},
///            {"in":"body","name":"items[1].sku","detail":"missing field `sku`"}]}
/// ```
///
/// # Codes
///
/// Clients tell problems apart by their `code`. These are the framework's own:
///
/// | code | status | when |
/// |---|---|---|
/// | `route_not_found` | 404 | no route has this path |
/// | `method_not_allowed` | 405 | the path has routes, but none for this method; `allow` names those it has |
/// | `malformed_request` | 400 | the event holds something that is no valid HTTP request |
/// | `invalid_parameters` | 400 | values of the path, the query, headers or cookies are missing or wrong; `errors` lists them |
/// | `missing_body` | 400 | the body is empty |
/// | `invalid_json`, `invalid_form`, `invalid_multipart`, `invalid_text` | 400 | the body is not what its content type says |
/// | `unsupported_media_type` | 415 | the body is of another type than the handler takes, or compressed |
/// | `invalid_body` | 422 | a field of the body is missing or wrong; `errors` names it |
/// | `unauthorized` | 401 | there are no credentials, and these are needed |
/// | `invalid_request` | 400 | the credentials are malformed |
/// | `invalid_token` | 401 | the credentials are not accepted |
/// | `insufficient_scope` | 403 | the credentials lack a scope |
/// | `forbidden` | 403 | the caller is not in a group, or not let in by a guard |
/// | `unexpected_claims` | 403 | the claims do not fit the type that the handler takes |
/// | `authentication_unavailable` | 503 | credentials cannot be checked at the moment; `retry-after` says when to try again |
/// | `uri_too_long` | 414 | the path is longer than the [limits](crate::Limits) let through |
/// | `too_many_headers`, `headers_too_large` | 431 | the header fields are too many, or too large together |
/// | `too_many_parameters`, `too_many_cookies`, `too_many_fields`, `too_many_parts` | 400 | the query, the `cookie` header or a form has too many of them |
/// | `json_too_deep` | 400 | the body nests arrays and objects too deep |
/// | `part_too_large` | 413 | a part of a multipart form is too large |
/// | `unreadable_body` | 400 | the body of the request is a stream that failed |
/// | `body_too_large` | 413 | the body of the request is larger than is let through |
/// | `not_found`, `conflict`, .. | any error | a handler returned a status alone, or with a text: the code is its [name](ApiError#a-status-as-an-error) |
/// | `internal_error` | 500 | a panic, an [`Error`](crate::Error), a reply that could not be made, a status of 1xx or above 599 |
/// | `timed_out` | 504 | the handler was stopped: its deadline was near, or the timeout of its route was over; 503 with `retry-after` where [`Api::retry_after_timeout`](crate::Api::retry_after_timeout) says so |
/// | `response_too_large` | 500 | the reply is larger than the gateway lets through |
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
    /// The id is the gateway's, and not Lambda's.
    id_of_gateway: bool,
    /// In the order in which they were set.
    extensions: Vec<(String, Value)>,
    headers: HeaderMap,
    /// For the log only.
    cause: Option<String>,
    trace: Trace,
}

/// What else goes to the log, and only there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    /// Where a panic happened.
    pub(crate) location: Option<String>,
    /// What led to a panic.
    pub(crate) backtrace: Option<String>,
    /// For how long something ran that was stopped.
    pub(crate) elapsed: Option<Duration>,
}

impl Trace {
    pub(super) fn elapsed_ms(&self) -> Option<u64> {
        u64::try_from(self.elapsed?.as_millis()).ok()
    }
}

/// The members that an extension cannot take the place of.
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
    /// A problem of this status, 400 to 599, and code. Any other status is no error, and becomes
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

    /// The problem that an error makes.
    ///
    /// The error's text is the detail below 500, and is kept for the log from there on. What
    /// [`ApiError::cause`] names is always kept for the log.
    #[must_use]
    pub fn from_error(error: &impl ApiError) -> Self {
        Self::from_dyn(error)
    }

    fn from_dyn(error: &dyn ApiError) -> Self {
        let mut problem = Self::new(error.status(), error.code());
        let text = error.to_string();
        let cause = error.cause().map(Chain);
        if problem.status().is_server_error() {
            let mut kept = text;
            if let Some(cause) = cause {
                // Writing to a string cannot fail.
                let _ = write!(kept, ": {cause}");
            }
            problem.0.cause = Some(kept);
        } else {
            problem.0.detail = Some(text.into());
            problem.0.cause = cause.map(|cause| cause.to_string());
        }
        error.decorate(&mut problem);
        problem
    }

    /// The status of the reply.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The stable, machine-readable name of the error.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The URI that names the kind of problem; `about:blank` when none is set.
    #[must_use]
    pub fn problem_type(&self) -> &str {
        self.0.kind.as_deref().unwrap_or("about:blank")
    }

    /// The short text that all problems of this kind share; the status' own when none is set.
    #[must_use]
    pub fn title(&self) -> &str {
        let status = self.0.status;
        let fallback = if status.is_server_error() {
            "Server Error"
        } else {
            "Client Error"
        };
        match &self.0.title {
            Some(title) => title,
            None => status.canonical_reason().unwrap_or(fallback),
        }
    }

    /// The text that explains this occurrence to the client.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The URI that names this occurrence.
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        self.0.instance.as_deref()
    }

    /// The id of the request that the client is told, as soon as it is known: the gateway's, or
    /// Lambda's where the gateway has none
    /// ([`Invocation::request_id`](crate::Invocation::request_id)).
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// A member of your own.
    #[must_use]
    pub fn extension(&self, name: &str) -> Option<&Value> {
        self.extensions()
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    /// All members of your own, in the order in which they were set.
    pub fn extensions(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0
            .extensions
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// The headers that the reply gets besides `content-type`.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// Changes the headers that the reply gets besides `content-type`.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.0.headers
    }

    /// What is kept for the log: the error's text and everything that caused it.
    pub(crate) fn cause_text(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// What else is kept for the log.
    pub(crate) fn trace(&self) -> &Trace {
        &self.0.trace
    }

    pub(crate) fn with_trace(mut self, trace: Trace) -> Self {
        self.0.trace = trace;
        self
    }

    /// The same, where it is the gateway's own.
    pub(super) fn gateway_request_id(&self) -> Option<&str> {
        self.request_id().filter(|_| self.0.id_of_gateway)
    }

    pub(crate) fn set_request_id(&mut self, invocation: &Invocation) {
        let gateway = invocation.gateway_request_id();
        self.0.id_of_gateway = gateway.is_some();
        self.0.request_id = gateway
            .or_else(|| invocation.request_id())
            .map(str::to_owned);
    }

    /// Sets the URI that names the kind of problem.
    pub fn set_type(&mut self, uri: impl Into<Cow<'static, str>>) {
        self.0.kind = Some(uri.into());
    }

    /// Sets the short text that all problems of this kind share.
    pub fn set_title(&mut self, title: impl Into<Cow<'static, str>>) {
        self.0.title = Some(title.into());
    }

    /// Explains this occurrence to the client, whatever the status.
    pub fn set_detail(&mut self, detail: impl Into<Cow<'static, str>>) {
        self.0.detail = Some(detail.into());
    }

    /// Sets the URI that names this occurrence.
    pub fn set_instance(&mut self, uri: impl Into<Cow<'static, str>>) {
        self.0.instance = Some(uri.into());
    }

    /// Sets a member of your own.
    ///
    /// Nothing is set, and a warning logged, when the value cannot be serialised or the name is
    /// one of `type`, `title`, `status`, `detail`, `instance`, `code` and `request_id`.
    pub fn set_extension(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        self.insert_extension(name, serde_json::to_value(value));
    }

    fn insert_extension(&mut self, name: &str, value: serde_json::Result<Value>) {
        if STANDARD.contains(&name) {
            tracing::warn!(
                name,
                "a problem's extension has the name of a standard member: left out"
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
                    "a problem's extension cannot be serialised: left out"
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

    /// Sets a header of the reply, in place of others of that name.
    ///
    /// Nothing is set, and a warning logged, when the name or the value is not valid.
    pub fn set_header(&mut self, name: &str, value: impl Display) {
        self.insert_header(name, value.to_string());
    }

    fn insert_header(&mut self, name: &str, value: String) {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => {
                self.0.headers.insert(name, value);
            }
            _ => tracing::warn!(name, "a problem's header is not valid: left out"),
        }
    }

    /// Takes over what another problem of the same request says besides: members that this one does
    /// not have, and what is kept for the log.
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

    /// Keeps an error and everything that caused it for the log, in place of what was kept before.
    /// It is never sent.
    pub fn set_cause(&mut self, error: impl Into<Error>) {
        self.keep(&*error.into().into_boxed());
    }

    fn keep(&mut self, error: &(dyn std::error::Error + 'static)) {
        self.0.cause = Some(Chain(error).to_string());
    }

    pub(super) fn caused_by(mut self, error: &(dyn std::error::Error + 'static)) -> Self {
        self.keep(error);
        self
    }

    /// With the URI that names the kind of problem.
    #[must_use]
    pub fn with_type(mut self, uri: impl Into<Cow<'static, str>>) -> Self {
        self.set_type(uri);
        self
    }

    /// With the short text that all problems of this kind share.
    #[must_use]
    pub fn with_title(mut self, title: impl Into<Cow<'static, str>>) -> Self {
        self.set_title(title);
        self
    }

    /// With a text that explains this occurrence to the client, whatever the status.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.set_detail(detail);
        self
    }

    /// With the URI that names this occurrence.
    #[must_use]
    pub fn with_instance(mut self, uri: impl Into<Cow<'static, str>>) -> Self {
        self.set_instance(uri);
        self
    }

    /// With a member of your own, as [`set_extension`](Self::set_extension) sets it.
    #[must_use]
    pub fn with_extension(mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Self {
        self.set_extension(name, value);
        self
    }

    /// With a header, as [`set_header`](Self::set_header) sets it.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Display) -> Self {
        self.set_header(name, value);
        self
    }

    /// With an error for the log, as [`set_cause`](Self::set_cause) keeps it.
    #[must_use]
    pub fn with_cause(mut self, error: impl Into<Error>) -> Self {
        self.set_cause(error);
        self
    }
}

impl fmt::Debug for Problem {
    /// What the client may see: neither the cause nor the values of headers.
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

impl ApiError for Problem {
    fn status(&self) -> StatusCode {
        self.0.status
    }

    fn code(&self) -> Cow<'static, str> {
        self.0.code.clone()
    }

    /// Copies the whole problem, the hidden cause included.
    fn decorate(&self, problem: &mut Problem) {
        *problem = self.clone();
    }
}
