//! The operations of a gateway: routes, mounted services and fallbacks.

use super::{
    operation::{ANY, DEFAULT_ROUTE, Operation, PathItem, Paths},
    security::{Judge, Security},
    verifiers::is_in_function,
    wider::Known,
};
use crate::template::{
    Gateway, Routing,
    described::{self, Described},
};

/// All operations, in the order of the program.
pub(super) fn collect(
    api: &Described<'_>,
    judge: &mut Judge<'_>,
    errors: &mut Vec<String>,
) -> Paths {
    match api.options.routing {
        Routing::Each => each(api, judge, errors),
        Routing::Proxy => proxy(api, judge, errors),
    }
}

fn each(api: &Described<'_>, judge: &mut Judge<'_>, errors: &mut Vec<String>) -> Paths {
    let mut paths = Paths(Vec::new());
    for route in &api.manifest.routes {
        let (security, comments) = judge.decide(
            &format!("`{} {}`", route.method, route.path),
            &route.access,
            errors,
        );
        let Some(method) = method(route.method) else {
            errors.push(format!(
                "`{} {}`: API Gateway has no method {}: write the template with `--routes proxy`",
                route.method, route.path, route.method
            ));
            continue;
        };
        paths.add(
            &route.path,
            Operation {
                method,
                security,
                function: route.function.clone(),
                comments,
            },
        );
    }
    for mount in &api.manifest.mounts {
        let (security, comments) =
            judge.decide(&described::mount(&mount.prefix), &mount.access, errors);
        for path in [root_of(&mount.prefix), below(&mount.prefix)] {
            paths.add_alike(
                &path,
                Operation {
                    method: ANY,
                    security: security.clone(),
                    function: mount.function.clone(),
                    comments: comments.clone(),
                },
            );
        }
    }
    paths.add_heads();
    let is_rest = api.options.gateway == Gateway::RestApi;
    let mut known = Known::new(&paths, api.cors.is_some(), is_rest);
    // The most specific one first: a path has the fallback of its own API.
    for fallback in api.manifest.fallbacks.iter().rev() {
        let name = described::fallback(&fallback.prefix);
        let (security, comments) = judge.decide(&name, &fallback.access, errors);
        let operation = Operation {
            method: ANY,
            security,
            function: fallback.function.clone(),
            comments,
        };
        let places = [root_of(&fallback.prefix), below(&fallback.prefix)];
        for path in &places {
            known.add_fallback(path, &operation, fallback.every_method);
        }
        if fallback.prefix.is_empty() && !is_rest {
            paths.add(DEFAULT_ROUTE, operation);
        } else {
            for path in &places {
                paths.add_alike(path, operation.clone());
            }
        }
    }
    known.settle(&mut paths);
    paths
}

/// One operation for everything. The gateway closes it if all routes are closed in the same way.
fn proxy(api: &Described<'_>, judge: &mut Judge<'_>, errors: &mut Vec<String>) -> Paths {
    // What keeps the gateway from closing a route matters only if it closes all of them.
    let mut own_errors = Vec::new();
    let decided: Vec<_> = api
        .rules()
        .map(|(route, access)| {
            let (security, _) = judge.decide(&route, access, &mut own_errors);
            (route, access, security)
        })
        .collect();
    let first = decided.first().map(|(_, _, security)| security.clone());
    let is_same = decided
        .iter()
        .all(|(_, _, security)| Some(security) == first.as_ref());
    let security = first.filter(|_| is_same).unwrap_or(Security::Open);
    if is_same {
        errors.extend(own_errors);
    } else {
        let mut closed = decided.iter().filter(|(_, access, _)| !access.public);
        let unverified = closed.find(|(_, access, _)| {
            let mut accepted = api.accepted(access);
            accepted.all(|one| !is_in_function(one.description.kind))
        });
        if let Some((route, ..)) = unverified {
            errors.push(format!(
                "{route}: the gateway must verify the caller, but one route for everything cannot be \
                 open for some callers and closed for others: use `--routes each`"
            ));
        }
        judge.forget();
    }
    let comments = match security == Security::Open && !api.manifest.authenticators.is_empty() {
        true => vec!["the function decides who may call".to_owned()],
        false => Vec::new(),
    };
    let places = match api.options.gateway {
        Gateway::HttpApi => vec![DEFAULT_ROUTE],
        _ => vec!["/", "/{proxy+}"],
    };
    let operation = |path: &str| PathItem {
        path: path.to_owned(),
        operations: vec![Operation {
            method: ANY,
            security: security.clone(),
            function: None,
            comments: comments.clone(),
        }],
        is_added: false,
    };
    Paths(places.into_iter().map(operation).collect())
}

/// The path of a prefix itself.
fn root_of(prefix: &str) -> String {
    match prefix {
        "" => "/".to_owned(),
        prefix => prefix.to_owned(),
    }
}

/// Everything below a prefix.
fn below(prefix: &str) -> String {
    format!("{}/{{proxy+}}", prefix.trim_end_matches('/'))
}

/// The key of a method in an OpenAPI document; `None` if API Gateway has no such method.
fn method(name: &str) -> Option<&'static str> {
    Some(match name {
        "ANY" => ANY,
        "GET" => "get",
        "HEAD" => "head",
        "POST" => "post",
        "PUT" => "put",
        "PATCH" => "patch",
        "DELETE" => "delete",
        "OPTIONS" => "options",
        _ => return None,
    })
}
