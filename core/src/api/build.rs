//! From the description to something that answers.

use super::{
    Api,
    closed::{check_access, check_authenticators},
    flat::{Flat, Kind, Scope, base_path_fault, flatten, prefix_fault},
};
use crate::{
    App, Limits, Next, Operation,
    auth::{Access, Installed, Policy},
    endpoint::Route,
    matched::Pattern,
    middleware::{CorsGate, Guard, LayerFn},
    router::{Dispatch, Entry, Handler, Mounted, Router, Routing, Target},
    runtime::Hooks,
    state::{StateInit, doubled, make_all},
};
use std::{any::TypeId, collections::HashSet, fmt, sync::Arc};
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
    /// Two routes of one method and path; a state that a handler needs and nobody gives, that is
    /// given twice or cannot be made; a `#[path]` argument without a parameter; an access rule, or
    /// an identity as an argument, without an authenticator; an authenticator that cannot work or
    /// would never be asked; CORS rules that browsers refuse; a setting of the outermost API on
    /// a nested one.
    pub async fn build(mut self) -> Result<App, BuildErrors> {
        self.lend_test_keys();
        let Checked {
            router,
            cors,
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
        let layered = wrap(routing, self.layers.iter().collect(), &self);
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
        let given = states.iter().map(|init| init.id).collect();
        let router = self.router(&given, &mut faults);
        faults.extend(doubled(states.into_iter()));
        if let Some(base) = &self.decode.base_path
            && let Some(fault) = base_path_fault(base)
        {
            faults.push(format!("the base path `{base}` {fault}"));
        }
        if self.timing.gateway.is_some_and(|timeout| timeout.is_zero()) {
            faults.push("`gateway_timeout` is zero: no request could be answered".to_owned());
        }
        let cors = self.cors.as_ref().map(|cors| cors.layer(&mut faults));
        Checked {
            router,
            cors,
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

    fn router(&self, given: &HashSet<TypeId>, faults: &mut Vec<String>) -> Router {
        let mut router = Router::new(self.ignore_trailing_slash);
        let (scopes, flat) = flatten(self);
        let gates: Vec<Option<Next>> = scopes
            .iter()
            .map(|scope| {
                (!scope.layers.is_empty()).then(|| {
                    wrap(
                        Next::new(Dispatch::new(self.finish.clone())),
                        scope.layers.clone(),
                        self,
                    )
                })
            })
            .collect();
        let mut sound = Vec::new();
        for (index, scope) in scopes.iter().enumerate() {
            sound.push(check_scope(index, scope, faults));
            check_authenticators(&scope.api.authenticators, faults);
            if let Some(policy) = Policy::of(&scope.authenticators, Access::authenticated(), false)
            {
                router.close(scope.prefix.clone(), Arc::new(policy));
            }
            if let Some((fallback, access)) = &scope.api.fallback {
                let origin = match scope.prefix.as_str() {
                    "" => "the fallback".to_owned(),
                    prefix => format!("the fallback of the API nested at `{prefix}`"),
                };
                let asked = &scope.authenticators;
                check_access(&origin, *access, &Operation::default(), asked, faults);
                let entry = Entry {
                    pattern: Pattern::none(),
                    target: Target::Service(fallback(&self.finish)),
                    policy: Policy::of(asked, *access, false).map(Arc::new),
                    gate: nested_gate(index, scope, self),
                    origin,
                    timeout: None,
                };
                router.insert_fallback(scope.prefix.clone(), Arc::new(entry));
            }
        }
        // What is wrong with a prefix would only be said again for each route behind it.
        let sound = |flat: &&Flat<'_>| sound.get(flat.scope).is_some_and(|sound| *sound);
        for flat in flat.iter().filter(sound) {
            let gate = gates.get(flat.scope).cloned().flatten();
            let asked = scopes.get(flat.scope).map(|scope| &scope.authenticators);
            let asked = asked.cloned().unwrap_or_default();
            self.insert(&mut router, flat, (gate, &asked), given, faults);
        }
        router
    }

    fn insert(
        &self,
        router: &mut Router,
        flat: &Flat<'_>,
        (gate, asked): (Option<Next>, &Arc<[Installed]>),
        given: &HashSet<TypeId>,
        faults: &mut Vec<String>,
    ) {
        let path = &flat.path;
        match flat.kind {
            Kind::Route(route, layers) => {
                let target = if layers.is_empty() {
                    Target::Handler(route.call)
                } else {
                    let handler = Next::new(Handler::new(route.call, self.finish.clone()));
                    Target::Service(wrap(handler, layers.iter().collect(), self))
                };
                let mut operation = Operation::default();
                (route.describe)(&mut operation);
                let policy = Policy::of(asked, route.access, operation.takes_identity);
                let entry = Arc::new(Entry {
                    pattern: Pattern::new(path.clone()),
                    target,
                    policy: policy.map(Arc::new),
                    gate,
                    origin: Entry::origin_of(route),
                    timeout: route.timeout,
                });
                check_route(route, &entry, &operation, given, faults);
                check_access(&entry.origin, route.access, &operation, asked, faults);
                if let Err(conflict) = router.insert(route.method, path, Arc::clone(&entry)) {
                    faults.push(conflict.describe(&entry.origin, route.method, path));
                }
            }
            Kind::Mount(mount) => {
                if let Some(fault) = prefix_fault(&mount.prefix) {
                    faults.push(format!(
                        "the prefix `{}` of a mounted service {fault}",
                        mount.prefix
                    ));
                    return;
                }
                let prefix = path.strip_suffix('/').unwrap_or(path);
                let service = Next::new(Mounted::new(
                    prefix.to_owned(),
                    (mount.service)(&self.finish),
                ));
                let origin = format!("service `{}` ({})", mount.name, mount.location);
                check_access(&origin, mount.access, &Operation::default(), asked, faults);
                let policy = Policy::of(asked, mount.access, false).map(Arc::new);
                let with_slash = format!("{prefix}/");
                let mut paths = vec![with_slash.clone(), format!("{prefix}/{{path+}}")];
                if !prefix.is_empty() {
                    if self.ignore_trailing_slash {
                        paths.clear();
                        paths.push(format!("{prefix}/{{path+}}"));
                    }
                    paths.push(prefix.to_owned());
                }
                for path in paths {
                    let entry = Arc::new(Entry {
                        pattern: Pattern::new(path.clone()),
                        target: Target::Service(service.clone()),
                        policy: policy.clone(),
                        gate: gate.clone(),
                        origin: origin.clone(),
                        timeout: None,
                    });
                    if let Err(conflict) = router.insert("ANY", &path, entry) {
                        faults.push(conflict.describe(&origin, "ANY", &path));
                    }
                }
            }
        }
    }
}

/// Puts layers around a part of the way, the first one outermost.
fn wrap(next: Next, layers: Vec<&LayerFn>, api: &Api) -> Next {
    layers
        .into_iter()
        .rev()
        .fold(next, |next, layer| layer(next, &api.finish))
}

/// A nested Api's layers are around its fallback too; the outermost one's are around everything
/// anyway.
fn nested_gate(index: usize, scope: &Scope<'_>, root: &Api) -> Option<Next> {
    let layers: Vec<&LayerFn> = scope.api.layers.iter().collect();
    (index > 0 && !layers.is_empty())
        .then(|| wrap(Next::new(Dispatch::new(root.finish.clone())), layers, root))
}

/// Whether the prefix of the scope is one.
fn check_scope(index: usize, scope: &Scope<'_>, faults: &mut Vec<String>) -> bool {
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

fn check_route(
    route: &Route,
    entry: &Entry,
    operation: &Operation,
    given: &HashSet<TypeId>,
    faults: &mut Vec<String>,
) {
    let Entry {
        pattern, origin, ..
    } = entry;
    for (id, name) in &operation.state {
        if !given.contains(id) {
            faults.push(format!(
                "{origin} needs `State<{name}>`, but there is no `.state(..)` or \
                 `.state_with(..)` of this type"
            ));
        }
    }
    for name in route.path_args {
        if !pattern.names.iter().any(|known| known == name) {
            faults.push(format!(
                "{origin} takes `#[path] {name}`, but its path `{}` has no parameter of this name",
                pattern.path
            ));
        }
    }
    for (index, name) in pattern.names.iter().enumerate() {
        if pattern.names[..index].contains(name) {
            faults.push(format!(
                "{origin}: the path `{}` has two parameters named `{name}`",
                pattern.path
            ));
        }
    }
}
