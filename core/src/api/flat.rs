//! All routes of an API and of those nested in it, with their full paths.

use super::{Api, Mount, RouteInfo};
use crate::{
    endpoint::{Access, Require, Route},
    middleware::LayerFn,
    router::parameter,
};

/// One route, wherever it was added.
pub(super) struct Flat<'a> {
    /// Nest prefixes included.
    pub(super) path: String,
    pub(super) kind: Kind<'a>,
    /// Which of the scopes it belongs to.
    pub(super) scope: usize,
}

pub(super) enum Kind<'a> {
    Route(&'static Route, &'a [LayerFn]),
    Mount(&'a Mount),
}

/// An Api in its place: the outermost one, or one nested in another.
pub(super) struct Scope<'a> {
    pub(super) prefix: String,
    pub(super) api: &'a Api,
    /// The layers around its routes, outermost first.
    pub(super) layers: Vec<&'a LayerFn>,
}

/// Scopes, and the routes in them in the order they were added.
pub(super) fn flatten(api: &Api) -> (Vec<Scope<'_>>, Vec<Flat<'_>>) {
    let mut scopes = vec![Scope {
        prefix: String::new(),
        api,
        layers: api.route_layers.iter().collect(),
    }];
    let mut flat = Vec::new();
    let mut next = 0;
    while let Some(scope) = scopes.get(next) {
        let (prefix, api, layers) = (scope.prefix.clone(), scope.api, scope.layers.clone());
        for routes in &api.routes {
            for route in routes.routes {
                flat.push(Flat {
                    path: join(&prefix, route.path),
                    kind: Kind::Route(route, &routes.layers),
                    scope: next,
                });
            }
        }
        for mount in &api.mounts {
            flat.push(Flat {
                path: join(&prefix, &mount.prefix),
                kind: Kind::Mount(mount),
                scope: next,
            });
        }
        for (under, nested) in &api.nests {
            let mut layers = layers.clone();
            layers.extend(&nested.layers);
            layers.extend(&nested.route_layers);
            scopes.push(Scope {
                prefix: join(&prefix, under),
                api: nested,
                layers,
            });
        }
        next += 1;
    }
    (scopes, flat)
}

/// The lines of the route table.
pub(super) fn table(api: &Api) -> Vec<RouteInfo> {
    let (_, flat) = flatten(api);
    flat.into_iter()
        .map(|flat| match flat.kind {
            Kind::Route(route, _) => RouteInfo {
                method: route.method,
                path: flat.path,
                access: access(&route.access),
                handler: format!("{}::{}", route.module, route.name),
                location: format!("{}:{}", route.file, route.line),
            },
            Kind::Mount(mount) => RouteInfo {
                method: "ANY",
                path: format!("{}/{{path+}}", flat.path.trim_end_matches('/')),
                access: access(&Access::default()),
                handler: format!("service {}", mount.name),
                location: format!("{}:{}", mount.location.file(), mount.location.line()),
            },
        })
        .collect()
}

/// Who may call: `open` stands for a route without a rule in an Api without an authenticator.
fn access(access: &Access) -> String {
    let rule = |kind: &str, rule: &Option<Require>| {
        rule.map(|rule| {
            let names = rule.names.join(", ");
            if rule.any {
                format!("{kind}(any({names}))")
            } else {
                format!("{kind}({names})")
            }
        })
    };
    if access.public {
        return "public".to_owned();
    }
    let rules: Vec<String> = [
        rule("scopes", &access.scopes),
        rule("groups", &access.groups),
    ]
    .into_iter()
    .flatten()
    .collect();
    if rules.is_empty() {
        "open".to_owned()
    } else {
        rules.join(" ")
    }
}

/// A path behind a prefix; the path `/` is the prefix itself.
fn join(prefix: &str, path: &str) -> String {
    if prefix.is_empty() {
        path.to_owned()
    } else if path == "/" {
        prefix.to_owned()
    } else {
        format!("{prefix}{path}")
    }
}

/// What is wrong with the prefix of a nest or a mount.
pub(super) fn prefix_fault(prefix: &str) -> Option<&'static str> {
    if !prefix.starts_with('/') {
        return Some("must begin with `/`");
    }
    if prefix.len() > 1 && prefix.ends_with('/') {
        return Some("must not end with `/`");
    }
    for segment in prefix.split('/').skip(1) {
        match parameter(segment) {
            Some((_, true)) => return Some("cannot have a greedy parameter"),
            Some(("", false)) => return Some("has a parameter without a name"),
            Some(_) => {}
            None if segment.is_empty() && prefix.len() > 1 => return Some("has an empty segment"),
            None if segment.contains(['{', '}', '*', '?', '#']) => {
                return Some("must be whole segments, such as `/v1` or `/tenants/{tenant}`");
            }
            None => {}
        }
    }
    None
}
