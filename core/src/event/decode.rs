//! Converts an event into a request.

use super::{
    Source, body,
    context::Context,
    detect,
    error::{DecodeError, LimitExceeded, UnsupportedEvent},
    headers::{Cookies, Headers},
    json::Content,
    other::OtherEvent,
    other_kind::OtherKind,
    query::{self, Form},
    raw_event::RawEvent,
    received::Received,
    rejection::Rejection,
    shared::Shared,
    uri::{self, Stripped},
};
use crate::{
    Body, Invocation, LambdaContext, Limits, Request,
    limits::{check_headers, check_path, check_query},
};
use bytes::{Buf, Bytes};
use http::{Method, Uri};
use std::borrow::Cow;

/// Options of [`decode`]: how paths are stripped, and the limits of a request.
///
/// ```
/// use lambda_api::{LambdaContext, event::{self, DecodeOptions}};
///
/// let event = r#"{"httpMethod": "GET", "path": "/v1/orders"}"#;
/// let options = DecodeOptions::default().base_path("/v1");
/// let request = event::decode(event.into(), LambdaContext::default(), &options)?;
/// assert_eq!(request.uri().path(), "/orders");
/// # Ok::<(), event::DecodeError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct DecodeOptions {
    pub(crate) strip_stage: Option<bool>,
    pub(crate) base_paths: Vec<String>,
    pub(crate) limits: Limits,
}

impl DecodeOptions {
    /// Sets whether the stage is removed from the path; see
    /// [`Api::strip_stage`](crate::Api::strip_stage). The default depends on the source.
    #[must_use]
    pub fn strip_stage(mut self, strip: bool) -> Self {
        self.strip_stage = Some(strip);
        self
    }

    /// Adds a base path, such as `/v1`; see [`Api::base_path`](crate::Api::base_path).
    #[must_use]
    pub fn base_path(mut self, path: impl Into<String>) -> Self {
        self.base_paths.push(path.into());
        self
    }

    /// Sets the limits of a request.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    pub(super) fn base_paths(&self) -> impl Iterator<Item = &str> + Clone {
        self.base_paths.iter().map(String::as_str)
    }
}

/// Decodes an event into the request that it contains.
///
/// Headers and bodies that need no decoding share the memory of the event. The gateway's data about
/// the request is an [`Invocation`] in the extensions of the request.
///
/// - The URI is the path and the query, without stage and base paths. Characters that are invalid
///   in a URI are percent-encoded. In a path that the gateway has decoded (that of an HTTP API),
///   each `%` is encoded. Equivalent spellings of a path are normalized ([RFC 3986, section
///   6.2.2](https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2)): `%7e` becomes `~`, and `%c3`
///   becomes `%C3`. Nothing else is changed or resolved, and an encoded dot stays encoded. A path
///   that does not begin with a `/` gets one. [`Invocation::raw_path`] is the path as received.
/// - A repeated header or query parameter keeps all its values in order, if the source separates
///   them. HTTP API 2.0 and function URL join the values of a header with commas, and an ALB
///   without multi-value headers only sends the last value.
/// - REST APIs send headers and query parameters in two maps. If both maps have a name, the
///   multi-value map takes precedence. A name that only one map has, as in events written by hand,
///   is taken from that map.
/// - A base64 body is decoded.
/// - A byte order mark before the event is skipped.
///
/// The source is detected from the members that are present and not `null`, in any order.
///
/// # Errors
/// - [`DecodeError::UnsupportedEvent`] if the event is not from an HTTP source.
/// - [`DecodeError::Malformed`] if the event is from an HTTP source but cannot be represented as a
///   request: for example, a header with control characters, invalid base64, or a path that is `*`
///   or begins with `http://`.
/// - [`DecodeError::LimitExceeded`] if the request exceeds one of [`DecodeOptions::limits`].
pub fn decode(
    event: Bytes,
    lambda: LambdaContext,
    options: &DecodeOptions,
) -> Result<Request, DecodeError> {
    decode_request(event, lambda, options).map_err(|other| match other {
        NotRequest::Error(error) => error,
        NotRequest::Other(event) => DecodeError::UnsupportedEvent(UnsupportedEvent::of(&event)),
    })
}

/// What [`decode_request`] found instead of a request.
pub(crate) enum NotRequest {
    Error(DecodeError),
    /// An event that is not from an HTTP source.
    Other(Box<OtherEvent>),
}

impl From<DecodeError> for NotRequest {
    fn from(error: DecodeError) -> Self {
        Self::Error(error)
    }
}

/// As [`decode`], and returns an event of another kind instead of an error.
pub(crate) fn decode_request(
    event: Bytes,
    lambda: LambdaContext,
    options: &DecodeOptions,
) -> Result<Request, NotRequest> {
    // Most events are ASCII, and `is_ascii` is several times as fast as the check for UTF-8.
    if !event.is_ascii()
        && let Err(error) = std::str::from_utf8(&event)
    {
        let error = UnsupportedEvent::syntax(&error);
        return Err(DecodeError::UnsupportedEvent(error).into());
    }
    let event = without_bom(event);
    let mut fields = RawEvent::new(&event);
    if let Err(reason) = fields.read(&event) {
        let error = UnsupportedEvent::no_json(&event, &reason);
        return Err(DecodeError::UnsupportedEvent(error).into());
    }
    let needs_context = !fields.is_plainly_rest() || options.strip_stage == Some(true);
    let context = match fields.parsed_context.take() {
        Some(context) => Some(context),
        None => fields.context.filter(|_| needs_context).map(Context::read),
    };
    let no_context = Context::default();
    let parsed_context = context.as_ref().unwrap_or(&no_context);
    let source = match detect::source(&fields, parsed_context) {
        Ok(source) => source,
        Err(kind) => return Err(other(&event, lambda, kind, fields.records)),
    };

    let headers = std::mem::replace(&mut fields.headers, Headers::new(&event));
    let (cookies, body) = (fields.cookies.take(), fields.body.take());
    let mut request = Request::default();
    let raw = raw_path(source, &fields, parsed_context);
    // If the path cannot begin with a `/`, building the URI fails.
    let path = rooted(raw).unwrap_or(Cow::Borrowed(raw));
    let target = Target::new(source, &path, parsed_context, options);
    let read = fill(
        &mut request,
        &event,
        source,
        (headers, cookies, body),
        &fields,
        (parsed_context, &target),
        options,
    );
    let share = |json: Option<&[u8]>| json.map(|json| Shared::part(&event, json));
    let mut invocation = Invocation::decoded(
        source,
        lambda,
        target.received(&event),
        share(fields.context),
        context.map(|context| context.facts(fields.context.unwrap_or_default())),
        [share(fields.stage_variables), share(fields.path_parameters)],
    );
    match read {
        Ok(()) => {
            invocation.note_peer(request.headers());
            request.extensions_mut().insert(invocation);
            Ok(request)
        }
        Err(rejection) => Err(rejected(rejection, invocation, request).into()),
    }
}

#[cold]
fn other(
    event: &Bytes,
    lambda: LambdaContext,
    kind: OtherKind,
    records: Option<&[u8]>,
) -> NotRequest {
    let event = OtherEvent::new(event.clone(), lambda, kind, records);
    NotRequest::Other(Box::new(event))
}

/// Removes a byte order mark, which some editors add. A parser may ignore it (RFC 8259, section
/// 8.1).
fn without_bom(mut event: Bytes) -> Bytes {
    if event.starts_with(b"\xef\xbb\xbf") {
        event.advance(3);
    }
    event
}

#[cold]
fn rejected(rejection: Rejection, invocation: Invocation, head: Request) -> DecodeError {
    match rejection {
        Rejection::Malformed(detail) => DecodeError::Malformed {
            invocation: Box::new(invocation),
            detail: detail.into_owned(),
            head: Box::new(head),
        },
        Rejection::LimitExceeded(exceeded) => DecodeError::LimitExceeded(Box::new(LimitExceeded {
            invocation,
            head,
            exceeded,
        })),
    }
}

/// Fills in the parts of a request. After a rejection, the parts read so far remain.
fn fill(
    request: &mut Request,
    event: &Bytes,
    source: Source,
    (headers, cookies, content): (Headers<'_>, Option<Cookies<'_>>, Option<Content<'_>>),
    fields: &RawEvent<'_>,
    (context, target): (&Context<'_>, &Target<'_>),
    options: &DecodeOptions,
) -> Result<(), Rejection> {
    let limits = &options.limits;
    let method = method(source, fields, context).map(|name| Method::from_bytes(name.as_bytes()));
    // Headers come first, so that an error response can have the CORS headers of the request's
    // origin.
    let headers_done = headers.finish(request.headers_mut(), limits);
    if let Some(method) = method {
        *request.method_mut() = method.map_err(|_| "the method is not a valid HTTP method")?;
    }
    headers_done?;
    if let (Source::HttpApi | Source::FunctionUrl, Some(cookies)) = (source, cookies) {
        cookies.set(event, request.headers_mut(), limits)?;
    }
    // The headers are a part of the event, where a name with several values may occur only once.
    let headers = request.headers();
    let most = match headers.len() == headers.keys_len() {
        true => event.len(),
        false => usize::MAX,
    };
    check_headers(headers, most, limits)?;
    let query = match target.query {
        Some(_) => Cow::default(),
        None => query(source, fields)?,
    };
    *request.uri_mut() = uri(event, query, target, limits)?;
    *request.body_mut() = Body::from(body::body(
        event,
        content,
        fields.is_base64(source),
        limits,
    )?);
    Ok(())
}

/// The method. Events written by hand may omit it.
fn method<'f>(
    source: Source,
    fields: &'f RawEvent<'_>,
    context: &'f Context<'_>,
) -> Option<&'f str> {
    match source {
        Source::HttpApi | Source::FunctionUrl => {
            let http = context
                .http
                .as_ref()
                .and_then(|http| http.method.as_deref());
            http.or(fields.http_method.as_deref())
                .or(fields.method.as_deref())
        }
        Source::LatticeV1 | Source::LatticeV2 => fields.method.as_deref(),
        _ => fields.http_method.as_deref(),
    }
}

/// The path of an event, and how it is converted.
pub(super) struct Target<'f> {
    raw: &'f str,
    form: uri::Form,
    stripped: Stripped<'f>,
    /// The query, if VPC Lattice sent it in the path, as other adapters report. It is then the
    /// query as the client sent it.
    query: Option<&'f str>,
}

impl<'f> Target<'f> {
    pub(super) fn new(
        source: Source,
        raw: &'f str,
        context: &Context<'_>,
        options: &DecodeOptions,
    ) -> Self {
        let (path, query) = match (source, raw.split_once('?')) {
            (Source::LatticeV1 | Source::LatticeV2, Some((path, query))) => (path, Some(query)),
            _ => (raw, None),
        };
        let form = form(source, context);
        // An HTTP API puts a named stage before the path on every domain. A REST API does not.
        let is_http_api = matches!(source, Source::HttpApi | Source::HttpApiV1);
        let stage = context
            .stage
            .as_deref()
            .filter(|stage| *stage != "$default" && options.strip_stage.unwrap_or(is_http_api));
        let stripped = uri::strip(path, form, stage, &options.base_paths());
        Self {
            raw,
            form,
            stripped,
            query,
        }
    }

    pub(super) fn received(&self, event: &Bytes) -> Received {
        Received::new(
            Shared::part(event, self.raw.as_bytes()),
            self.form,
            &self.stripped,
        )
    }
}

/// The encoding of a source's path. An HTTP API sends the path percent-decoded in both payload
/// formats. All other sources send the path as the client sent it. So does cargo-lambda's emulator,
/// which sends payload format 2.0 with the domain `localhost`. Events without a domain are assumed
/// to be from AWS.
fn form(source: Source, context: &Context<'_>) -> uri::Form {
    match (source, context.domain_name.as_deref()) {
        (Source::HttpApi, Some("localhost")) => uri::Form::Sent,
        (Source::HttpApi | Source::HttpApiV1, _) => uri::Form::Decoded,
        _ => uri::Form::Sent,
    }
}

/// Builds the URI from a path and a separate query.
pub(super) fn uri(
    event: &Bytes,
    query: Cow<'_, str>,
    target: &Target<'_>,
    limits: &Limits,
) -> Result<Uri, Rejection> {
    let query = target.query.map_or(query, Cow::Borrowed);
    let path = target.stripped.path;
    // Both before and after encoding.
    check_path(path, limits)?;
    check_query(&query, limits)?;
    let uri = uri::build(event, path, target.form, &query)?;
    check_path(uri.path(), limits)?;
    Ok(uri)
}

/// The path as in the event.
fn raw_path<'f>(source: Source, fields: &'f RawEvent<'_>, context: &'f Context<'_>) -> &'f str {
    let path = match source {
        Source::HttpApi | Source::FunctionUrl => {
            let http = context.http.as_ref().and_then(|http| http.path.as_deref());
            fields.raw_path.as_deref().or(http)
        }
        Source::LatticeV1 => fields.lattice_path.as_deref(),
        _ => fields.path.as_deref(),
    };
    path.unwrap_or_default()
}

/// A path that begins with `/`. It may be empty in the event: API Gateway's console omits the slash
/// when it tests a method.
///
/// Other forms of a request target (RFC 9112, section 3.2) are not completed to a path: `*` refers
/// to the whole server, and `http://..` would be a path under the name of another host.
pub(super) fn rooted(path: &str) -> Option<Cow<'_, str>> {
    if path.is_empty() || path.starts_with('/') {
        return Some(Cow::Borrowed(path));
    }
    let is_scheme = |text: &str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(is_part)
    };
    let is_absolute = path
        .split_once("://")
        .is_some_and(|(scheme, _)| is_scheme(scheme));
    (path != "*" && !is_absolute).then(|| Cow::Owned(format!("/{path}")))
}

fn query<'f>(source: Source, fields: &'f RawEvent<'_>) -> Result<Cow<'f, str>, String> {
    let form = match source {
        Source::HttpApi | Source::FunctionUrl => match fields.raw_query.as_deref() {
            Some(raw) => return Ok(Cow::Borrowed(raw)),
            None => Form::Decoded,
        },
        Source::RestApi | Source::HttpApiV1 => Form::Decoded,
        // "If the query parameters are URL-encoded, the load balancer does not decode them":
        // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
        Source::Alb | Source::AlbMultiValue => Form::Encoded,
        // The user guide of VPC Lattice does not state this. Its events follow those of the ALB,
        // and AWS's own Rust runtime reads them as still encoded.
        Source::LatticeV1 | Source::LatticeV2 => Form::Encoded,
    };
    query::from_maps([fields.multi_query, fields.query(source)], form)
        .map(Cow::Owned)
        .map_err(|error| format!("the query is not valid JSON: {error}"))
}
