//! Builder of events for authorizers.

use crate::{TestEvent, fake_lambda::Invoke};
use bytes::Bytes;
use lambda_api::authorizer::{AuthorizerKind, AuthorizerRequest};
use serde_json::{Map, Value, json};
use std::fmt;

/// Builder of the event that a gateway sends to a Lambda authorizer.
///
/// Everything has a default: a new event is about a `GET` of `/` in the stage `prod` of the API `a1b2c3`, without
/// a credential.
///
/// ```
/// use lambda_api::{Api, authorizer, authorizer::{Allow, AuthorizerRequest, Unauthorized}, events, http::Method};
/// use lambda_api_testing::{AuthorizerEvent, TestClient};
///
/// #[authorizer]
/// async fn authorize(request: AuthorizerRequest) -> Result<Allow, Unauthorized> {
///     match request.token() {
///         Some("s3cret") => Ok(Allow::new("alice").route(Method::GET, "/orders/*").context("tenant", "north")),
///         _ => Err(Unauthorized),
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let client = TestClient::new(Api::new().events(events![authorize])).await;
/// let response = client.authorize(AuthorizerEvent::token("s3cret").path("/orders/7")).await;
/// assert_eq!(response.status(), 200);
/// assert!(response.is_allowed("GET", "/orders/8") && !response.is_allowed("DELETE", "/orders/7"));
/// assert_eq!(response.context("tenant").unwrap(), "north");
///
/// assert_eq!(client.authorize(AuthorizerEvent::token("other")).await.status(), 401);
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "an event is made by `to_value`, `to_bytes` or `to_request`, or sent by a client"]
pub struct AuthorizerEvent {
    kind: AuthorizerKind,
    token: Option<String>,
    identity_sources: Vec<String>,
    method: String,
    path: String,
    route: Option<String>,
    api_id: String,
    stage: String,
    headers: Vec<(String, String)>,
    cookies: Vec<String>,
    query: Vec<(String, String)>,
    path_parameters: Map<String, Value>,
    stage_variables: Map<String, Value>,
    source_ip: String,
}

impl AuthorizerEvent {
    fn new(kind: AuthorizerKind) -> Self {
        Self {
            kind,
            token: None,
            identity_sources: Vec::new(),
            method: "GET".to_owned(),
            path: "/".to_owned(),
            route: None,
            api_id: "a1b2c3".to_owned(),
            stage: "prod".to_owned(),
            headers: Vec::new(),
            cookies: Vec::new(),
            query: Vec::new(),
            path_parameters: Map::new(),
            stage_variables: Map::new(),
            source_ip: "192.0.2.1".to_owned(),
        }
    }

    /// From a REST API, of type `TOKEN`, with the value of the header that the authorizer is configured for.
    pub fn token(value: impl Into<String>) -> Self {
        Self {
            token: Some(value.into()),
            ..Self::new(AuthorizerKind::Token)
        }
    }

    /// From a REST API, of type `REQUEST`.
    pub fn request() -> Self {
        Self::new(AuthorizerKind::Request)
    }

    /// From an HTTP API, with payload format 2.0.
    pub fn http() -> Self {
        Self::new(AuthorizerKind::Http)
    }

    /// From an HTTP API, with payload format 1.0.
    pub fn http_v1() -> Self {
        Self::new(AuthorizerKind::HttpV1)
    }

    /// From a WebSocket API to which a client connects.
    pub fn websocket() -> Self {
        Self::new(AuthorizerKind::WebSocket)
    }

    /// Sets the method.
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = method.into();
        self
    }

    /// Sets the path, without the stage.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Sets the route that the gateway has found: `/orders/{id}`. The default is the path.
    pub fn route(mut self, route: impl Into<String>) -> Self {
        self.route = Some(route.into());
        self
    }

    /// Sets the id of the API.
    pub fn api_id(mut self, id: impl Into<String>) -> Self {
        self.api_id = id.into();
        self
    }

    /// Sets the stage.
    pub fn stage(mut self, stage: impl Into<String>) -> Self {
        self.stage = stage.into();
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds a header `authorization` with this token; of an HTTP API, it is an identity source, too.
    pub fn bearer(self, token: impl fmt::Display) -> Self {
        let value = format!("Bearer {token}");
        match self.kind {
            AuthorizerKind::Http | AuthorizerKind::HttpV1 => self
                .identity_source(value.clone())
                .header("authorization", value),
            _ => self.header("authorization", value),
        }
    }

    /// Adds the value of an identity source of an HTTP API.
    pub fn identity_source(mut self, value: impl Into<String>) -> Self {
        self.identity_sources.push(value.into());
        self
    }

    /// Adds a cookie.
    pub fn cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.push(format!("{name}={value}"));
        self
    }

    /// Adds a parameter of the query.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Adds a parameter in the path of the gateway's route.
    pub fn path_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.path_parameters
            .insert(name.into(), value.into().into());
        self
    }

    /// Adds a variable of the stage.
    pub fn stage_variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.stage_variables
            .insert(name.into(), value.into().into());
        self
    }

    /// Sets the address of the client.
    pub fn source_ip(mut self, ip: impl Into<String>) -> Self {
        self.source_ip = ip.into();
        self
    }

    /// The ARN of the stage, with a slash at the end.
    pub(super) fn stage_arn(&self) -> String {
        format!(
            "arn:aws:execute-api:eu-west-1:123456789012:{}/{}/",
            self.api_id, self.stage
        )
    }

    /// The ARN of the request.
    pub(super) fn arn(&self) -> String {
        match self.kind {
            AuthorizerKind::WebSocket => format!("{}$connect", self.stage_arn()),
            _ => format!("{}{}{}", self.stage_arn(), self.method, self.path),
        }
    }

    /// The event.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self.kind {
            AuthorizerKind::Token => json!({
                "type": "TOKEN",
                "authorizationToken": self.token,
                "methodArn": self.arn(),
            }),
            AuthorizerKind::Http => self.payload_2(),
            _ => self.payload_1(),
        }
    }

    fn payload_2(&self) -> Value {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.query)
            .finish();
        let prefix = match self.stage.as_str() {
            "$default" => String::new(),
            stage => format!("/{stage}"),
        };
        let path = format!("{prefix}{}", self.path);
        let route = self.route.as_deref().unwrap_or(&self.path);
        json!({
            "version": "2.0",
            "type": "REQUEST",
            "routeArn": self.arn(),
            "identitySource": self.identity_sources,
            "routeKey": format!("{} {route}", self.method),
            "rawPath": path,
            "rawQueryString": query,
            "cookies": self.cookies,
            "headers": joined(&self.headers, true),
            "queryStringParameters": joined(&self.query, false),
            "requestContext": {
                "accountId": "123456789012",
                "apiId": self.api_id,
                "http": {"method": self.method, "path": path, "protocol": "HTTP/1.1", "sourceIp": self.source_ip},
                "requestId": "r-1",
                "routeKey": format!("{} {route}", self.method),
                "stage": self.stage,
            },
            "pathParameters": self.path_parameters,
            "stageVariables": self.stage_variables,
        })
    }

    fn payload_1(&self) -> Value {
        let mut headers = self.headers.clone();
        if !self.cookies.is_empty() {
            headers.push(("cookie".to_owned(), self.cookies.join("; ")));
        }
        let mut event = json!({
            "type": "REQUEST",
            "methodArn": self.arn(),
            "headers": last(&headers),
            "multiValueHeaders": all(&headers),
            "queryStringParameters": last(&self.query),
            "multiValueQueryStringParameters": all(&self.query),
            "stageVariables": self.stage_variables,
            "requestContext": {
                "apiId": self.api_id,
                "identity": {"sourceIp": self.source_ip},
                "requestId": "r-1",
                "stage": self.stage,
            },
        });
        if self.kind == AuthorizerKind::WebSocket {
            event["requestContext"]["routeKey"] = "$connect".into();
            event["requestContext"]["eventType"] = "CONNECT".into();
            event["requestContext"]["connectionId"] = "c-1".into();
            return event;
        }
        let route = self.route.as_deref().unwrap_or(&self.path);
        event["resource"] = route.into();
        event["path"] = self.path.clone().into();
        event["httpMethod"] = self.method.clone().into();
        event["pathParameters"] = self.path_parameters.clone().into();
        if self.kind == AuthorizerKind::HttpV1 {
            event["version"] = "1.0".into();
            event["identitySource"] = self.identity_sources.join(",").into();
            event["authorizationToken"] = self.identity_sources.join(",").into();
        }
        event
    }

    /// The event as Lambda sends it.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        self.to_value().to_string().into()
    }

    /// The request as an argument, for calling an authorizer as a function.
    ///
    /// # Panics
    /// If the event is invalid.
    #[must_use]
    #[track_caller]
    pub fn to_request(&self) -> AuthorizerRequest {
        match AuthorizerRequest::from_json(&self.to_value().to_string()) {
            Ok(request) => request,
            Err(error) => panic!("{error}"),
        }
    }
}

impl TestEvent for AuthorizerEvent {
    fn to_bytes(&self) -> Bytes {
        self.to_bytes()
    }
}

impl From<AuthorizerEvent> for Invoke {
    fn from(event: AuthorizerEvent) -> Self {
        event.to_bytes().into()
    }
}

impl From<&AuthorizerEvent> for Invoke {
    fn from(event: &AuthorizerEvent) -> Self {
        event.to_bytes().into()
    }
}

fn all(pairs: &[(String, String)]) -> Map<String, Value> {
    let mut map: Map<String, Value> = Map::new();
    for (name, value) in pairs {
        let values = map.entry(name.clone()).or_insert_with(|| json!([]));
        if let Value::Array(values) = values {
            values.push(value.clone().into());
        }
    }
    map
}

fn last(pairs: &[(String, String)]) -> Map<String, Value> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| (name.clone(), value.clone().into()))
        .collect()
}

/// Payload format 2.0 joins values with commas.
fn joined(pairs: &[(String, String)], lower_case: bool) -> Map<String, Value> {
    let mut map: Map<String, Value> = Map::new();
    for (name, value) in pairs {
        let name = if lower_case {
            name.to_lowercase()
        } else {
            name.clone()
        };
        match map.get_mut(&name) {
            Some(Value::String(known)) => {
                known.push(',');
                known.push_str(value);
            }
            _ => {
                map.insert(name, value.clone().into());
            }
        }
    }
    map
}
