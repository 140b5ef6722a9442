//! From the description to something that answers.

use super::{
    Api,
    flat::{Scope, base_path_fault, prefix_fault},
    middleware::check_outer,
};
use crate::{
    App, Limits, Next,
    middleware::{CorsGate, Guard, LayerFn},
    router::{Router, Routing},
    runtime::Hooks,
    state::{StateInit, doubled, make_all},
};
use http::HeaderName;
use std::{fmt, sync::Arc};
use tower_http::cors::CorsLayer;

/// Everything that keeps an [`Api`] from being built, at once.
#[derive(Debug)]
pub struct BuildErrors(Vec<String>);

impl BuildErrors {
    /// The faults, a sentence each.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for BuildErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "- {fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for BuildErrors {}

/// What follows from a description alone, and everything that is wrong with it.
struct Checked {
    router: Router,
    cors: Option<CorsLayer>,
    request_id_header: Option<HeaderName>,
    faults: Vec<String>,
}

impl Api {
    /// Makes the state, inserts the routes, and reports every fault at once.
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
    /// Two routes of one method and path; a path of more than 64 segments; a state that a handler
    /// needs and nobody gives, that is given twice or cannot be made; a `#[path]` argument without a
    /// parameter; an access rule, or an identity as an argument, without an authenticator; an
    /// authenticator that cannot work or would never be asked; CORS rules that browsers refuse; a
    /// setting of the outermost API on a nested one.
    pub async fn build(mut self) -> Result<App, BuildErrors> {
        self.lend_test_keys();
        let Checked {
            router,
            cors,
            request_id_header,
            mut faults,
        } = self.checked();
        let router = Arc::new(router);
        let mut inits = Vec::new();
        self.take_states(&mut inits);
        let mut states = make_all(inits, self.decode.limits, &mut faults).await;
        states.timing = self.timing;
        let states = Arc::new(states);
        let routing = Next::new(Routing::new(
            Arc::clone(&router),
            Arc::clone(&states),
            self.finish.clone(),
        ));
        let layered = wrap(routing, self.layers.iter(), &self);
        let for_layers = (!self.layers.is_empty()).then_some(states);
        let guarded = Next::new(Guard::new(
            layered,
            self.finish.clone(),
            self.timing,
            for_layers,
        ));
        let cors = cors.map(|layer| CorsGate::new(&layer, guarded.clone(), router));
        let authenticators = self.all_authenticators().into_iter().cloned().collect();
        let app = App::new(
            guarded,
            cors,
            (self.finish.clone(), self.timing),
            request_id_header,
            self.decode.clone(),
            authenticators,
            self.take_hooks(),
        );
        if faults.is_empty() {
            Ok(app)
        } else {
            Err(BuildErrors(faults))
        }
    }

    /// The origins that CORS lets in by their names, and whether it lets in others by `*` or a
    /// wildcard.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn named_origins(&self) -> (Vec<String>, bool) {
        self.cors
            .as_ref()
            .map(crate::Cors::named_origins)
            .unwrap_or_default()
    }

    /// Everything that is wrong with the description itself; nothing is made for it.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn faults(&self) -> Option<BuildErrors> {
        let Checked { faults, .. } = self.checked();
        (!faults.is_empty()).then_some(BuildErrors(faults))
    }

    fn checked(&self) -> Checked {
        let mut faults = Vec::new();
        let mut states = Vec::new();
        self.all_states(&mut states);
        let given: Vec<_> = states.iter().map(|init| init.id).collect();
        check_outer(&self.layers, &given, &mut faults);
        let router = self.router(&given, &mut faults);
        faults.extend(doubled(states.into_iter()));
        for base in self.decode.base_paths() {
            if let Some(fault) = base_path_fault(base) {
                faults.push(format!("the base path `{base}` {fault}"));
            }
        }
        if self.timing.gateway.is_some_and(|timeout| timeout.is_zero()) {
            faults.push("`gateway_timeout` is zero: no request could be answered".to_owned());
        }
        let cors = self.cors.as_ref().map(|cors| cors.layer(&mut faults));
        let request_id_header = self.request_id_header.as_ref();
        let request_id_header = request_id_header.and_then(|name| match own_header(name) {
            Ok(name) => Some(name),
            Err(fault) => {
                faults.push(format!("`request_id_header`: `{name}` {fault}"));
                None
            }
        });
        Checked {
            router,
            cors,
            request_id_header,
            faults,
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

/// The name of a header that means nothing yet to clients, gateways and servers.
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
    let name: HeaderName = name.parse().map_err(|_| "is no header name")?;
    let families = ["access-control-", "content-", "accept"];
    let is_taken = TAKEN.contains(&name.as_str())
        || families
            .iter()
            .any(|family| name.as_str().starts_with(family));
    if is_taken {
        return Err("means something else already");
    }
    Ok(name)
}

/// Puts layers around a part of the way, the first one outermost.
pub(super) fn wrap<'a>(
    next: Next,
    layers: impl DoubleEndedIterator<Item = &'a LayerFn>,
    api: &Api,
) -> Next {
    layers
        .rev()
        .fold(next, |next, layer| layer.around(next, &api.finish))
}

/// Whether the prefix of the scope is one.
pub(super) fn check_scope(index: usize, scope: &Scope<'_>, faults: &mut Vec<String>) -> bool {
    if index == 0 {
        return true;
    }
    let api = scope.api;
    let prefix_fault = prefix_fault(&scope.prefix);
    if let Some(fault) = prefix_fault {
        faults.push(format!(
            "the prefix `{}` of a nested API {fault}",
            scope.prefix
        ));
    } else if scope.prefix == "/" {
        faults.push(
            "the prefix `/` of a nested API is none: add its routes with `routes`".to_owned(),
        );
    }
    for (set, name) in [
        (api.cors.is_some(), "cors"),
        (api.finish.is_restyled(), "on_problem"),
        (api.decode.base_path.is_some(), "base_path"),
        (api.decode.strip_stage.is_some(), "strip_stage"),
        (api.decode.limits != Limits::default(), "limits"),
        (api.ignore_trailing_slash, "ignore_trailing_slash"),
        (api.request_id_header.is_some(), "request_id_header"),
        (api.timing.gateway.is_some(), "gateway_timeout"),
        (api.timing.margin.is_some(), "deadline_margin"),
        (api.timing.retry_after.is_some(), "retry_after_timeout"),
    ] {
        if set {
            faults.push(format!(
                "`{name}` is set on the API nested at `{}`: it concerns the whole application, so \
                 set it on the outermost API",
                scope.prefix
            ));
        }
    }
    prefix_fault.is_none()
}
