//! The request that an authorizer decides about.

use super::{
    arn::RouteArn,
    wire::{Pairs, Wire},
};
use crate::events::{AuthorizerKind, Signs, connects};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header::COOKIE};
use std::{borrow::Cow, fmt, net::IpAddr};

/// Request that an [`#[authorizer]`](macro@crate::authorizer) decides about, from any kind of API.
///
/// ```
/// use lambda_api::authorizer::{AuthorizerKind, AuthorizerRequest};
///
/// let request = AuthorizerRequest::from_json(
///     r#"{"type": "TOKEN", "authorizationToken": "Bearer abc",
///         "methodArn": "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/prod/GET/orders/7"}"#,
/// )?;
/// assert_eq!(request.kind(), AuthorizerKind::Token);
/// assert_eq!((request.token(), request.path()), (Some("Bearer abc"), "/orders/7"));
/// # Ok::<_, lambda_api::authorizer::InvalidAuthorizerEvent>(())
/// ```
///
/// An event that cannot be represented, with an invalid header say, is an error of the authorizer, so it denies the
/// request.
///
/// A decision that depends on more than the identity sources of the authorizer must not be cached:
/// [the page on authorizers](crate::guide::authorizers).
#[derive(Clone)]
pub struct AuthorizerRequest {
    kind: AuthorizerKind,
    arn: RouteArn,
    token: Option<String>,
    identity_sources: Vec<String>,
    method: Option<Method>,
    raw_path: Option<String>,
    route: Option<String>,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    path_parameters: Vec<(String, String)>,
    stage_variables: Vec<(String, String)>,
    source_ip: Option<String>,
    request_id: Option<String>,
    connection_id: Option<String>,
}

/// Error returned for an event that is not a request to an authorizer, or one that cannot be represented.
#[derive(Debug, thiserror::Error)]
#[error("the event of the authorizer is invalid: {0}")]
pub struct InvalidAuthorizerEvent(Cow<'static, str>);

impl InvalidAuthorizerEvent {
    fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self(message.into())
    }
}

impl AuthorizerRequest {
    /// Reads an event, for calling a handler in a test.
    ///
    /// # Errors
    /// If the event is not JSON, has no valid `type` or ARN, or has members of another type, or invalid headers.
    pub fn from_json(event: &str) -> Result<Self, InvalidAuthorizerEvent> {
        // The text of serde's message has names and types, and no values.
        let wire: Wire = serde_json::from_str(event).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => InvalidAuthorizerEvent::new(format!(
                "a member has an unexpected type, at line {} column {}",
                error.line(),
                error.column()
            )),
            _ => InvalidAuthorizerEvent::new("it is not valid JSON"),
        })?;
        Self::of(wire)
    }

    fn of(wire: Wire) -> Result<Self, InvalidAuthorizerEvent> {
        let context = wire.request_context.unwrap_or_default();
        let signs = Signs {
            r#type: wire.r#type.as_deref(),
            version: wire.version.as_deref(),
            has_route_arn: wire.route_arn.is_some(),
            connects: connects(
                context.connection_id.as_deref(),
                context.event_type.as_deref(),
                context.route_key.as_deref(),
            ),
        };
        let kind = AuthorizerKind::of(&signs).ok_or(InvalidAuthorizerEvent::new(
            "expected `type` TOKEN or REQUEST with a `methodArn`, or `version` 2.0 with a `routeArn`",
        ))?;
        let arn = wire.route_arn.or(wire.method_arn);
        let arn = arn.ok_or(InvalidAuthorizerEvent::new("it has no ARN"))?;
        let arn: RouteArn = arn
            .parse()
            .map_err(|error| InvalidAuthorizerEvent::new(format!("its ARN is invalid: {error}")))?;
        if (kind == AuthorizerKind::WebSocket) != arn.route_key().is_some() {
            return Err(InvalidAuthorizerEvent::new(
                "its ARN is that of another kind of API",
            ));
        }
        let (http_method, source_ip) = match context.http {
            Some(http) => (http.method, http.source_ip),
            None => (None, None),
        };
        let method = wire.http_method.or(http_method).or(context.http_method);
        let method = method.as_deref().or(arn.method());
        let method = method.map(|method| Method::from_bytes(method.as_bytes()));
        let method = method
            .transpose()
            .map_err(|_| InvalidAuthorizerEvent::new("its method is invalid"))?;
        let query = match wire.raw_query_string {
            Some(query) => form_urlencoded::parse(query.as_bytes())
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
            None => {
                let all = wire.multi_value_query_string_parameters;
                all.or(wire.query_string_parameters, |a, b| a == b)
                    .flat()
                    .collect()
            }
        };
        let headers = wire
            .multi_value_headers
            .or(wire.headers, str::eq_ignore_ascii_case);
        let identity_sources = wire.identity_source.0;
        let token = match kind {
            AuthorizerKind::Token | AuthorizerKind::HttpV1 => wire.authorization_token,
            _ => None,
        };
        Ok(Self {
            kind,
            token: token.or_else(|| identity_sources.first().cloned()),
            identity_sources,
            method,
            raw_path: wire.raw_path.or(wire.path),
            route: wire
                .route_key
                .or(context.route_key)
                .or(wire.resource)
                .or(context.resource_path),
            query,
            headers: header_map(headers, &wire.cookies.0)?,
            path_parameters: wire.path_parameters.flat().collect(),
            stage_variables: wire.stage_variables.flat().collect(),
            source_ip: source_ip.or(context.identity.and_then(|identity| identity.source_ip)),
            request_id: context.request_id,
            connection_id: context.connection_id,
            arn,
        })
    }

    /// The kind of the event.
    #[must_use]
    pub fn kind(&self) -> AuthorizerKind {
        self.kind
    }

    /// The ARN of the method or route that the request is for.
    #[must_use]
    pub fn arn(&self) -> &RouteArn {
        &self.arn
    }

    /// The credential that the gateway has found: the header of a `TOKEN` authorizer, or the first
    /// [identity source](AuthorizerRequest::identity_sources) of an HTTP API. `None` for other kinds, whose headers
    /// have it.
    ///
    /// It is as the client sent it, usually with `Bearer`.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The values of the identity sources of an HTTP API, in the order of its settings. Payload format 1.0 joins them
    /// with commas, so there it is one value.
    #[must_use]
    pub fn identity_sources(&self) -> &[String] {
        &self.identity_sources
    }

    /// The method of the request; `GET` if a client connects to a WebSocket API.
    #[must_use]
    pub fn method(&self) -> &Method {
        self.method.as_ref().unwrap_or(&Method::GET)
    }

    /// The path in the [ARN](AuthorizerRequest::arn), which policies are compared with: without the stage, and without the
    /// base path that a custom domain maps to the API. `/` for a WebSocket API.
    #[must_use]
    pub fn path(&self) -> &str {
        self.arn.path().unwrap_or("/")
    }

    /// The path as the gateway sends it: with the base path of a custom domain, and with the stage of an HTTP API.
    /// Equal to [`path`](AuthorizerRequest::path) for events that have no path, such as `TOKEN`.
    #[must_use]
    pub fn raw_path(&self) -> &str {
        self.raw_path.as_deref().unwrap_or_else(|| self.path())
    }

    /// The path as the gateway sends it, without the stage of an HTTP API.
    pub(super) fn path_without_stage(&self) -> &str {
        let path = self.raw_path();
        let is_prefixed = matches!(self.kind, AuthorizerKind::Http | AuthorizerKind::HttpV1);
        let rest = path
            .strip_prefix('/')
            .filter(|_| is_prefixed)
            .and_then(|path| path.strip_prefix(self.arn.stage()));
        match rest {
            Some("") => "/",
            Some(rest) if rest.starts_with('/') => rest,
            _ => path,
        }
    }

    /// The route that the gateway has found: `/orders/{id}` of a REST API, `GET /orders/{id}` of an HTTP API,
    /// `$connect`. A `TOKEN` event does not have it.
    #[must_use]
    pub fn matched_route(&self) -> Option<&str> {
        self.route.as_deref()
    }

    /// The headers, with the cookies of payload format 2.0. A `TOKEN` event has none.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The value of a header; `None` if it is absent, repeated or not text.
    ///
    /// Of a repeated header, what is behind the gateway may read another value than the authorizer.
    /// [`headers`](AuthorizerRequest::headers) has all of them.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        only(self.headers.get_all(name))?.to_str().ok()
    }

    /// The decoded parameters of the query, in their order. A `TOKEN` event has none.
    pub fn query(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The value of a parameter of the query; `None` if it is absent or repeated, as for a
    /// [`header`](AuthorizerRequest::header).
    #[must_use]
    pub fn query_parameter(&self, name: &str) -> Option<&str> {
        only(self.query().filter(|(known, _)| *known == name)).map(|(_, value)| value)
    }

    /// The value of a parameter in the path of the gateway's route. A `TOKEN` event has none.
    #[must_use]
    pub fn path_parameter(&self, name: &str) -> Option<&str> {
        first(&self.path_parameters, name)
    }

    /// The value of a variable of the stage. A `TOKEN` event has none.
    #[must_use]
    pub fn stage_variable(&self, name: &str) -> Option<&str> {
        first(&self.stage_variables, name)
    }

    /// The address of the client. A `TOKEN` event does not have it.
    #[must_use]
    pub fn source_ip(&self) -> Option<IpAddr> {
        self.source_ip.as_deref()?.parse().ok()
    }

    /// The gateway's id of the request. A `TOKEN` event does not have it.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The id of the connection that a WebSocket API opens.
    #[must_use]
    pub fn connection_id(&self) -> Option<&str> {
        self.connection_id.as_deref()
    }
}

/// The value of what is there once.
fn only<T>(values: impl IntoIterator<Item = T>) -> Option<T> {
    let mut values = values.into_iter();
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

fn first<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let pair = pairs.iter().find(|(known, _)| known == name);
    pair.map(|(_, value)| &**value)
}

fn header_map(headers: Pairs, cookies: &[String]) -> Result<HeaderMap, InvalidAuthorizerEvent> {
    let mut map = HeaderMap::new();
    let value_of = |name: &HeaderName, value: String| {
        let value = HeaderValue::try_from(value);
        let mut value = value.map_err(|_| {
            InvalidAuthorizerEvent::new(format!(
                "the value of header `{name}` has invalid characters"
            ))
        })?;
        value.set_sensitive(true);
        Ok(value)
    };
    let too_many = || InvalidAuthorizerEvent::new("it has too many headers");
    for (name, value) in headers.flat() {
        let name = HeaderName::try_from(name)
            .map_err(|_| InvalidAuthorizerEvent::new("the name of a header is invalid"))?;
        let value = value_of(&name, value)?;
        map.try_append(name, value).map_err(|_| too_many())?;
    }
    if !cookies.is_empty() {
        let value = value_of(&COOKIE, cookies.join("; "))?;
        map.try_insert(COOKIE, value).map_err(|_| too_many())?;
    }
    Ok(map)
}

/// Without the token, the path, the query and the values of headers.
impl fmt::Debug for AuthorizerRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.keys().map(HeaderName::as_str).collect();
        f.debug_struct("AuthorizerRequest")
            .field("kind", &self.kind)
            .field("arn", &self.arn)
            .field("method", self.method())
            .field("route", &self.route)
            .field("headers", &names)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
