//! The extensions that `lambda_http::RequestExt` reads from a request.

use crate::event::{ContextError, Invocation, LambdaContext, Source};
use lambda_http::{
    Context, RequestExt, aws_lambda_events::query_map::QueryMap, lambda_runtime::Config,
    request::RequestContext,
};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::{
    collections::HashMap,
    convert::Infallible,
    env, mem,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};
use tower::{Layer, Service};

/// A layer that adds the extensions that `lambda_http::RequestExt` reads.
///
/// | `RequestExt` | value |
/// |---|---|
/// | `raw_http_path` | [`Invocation::raw_path`]: as the gateway sent it |
/// | `query_string_parameters` | the query of the URI, decoded, the values of a name in their order |
/// | `path_parameters`, `stage_variables` | those of the gateway |
/// | `request_context` | that of the event, as the type of its source |
/// | `lambda_context` | [`Invocation::lambda`], and `env_config` from the environment |
///
/// Wrap it around a service that is [mounted](crate::Api::mount_service) or the
/// [fallback](crate::Api::fallback_service), or around routes, like any layer. It adds all values
/// to each request, which parses the whole request context, so only wrap what needs it. A request
/// from `lambda_http` itself already has them, and does not change.
///
/// The values come from the event, which is only as trustworthy as the permission to invoke the
/// function. A handler that relies on the authorizer of `request_context` trusts any API; the
/// authenticators of [`auth::gateway`](crate::auth::gateway) only trust the APIs that they name.
///
/// # What is left out
/// The types of the request context are stricter than events: there is none for VPC Lattice 1, and
/// an unusual or hand-written event may not fit its type. Then there is no request context, and one
/// warning is logged for all such requests of the layer, with the source and the position of the
/// error in the context. A client context that does not fit is left out in the same way. **Without
/// one, `request_context()` panics, and so does `lambda_context()` outside of this layer: use the
/// methods that end in `_ref`**, which return an `Option`.
///
/// ```
/// use lambda_api::{
///     Api, Body, Request, Response, interop::RequestExtLayer, middleware::{Next, from_fn},
/// };
/// use lambda_http::{RequestExt, request::RequestContext};
///
/// async fn regional(request: Request, next: Next) -> Response {
///     if let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() {
///         println!("{:?}", context.domain_prefix);
///     }
///     next.run(request).await
/// }
///
/// let api = Api::new().layer(RequestExtLayer::new()).layer(from_fn(regional));
/// ```
#[derive(Clone, Debug, Default)]
pub struct RequestExtLayer {
    /// Whether the warning was logged.
    warned: Arc<AtomicBool>,
}

impl RequestExtLayer {
    /// Creates the layer; it has no settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<S> Layer<S> for RequestExtLayer {
    type Service = RequestExtService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequestExtService {
            inner,
            warned: self.warned.clone(),
        }
    }
}

/// The service of a [`RequestExtLayer`].
#[derive(Clone, Debug)]
pub struct RequestExtService<S> {
    inner: S,
    warned: Arc<AtomicBool>,
}

impl<S, B> Service<http::Request<B>> for RequestExtService<S>
where
    S: Service<http::Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: http::Request<B>) -> S::Future {
        if request.lambda_context_ref().is_none() {
            let query = request.uri().query().map(query);
            let extensions = mem::take(request.extensions_mut());
            *request.extensions_mut() = filled(extensions, query, &self.warned);
        }
        self.inner.call(request)
    }
}

fn query(query: &str) -> QueryMap {
    query
        .parse()
        .unwrap_or_else(|never: Infallible| match never {})
}

fn filled(
    mut extensions: http::Extensions,
    query: Option<QueryMap>,
    warned: &AtomicBool,
) -> http::Extensions {
    let invocation = extensions.get::<Invocation>().cloned().unwrap_or_default();
    let left_out = |what: &str, position: (usize, usize)| {
        if !warned.swap(true, Ordering::Relaxed) {
            warn(what, position, &invocation);
        }
    };
    if let Some(query) = query {
        extensions = extensions.with_query_string_parameters(query);
    }
    let map = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let path: HashMap<String, String> = invocation.path_parameters().map(map).collect();
    let stage: HashMap<String, String> = invocation.stage_variables().map(map).collect();
    if let Some(source) = invocation.source() {
        match request_context(source, &invocation) {
            Ok(context) => extensions = extensions.with_request_context(context),
            Err(error) => left_out("request context", error.position()),
        }
    }
    let (context, client) = lambda_context(invocation.lambda());
    if let Err(error) = client {
        left_out("client context", (error.line(), error.column()));
    }
    extensions
        .with_raw_http_path(invocation.raw_path().unwrap_or_default())
        .with_path_parameters(path)
        .with_stage_variables(stage)
        .with_lambda_context(context)
}

/// The text of the error may quote the context, which contains claims and addresses.
#[cold]
fn warn(what: &str, (line, column): (usize, usize), invocation: &Invocation) {
    tracing::warn!(
        target: "lambda_api",
        request_id = invocation.request_id(),
        source = invocation.source().map(Source::name),
        line,
        column,
        "lambda_http has no {what} for such a request: it is left out, and only logged once"
    );
}

fn request_context(
    source: Source,
    invocation: &Invocation,
) -> Result<RequestContext, ContextError> {
    fn read<T: DeserializeOwned>(
        invocation: &Invocation,
        variant: fn(T) -> RequestContext,
    ) -> Result<RequestContext, ContextError> {
        invocation.request_context_as().map(variant)
    }
    match source {
        Source::RestApi | Source::HttpApiV1 => read(invocation, RequestContext::ApiGatewayV1),
        Source::HttpApi | Source::FunctionUrl => read(invocation, RequestContext::ApiGatewayV2),
        Source::Alb | Source::AlbMultiValue => read(invocation, RequestContext::Alb),
        // Version 1 has no context, so this fails.
        Source::LatticeV1 | Source::LatticeV2 => read(invocation, RequestContext::VpcLattice),
    }
}

/// Lambda's context, and whether the client context was left out. Two of its types have no public
/// name, so they are read from JSON.
fn lambda_context(lambda: &LambdaContext) -> (Context, Result<(), serde_json::Error>) {
    let mut context = Context::default();
    context.request_id.clone_from(&lambda.request_id);
    context.deadline = lambda.deadline_ms.unwrap_or_default();
    context.invoked_function_arn = lambda.function_arn.clone().unwrap_or_default();
    context.xray_trace_id.clone_from(&lambda.trace_id);
    context.tenant_id.clone_from(&lambda.tenant_id);
    context.identity = lambda.cognito_identity.as_ref().and_then(|identity| {
        let identity = json!({
            "identityId": identity.identity_id,
            "identityPoolId": identity.identity_pool_id,
        });
        serde_json::from_value(identity).ok()
    });
    context.env_config = env_config();
    let client = lambda.client_context.as_deref().map(serde_json::from_str);
    let client = client
        .transpose()
        .map(|client| context.client_context = client);
    (context, client)
}

/// The function's configuration from the environment, read once because it does not change.
fn env_config() -> Arc<Config> {
    static CONFIG: OnceLock<Arc<Config>> = OnceLock::new();
    let config = CONFIG.get_or_init(|| {
        let text = |name| env::var(name).unwrap_or_default();
        Arc::new(Config {
            function_name: text("AWS_LAMBDA_FUNCTION_NAME"),
            memory: text("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
                .parse()
                .unwrap_or_default(),
            version: text("AWS_LAMBDA_FUNCTION_VERSION"),
            log_stream: text("AWS_LAMBDA_LOG_STREAM_NAME"),
            log_group: text("AWS_LAMBDA_LOG_GROUP_NAME"),
        })
    });
    config.clone()
}
