//! Builds an [`App`] from the description of an API.

use super::{
    Api,
    flatten::{Scope, base_path_error, prefix_error},
    middleware::check_outer,
};
use crate::{
    App, Limits,
    error::write_list,
    events::Setup,
    hooks::Hooks,
    middleware::{CorsGate, Guard, LayerFn, Layered, Next},
    router::{Router, Routing},
    state::{StateInit, doubled, make_all},
};
use http::HeaderName;
use std::{fmt, sync::Arc};
use tower_http::cors::CorsLayer;

/// All errors that prevent an [`Api`] from being built.
#[derive(Debug)]
pub struct BuildErrors(Vec<String>);

impl BuildErrors {
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn new(errors: Vec<String>) -> Self {
        Self(errors)
    }

    /// Returns the errors, one sentence each.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for BuildErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_list(f, &self.0)
    }
}

impl std::error::Error for BuildErrors {}

/// The parts that follow from the description alone, and its errors.
struct Checked {
    router: Router,
    cors: Option<CorsLayer>,
    request_id_header: Option<HeaderName>,
    errors: Vec<String>,
}

impl Api {
    /// Creates the state, inserts the routes, and reports all errors together.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use lambda_api::{Api, Body, api_handler, routes};
    /// use tower::ServiceExt;
    ///
    /// #[api_handler(GET "/health")]
    /// async fn health() -> &'static str { "ok" }
    ///
    /// let app = Api::new().routes(routes![health]).build().await?;
    /// let request = http::Request::get("/health").body(Body::empty())?;
    /// let response = app.oneshot(request).await?;
    /// assert_eq!(response.status(), 200);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Returns an error if:
    /// - two routes have the same method and path
    /// - a path has more than 64 segments
    /// - the state that a handler needs is missing, is set twice, or cannot be created
    /// - a `#[path]` argument has no parameter in the path
    /// - a route has an access rule or takes an identity, but the API has no authenticator
    /// - an environment variable that a [`Setting`](crate::Setting) refers to is missing or empty
    /// - two handlers of events take the same events
    /// - the environment variable `LAMBDA_API_PARTIAL` is neither `true` nor `false`, and the program has
    ///   handlers of events but not [`report_batch_item_failures`](Api::report_batch_item_failures)
    /// - an authenticator is misconfigured or can never be reached
    /// - browsers would reject the CORS rules
    /// - a source that only buffers is to get streams
    /// - a nested API has a setting of the outermost API
    pub async fn build(mut self) -> Result<App, BuildErrors> {
        self.resolve_settings();
        self.lend_test_keys();
        let Checked {
            router,
            cors,
            request_id_header,
            mut errors,
        } = self.checked();
        self.timing.streams = self.streaming_sources(&mut errors);
        let router = Arc::new(router);
        let mut inits = Vec::new();
        self.take_states(&mut inits);
        let mut states = make_all(inits, self.decode.limits, &mut errors).await;
        #[cfg(feature = "websocket")]
        self.add_connections(&mut states, &mut errors);
        states.timing = self.timing;
        states.router = Some(Arc::clone(&router) as _);
        let states = Arc::new(states);
        #[cfg(feature = "docs")]
        for warning in self.docs_warnings() {
            tracing::warn!(target: "lambda_api", "{warning}");
        }
        let routing = Next::new(Routing::new(
            Arc::clone(&router),
            Arc::clone(&states),
            self.renderer.clone(),
        ));
        #[cfg(feature = "openapi")]
        let routing = match &self.observer {
            Some(observer) => observer.around(routing, &router),
            None => routing,
        };
        let service = wrap(routing, self.layers.iter(), &self);
        let layered = match (self.layers.is_empty(), router.has_layers()) {
            (false, _) => Layered::BeforeRouter,
            (true, true) => Layered::BehindRouter,
            (true, false) => Layered::Nowhere,
        };
        let events = self.events.take().map(|events| {
            events.build(Setup {
                states: Arc::clone(&states),
                partial: None,
                authenticators: self.authenticators.iter().cloned().collect(),
            })
        });
        let guarded = Next::new(Guard::new(
            service,
            self.renderer.clone(),
            self.timing,
            states,
            layered,
        ));
        let cors = cors.map(|layer| CorsGate::new(layer, guarded.clone(), router));
        let authenticators = self.all_authenticators().into_iter().cloned().collect();
        let app = App::new(
            guarded,
            cors,
            (self.renderer.clone(), self.timing),
            request_id_header,
            self.decode.clone(),
            authenticators,
            (self.take_hooks(), events),
        );
        #[cfg(feature = "docs")]
        self.publish_docs(&mut errors);
        if errors.is_empty() {
            Ok(app)
        } else {
            Err(BuildErrors(errors))
        }
    }

    /// The origins that CORS names, and whether it allows others by `*` or a wildcard.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn named_origins(&self) -> (Vec<String>, bool) {
        self.cors
            .as_ref()
            .map(crate::Cors::named_origins)
            .unwrap_or_default()
    }

    /// Returns the errors of the description, without creating the state or reading the environment:
    /// authenticators with a setting that refers to it are not checked.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn errors(&self) -> Option<BuildErrors> {
        let Checked { errors, .. } = self.checked();
        (!errors.is_empty()).then_some(BuildErrors(errors))
    }

    fn checked(&self) -> Checked {
        let mut errors = Vec::new();
        let mut states = Vec::new();
        self.all_states(&mut states);
        let given = states.iter().map(|init| init.id);
        #[cfg(feature = "websocket")]
        let given = given.chain(self.connections_id());
        let given: Vec<_> = given.collect();
        check_outer(&self.layers, &given, &mut errors);
        self.check_events(&given, &mut errors);
        let router = self.router(&given, &mut errors);
        errors.extend(doubled(states.into_iter()));
        for base in &self.decode.base_paths {
            if let Some(error) = base_path_error(base) {
                errors.push(format!("the base path `{base}` {error}"));
            }
        }
        if self.timing.gateway.is_some_and(|timeout| timeout.is_zero()) {
            errors.push("`gateway_timeout` must be greater than zero".to_owned());
        }
        let cors = self.cors.as_ref().map(|cors| cors.layer(&mut errors));
        let request_id_header = self.request_id_header.as_ref();
        let request_id_header = request_id_header.and_then(|name| match own_header(name) {
            Ok(name) => Some(name),
            Err(error) => {
                errors.push(format!("`request_id_header`: `{name}` {error}"));
                None
            }
        });
        Checked {
            router,
            cors,
            request_id_header,
            errors,
        }
    }

    fn all_states<'a>(&'a self, states: &mut Vec<&'a StateInit>) {
        states.extend(&self.states);
        for (_, nested) in &self.nests {
            nested.all_states(states);
        }
    }

    fn take_states(&mut self, states: &mut Vec<StateInit>) {
        states.append(&mut self.states);
        for (_, nested) in &mut self.nests {
            nested.take_states(states);
        }
    }

    fn take_hooks(&mut self) -> Hooks {
        let mut hooks = std::mem::take(&mut self.hooks);
        for (_, nested) in &mut self.nests {
            hooks.append(nested.take_hooks());
        }
        hooks
    }
}

/// Parses the name of a header that has no other meaning to clients, gateways and servers.
fn own_header(name: &str) -> Result<HeaderName, &'static str> {
    const TAKEN: [&str; 22] = [
        "age",
        "allow",
        "cache-control",
        "connection",
        "date",
        "etag",
        "expires",
        "keep-alive",
        "last-modified",
        "location",
        "pragma",
        "proxy-authenticate",
        "proxy-connection",
        "retry-after",
        "server",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "vary",
        "www-authenticate",
    ];
    let name: HeaderName = name.parse().map_err(|_| "is not a header name")?;
    let families = ["access-control-", "content-", "accept"];
    let is_taken = TAKEN.contains(&name.as_str())
        || families
            .iter()
            .any(|family| name.as_str().starts_with(family));
    if is_taken {
        return Err("is a header with another meaning");
    }
    Ok(name)
}

/// Wraps a service in layers, the first one outermost.
pub(super) fn wrap<'a>(
    next: Next,
    layers: impl DoubleEndedIterator<Item = &'a LayerFn>,
    api: &Api,
) -> Next {
    layers
        .rev()
        .fold(next, |next, layer| layer.around(next, &api.renderer))
}

/// Checks the prefix of a nested API, and that it has no setting of the outermost API.
pub(super) fn check_scope(index: usize, scope: &Scope<'_>, errors: &mut Vec<String>) -> bool {
    if index == 0 {
        return true;
    }
    let api = scope.api;
    let prefix_error = prefix_error(&scope.prefix);
    if let Some(error) = prefix_error {
        errors.push(format!(
            "the prefix `{}` of a nested API {error}",
            scope.prefix
        ));
    } else if scope.prefix == "/" {
        errors.push(
            "the prefix `/` of a nested API is empty: add its routes with `routes`".to_owned(),
        );
    }
    for (set, name) in [
        #[cfg(feature = "docs")]
        (api.has_docs(), "docs"),
        (api.cors.is_some(), "cors"),
        (api.environment.is_some(), "environment"),
        (api.renderer.is_restyled(), "on_problem"),
        (!api.decode.base_paths.is_empty(), "base_path"),
        (api.decode.strip_stage.is_some(), "strip_stage"),
        (api.decode.limits != Limits::default(), "limits"),
        (api.ignore_trailing_slash, "ignore_trailing_slash"),
        (api.request_id_header.is_some(), "request_id_header"),
        (api.timing.gateway.is_some(), "gateway_timeout"),
        (api.timing.margin.is_some(), "deadline_margin"),
        (api.timing.retry_after.is_some(), "retry_after_timeout"),
        (api.timing.stream.is_some(), "stream_timeout"),
        (api.stream_on.is_some(), "stream_on"),
        (api.has_on_other_event(), "on_other_event"),
        (api.has_partial_responses(), "report_batch_item_failures"),
        #[cfg(feature = "websocket")]
        (api.websocket.is_some(), "websocket"),
    ] {
        if set {
            errors.push(format!(
                "`{name}` is set on the API nested at `{}`: it applies to the whole application, \
                 so set it on the outermost API",
                scope.prefix
            ));
        }
    }
    prefix_error.is_none()
}
