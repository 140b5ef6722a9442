//! The data of the gateway and of Lambda about one invocation.

use crate::{
    Request,
    error::Problem,
    event::{self, Called, ContextFacts, Fact, Received, Shared, Source, string_map},
};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
#[cfg(feature = "server")]
use std::sync::atomic::{AtomicBool, Ordering};
use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime},
};
use tracing::Span;

/// The invocation of a request: the service that sent it, the data of that service about the
/// request, and Lambda's context.
///
/// Every request that was decoded from an event has it in its extensions. The data of the gateway
/// is parsed when it is first used.
///
/// The data is only as trustworthy as the permission to invoke the function: a caller with that
/// permission can send any event.
///
/// ```
/// use lambda_api::{Invocation, LambdaContext, event::{self, Source}};
///
/// let event = r#"{"rawPath": "/", "requestContext": {
///     "http": {"method": "GET", "sourceIp": "192.0.2.1"}, "stage": "$default"}}"#;
/// let request = event::decode(event.into(), LambdaContext::default(), &Default::default())?;
/// let invocation = request.extensions().get::<Invocation>().unwrap();
/// assert_eq!(invocation.source(), Some(Source::HttpApi));
/// assert_eq!(invocation.source_ip(), Some("192.0.2.1"));
/// assert_eq!(invocation.stage(), Some("$default"));
/// # Ok::<(), event::DecodeError>(())
/// ```
#[derive(Clone, Default)]
pub struct Invocation {
    inner: Arc<Inner>,
    /// The client's IP address, or the header that ends with it, if the source does not name the
    /// address itself.
    forwarded_for: Option<HeaderValue>,
}

#[derive(Default)]
struct Inner {
    source: Option<Source>,
    lambda: LambdaContext,
    received: Received,
    public: OnceLock<Public>,
    context: Option<Shared>,
    /// Whether the context was serialised again instead of written by the gateway. Then only single
    /// values are taken from it, and it is not exposed, in particular not to authenticators.
    is_from_lambda_http: bool,
    facts: OnceLock<ContextFacts>,
    stage_variables: StringMap,
    path_parameters: StringMap,
    /// The span of the invocation, in which the router records the route. The current span may be
    /// that of a layer.
    span: OnceLock<Span>,
    #[cfg(feature = "server")]
    is_unrouted: AtomicBool,
}

/// The public location of the API, computed when it is first used.
struct Public {
    prefix: String,
    url: Option<String>,
}

/// A map of strings that is parsed when it is first used.
#[derive(Default)]
struct StringMap {
    json: Option<Shared>,
    read: OnceLock<Vec<(String, String)>>,
}

/// Lambda's own data about an invocation.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LambdaContext {
    /// Lambda's id of the invocation. A server and the commands `serve` and `invoke` generate one;
    /// `invoke` generates the same one for the same event. It is empty if an [`App`](crate::App) is called
    /// as a service, except in the loop of `lambda_http`.
    pub request_id: String,
    /// The time at which Lambda ends the invocation, in milliseconds since the epoch.
    pub deadline_ms: Option<u64>,
    /// The ARN that was invoked, with its version or alias.
    pub function_arn: Option<String>,
    /// The X-Ray trace header of the invocation.
    pub trace_id: Option<String>,
    /// The tenant, for functions with tenant isolation.
    pub tenant_id: Option<String>,
    /// The data that a mobile application sends about itself, as JSON text. Only direct callers of
    /// the function can set it; no gateway passes it on.
    pub client_context: Option<String>,
    /// The caller of the function, if it used credentials of a Cognito identity pool.
    pub cognito_identity: Option<CognitoIdentity>,
    /// The time at which the event arrived at the process.
    pub received: Option<SystemTime>,
}

/// An identity of a Cognito [identity pool](https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-identity.html),
/// which is different from a user of a user pool.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct CognitoIdentity {
    /// The identity.
    #[serde(rename = "cognitoIdentityId")]
    pub identity_id: String,
    /// Its pool.
    #[serde(rename = "cognitoIdentityPoolId")]
    pub identity_pool_id: String,
}

/// The beginning of 2015. Lambda is hardly older, so an earlier deadline is not real: local
/// emulators send the constant 600000.
const FAR_PAST_MS: u64 = 1_420_070_400_000;

impl LambdaContext {
    /// Creates a context with realistic values, for calling a handler in a test: the invocation has
    /// just begun, with half a minute left. Change the values that the test needs:
    ///
    /// ```
    /// use lambda_api::LambdaContext;
    ///
    /// let mut context = LambdaContext::for_test();
    /// context.tenant_id = Some("blue".to_owned());
    /// assert!(context.deadline() > Some(std::time::SystemTime::now()));
    /// ```
    #[must_use]
    pub fn for_test() -> Self {
        let now = SystemTime::now();
        let deadline = now.checked_add(Duration::from_secs(30));
        let since_epoch = deadline.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
        Self {
            request_id: "2f4a7d3e-90c1-4b6e-8a57-1c3d5e7f9b20".to_owned(),
            deadline_ms: since_epoch.and_then(|since| u64::try_from(since.as_millis()).ok()),
            function_arn: Some("arn:aws:lambda:eu-west-1:123456789012:function:orders".to_owned()),
            trace_id: Some(
                "Root=1-5e5ffe45-4dea0086f9763ac0667b115a;Parent=53995c3f42cd8ad8;Sampled=1"
                    .to_owned(),
            ),
            tenant_id: None,
            client_context: None,
            cognito_identity: None,
            received: Some(now),
        }
    }

    /// Returns when Lambda ends the invocation, or `None` if that is not known.
    ///
    /// A deadline in the far past, as local emulators send it, is ignored.
    ///
    /// ```
    /// use lambda_api::LambdaContext;
    ///
    /// let mut context = LambdaContext::default();
    /// context.deadline_ms = Some(600_000);
    /// assert_eq!(context.deadline(), None);
    /// ```
    #[must_use]
    pub fn deadline(&self) -> Option<SystemTime> {
        let ms = self.deadline_ms.filter(|ms| *ms >= FAR_PAST_MS)?;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(ms))
    }
}

impl Invocation {
    /// The invocation of a request, or an empty one if the request did not come from an event.
    pub(crate) fn of(request: &Request) -> &Invocation {
        static NONE: OnceLock<Invocation> = OnceLock::new();
        request
            .extensions()
            .get()
            .unwrap_or_else(|| NONE.get_or_init(Invocation::default))
    }

    /// The invocation of an event; with `facts` only if the context had to be parsed anyway.
    pub(crate) fn decoded(
        source: Source,
        lambda: LambdaContext,
        received: Received,
        context: Option<Shared>,
        facts: Option<ContextFacts>,
        [stage_variables, path_parameters]: [Option<Shared>; 2],
    ) -> Self {
        let inner = Inner {
            source: Some(source),
            lambda,
            received,
            public: OnceLock::new(),
            context,
            is_from_lambda_http: false,
            facts: facts.map(OnceLock::from).unwrap_or_default(),
            stage_variables: StringMap::new(stage_variables),
            path_parameters: StringMap::new(path_parameters),
            span: OnceLock::new(),
            #[cfg(feature = "server")]
            is_unrouted: AtomicBool::new(false),
        };
        Self {
            inner: Arc::new(inner),
            forwarded_for: None,
        }
    }

    /// The invocation of an event that lambda_http has read, with a context that was serialised
    /// again.
    #[cfg(feature = "lambda-http")]
    pub(crate) fn lambda_http_event(
        source: Option<Source>,
        lambda: LambdaContext,
        received: Received,
        (context, facts): (Shared, ContextFacts),
        [stage_variables, path_parameters]: [Option<Shared>; 2],
    ) -> Self {
        let inner = Inner {
            source,
            lambda,
            received,
            context: Some(context),
            is_from_lambda_http: true,
            facts: OnceLock::from(facts),
            stage_variables: StringMap::new(stage_variables),
            path_parameters: StringMap::new(path_parameters),
            ..Inner::default()
        };
        Self {
            inner: Arc::new(inner),
            forwarded_for: None,
        }
    }

    /// The invocation of a request that did not come from an event, and whose path was normalised.
    pub(crate) fn spelt(path: &str) -> Self {
        let inner = Inner {
            received: Received::without_event(path),
            ..Inner::default()
        };
        Self {
            inner: Arc::new(inner),
            forwarded_for: None,
        }
    }

    /// The invocation of an event that is not an HTTP request.
    pub(crate) fn of_event(lambda: LambdaContext) -> Self {
        let inner = Inner {
            lambda,
            ..Inner::default()
        };
        Self {
            inner: Arc::new(inner),
            forwarded_for: None,
        }
    }

    /// The invocation of a request to a server, which no gateway sent.
    #[cfg(feature = "server")]
    pub(crate) fn served(lambda: LambdaContext, client: Option<HeaderValue>) -> Self {
        // A default one would be written, and then overwritten.
        let inner = Inner {
            source: None,
            lambda,
            received: Received::default(),
            public: OnceLock::new(),
            context: None,
            is_from_lambda_http: false,
            facts: OnceLock::new(),
            stage_variables: StringMap::default(),
            path_parameters: StringMap::default(),
            span: OnceLock::new(),
            is_unrouted: AtomicBool::new(false),
        };
        Self {
            inner: Arc::new(inner),
            forwarded_for: client,
        }
    }

    /// The same with the path as the client wrote it.
    #[cfg(feature = "server")]
    pub(crate) fn written(&self, path: &str) -> Self {
        let inner = Inner {
            lambda: self.inner.lambda.clone(),
            received: Received::without_event(path),
            ..Inner::default()
        };
        Self {
            inner: Arc::new(inner),
            forwarded_for: self.forwarded_for.clone(),
        }
    }

    /// Records the route that matched.
    pub(crate) fn set_route(&self, route: &str) {
        if let Some(span) = self.inner.span.get() {
            span.record("route", route);
        }
    }

    /// Records that no route has the path.
    #[cfg(feature = "server")]
    pub(crate) fn set_unrouted(&self) {
        self.inner.is_unrouted.store(true, Ordering::Relaxed);
    }

    /// Whether the router found no route for the path.
    #[cfg(feature = "server")]
    pub(crate) fn is_unrouted(&self) -> bool {
        self.inner.is_unrouted.load(Ordering::Relaxed)
    }

    /// Sets the span of this invocation, once.
    pub(crate) fn set_span(&self, span: Span) {
        let _ = self.inner.span.set(span);
    }

    pub(crate) fn span(&self) -> Option<&Span> {
        self.inner.span.get()
    }

    /// Keeps the header that contains the client's address at an ALB and at VPC Lattice.
    pub(crate) fn note_peer(&mut self, headers: &HeaderMap) {
        const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
        let by_header = matches!(
            self.inner.source,
            Some(Source::Alb | Source::AlbMultiValue | Source::LatticeV1 | Source::LatticeV2)
        );
        if by_header {
            self.forwarded_for = headers.get_all(FORWARDED_FOR).iter().next_back().cloned();
        }
    }

    fn facts(&self) -> &ContextFacts {
        self.inner.facts.get_or_init(|| {
            self.inner
                .context
                .as_ref()
                .map(|context| ContextFacts::read(context.bytes()))
                .unwrap_or_default()
        })
    }

    fn fact(&self, fact: impl Fn(&ContextFacts) -> &Fact) -> Option<&str> {
        let context = self.inner.context.as_ref()?;
        fact(self.facts()).in_context(context.bytes())
    }

    /// The service that sent the event; `None` if the request did not come from an event, as at a
    /// [server](crate::serve).
    #[must_use]
    pub fn source(&self) -> Option<Source> {
        self.inner.source
    }

    /// Lambda's own data about the invocation.
    #[must_use]
    pub fn lambda(&self) -> &LambdaContext {
        &self.inner.lambda
    }

    /// The time at which Lambda ends this request, or the gateway gives up, if that is sooner
    /// ([`Source::timeout`]). `None` if neither is known.
    ///
    /// A handler is stopped a little earlier, and earlier still by the timeout of its route or by
    /// [`Api::gateway_timeout`](crate::Api::gateway_timeout); see [`Deadline`](crate::extract::Deadline).
    #[must_use]
    pub fn deadline(&self) -> Option<SystemTime> {
        self.deadline_behind(None)
    }

    /// The same with this timeout of the gateway, in place of the default of the source.
    pub(crate) fn deadline_behind(&self, gateway: Option<Duration>) -> Option<SystemTime> {
        let lambda = self.lambda().deadline();
        // Without a source, no gateway waits for the response: messages of a queue, requests to a server.
        let gateway = self
            .source()
            .and_then(|source| gateway.or_else(|| source.timeout()))
            .zip(self.lambda().received)
            .and_then(|(timeout, received)| received.checked_add(timeout));
        match (lambda, gateway) {
            (Some(lambda), Some(gateway)) => Some(lambda.min(gateway)),
            (one, other) => one.or(other),
        }
    }

    /// The id of this request that the client gets: the gateway's, or else Lambda's.
    ///
    /// It is the `request_id` of a [`Problem`](crate::Problem), and the value of
    /// [`Api::request_id_header`](crate::Api::request_id_header). REST and HTTP APIs and function
    /// URLs have their own ids, which their access logs show as `$context.requestId`. ALB and VPC
    /// Lattice have none, so the id is Lambda's, [`LambdaContext::request_id`]. In the log,
    /// `requestId` is always Lambda's, as in the records that Lambda itself writes, and the record
    /// of a problem has the gateway's as `gateway_request_id`.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        let lambda = self.inner.lambda.request_id.as_str();
        self.gateway_request_id()
            .or(Some(lambda).filter(|id| !id.is_empty()))
    }

    /// The gateway's own id of the request.
    pub(crate) fn gateway_request_id(&self) -> Option<&str> {
        self.fact(|facts| &facts.request_id)
    }

    /// The IP address that the request came from.
    ///
    /// At a [server](crate::serve), it is the address of the client's socket, or what the trusted proxies
    /// say.
    ///
    /// API Gateway and function URLs include it in the event. For an ALB and VPC Lattice it is the
    /// last entry of `x-forwarded-for`: the one that the load balancer itself added, in its default
    /// mode `append`. Earlier entries are whatever the client sent. In the modes `preserve` and
    /// `remove`, the header does not come from the load balancer, and this address must not be
    /// trusted.
    #[must_use]
    pub fn source_ip(&self) -> Option<&str> {
        self.fact(|facts| &facts.source_ip).or_else(|| {
            let entries = self.forwarded_for.as_ref()?.to_str().ok()?;
            entries
                .rsplit(',')
                .next()
                .map(str::trim)
                .filter(|entry| !entry.is_empty())
        })
    }

    /// The stage of a REST API or HTTP API; `$default` is a stage too.
    #[must_use]
    pub fn stage(&self) -> Option<&str> {
        self.fact(|facts| &facts.stage)
    }

    /// The path as the gateway sent it: with stage and base paths, decoded by an HTTP API, and in
    /// its original spelling.
    ///
    /// Use it for logs and debugging only. Routing and authorization use the path of the request's
    /// URI, so do not base decisions on this one.
    ///
    /// `None` if the request did not come from an event, unless its path was normalised.
    ///
    /// ```
    /// use lambda_api::{Invocation, LambdaContext, event};
    ///
    /// let event = r#"{"raw_path": "/%7ealice/files", "method": "GET"}"#;
    /// let request = event::decode(event.into(), LambdaContext::default(), &Default::default())?;
    /// assert_eq!(request.uri().path(), "/~alice/files");
    /// let invocation = request.extensions().get::<Invocation>().unwrap();
    /// assert_eq!(invocation.raw_path(), Some("/%7ealice/files"));
    /// # Ok::<(), event::DecodeError>(())
    /// ```
    #[must_use]
    pub fn raw_path(&self) -> Option<&str> {
        Some(self.inner.received.path()).filter(|path| !path.is_empty())
    }

    /// The prefix that clients write before a path of this API: the stage, if it is part of their
    /// URL, and the [base path](crate::Api::base_path) that they used. `""` if there is neither; it
    /// never ends with a slash.
    ///
    /// A link without it leads out of the API; a [`Link`](crate::response::Link) has it. It is as
    /// trustworthy as the rest of the invocation: it does not depend on headers of the client.
    ///
    /// | called as | prefix |
    /// |---|---|
    /// | `https://{id}.execute-api.{region}.amazonaws.com/prod/orders`, REST or HTTP API | `/prod` |
    /// | `https://{id}.execute-api.{region}.amazonaws.com/orders`, stage `$default` | |
    /// | `https://api.example.com/orders`, a mapping to the stage `prod` | |
    /// | `https://api.example.com/v1/orders`, a mapping `v1`, of an `Api` with `base_path("/v1")` | `/v1` |
    ///
    /// At a REST API, the gateway sends it. Elsewhere it is the part that was removed from the
    /// path, so a base path that is not registered with the `Api` remains part of the path.
    ///
    /// ```
    /// use lambda_api::{Created, Invocation, Json, api_handler};
    ///
    /// #[api_handler(POST "/orders")]
    /// async fn place_order(invocation: &Invocation) -> Created<Json<u32>> {
    ///     let location = format!("{}/orders/7", invocation.path_prefix());
    ///     Created::at(location, Json(7))
    /// }
    /// ```
    #[must_use]
    pub fn path_prefix(&self) -> &str {
        &self.public().prefix
    }

    /// The URL of this API for clients, without a trailing slash: `https://`, the
    /// [domain](Self::domain_name) that was called according to the gateway, and the
    /// [prefix](Self::path_prefix). Followed by the URI of the request, it is the URL of the
    /// request.
    ///
    /// `None` if the source has no domain, such as an ALB and VPC Lattice, because the client
    /// chooses the `host` header. A link that is a path, with only the prefix, works everywhere.
    ///
    /// A proxy before the gateway, such as CloudFront, may have another domain that is not in the
    /// event. On this machine (`localhost`, `127.0.0.1`) the scheme is `http`. With `serve`, the
    /// URL is the address of the server, except for function URLs and the callers of `--as`, where
    /// the domain identifies the API that has authenticated them.
    ///
    /// ```
    /// use lambda_api::Invocation;
    ///
    /// let url = Invocation::for_test().public_url().map(|url| format!("{url}/orders/7"));
    /// let expected = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/orders/7";
    /// assert_eq!(url.as_deref(), Some(expected));
    /// ```
    #[must_use]
    pub fn public_url(&self) -> Option<&str> {
        self.public().url.as_deref()
    }

    fn public(&self) -> &Public {
        self.inner.public.get_or_init(|| {
            let Some(source) = self.source() else {
                return Public {
                    prefix: String::new(),
                    url: None,
                };
            };
            let domain = self.domain_name();
            let prefix = self.inner.received.prefix(Called {
                source,
                domain,
                stage: self.stage(),
                path: self.fact(|facts| &facts.path),
            });
            let url = domain.and_then(event::origin);
            let url = url.map(|origin| origin + &prefix);
            Public { prefix, url }
        })
    }

    /// The AWS account that the API belongs to.
    #[must_use]
    pub fn account_id(&self) -> Option<&str> {
        self.fact(|facts| &facts.account_id)
    }

    /// The domain name under which the API was called.
    #[must_use]
    pub fn domain_name(&self) -> Option<&str> {
        self.fact(|facts| &facts.domain_name)
    }

    /// The id of the API, or of the function URL.
    #[must_use]
    pub fn api_id(&self) -> Option<&str> {
        self.fact(|facts| &facts.api_id)
    }

    /// The id of the API key that a REST API counted the request under.
    ///
    /// It identifies the quota that is used. It is not authentication: API keys are given to
    /// clients, do not expire, and a key of any usage plan of the stage is accepted ([AWS documents
    /// this](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html)).
    #[must_use]
    pub fn api_key_id(&self) -> Option<&str> {
        self.fact(|facts| &facts.api_key_id)
    }

    /// The time at which the gateway received the request; not known for an ALB and VPC Lattice 1.
    #[must_use]
    pub fn time(&self) -> Option<SystemTime> {
        let since_epoch = match self.inner.source {
            Some(Source::LatticeV2) => Duration::from_micros(self.facts().time?),
            _ => Duration::from_millis(self.facts().time?),
        };
        SystemTime::UNIX_EPOCH.checked_add(since_epoch)
    }

    /// The value of a stage variable.
    #[must_use]
    pub fn stage_variable(&self, name: &str) -> Option<&str> {
        self.inner.stage_variables.get(name)
    }

    /// All stage variables, in the order of the event.
    pub fn stage_variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.inner.stage_variables.iter()
    }

    /// The value of a path parameter of the gateway's own route.
    ///
    /// These are the parameters of the route in API Gateway (`proxy` for `/{proxy+}`), not those of
    /// the handler's path.
    #[must_use]
    pub fn path_parameter(&self, name: &str) -> Option<&str> {
        self.inner.path_parameters.get(name)
    }

    /// All path parameters of the gateway's own route, in the order of the event.
    pub fn path_parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.inner.path_parameters.iter()
    }

    /// The `requestContext` of the event, as the original JSON.
    ///
    /// `None` if the event has none, or if `lambda_http` has read the event, because its types only
    /// keep part of it.
    #[must_use]
    pub fn request_context(&self) -> Option<&str> {
        let context = self.inner.context.as_ref();
        let as_it_came = context.filter(|_| !self.inner.is_from_lambda_http);
        as_it_came.map(Shared::as_str)
    }

    /// Deserialises the `requestContext` of the event into your own type, which may borrow from it.
    ///
    /// ```
    /// # use lambda_api::{Invocation, LambdaContext, event};
    /// use std::borrow::Cow;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Context<'a> {
    ///     #[serde(borrow, rename = "operationName")]
    ///     operation: Cow<'a, str>,
    /// }
    ///
    /// # let event = r#"{"httpMethod": "GET", "path": "/", "requestContext": {"operationName": "List"}}"#;
    /// # let request = event::decode(event.into(), LambdaContext::default(), &Default::default()).unwrap();
    /// # let invocation = request.extensions().get::<Invocation>().unwrap();
    /// let context: Context<'_> = invocation.request_context_as()?;
    /// assert_eq!(context.operation, "List");
    /// # Ok::<(), event::ContextError>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if the context does not fit `T`. An event without a context is read as
    /// `null`, so `Option<T>` is `None`.
    pub fn request_context_as<'a, T: Deserialize<'a>>(&'a self) -> Result<T, ContextError> {
        serde_json::from_str(self.request_context().unwrap_or("null")).map_err(ContextError)
    }
}

/// The error of a request context that does not fit the type it is read as.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ContextError(serde_json::Error);

#[cfg(feature = "lambda-http")]
impl ContextError {
    /// Line and column of the error, for the log, which must not quote the context.
    pub(crate) fn position(&self) -> (usize, usize) {
        (self.0.line(), self.0.column())
    }
}

impl StringMap {
    fn new(json: Option<Shared>) -> Self {
        Self {
            json,
            read: OnceLock::new(),
        }
    }

    fn entries(&self) -> &[(String, String)] {
        match &self.json {
            Some(json) => self.read.get_or_init(|| string_map(json.as_str())),
            None => &[],
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

// Leaves out the context, which contains claims, keys and addresses.
impl fmt::Debug for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocation")
            .field("source", &self.source())
            .field("request_id", &self.request_id())
            .field("stage", &self.stage())
            .finish_non_exhaustive()
    }
}

impl Problem {
    /// Sets the id that the client holds.
    pub(crate) fn set_request_id(&mut self, invocation: &Invocation) {
        self.set_ids(invocation.gateway_request_id(), invocation.request_id());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invocation_can_be_shared_between_threads() {
        fn assert<T: Send + Sync + 'static>() {}
        assert::<Invocation>();
    }

    #[test]
    fn an_empty_invocation_knows_nothing() {
        let none = Invocation::default();
        assert_eq!(none.source(), None);
        assert_eq!(none.request_id(), None);
        assert_eq!(none.source_ip(), None);
        assert_eq!(none.time(), None);
        assert_eq!(none.stage_variables().count(), 0);
        assert_eq!(none.request_context_as::<Option<u8>>().unwrap(), None);
    }

    #[test]
    fn an_invocation_for_tests_has_all_that_a_real_one_has() {
        let invocation = Invocation::for_test();
        assert_eq!(invocation.source(), Some(Source::HttpApi));
        assert_eq!(invocation.stage(), Some("$default"));
        assert_eq!(invocation.source_ip(), Some("192.0.2.1"));
        assert_eq!(invocation.account_id(), Some("123456789012"));
        for value in [
            invocation.request_id(),
            invocation.domain_name(),
            invocation.api_id(),
            invocation.request_context(),
            invocation.lambda().function_arn.as_deref(),
            invocation.lambda().trace_id.as_deref(),
        ] {
            assert!(value.is_some_and(|value| !value.is_empty()), "{value:?}");
        }
        assert!(invocation.time().is_some());
        assert!(invocation.deadline() > Some(SystemTime::now()));
    }

    #[test]
    fn a_deadline_in_the_far_past_is_none() {
        let context = |deadline_ms| LambdaContext {
            deadline_ms,
            ..LambdaContext::default()
        };
        for ms in [None, Some(0), Some(600_000)] {
            assert_eq!(context(ms).deadline(), None, "{ms:?}");
        }
        let deadline = context(Some(1_700_000_000_000)).deadline().unwrap();
        assert_eq!(
            deadline
                .duration_since(SystemTime::UNIX_EPOCH)
                .unwrap()
                .as_secs(),
            1_700_000_000
        );
        // Must not panic, whatever range the platform can represent.
        let _ = context(Some(u64::MAX)).deadline();
    }
}
