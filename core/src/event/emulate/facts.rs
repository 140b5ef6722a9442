//! What the source knows and the request does not say.

use super::Caller;
use crate::event::Source;
use serde_json::Value;
use std::time::SystemTime;

pub(super) const REGION: &str = "eu-west-1";

/// What an event says besides the request itself: the stage, the domain, ids, the time.
///
/// Everything has a default that could be real, so that `Facts::new()` is enough. The account is
/// the one of AWS's own documentation, the addresses are reserved for documentation, and the time
/// is now.
///
/// ```
/// use lambda_api::event::{Source, emulate};
///
/// let request = http::Request::get("/orders/7").body(bytes::Bytes::new())?;
/// let facts = emulate::Facts::new().stage("test").route("/orders/{id}");
/// let event = emulate::event(Source::RestApi, &request, &facts);
/// assert_eq!(event["requestContext"]["stage"], "test");
/// assert_eq!(event["resource"], "/orders/{id}");
/// assert_eq!(event["pathParameters"]["id"], "7");
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Facts {
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

impl Facts {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The stage: `prod` at a REST API, `$default` at an HTTP API. A function URL has only
    /// `$default`, ALB and VPC Lattice have none.
    pub fn stage(mut self, stage: impl Into<String>) -> Self {
        self.stage = Some(stage.into());
        self
    }

    /// The domain that the client called. It is the `host` header too, unless the request has one.
    ///
    /// The default is one that AWS gives out, at which clients write the stage before the path. Any
    /// other is a custom domain, whose mapping knows the stage. A function URL has none but its own,
    /// and ignores another.
    ///
    /// An HTTP API puts a named stage before the path of the event on every domain, and sends the
    /// path decoded but from `localhost`, which is how cargo-lambda's emulator calls itself.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// The base path of a custom domain, such as `/v1`: the client sent it before the path of the
    /// request, and the routes of the gateway do not know of it.
    ///
    /// API Gateway has base paths on custom domains only, so that the domain is `api.example.com`
    /// unless [`domain`](Facts::domain) says otherwise. What stands before another source may add
    /// to the path as well.
    pub fn base_path(mut self, base_path: impl Into<String>) -> Self {
        self.base_path = Some(base_path.into());
        self
    }

    /// The account that owns the API; at a function URL the caller's, which is `anonymous` by
    /// default.
    pub fn account_id(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// The id of the API, of the function URL, or of the service of VPC Lattice, which may be its
    /// ARN, too.
    pub fn api_id(mut self, id: impl Into<String>) -> Self {
        self.api_id = Some(id.into());
        self
    }

    /// The gateway's id of the request. ALB and VPC Lattice send none.
    pub fn request_id(mut self, id: impl Into<String>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// The address of the client, `192.0.2.1` by default. It also ends `x-forwarded-for`.
    pub fn source_ip(mut self, ip: impl Into<String>) -> Self {
        self.source_ip = Some(ip.into());
        self
    }

    /// What the client connected to, for `x-forwarded-proto` and `x-forwarded-port`: `https` and
    /// 443 by default. A request that has these headers keeps them.
    pub fn forwarded(mut self, proto: impl Into<String>, port: u16) -> Self {
        self.forwarded = Some((proto.into(), port));
        self
    }

    /// When the request arrived; now, by default.
    pub fn time(mut self, time: SystemTime) -> Self {
        self.time = Some(time);
        self
    }

    /// Adds a stage variable.
    pub fn stage_variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.stage_variables.push((name.into(), value.into()));
        self
    }

    /// The route of the gateway that the request matched, such as `/orders/{id}`; it gives the path
    /// parameters as well.
    ///
    /// The default sends everything to the function: `/{proxy+}` at a REST API, `$default` at an
    /// HTTP API.
    pub fn route(mut self, route: impl Into<String>) -> Self {
        self.route = Some(route.into());
        self
    }

    /// Adds a path parameter of the gateway, or replaces the one that the route gives.
    pub fn path_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.path_parameters.push((name.into(), value.into()));
        self
    }

    /// Adds a caller that the source has checked, in the source's own shape; nobody by default.
    /// There may be several: an API key comes together with a token, for example.
    ///
    /// ```
    /// use lambda_api::event::emulate::{Caller, Facts};
    /// use serde_json::json;
    ///
    /// let facts = Facts::new().caller(Caller::cognito(json!({"sub": "alice"})));
    /// ```
    pub fn caller(mut self, caller: impl Into<Caller>) -> Self {
        self.callers.push(caller.into());
        self
    }

    /// What is in `requestContext.authorizer`, as it stands, in place of what
    /// [`caller`](Facts::caller) would put there.
    ///
    /// ```
    /// use lambda_api::event::emulate::Facts;
    /// use serde_json::json;
    ///
    /// let facts = Facts::new().authorizer(json!({"jwt": {"claims": {"sub": "alice"}, "scopes": null}}));
    /// ```
    pub fn authorizer(mut self, authorizer: Value) -> Self {
        self.authorizer = Some(authorizer);
        self
    }

    /// The [`binaryMediaTypes`] of a REST API, such as `["image/png"]`, `["image/*"]` or `["*/*"]`.
    ///
    /// - The body of a request whose `content-type` fits arrives as base64, any other as text, in
    ///   which whatever is no UTF-8 is lost.
    /// - A response that the function wrote as base64 is decoded for a client whose `accept` names
    ///   a type that fits, as the first one if it names several. Any other client receives the
    ///   base64 itself, as text. Only `*/*` fits a browser.
    ///
    /// By default it is as if what is no text were on the list, both ways. A new REST API lists
    /// nothing, which is the setting with which the local server and the test client begin.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use lambda_api::event::{Source, emulate};
    ///
    /// let reply = br#"{"statusCode": 200, "body": "iVBORw==", "isBase64Encoded": true}"#;
    /// let request = http::Request::get("/logo")
    ///     .header("accept", "image/png, */*")
    ///     .body(Bytes::new())?;
    /// for (types, received) in [
    ///     (&[][..], &b"iVBORw=="[..]),
    ///     (&["image/png"], b"\x89PNG"),
    ///     (&["image/gif"], b"iVBORw=="),
    ///     (&["*/*"], b"\x89PNG"),
    /// ] {
    ///     let facts = emulate::Facts::new().binary_media_types(types.iter().copied());
    ///     let response = emulate::response(Source::RestApi, &request, &facts, reply)?;
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

    /// What clients write before the path of the request: the stage, at API Gateway and on a domain
    /// that it gave out, unless it is `$default`; and the [base path](Facts::base_path).
    ///
    /// ```
    /// use lambda_api::event::{Source, emulate::Facts};
    ///
    /// assert_eq!(Facts::new().path_prefix(Source::RestApi), "/prod");
    /// assert_eq!(Facts::new().base_path("/v1").path_prefix(Source::RestApi), "/v1");
    /// assert_eq!(Facts::new().path_prefix(Source::HttpApi), "");
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

    /// Clients write no stage, whatever the domain is: the local gateway has none in its URLs.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn without_stage(mut self) -> Self {
        self.without_stage = true;
        self
    }

    /// With a slash before it and none behind it; empty where there is none.
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
        match (&self.api_id, source) {
            (Some(id), _) => id,
            (None, Source::FunctionUrl) => "a1b2c3d4e5f6g7h8i9j0a1b2c3d4e5f6",
            (None, Source::LatticeV1 | Source::LatticeV2) => "svc-0a40eebed65f8d69c",
            (None, _) => "a1b2c3d4e5",
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
