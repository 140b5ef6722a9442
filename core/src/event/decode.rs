//! From the bytes of an event to a request.

use super::{
    Source, body,
    context::Context,
    detect,
    error::{DecodeError, NotHttp, OverLimit, Refusal},
    fields::Fields,
    headers::{Cookies, Headers},
    json::Content,
    query::{self, Form},
    received::Received,
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

/// How paths of events become paths of requests, and how much an event may bring.
///
/// ```
/// use lambda_api::{LambdaContext, event::{self, DecodeOptions}};
///
/// let event = r#"{"httpMethod": "GET", "path": "/v1/orders"}"#;
/// let options = DecodeOptions { base_path: Some("/v1".into()), ..DecodeOptions::default() };
/// let request = event::decode(event.into(), LambdaContext::default(), &options)?;
/// assert_eq!(request.uri().path(), "/orders");
/// # Ok::<(), event::DecodeError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct DecodeOptions {
    /// Whether the stage is taken off the path; see
    /// [`Api::strip_stage`](crate::Api::strip_stage). `None` follows the gateway's own rule.
    pub strip_stage: Option<bool>,
    /// A base path, such as `/v1`; see [`Api::base_path`](crate::Api::base_path).
    pub base_path: Option<String>,
    /// More base paths, where there are several.
    pub more_base_paths: Vec<String>,
    /// How much the request may bring.
    pub limits: Limits,
}

impl DecodeOptions {
    pub(crate) fn add_base_path(&mut self, base_path: String) {
        match self.base_path {
            Some(_) => self.more_base_paths.push(base_path),
            None => self.base_path = Some(base_path),
        }
    }

    pub(crate) fn base_paths(&self) -> impl Iterator<Item = &str> + Clone {
        let base_paths = self.base_path.iter().chain(&self.more_base_paths);
        base_paths.map(String::as_str)
    }
}

/// Reads an event as the request it carries.
///
/// Headers and bodies that need no decoding share the memory of the event. What the gateway says
/// about the request is in its extensions, as an [`Invocation`].
///
/// - The URI is path and query, without stage and base paths. Characters that no URI can have are
///   percent-encoded, and in a path that was decoded by the gateway (that of an HTTP API) every
///   `%` is. Equivalent spellings of a path become one
///   ([RFC 3986, section 6.2.2](https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2)): `%7e` is
///   `~`, and `%c3` is `%C3`. Nothing else is changed or resolved, and an encoded dot stays
///   encoded. The path as it came is [`Invocation::raw_path`]. A path without a `/` at its
///   beginning gets one.
/// - A header or a query parameter that was sent several times keeps all its values in their
///   order, where the source tells them apart: HTTP API 2.0 and function URL join the values of
///   a header with commas, and an ALB without multi-value headers only sends the last one.
/// - A header or a query parameter that is in one only of the two maps of a REST API, as an event
///   written by hand may have it, is taken from that one. Where both have it, the map with several
///   values counts.
/// - A body that is base64 is decoded.
/// - A byte order mark before the event is passed over.
///
/// The source is told from the members that are there and are not `null`; their order has no say.
///
/// # Errors
/// [`DecodeError::NotHttp`] when the event is not from an HTTP source,
/// [`DecodeError::Malformed`] when it is and cannot be represented: a header with control
/// characters, invalid base64, a path that is `*` or begins with `http://`.
/// [`DecodeError::OverLimit`] when it brings more than [`DecodeOptions::limits`] let through.
pub fn decode(
    event: Bytes,
    lambda: LambdaContext,
    options: &DecodeOptions,
) -> Result<Request, DecodeError> {
    // Events are ASCII but for what people write, and that is told several times as fast.
    if !event.is_ascii()
        && let Err(error) = std::str::from_utf8(&event)
    {
        return Err(DecodeError::NotHttp(NotHttp::syntax(&error)));
    }
    let event = without_bom(event);
    let mut fields = Fields::new(&event);
    if let Err(fault) = fields.read(&event) {
        return Err(DecodeError::NotHttp(NotHttp::no_json(&event, &fault)));
    }
    let needs_context = !fields.is_plainly_rest() || options.strip_stage == Some(true);
    let context = match fields.seen.take() {
        Some(context) => Some(context),
        None => fields.context.filter(|_| needs_context).map(Context::read),
    };
    let no_context = Context::default();
    let seen = context.as_ref().unwrap_or(&no_context);
    let source = detect::source(&fields, seen)
        .map_err(|looks_like| DecodeError::NotHttp(NotHttp::new(&event, looks_like)))?;

    let headers = std::mem::replace(&mut fields.headers, Headers::new(&event));
    let (cookies, body) = (fields.cookies.take(), fields.body.take());
    let mut request = Request::default();
    let raw = raw_path(source, &fields, seen);
    // What cannot begin with a `/` is refused where the URI is made.
    let path = rooted(raw).unwrap_or(Cow::Borrowed(raw));
    let target = Target::new(source, &path, seen, options);
    let read = fill(
        &mut request,
        &event,
        source,
        (headers, cookies, body),
        &fields,
        (seen, &target),
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
        Err(refusal) => Err(refused(refusal, invocation, request)),
    }
}

/// The text behind a byte order mark, which editors put there. A reader may pass over it
/// (RFC 8259, section 8.1).
fn without_bom(mut event: Bytes) -> Bytes {
    if event.starts_with(b"\xef\xbb\xbf") {
        event.advance(3);
    }
    event
}

#[cold]
fn refused(refusal: Refusal, invocation: Invocation, head: Request) -> DecodeError {
    match refusal {
        Refusal::Malformed(detail) => DecodeError::Malformed {
            invocation: Box::new(invocation),
            detail: detail.into_owned(),
            head: Box::new(head),
        },
        Refusal::OverLimit(exceeded) => DecodeError::OverLimit(Box::new(OverLimit {
            invocation,
            head,
            exceeded,
        })),
    }
}

/// Reads the parts of a request; what was read before a refusal stays.
fn fill(
    request: &mut Request,
    event: &Bytes,
    source: Source,
    (headers, cookies, content): (Headers<'_>, Option<Cookies<'_>>, Option<Content<'_>>),
    fields: &Fields<'_>,
    (context, target): (&Context<'_>, &Target<'_>),
    options: &DecodeOptions,
) -> Result<(), Refusal> {
    let limits = &options.limits;
    let method = method(source, fields, context).map(|name| Method::from_bytes(name.as_bytes()));
    // Whatever is refused: with the headers, a page of another origin gets to see it.
    let headers_done = headers.finish(request.headers_mut(), limits);
    if let Some(method) = method {
        *request.method_mut() = method.map_err(|_| "the method is no HTTP method")?;
    }
    headers_done?;
    if let (Source::HttpApi | Source::FunctionUrl, Some(cookies)) = (source, cookies) {
        cookies.set(event, request.headers_mut(), limits)?;
    }
    // The headers are a part of the event, where a name may stand once for several values.
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

/// The method; an event written by hand may do without one.
fn method<'f>(source: Source, fields: &'f Fields<'_>, context: &'f Context<'_>) -> Option<&'f str> {
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

/// The path of an event, and what is to become of it.
pub(super) struct Target<'f> {
    raw: &'f str,
    form: uri::Form,
    stripped: Stripped<'f>,
    /// Other adapters report that the path of VPC Lattice has the query with it. Where that is
    /// so, it is the query as the client sent it.
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
        // An HTTP API puts a named stage before the path, whatever the domain. A REST API does not.
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

/// An HTTP API hands over the path percent-decoded, in both payload formats. All other sources hand
/// over what the client sent, and so does cargo-lambda's emulator, which sends payload format 2.0
/// from this domain. Where no domain is named, the event is written after those of AWS.
fn form(source: Source, context: &Context<'_>) -> uri::Form {
    match (source, context.domain_name.as_deref()) {
        (Source::HttpApi, Some("localhost")) => uri::Form::Sent,
        (Source::HttpApi | Source::HttpApiV1, _) => uri::Form::Decoded,
        _ => uri::Form::Sent,
    }
}

/// The URI of a path and the query that came apart from it.
pub(super) fn uri(
    event: &Bytes,
    query: Cow<'_, str>,
    target: &Target<'_>,
    limits: &Limits,
) -> Result<Uri, Refusal> {
    let query = target.query.map_or(query, Cow::Borrowed);
    let path = target.stripped.path;
    // Before what a URI cannot have is encoded, and after.
    check_path(path, limits)?;
    check_query(&query, limits)?;
    let uri = uri::build(event, path, target.form, &query)?;
    check_path(uri.path(), limits)?;
    Ok(uri)
}

/// The path as the event has it.
fn raw_path<'f>(source: Source, fields: &'f Fields<'_>, context: &'f Context<'_>) -> &'f str {
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

/// A path that begins with `/`, or is empty. API Gateway's console leaves it out where it tests a
/// method.
///
/// That there is none does not make a path of another form of request target (RFC 9112, section
/// 3.2): `*` is about the whole server, and `http://..` would be a path under another host's name.
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

fn query<'f>(source: Source, fields: &'f Fields<'_>) -> Result<Cow<'f, str>, String> {
    let form = match source {
        Source::HttpApi | Source::FunctionUrl => match fields.raw_query.as_deref() {
            Some(raw) => return Ok(Cow::Borrowed(raw)),
            None => Form::Decoded,
        },
        Source::RestApi | Source::HttpApiV1 => Form::Decoded,
        // "If the query parameters are URL-encoded, the load balancer does not decode them":
        // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
        Source::Alb | Source::AlbMultiValue => Form::Encoded,
        // The user guide of VPC Lattice does not say. Its events follow those of the ALB, and
        // AWS's own Rust runtime reads them as still encoded.
        Source::LatticeV1 | Source::LatticeV2 => Form::Encoded,
    };
    query::from_maps([fields.multi_query, fields.query(source)], form)
        .map(Cow::Owned)
        .map_err(|error| format!("the query is no readable JSON: {error}"))
}
