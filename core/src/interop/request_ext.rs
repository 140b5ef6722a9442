//! What `lambda_http::RequestExt` looks for in a request.

use crate::{Invocation, LambdaContext, event::Source};
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

/// A layer that gives the services and handlers behind it what `lambda_http::RequestExt` looks for.
///
/// | `RequestExt` | is |
/// |---|---|
/// | `raw_http_path` | [`Invocation::raw_path`]: as the gateway sent it |
/// | `query_string_parameters` | the query of the URI, decoded, the values of a name in their order |
/// | `path_parameters`, `stage_variables` | those of the gateway |
/// | `request_context` | that of the event, as the type of its source |
/// | `lambda_context` | [`Invocation::lambda`], and `env_config` from the environment |
///
/// It goes around a service that is [mounted](crate::Api::mount_service) or the
/// [fallback](crate::Api::fallback_service), or around routes, as any layer. All of it is put there
/// for each request that passes, which costs a parse of the whole request context: so it belongs
/// around what needs it. A request that `lambda_http` itself has made has it all already, and passes
/// unchanged.
///
/// It is what the event says, which is as trustworthy as the permission to invoke the function. A
/// handler that decides by `request_context`'s authorizer believes any API; the authenticators of
/// [`auth::gateway`](crate::auth::gateway) in front of it believe those that they name.
///
/// # What is left out
/// The types of the request context are stricter than events are: VPC Lattice 1 has none, and an odd
/// or hand-written event may not fit its own. Then there is no request context, and the log has one
/// warning for all such requests of the layer: which source, and where in the context the fault is.
/// A client context that does not fit is left out in the same way. **`request_context()` panics where
/// there is none, and so does `lambda_context()` outside of this layer: use the forms that end in
/// `_ref`**, which return an `Option`.
///
/// ```
/// use lambda_api::{Api, Request, Response, Body, interop::RequestExtLayer, from_fn, Next};
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
    /// Whether something was left out already.
    warned: Arc<AtomicBool>,
}

impl RequestExtLayer {
    /// The layer; it has no settings.
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
    let left_out = |what: &str, error: &serde_json::Error| {
        if !warned.swap(true, Ordering::Relaxed) {
            warn(what, error, &invocation);
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
            Err(error) => left_out("request context", &error),
        }
    }
    let (context, client) = lambda_context(invocation.lambda());
    if let Err(error) = client {
        left_out("client context", &error);
    }
    extensions
        .with_raw_http_path(invocation.raw_path().unwrap_or_default())
        .with_path_parameters(path)
        .with_stage_variables(stage)
        .with_lambda_context(context)
}

/// The text of the error may quote the context, which has claims and addresses in it.
#[cold]
fn warn(what: &str, error: &serde_json::Error, invocation: &Invocation) {
    tracing::warn!(
        target: "lambda_api",
        request_id = invocation.request_id(),
        source = invocation.source().map(Source::name),
        line = error.line(),
        column = error.column(),
        "lambda_http has no {what} for such a request: it is left out, here and from now on"
    );
}

fn request_context(
    source: Source,
    invocation: &Invocation,
) -> Result<RequestContext, serde_json::Error> {
    fn read<T: DeserializeOwned>(
        invocation: &Invocation,
        variant: fn(T) -> RequestContext,
    ) -> Result<RequestContext, serde_json::Error> {
        invocation.request_context_as().map(variant)
    }
    match source {
        Source::RestApi | Source::HttpApiV1 => read(invocation, RequestContext::ApiGatewayV1),
        Source::HttpApi | Source::FunctionUrl => read(invocation, RequestContext::ApiGatewayV2),
        Source::Alb | Source::AlbMultiValue => read(invocation, RequestContext::Alb),
        // Version 1 has no context, and fails.
        Source::LatticeV1 | Source::LatticeV2 => read(invocation, RequestContext::VpcLattice),
    }
}

/// The context of Lambda, and whether that of the client was left out. Two of its types have no
/// public name, so that they are read from JSON.
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

/// The function, as its environment describes it: read at the first request, for it does not change.
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
