//! Inserts all handlers and services into the router, with their layers and access rules.

#[cfg(feature = "docs")]
use super::docs;
use super::{
    Api, Fallback, Mount, Routes,
    build::{check_scope, wrap},
    flatten::{Kind, Scope, join, prefix_error, scopes},
    middleware::{check_around, check_inner, described},
    validate::{check_access, check_authenticators},
};
use crate::{
    Operation,
    auth::{Access, Policy},
    endpoint::Route,
    matched_route::Pattern,
    middleware::{Described, LayerFn, Next},
    path_normalization,
    path_shape::Shape,
    router::{Dispatch, Entry, Mounted, Origin, RouteHandler, Router, Target, Way, names},
    state::missing,
};
use std::{any::TypeId, sync::Arc};

impl Api {
    pub(super) fn router(&self, given: &[TypeId], errors: &mut Vec<String>) -> Router {
        let scopes = scopes(self);
        let routes = scopes.iter().flat_map(|scope| &scope.api.routes);
        let routes = routes.map(Routes::len).sum();
        let mut router = Router::new(self.ignore_trailing_slash, routes);
        let mut parts = Vec::with_capacity(scopes.len());
        for (index, scope) in scopes.iter().enumerate() {
            let sound = check_scope(index, scope, errors);
            check_authenticators(&scope.api.authenticators, self.is_resolved, errors);
            check_inner(scope, scope.layers.iter().copied(), given, errors);
            for routes in scope.api.routes.iter().chain(scope.api.fallback_routes()) {
                check_inner(scope, &routes.layers, given, errors);
            }
            if let Some(policy) = Policy::of(&scope.authenticators, Access::authenticated(), false)
            {
                router.close(&scope.prefix, Arc::new(policy));
            }
            let mut part = Part {
                scope,
                gate: self.gate(&scope.layers),
                fallback: None,
            };
            self.insert_fallback(&mut router, &mut part, errors);
            // An invalid prefix would be reported again for each route under it.
            parts.extend(sound.then_some(part));
        }
        for part in &mut parts {
            for kind in part.scope.contents() {
                match kind {
                    Kind::Route(route, layers) => {
                        self.insert_route(&mut router, part, (route, layers), given, errors);
                    }
                    Kind::Fallback(route, layers) => {
                        let handler = (route, layers);
                        self.insert_fallback_handler(&mut router, part, handler, given, errors);
                    }
                    Kind::Mount(mount) => self.insert_mount(&mut router, part, mount, errors),
                }
            }
        }
        router
    }

    /// The layers around the dispatch to a route.
    fn gate(&self, layers: &[&LayerFn]) -> Option<Next> {
        (!layers.is_empty()).then(|| {
            let dispatch = Next::new(Dispatch::new(self.renderer.clone()));
            wrap(dispatch, layers.iter().copied(), self)
        })
    }

    /// A handler with its own layers.
    fn target(&self, route: &Route, layers: &[LayerFn]) -> Target {
        if layers.is_empty() {
            Target::Handler(route.call)
        } else {
            let handler = Next::new(RouteHandler::new(route.call, self.renderer.clone()));
            Target::Service(wrap(handler, layers.iter(), self))
        }
    }

    fn insert_route(
        &self,
        router: &mut Router,
        part: &Part<'_>,
        (route, layers): (&'static Route, &[LayerFn]),
        given: &[TypeId],
        errors: &mut Vec<String>,
    ) {
        let origin = Origin::Route(route);
        let operation = described_route(route, &origin, given, errors);
        let around = || described(part.scope.layers.iter().copied().chain(layers));
        let policy = part.policy(&origin, route.access, &operation, around, errors);
        let way = Way {
            gate: part.gate.clone(),
            target: self.target(route, layers),
            timeout: route.timeout,
        };
        for (index, place) in route.places().enumerate() {
            let (pattern, shape) = part.scope.path(&place);
            // The macro has checked the path itself, and all places have the same prefix.
            if !part.scope.prefix.is_empty() || !route.path_args.is_empty() {
                let path_args = if index == 0 { route.path_args } else { &[] };
                check_parameters(path_args, &origin, &pattern, errors);
            }
            let entry = Entry {
                pattern: pattern.clone(),
                policy: policy.clone(),
                way: way.clone(),
                origin: origin.clone(),
            };
            if let Err(conflict) = router.insert(place.method, shape, entry) {
                errors.push(conflict.describe(&origin, place.method, pattern.text()));
            }
        }
    }

    /// Inserts the service that is the fallback of an `Api`.
    fn insert_fallback(&self, router: &mut Router, part: &mut Part<'_>, errors: &mut Vec<String>) {
        let (scope, prefix) = (part.scope, &part.scope.prefix);
        match &scope.api.fallback {
            None => {}
            Some(Fallback::Handler(routes)) => {
                for route in routes.routes.iter().filter(|route| !route.is_fallback()) {
                    errors.push(format!(
                        "{} is a route: add it with `Api::routes`, or mark it \
                         `#[api_handler(fallback)]`",
                        Origin::Route(route)
                    ));
                }
            }
            Some(Fallback::Service {
                service,
                access,
                every_method,
            }) => {
                let origin = Origin::Service(match prefix.as_str() {
                    "" => "the fallback".into(),
                    prefix => format!("the fallback of the API nested at `{prefix}`").into(),
                });
                let layers = &scope.outer;
                let around = || described(layers.iter().copied());
                let operation = Operation::default();
                let policy = part.policy(&origin, *access, &operation, around, errors);
                let entry = Entry {
                    pattern: fallback_pattern(prefix),
                    policy,
                    way: Way {
                        gate: self.gate(layers),
                        target: Target::Service(service(&self.renderer)),
                        timeout: None,
                    },
                    origin: origin.clone(),
                };
                check_fallback(&entry, around().map(|one| &one.operation), errors);
                router.insert_fallback(prefix, entry, *every_method);
                part.fallback = Some(origin);
            }
        }
    }

    /// Inserts the handler that is the fallback of an `Api`.
    fn insert_fallback_handler(
        &self,
        router: &mut Router,
        part: &mut Part<'_>,
        (route, layers): (&'static Route, &[LayerFn]),
        given: &[TypeId],
        errors: &mut Vec<String>,
    ) {
        let origin = Origin::Route(route);
        if let Some(other) = &part.fallback {
            errors.push(format!(
                "{other} and {origin} are both fallbacks of one API, which can only have one"
            ));
            return;
        }
        let operation = described_route(route, &origin, given, errors);
        let outer = &part.scope.outer;
        let around = || described(outer.iter().copied().chain(layers));
        let entry = Entry {
            pattern: fallback_pattern(&part.scope.prefix),
            policy: part.policy(&origin, route.access, &operation, around, errors),
            way: Way {
                gate: self.gate(outer),
                target: self.target(route, layers),
                timeout: route.timeout,
            },
            origin: origin.clone(),
        };
        check_parameters(route.path_args, &origin, &entry.pattern, errors);
        let inside = std::iter::once(&operation);
        check_fallback(
            &entry,
            inside.chain(around().map(|one| &one.operation)),
            errors,
        );
        router.insert_fallback(&part.scope.prefix, entry, false);
        part.fallback = Some(origin);
    }

    fn insert_mount(
        &self,
        router: &mut Router,
        part: &Part<'_>,
        mount: &Mount,
        errors: &mut Vec<String>,
    ) {
        if let Some(error) = prefix_error(&mount.prefix) {
            errors.push(format!(
                "the prefix `{}` of a mounted service {error}",
                mount.prefix
            ));
            return;
        }
        #[cfg(feature = "docs")]
        if let Some(error) = mount.docs.as_ref().and(docs::path_error(&mount.prefix)) {
            errors.push(format!(
                "the path `{}` of the docs page {error}",
                mount.prefix
            ));
            return;
        }
        let path = join(&part.scope.prefix, &mount.prefix);
        let prefix = path.strip_suffix('/').unwrap_or(&path);
        let service = Next::new(Mounted::new(prefix, (mount.service)(&self.renderer)));
        let origin = format!("service `{}` ({})", mount.name, mount.location);
        let origin = Origin::Service(origin.into());
        let around = || described(part.scope.layers.iter().copied());
        let operation = Operation::default();
        let policy = part.policy(&origin, mount.access, &operation, around, errors);
        let mut paths = vec![format!("{prefix}/"), format!("{prefix}/{{path+}}")];
        if !prefix.is_empty() {
            if self.ignore_trailing_slash {
                paths.remove(0);
            }
            paths.push(prefix.to_owned());
        }
        for path in paths {
            let entry = Entry {
                pattern: Pattern::Joined(path.as_str().into()),
                policy: policy.clone(),
                way: Way {
                    gate: part.gate.clone(),
                    target: Target::Service(service.clone()),
                    timeout: None,
                },
                origin: origin.clone(),
            };
            if let Err(conflict) = router.insert("ANY", Shape::normal(&path), entry) {
                errors.push(conflict.describe(&origin, "ANY", &path));
            }
        }
    }
}

/// A scope, and what all its routes share.
struct Part<'a> {
    scope: &'a Scope<'a>,
    gate: Option<Next>,
    /// The fallback of the `Api`, for messages.
    fallback: Option<Origin>,
}

impl Part<'_> {
    /// The access policy of a handler or service with this `operation` and the middleware `around`
    /// it.
    fn policy<'d, M: Iterator<Item = &'d Described>>(
        &self,
        origin: &Origin,
        access: Access,
        operation: &Operation,
        around: impl Fn() -> M,
        errors: &mut Vec<String>,
    ) -> Option<Arc<Policy>> {
        let asked = &self.scope.authenticators;
        check_access(origin, access, operation, asked, errors);
        check_around(origin, access, around(), errors);
        let takes_identity =
            operation.takes_identity || around().any(|one| one.operation.takes_identity);
        Policy::of(asked, access, takes_identity).map(Arc::new)
    }
}

/// Describes a handler, and reports state that it needs but the API does not have.
fn described_route(
    route: &Route,
    origin: &Origin,
    given: &[TypeId],
    errors: &mut Vec<String>,
) -> Operation {
    let mut operation = Operation::default();
    (route.describe)(&mut operation);
    for (id, name) in &operation.state {
        if !given.contains(id) {
            errors.push(format!("{origin} {}", missing(name)));
        }
    }
    operation
}

fn check_parameters(
    path_args: &[&str],
    origin: &Origin,
    pattern: &Pattern,
    errors: &mut Vec<String>,
) {
    let names = names(pattern.text());
    for name in path_args {
        if !names.clone().any(|known| known == *name) {
            let path = match pattern.route() {
                Some(path) => format!("its path `{path}`"),
                None => "the prefix of its API".to_owned(),
            };
            errors.push(format!(
                "{origin} takes `#[path] {name}`, but {path} has no parameter of this name"
            ));
        }
    }
    for (index, name) in names.clone().enumerate() {
        if names.clone().take(index).any(|known| known == name) {
            let path = pattern.route().unwrap_or_default();
            errors.push(format!(
                "{origin}: the path `{path}` has two parameters named `{name}`"
            ));
        }
    }
}

/// The parameters of a fallback are those of its prefix, normalised as in the router.
fn fallback_pattern(prefix: &str) -> Pattern {
    Pattern::Fallback(path_normalization::normal(prefix).into())
}

/// Reports arguments of a fallback, or of middleware around it, that only exist on a route.
fn check_fallback<'a>(
    entry: &Entry,
    operations: impl Iterator<Item = &'a Operation>,
    errors: &mut Vec<String>,
) {
    let no_parameters = names(entry.pattern.text()).next().is_none();
    for operation in operations {
        if operation.needs_route || (operation.needs_parameters && no_parameters) {
            errors.push(format!(
                "{} is a fallback and has no route, but it or a middleware around it takes the \
                 route of the request or its parameters: take an `Option` of it",
                entry.origin
            ));
        }
    }
}
