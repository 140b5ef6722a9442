//! All routes of an API and of those nested in it, with their full paths.

use super::{
    Api, Mount, RouteInfo,
    table::{handler, line, location, timeout},
};
use crate::{
    auth::{Access, Installed},
    endpoint::{Place, Route},
    matched_route::Pattern,
    middleware::LayerFn,
    path_shape::Shape,
    router::parameter,
};
use std::{fmt, sync::Arc};

/// One handler or service in an `Api`.
pub(super) enum Kind<'a> {
    Route(&'static Route, &'a [LayerFn]),
    Fallback(&'static Route, &'a [LayerFn]),
    Mount(&'a Mount),
}

/// An `Api` with its full prefix: the outermost one, or a nested one.
pub(super) struct Scope<'a> {
    pub(super) prefix: String,
    /// The shape of the prefix, normalised like the path of a request.
    shape: Shape,
    pub(super) api: &'a Api,
    /// The layers around its routes, outermost first.
    pub(super) layers: Vec<&'a LayerFn>,
    /// The layers around everything in it, including its fallback. Empty for the outermost `Api`,
    /// whose layers are around the router.
    pub(super) outer: Vec<&'a LayerFn>,
    /// The name of its function, if that is not the one of the outermost `Api`.
    #[cfg(any(debug_assertions, feature = "local"))]
    function: Option<String>,
    /// Its own authenticators, or those of the `Api` around it.
    pub(super) authenticators: Arc<[Installed]>,
}

/// The outermost `Api` and all nested ones, each after the one that contains it.
pub(super) fn scopes(api: &Api) -> Vec<Scope<'_>> {
    let mut scopes = vec![Scope {
        prefix: String::new(),
        shape: Shape::of(""),
        api,
        layers: api.route_layers.iter().collect(),
        outer: Vec::new(),
        #[cfg(any(debug_assertions, feature = "local"))]
        function: None,
        authenticators: api.authenticators.clone().into(),
    }];
    let mut next = 0;
    while let Some(scope) = scopes.get(next) {
        let nested: Vec<_> = scope.nested().collect();
        scopes.extend(nested);
        next += 1;
    }
    scopes
}

impl<'a> Scope<'a> {
    fn nested(&self) -> impl Iterator<Item = Scope<'a>> {
        self.api.nests.iter().map(|(under, nested)| {
            let prefix = join(&self.prefix, under);
            let mut layers = self.layers.clone();
            layers.extend(&nested.layers);
            layers.extend(&nested.route_layers);
            let mut outer = self.outer.clone();
            outer.extend(&nested.layers);
            Scope {
                shape: Shape::normal(&prefix),
                prefix,
                api: nested,
                layers,
                outer,
                #[cfg(any(debug_assertions, feature = "local"))]
                function: match &nested.template.function {
                    Some(own) => Some(own.name_or(under)),
                    None => self.function.clone(),
                },
                authenticators: if nested.authenticators.is_empty() {
                    Arc::clone(&self.authenticators)
                } else {
                    nested.authenticators.clone().into()
                },
            }
        })
    }

    /// Its handlers and services, in order, without a service that is its fallback.
    pub(super) fn contents(&self) -> impl Iterator<Item = Kind<'a>> {
        let api = self.api;
        let routes = api.routes.iter().flat_map(|routes| {
            let all = routes.routes.iter();
            all.map(|route| kind(route, &routes.layers))
        });
        let fallback = api.fallback_routes().into_iter().flat_map(|routes| {
            let all = routes.routes.iter().filter(|route| route.is_fallback());
            all.map(|route| kind(route, &routes.layers))
        });
        let mounts = api.mounts.iter().map(Kind::Mount);
        routes.chain(fallback).chain(mounts)
    }

    /// The methods and full paths of a route.
    pub(super) fn places(
        &self,
        route: &'static Route,
    ) -> impl Iterator<Item = (&'static str, String)> {
        let places = route.places();
        places.map(|place| (place.method, join(&self.prefix, place.path)))
    }

    /// Who may call, as the route table shows it.
    pub(super) fn access(&self, access: Access) -> String {
        if self.authenticators.is_empty() && !access.public && access.rule().is_none() {
            "open".to_owned()
        } else {
            access.to_string()
        }
    }

    /// The full path of a route, and its shape, normalised like the path of a request.
    pub(super) fn path(&self, place: &Place) -> (Pattern, Shape) {
        let shape = place.shape.or_normal(place.path);
        if self.prefix.is_empty() {
            return (Pattern::Route(place.path), shape);
        }
        let path = Pattern::Joined(join(&self.prefix, place.path).into());
        let is_prefix = place.path == "/";
        (
            path,
            if is_prefix {
                self.shape
            } else {
                self.shape.join(shape)
            },
        )
    }
}

/// The name of the function that the gateway calls for the routes of a nested API; `None` for that of
/// the outermost one.
#[cfg(any(debug_assertions, feature = "local"))]
pub(super) fn function(scope: &Scope<'_>) -> Option<String> {
    scope.function.clone()
}

fn kind<'a>(route: &'static Route, layers: &'a [LayerFn]) -> Kind<'a> {
    if route.is_fallback() {
        Kind::Fallback(route, layers)
    } else {
        Kind::Route(route, layers)
    }
}

impl Api {
    /// Returns the route table. This does not create the state.
    pub(crate) fn table(&self) -> Vec<RouteInfo> {
        let mut table = Vec::new();
        for scope in scopes(self) {
            for kind in scope.contents() {
                let (route, paths) = match kind {
                    Kind::Mount(mount) => {
                        let path = join(&scope.prefix, &mount.prefix);
                        table.push(RouteInfo {
                            method: "ANY",
                            path: format!("{}/{{path+}}", path.trim_end_matches('/')),
                            access: scope.access(mount.access),
                            timeout: None,
                            handler: format!("service {}", mount.name),
                            location: line(mount.location),
                        });
                        continue;
                    }
                    Kind::Route(route, _) => (route, scope.places(route).collect()),
                    Kind::Fallback(route, _) => {
                        let path = [&*scope.prefix, route.path].join(" ");
                        (route, vec![(route.method, path.trim_start().to_owned())])
                    }
                };
                table.extend(paths.into_iter().map(|(method, path)| RouteInfo {
                    method,
                    path,
                    access: scope.access(route.access),
                    timeout: timeout(route),
                    handler: handler(route),
                    location: location(route),
                }));
            }
        }
        table
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = self.table();
        f.debug_list()
            .entries(
                table
                    .iter()
                    .map(|route| (route.method, &route.path, &route.handler)),
            )
            .finish()
    }
}

/// Appends a path to a prefix; the path `/` is the prefix itself.
pub(super) fn join(prefix: &str, path: &str) -> String {
    if prefix.is_empty() {
        path.to_owned()
    } else if path == "/" {
        prefix.to_owned()
    } else {
        format!("{prefix}{path}")
    }
}

/// Returns the error in the prefix of a nested API or a mounted service.
pub(super) fn prefix_error(prefix: &str) -> Option<&'static str> {
    if !prefix.starts_with('/') {
        return Some("must begin with `/`");
    }
    if prefix.len() > 1 && prefix.ends_with('/') {
        return Some("must not end with `/`");
    }
    let mut names = Vec::new();
    for segment in prefix.split('/').skip(1) {
        match parameter(segment) {
            Some((_, true)) => return Some("cannot have a greedy parameter"),
            Some(("", false)) => return Some("has a parameter without a name"),
            Some((name, false)) if !name.bytes().all(is_name_byte) => {
                return Some(
                    "has a parameter whose name contains other characters than letters, digits, \
                     `_`, `-` and `.`",
                );
            }
            Some((name, false)) if names.contains(&name) => {
                return Some("has two parameters with the same name");
            }
            Some((name, false)) => names.push(name),
            None if segment.is_empty() && prefix.len() > 1 => return Some("has an empty segment"),
            None if segment.contains(['{', '}', '*', '?', '#']) => {
                return Some(
                    "must consist of whole segments, such as `/v1` or `/tenants/{tenant}`",
                );
            }
            None if segment.starts_with(':') => {
                return Some("has a segment that begins with `:`: a parameter is written `{name}`");
            }
            None if !segment.bytes().all(is_path_byte) => {
                return Some(
                    "has a character that is not allowed in a path: write it percent-encoded, as \
                     it is sent",
                );
            }
            None => {}
        }
    }
    None
}

/// Returns the error in a base path, which cannot have parameters.
pub(super) fn base_path_error(path: &str) -> Option<&'static str> {
    prefix_error(path).or_else(|| path.contains('{').then_some("cannot have parameters"))
}

/// The characters of a parameter's name, as in `#[api_handler]`.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)
}

/// The characters that RFC 3986 (section 3.3) allows in a segment, as in `#[api_handler]`.
fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%!$&'()+,;=:@".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_whole_segments_that_a_request_can_have() {
        for good in ["/", "/v1", "/a%20b/c:d", "/tenants/{tenant-id}/{x.y}"] {
            assert_eq!(prefix_error(good), None, "{good}");
        }
        for (bad, expected) in [
            ("", "must begin"),
            ("v1", "must begin"),
            ("/v1/", "must not end"),
            ("//v1", "empty segment"),
            ("/{all+}", "greedy"),
            ("/{}", "without a name"),
            ("/{*all}", "letters, digits"),
            ("/{a b}", "letters, digits"),
            ("/{a}/{a}", "two parameters"),
            ("/a{b}", "whole segments"),
            ("/*", "whole segments"),
            ("/a?b", "whole segments"),
            ("/a/:b", "written `{name}`"),
            ("/a b", "percent-encoded"),
            ("/stra\u{df}e", "percent-encoded"),
        ] {
            let error = prefix_error(bad).unwrap_or_default();
            assert!(error.contains(expected), "{bad}: {error}");
        }
    }

    #[test]
    fn a_base_path_has_no_parameters() {
        assert_eq!(base_path_error("/v1/shop"), None);
        for bad in ["v1", "/{stage}"] {
            assert!(base_path_error(bad).is_some(), "{bad}");
        }
    }
}
