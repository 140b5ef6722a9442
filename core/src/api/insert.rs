//! Every handler and every service in its place, with what stands before it.

use super::{
    Api, Fallback, Mount,
    build::{check_scope, wrap},
    closed::{check_access, check_authenticators},
    flat::{Flat, Kind, Scope, flatten, join, prefix_fault},
    middleware::{check_around, check_inner, described},
};
use crate::{
    Next, Operation,
    auth::{Access, Policy},
    endpoint::Route,
    matched::Pattern,
    middleware::{Described, LayerFn},
    router::{Dispatch, Entry, Handler, Mounted, Router, Target},
};
use std::{any::TypeId, collections::HashSet, sync::Arc};

impl Api {
    pub(super) fn router(&self, given: &HashSet<TypeId>, faults: &mut Vec<String>) -> Router {
        let mut router = Router::new(self.ignore_trailing_slash);
        let (scopes, flat) = flatten(self);
        let mut places = Vec::new();
        for (index, scope) in scopes.iter().enumerate() {
            let sound = check_scope(index, scope, faults);
            check_authenticators(&scope.api.authenticators, faults);
            check_inner(scope, scope.layers.iter().copied(), given, faults);
            for routes in scope.api.routes.iter().chain(scope.api.fallback_routes()) {
                check_inner(scope, &routes.layers, given, faults);
            }
            if let Some(policy) = Policy::of(&scope.authenticators, Access::authenticated(), false)
            {
                router.close(&scope.prefix, Arc::new(policy));
            }
            let mut place = Place {
                scope,
                gate: self.gate(&scope.layers),
                fallback: None,
                sound,
            };
            self.insert_fallback(&mut router, &mut place, faults);
            places.push(place);
        }
        for Flat { kind, scope } in flat {
            // What is wrong with a prefix would only be said again for each route behind it.
            let Some(place) = places.get_mut(scope).filter(|place| place.sound) else {
                continue;
            };
            match kind {
                Kind::Route(route, layers) => {
                    self.insert_route(&mut router, place, (route, layers), given, faults);
                }
                Kind::Fallback(route, layers) => {
                    let handler = (route, layers);
                    self.insert_fallback_handler(&mut router, place, handler, given, faults);
                }
                Kind::Mount(mount) => self.insert_mount(&mut router, place, mount, faults),
            }
        }
        router
    }

    /// Layers around whatever is found behind them.
    fn gate(&self, layers: &[&LayerFn]) -> Option<Next> {
        (!layers.is_empty()).then(|| {
            let dispatch = Next::new(Dispatch::new(self.finish.clone()));
            wrap(dispatch, layers.iter().copied(), self)
        })
    }

    /// A handler, with the layers of its own.
    fn target(&self, route: &Route, layers: &[LayerFn]) -> Target {
        if layers.is_empty() {
            Target::Handler(route.call)
        } else {
            let handler = Next::new(Handler::new(route.call, self.finish.clone()));
            Target::Service(wrap(handler, layers.iter(), self))
        }
    }

    fn insert_route(
        &self,
        router: &mut Router,
        place: &Place<'_>,
        (route, layers): (&'static Route, &[LayerFn]),
        given: &HashSet<TypeId>,
        faults: &mut Vec<String>,
    ) {
        let origin = Entry::origin_of(route);
        let operation = described_route(route, &origin, given, faults);
        let around = || described(place.scope.layers.iter().copied().chain(layers));
        let policy = place.policy(&origin, route.access, &operation, around, faults);
        let target = self.target(route, layers);
        for (index, found) in route.places().enumerate() {
            let path = join(&place.scope.prefix, found.path);
            let entry = Arc::new(Entry {
                pattern: Pattern::new(path.clone()),
                target: target.clone(),
                policy: policy.clone(),
                gate: place.gate.clone(),
                origin: origin.clone(),
                timeout: route.timeout,
            });
            // The same prefix is before all of them.
            let path_args = if index == 0 { route.path_args } else { &[] };
            check_parameters(path_args, &entry, faults);
            if let Err(conflict) = router.insert(found.method, &path, entry) {
                faults.push(conflict.describe(&origin, found.method, &path));
            }
        }
    }

    /// The service that is the fallback of an Api.
    fn insert_fallback(
        &self,
        router: &mut Router,
        place: &mut Place<'_>,
        faults: &mut Vec<String>,
    ) {
        let (scope, prefix) = (place.scope, &place.scope.prefix);
        match &scope.api.fallback {
            None => {}
            Some(Fallback::Handler(routes)) => {
                for route in routes.routes.iter().filter(|route| !route.is_fallback()) {
                    faults.push(format!(
                        "{} is a route: add it with `Api::routes`, or mark it \
                         `#[api_handler(fallback)]`",
                        Entry::origin_of(route)
                    ));
                }
            }
            Some(Fallback::Service {
                service,
                access,
                every_method,
            }) => {
                let origin = match prefix.as_str() {
                    "" => "the fallback".to_owned(),
                    prefix => format!("the fallback of the API nested at `{prefix}`"),
                };
                let layers = &scope.outer;
                let around = || described(layers.iter().copied());
                let operation = Operation::default();
                let policy = place.policy(&origin, *access, &operation, around, faults);
                let entry = Entry {
                    pattern: Pattern::of_fallback(prefix),
                    target: Target::Service(service(&self.finish)),
                    policy,
                    gate: self.gate(layers),
                    origin: origin.clone(),
                    timeout: None,
                };
                check_fallback(&entry, around().map(|one| &one.operation), faults);
                router.insert_fallback(prefix, Arc::new(entry), *every_method);
                place.fallback = Some(origin);
            }
        }
    }

    /// A handler that is the fallback of an Api.
    fn insert_fallback_handler(
        &self,
        router: &mut Router,
        place: &mut Place<'_>,
        (route, layers): (&'static Route, &[LayerFn]),
        given: &HashSet<TypeId>,
        faults: &mut Vec<String>,
    ) {
        let origin = Entry::origin_of(route);
        if let Some(other) = &place.fallback {
            faults.push(format!(
                "{other} and {origin} are fallbacks of one API, which can have one"
            ));
            return;
        }
        let operation = described_route(route, &origin, given, faults);
        let outer = &place.scope.outer;
        let around = || described(outer.iter().copied().chain(layers));
        let entry = Entry {
            pattern: Pattern::of_fallback(&place.scope.prefix),
            target: self.target(route, layers),
            policy: place.policy(&origin, route.access, &operation, around, faults),
            gate: self.gate(outer),
            origin: origin.clone(),
            timeout: route.timeout,
        };
        check_parameters(route.path_args, &entry, faults);
        let inside = std::iter::once(&operation);
        check_fallback(
            &entry,
            inside.chain(around().map(|one| &one.operation)),
            faults,
        );
        router.insert_fallback(&place.scope.prefix, Arc::new(entry), false);
        place.fallback = Some(origin);
    }

    fn insert_mount(
        &self,
        router: &mut Router,
        place: &Place<'_>,
        mount: &Mount,
        faults: &mut Vec<String>,
    ) {
        if let Some(fault) = prefix_fault(&mount.prefix) {
            faults.push(format!(
                "the prefix `{}` of a mounted service {fault}",
                mount.prefix
            ));
            return;
        }
        let path = join(&place.scope.prefix, &mount.prefix);
        let prefix = path.strip_suffix('/').unwrap_or(&path);
        let service = Next::new(Mounted::new(prefix, (mount.service)(&self.finish)));
        let origin = format!("service `{}` ({})", mount.name, mount.location);
        let around = || described(place.scope.layers.iter().copied());
        let operation = Operation::default();
        let policy = place.policy(&origin, mount.access, &operation, around, faults);
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
                gate: place.gate.clone(),
                origin: origin.clone(),
                timeout: None,
            });
            if let Err(conflict) = router.insert("ANY", &path, entry) {
                faults.push(conflict.describe(&origin, "ANY", &path));
            }
        }
    }
}

/// A scope, and what all routes in it have in common.
struct Place<'a> {
    scope: &'a Scope<'a>,
    gate: Option<Next>,
    /// Who is the fallback, for messages.
    fallback: Option<String>,
    /// Whether the prefix is one.
    sound: bool,
}

impl Place<'_> {
    /// Who is asked about the callers of something in here, which itself says what `operation` is,
    /// and has `around` it what is described there.
    fn policy<'d, M: Iterator<Item = &'d Described>>(
        &self,
        origin: &str,
        access: Access,
        operation: &Operation,
        around: impl Fn() -> M,
        faults: &mut Vec<String>,
    ) -> Option<Arc<Policy>> {
        let asked = &self.scope.authenticators;
        check_access(origin, access, operation, asked, faults);
        check_around(origin, access, around(), faults);
        let takes_identity =
            operation.takes_identity || around().any(|one| one.operation.takes_identity);
        Policy::of(asked, access, takes_identity).map(Arc::new)
    }
}

/// What a handler says of itself, and which state of it nobody gives.
fn described_route(
    route: &Route,
    origin: &str,
    given: &HashSet<TypeId>,
    faults: &mut Vec<String>,
) -> Operation {
    let mut operation = Operation::default();
    (route.describe)(&mut operation);
    for (id, name) in &operation.state {
        if !given.contains(id) {
            faults.push(format!(
                "{origin} needs `State<{name}>`, but there is no `.state(..)` or \
                 `.state_with(..)` of this type"
            ));
        }
    }
    operation
}

fn check_parameters(path_args: &[&str], entry: &Entry, faults: &mut Vec<String>) {
    let Entry {
        pattern, origin, ..
    } = entry;
    let path = if pattern.is_route() {
        format!("its path `{}`", pattern.path)
    } else {
        "the prefix of its API".to_owned()
    };
    for name in path_args {
        if !pattern.names.iter().any(|known| known == name) {
            faults.push(format!(
                "{origin} takes `#[path] {name}`, but {path} has no parameter of this name"
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

/// What a fallback, or middleware around it, takes that is not there where no route is.
fn check_fallback<'a>(
    entry: &Entry,
    operations: impl Iterator<Item = &'a Operation>,
    faults: &mut Vec<String>,
) {
    let no_parameters = entry.pattern.names.is_empty();
    for operation in operations {
        if operation.needs_route || (operation.needs_parameters && no_parameters) {
            faults.push(format!(
                "{} answers where no route is, but takes, or has a middleware around it that takes, \
                 the route of the request or its parameters: take an `Option` of it",
                entry.origin
            ));
        }
    }
}
