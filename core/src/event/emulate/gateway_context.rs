//! The data in an event that are not part of the request.

use super::Caller;
use crate::event::Source;
use serde_json::Value;
use std::time::SystemTime;

pub(super) const REGION: &str = "eu-west-1";

/// The default ids of an API, a function URL and a service of VPC Lattice. `from_this_api` trusts them
/// locally.
pub(crate) const DEFAULT_IDS: [&str; 3] = [
    "a1b2c3d4e5",
    "a1b2c3d4e5f6g7h8i9j0a1b2c3d4e5f6",
    "svc-0a40eebed65f8d69c",
];

/// The data in an event besides the request itself: the stage, the domain, ids, the time.
///
/// Every field has a realistic default, so `GatewayContext::new()` is enough. The account is the
/// one in AWS's own documentation, the addresses are reserved for documentation, and the time is
/// now.
///
/// ```
/// use lambda_api::event::{Source, emulate};
///
/// let request = http::Request::get("/orders/7").body(bytes::Bytes::new())?;
/// let gateway = emulate::GatewayContext::new().stage("test").route("/orders/{id}");
/// let event = emulate::event(Source::RestApi, &request, &gateway);
/// assert_eq!(event["requestContext"]["stage"], "test");
/// assert_eq!(event["resource"], "/orders/{id}");
/// assert_eq!(event["pathParameters"]["id"], "7");
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct GatewayContext {
    stage: Option<String>,
    base_path: Option<String>,
    without_stage: bool,
    domain: Option<String>,
    account: Option<String>,
    api_id: Option<String>,
    request_id: Option<String>,
    source_ip: Option<String>,
    forwarded: Option<(String, u16)>,
    pub(super) time: Option<SystemTime>,
    pub(super) stage_variables: Vec<(String, String)>,
    pub(super) route: Option<String>,
    pub(super) path_parameters: Vec<(String, String)>,
    pub(super) callers: Vec<Caller>,
    pub(super) authorizer: Option<Value>,
    pub(super) binary_media_types: Option<Vec<String>>,
}

impl GatewayContext {
    /// Creates a context with the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the stage. The default is `prod` for a REST API and `$default` for an HTTP API. A
    /// function URL only has `$default`; ALB and VPC Lattice have no stages.
    pub fn stage(mut self, stage: impl Into<String>) -> Self {
        self.stage = Some(stage.into());
        self
    }

    /// Sets the domain that the client called. It is also the `host` header, unless the request has
    /// one.
    ///
    /// The default is a domain assigned by AWS, on which clients put the stage before the path. Any
    /// other domain is a custom domain, which is mapped to the stage. A function URL only has its
    /// own domain and ignores other ones.
    ///
    /// An HTTP API puts a named stage before the path of the event on every domain, and sends the
    /// path decoded. The exception is `localhost`, the domain of cargo-lambda's emulator.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Sets the base path of a custom domain, such as `/v1`. The client sent it before the path of
    /// the request, and the routes of the gateway do not include it.
    ///
    /// API Gateway only has base paths on custom domains, so the domain is `api.example.com` unless
    /// [`domain`](GatewayContext::domain) sets another one. For other sources, the base path is a
    /// prefix that a proxy in front of them adds.
    pub fn base_path(mut self, base_path: impl Into<String>) -> Self {
        self.base_path = Some(base_path.into());
        self
    }

    /// Sets the account that owns the API; for a function URL, the account of the caller, which is
    /// `anonymous` by default.
    pub fn account_id(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// Sets the id of the API, the function URL, or the VPC Lattice service, which may also be an
    /// ARN.
    pub fn api_id(mut self, id: impl Into<String>) -> Self {
        self.api_id = Some(id.into());
        self
    }

    /// Sets the gateway's id of the request. ALB and VPC Lattice do not send one.
    pub fn request_id(mut self, id: impl Into<String>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// Sets the address of the client, `192.0.2.1` by default. It is also the end of
    /// `x-forwarded-for`.
    pub fn source_ip(mut self, ip: impl Into<String>) -> Self {
        self.source_ip = Some(ip.into());
        self
    }

    /// Sets `x-forwarded-proto` and `x-forwarded-port`, by default `https` and 443. A request that
    /// already has these headers keeps them.
    pub fn forwarded(mut self, proto: impl Into<String>, port: u16) -> Self {
        self.forwarded = Some((proto.into(), port));
        self
    }

    /// Sets the time at which the request arrived, by default now.
    pub fn time(mut self, time: SystemTime) -> Self {
        self.time = Some(time);
        self
    }

    /// Adds a stage variable.
    pub fn stage_variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.stage_variables.push((name.into(), value.into()));
        self
    }

    /// Sets the route of the gateway that the request matched, such as `/orders/{id}`. It also
    /// determines the path parameters.
    ///
    /// The default route sends every request to the function: `/{proxy+}` for a REST API,
    /// `$default` for an HTTP API.
    pub fn route(mut self, route: impl Into<String>) -> Self {
        self.route = Some(route.into());
        self
    }

    /// Adds a path parameter of the gateway, or replaces the one from the route.
    pub fn path_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.path_parameters.push((name.into(), value.into()));
        self
    }

    /// Adds a caller that the source has authenticated, in the format of the source. By default
    /// there is none. There may be several: an API key can be combined with a token, for example.
    ///
    /// ```
    /// use lambda_api::event::emulate::{Caller, GatewayContext};
    /// use serde_json::json;
    ///
    /// let gateway = GatewayContext::new().caller(Caller::cognito(json!({"sub": "alice"})));
    /// ```
    pub fn caller(mut self, caller: impl Into<Caller>) -> Self {
        self.callers.push(caller.into());
        self
    }

    /// Sets `requestContext.authorizer` to a value that is sent unchanged, instead of the value
    /// that [`caller`](GatewayContext::caller) would set.
    ///
    /// ```
    /// use lambda_api::event::emulate::GatewayContext;
    /// use serde_json::json;
    ///
    /// let gateway = GatewayContext::new().authorizer(json!({"jwt": {"claims": {"sub": "alice"}, "scopes": null}}));
    /// ```
    pub fn authorizer(mut self, authorizer: Value) -> Self {
        self.authorizer = Some(authorizer);
        self
    }

    /// Sets the [`binaryMediaTypes`] of a REST API, such as `["image/png"]`, `["image/*"]` or
    /// `["*/*"]`.
    ///
    /// - The body of a request with a matching `content-type` arrives as base64. Any other body
    ///   arrives as text, in which bytes that are not UTF-8 are lost.
    /// - A base64 response is decoded if the first media type in the client's `accept` matches. Any
    ///   other client receives the base64 text itself. Only `*/*` matches browsers.
    ///
    /// By default, all bodies that are not text are treated as matching, in both directions. A new
    /// REST API has no such types, which is the initial setting of the local server and the test
    /// client.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use lambda_api::event::{Source, emulate};
    ///
    /// let response = br#"{"statusCode": 200, "body": "iVBORw==", "isBase64Encoded": true}"#;
    /// let request = http::Request::get("/logo")
    ///     .header("accept", "image/png, */*")
    ///     .body(Bytes::new())?;
    /// for (types, received) in [
    ///     (&[][..], &b"iVBORw=="[..]),
    ///     (&["image/png"], b"\x89PNG"),
    ///     (&["image/gif"], b"iVBORw=="),
    ///     (&["*/*"], b"\x89PNG"),
    /// ] {
    ///     let gateway = emulate::GatewayContext::new().binary_media_types(types.iter().copied());
    ///     let response = emulate::client_response(Source::RestApi, &request, &gateway, response)?;
    ///     assert_eq!(response.body(), received, "{types:?}");
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [`binaryMediaTypes`]: https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html
    pub fn binary_media_types<T: Into<String>>(
        mut self,
        types: impl IntoIterator<Item = T>,
    ) -> Self {
        self.binary_media_types = Some(types.into_iter().map(Into::into).collect());
        self
    }

    /// Returns what clients write before the path of the request: the stage, if the domain was
    /// assigned by API Gateway and the stage is not `$default`, and the [base
    /// path](GatewayContext::base_path).
    ///
    /// ```
    /// use lambda_api::event::{Source, emulate::GatewayContext};
    ///
    /// assert_eq!(GatewayContext::new().path_prefix(Source::RestApi), "/prod");
    /// assert_eq!(GatewayContext::new().base_path("/v1").path_prefix(Source::RestApi), "/v1");
    /// assert_eq!(GatewayContext::new().path_prefix(Source::HttpApi), "");
    /// ```
    #[must_use]
    pub fn path_prefix(&self, source: Source) -> String {
        let base_path = self.normal_base_path();
        let stage = self.stage_of(source);
        let has_stage = is_api_gateway(source)
            && stage != "$default"
            && !self.without_stage
            && self.domain_of(source).contains(".execute-api.");
        match has_stage {
            true => format!("/{stage}{base_path}"),
            false => base_path,
        }
    }

    /// Removes the stage from URLs on every domain: the URLs of the local gateway have no stage.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn without_stage(mut self) -> Self {
        self.without_stage = true;
        self
    }

    /// The base path with a slash before and none after it; empty if there is none.
    pub(super) fn normal_base_path(&self) -> String {
        let base_path = self.base_path.as_deref().unwrap_or_default();
        match base_path.trim_matches('/') {
            "" => String::new(),
            base_path => format!("/{base_path}"),
        }
    }

    pub(super) fn stage_of(&self, source: Source) -> &str {
        match (source, self.stage.as_deref()) {
            (Source::FunctionUrl, _) => "$default",
            (_, Some(stage)) => stage,
            (Source::RestApi, None) => "prod",
            (_, None) => "$default",
        }
    }

    pub(super) fn domain_of(&self, source: Source) -> String {
        let own =
            |domain: &&String| source != Source::FunctionUrl || domain.contains(".lambda-url.");
        if let Some(domain) = self.domain.as_ref().filter(own) {
            return domain.clone();
        }
        if self.base_path.is_some() && is_api_gateway(source) {
            return "api.example.com".to_owned();
        }
        let id = self.api_id_of(source);
        match source {
            Source::RestApi | Source::HttpApi | Source::HttpApiV1 => {
                format!("{id}.execute-api.{REGION}.amazonaws.com")
            }
            Source::FunctionUrl => format!("{id}.lambda-url.{REGION}.on.aws"),
            Source::Alb | Source::AlbMultiValue => {
                format!("orders-1234567890.{REGION}.elb.amazonaws.com")
            }
            Source::LatticeV1 | Source::LatticeV2 => {
                format!("orders-0a1b2c3d4e5f60718.7d67968.vpc-lattice-svcs.{REGION}.on.aws")
            }
        }
    }

    pub(super) fn account_of(&self, source: Source) -> &str {
        match (&self.account, source) {
            (Some(account), _) => account,
            (None, Source::FunctionUrl) => self
                .callers
                .iter()
                .find_map(Caller::account)
                .unwrap_or("anonymous"),
            (None, _) => "123456789012",
        }
    }

    pub(super) fn api_id_of(&self, source: Source) -> &str {
        let [api, url, service] = DEFAULT_IDS;
        match (&self.api_id, source) {
            (Some(id), _) => id,
            (None, Source::FunctionUrl) => url,
            (None, Source::LatticeV1 | Source::LatticeV2) => service,
            (None, _) => api,
        }
    }

    pub(super) fn request_id_of(&self, source: Source) -> &str {
        match (&self.request_id, source) {
            (Some(id), _) => id,
            (None, Source::HttpApi | Source::HttpApiV1) => "JKJaXmPLvHcESHA=",
            (None, _) => "7f1c1a9e-1d6e-4a35-9f0e-5b8d3c1f2a60",
        }
    }

    pub(super) fn client_ip(&self) -> &str {
        self.source_ip.as_deref().unwrap_or("192.0.2.1")
    }

    pub(super) fn forwarded_as(&self) -> (&str, u16) {
        match &self.forwarded {
            Some((proto, port)) => (proto, *port),
            None => ("https", 443),
        }
    }
}

fn is_api_gateway(source: Source) -> bool {
    matches!(
        source,
        Source::RestApi | Source::HttpApi | Source::HttpApiV1
    )
}
