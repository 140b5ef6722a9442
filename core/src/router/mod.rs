//! The router: finds the endpoint of a method and a path.

mod entry;
#[cfg(feature = "openapi")]
mod observer;
mod prefix;
#[cfg(test)]
mod reference;
mod routing;
mod table;

use entry::value;
pub(crate) use entry::{Conflict, Entry, Origin, Target, Way};
#[cfg(feature = "openapi")]
pub(crate) use observer::RouteObserver;
use prefix::{behind, specificity};
pub(crate) use prefix::{names, parameter, under};
pub(crate) use routing::{Dispatch, Mounted, RouteHandler, Routing};

use crate::{
    auth::Policy,
    endpoint::Route,
    matched_route::{Pattern, Values},
    middleware::PathMethods,
    path_normalization,
    path_shape::Shape,
};
use http::{HeaderValue, Method};
use std::{cmp::Reverse, fmt, sync::Arc};
use table::{Listed, Table};

/// All routes of an application, including nested ones.
///
/// Of the routes whose path and method match a request, the most specific one is chosen. A path
/// without a greedy parameter is more specific than one with it, as at API Gateway; otherwise the
/// one whose first different segment is a literal.
#[derive(Default)]
pub(crate) struct Router {
    table: Table,
    /// Prefix and fallback of every `Api` that has one, ordered by [specificity], the most specific
    /// prefix first.
    fallbacks: Vec<(String, Fallback)>,
    /// Prefix and policy of every `Api` with an authenticator, the most specific prefix first.
    closed: Vec<(String, Arc<Policy>)>,
    has_layers: bool,
}

/// A fallback, for requests that no route matches.
struct Fallback {
    entry: Entry,
    /// Whether it also gets methods that no route of the path has.
    every_method: bool,
}

/// The result of routing a request.
pub(crate) enum Found<'r> {
    Endpoint {
        entry: &'r Entry,
        values: Values,
    },
    /// An `OPTIONS` request that only the router handles.
    Options(Allow),
    MethodNotAllowed(Allow),
    Nothing,
}

/// The methods of a path, for the router's own responses.
pub(crate) struct Allow {
    /// The methods that the path has.
    pub(crate) methods: HeaderValue,
    /// Whether all of them are public, and so the list too.
    pub(crate) public: bool,
}

impl Router {
    /// `routes` is the expected number of routes.
    pub(crate) fn new(ignore_trailing_slash: bool, routes: usize) -> Self {
        Self {
            table: Table::new(ignore_trailing_slash, routes),
            ..Self::default()
        }
    }

    /// Adds an endpoint. `method` is a method or `ANY`; `shape` is that of the entry's path,
    /// normalised like the path of a request.
    pub(crate) fn insert(
        &mut self,
        method: &str,
        shape: Shape,
        entry: Entry,
    ) -> Result<(), Conflict> {
        self.has_layers |= entry.way.is_wrapped();
        self.table.insert(method, shape, entry)
    }

    /// If `every_method` is set, it also gets methods that no route of the path has.
    pub(crate) fn insert_fallback(&mut self, prefix: &str, entry: Entry, every_method: bool) {
        self.has_layers |= entry.way.is_wrapped();
        let fallback = Fallback {
            entry,
            every_method,
        };
        insert_prefix(&mut self.fallbacks, prefix, fallback);
    }

    /// Protects everything under a prefix: the router only reveals which routes exist to callers
    /// that pass this policy.
    pub(crate) fn close(&mut self, prefix: &str, policy: Arc<Policy>) {
        insert_prefix(&mut self.closed, prefix, policy);
    }

    /// The policy of a path without a route.
    pub(crate) fn policy(&self, path: &str) -> Option<&Arc<Policy>> {
        of_prefix(&self.closed, path).map(|(_, policy)| policy)
    }

    pub(crate) fn find(&self, method: &Method, path: &str) -> Found<'_> {
        let mut exists = false;
        for mut node in self.table.numbered(path) {
            let found = of_method(&node, method);
            let Some(route) = found.or_else(|| node.next()) else {
                continue;
            };
            let Some(values) = self.table.values(route, path) else {
                continue;
            };
            if found.is_some() {
                return Found::Endpoint {
                    entry: &route.entry,
                    values,
                };
            }
            exists = true;
        }
        if let Some((prefix, fallback)) = of_prefix(&self.fallbacks, path)
            && (fallback.every_method || !exists)
        {
            return fallback.found(prefix, path);
        }
        match exists.then(|| self.allow(path)).flatten() {
            Some(allow) if method == Method::OPTIONS => Found::Options(allow),
            Some(allow) => Found::MethodNotAllowed(allow),
            None => Found::Nothing,
        }
    }

    /// The pattern of the route or the fallback that gets a request.
    pub(crate) fn pattern_of(&self, method: &Method, path: &str) -> Option<&Pattern> {
        match self.find(method, path) {
            Found::Endpoint { entry, .. } => Some(&entry.pattern),
            _ => None,
        }
    }

    /// The full patterns of a handler's first path, in the order in which they were added.
    pub(crate) fn patterns_of(
        &self,
        is_wanted: impl Fn(&Route) -> bool,
    ) -> impl Iterator<Item = &Pattern> {
        let entries = self.table.entries().filter_map(move |entry| {
            let Origin::Route(route) = &entry.origin else {
                return None;
            };
            is_wanted(route).then_some((entry, route.places().count()))
        });
        // All paths are added together, the first one first.
        let first = entries
            .enumerate()
            .filter(|(index, (_, paths))| index % paths == 0);
        first.map(|(_, (entry, _))| &entry.pattern)
    }

    /// Whether something around a handler, or a service, can respond.
    pub(crate) fn has_layers(&self) -> bool {
        self.has_layers
    }

    /// `Allow` (RFC 9110, section 10.2.1): the methods of all routes whose path matches, `HEAD` if
    /// there is `GET`, and `OPTIONS`.
    fn allow(&self, path: &str) -> Option<Allow> {
        let routes = || {
            let nodes = self.table.numbered(path);
            let fits = |route| self.table.values(route, path).is_some();
            nodes
                .filter(move |node| node.clone().next().is_some_and(fits))
                .flatten()
        };
        let public = routes().all(|route| {
            let policy = route.entry.policy.as_ref();
            policy.is_none_or(|policy| policy.is_public())
        });
        let mut methods: Vec<&str> = Vec::new();
        for route in routes() {
            let Some(method) = &route.method else {
                let methods = HeaderValue::from_static(ALL_METHODS);
                return Some(Allow { methods, public });
            };
            let head = (method == Method::GET).then_some("HEAD");
            for method in [Some(method.as_str()), head].into_iter().flatten() {
                if !methods.contains(&method) {
                    methods.push(method);
                }
            }
        }
        if methods.is_empty() {
            return None;
        }
        if !methods.contains(&"OPTIONS") {
            methods.push("OPTIONS");
        }
        let methods = HeaderValue::from_str(&methods.join(", ")).ok()?;
        Some(Allow { methods, public })
    }
}

const ALL_METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/// The route of the method. `HEAD` is handled as `GET` if it has no route.
fn of_method<'r>(
    node: &(impl Iterator<Item = &'r Listed> + Clone),
    method: &Method,
) -> Option<&'r Listed> {
    let of = |wanted: Option<&Method>| {
        let mut routes = node.clone();
        routes.find(|route| route.method.as_ref() == wanted)
    };
    let get = || (method == Method::HEAD).then(|| of(Some(&Method::GET)));
    of(Some(method))
        .or_else(|| get().flatten())
        .or_else(|| of(None))
}

impl Fallback {
    /// The parameters of a fallback are those of its prefix.
    fn found(&self, prefix: &str, path: &str) -> Found<'_> {
        let mut values = Values::new();
        let _ = behind(prefix, path, |name, part| {
            values.push((name, value(path, part)));
        });
        Found::Endpoint {
            entry: &self.entry,
            values,
        }
    }
}

fn insert_prefix<T>(prefixes: &mut Vec<(String, T)>, prefix: &str, value: T) {
    let prefix = path_normalization::normal(prefix).into_owned();
    let key = |prefix: &str| Reverse(specificity(prefix));
    // Of two equally specific ones, the one that was added first comes first.
    let at = prefixes.partition_point(|(known, _)| key(known) <= key(&prefix));
    prefixes.insert(at, (prefix, value));
}

/// The value of the first prefix that contains the path.
fn of_prefix<'a, T>(prefixes: &'a [(String, T)], path: &str) -> Option<(&'a str, &'a T)> {
    let (prefix, value) = prefixes
        .iter()
        .find(|(prefix, _)| under(prefix, path).is_some())?;
    Some((prefix, value))
}

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Router({} routes)", self.table.len())
    }
}

impl PathMethods for Router {
    /// The methods of the path; all that there are if the path is closed, since a preflight carries
    /// no credentials, or if a fallback takes all.
    fn preflight(&self, path: &str) -> Option<HeaderValue> {
        let fallback = of_prefix(&self.fallbacks, path);
        if self.policy(path).is_some() || fallback.is_some_and(|(_, one)| one.every_method) {
            return Some(HeaderValue::from_static(ALL_METHODS));
        }
        self.allow(path).map(|allow| allow.methods)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Response, matched_route::Value};

    pub(super) fn entry(method: &str, path: &str) -> Entry {
        Entry {
            pattern: Pattern::Joined(path.into()),
            policy: None,
            way: Way {
                gate: None,
                target: Target::Handler(|_| Box::pin(std::future::ready(Response::default()))),
                timeout: None,
            },
            origin: Origin::Service(format!("{method} {path}").into()),
        }
    }

    fn insert(router: &mut Router, method: &str, path: &str) -> bool {
        let shape = Shape::normal(path);
        let inserted = router.insert(method, shape, entry(method, path));
        inserted.is_ok()
    }

    fn router(routes: &[(&str, &str)]) -> Router {
        let mut router = Router::default();
        for (method, path) in routes {
            assert!(insert(&mut router, method, path), "{method} {path}");
        }
        router
    }

    pub(super) fn found(router: &Router, method: &str, path: &str) -> String {
        match router.find(&method.parse().unwrap(), path) {
            Found::Endpoint { entry, values } => {
                let values: Vec<_> = values
                    .into_iter()
                    .map(|(_, value)| match value {
                        Value::Plain(range) => path[range].to_owned(),
                        Value::Decoded(text) => text,
                        Value::NotUtf8 => "?".to_owned(),
                    })
                    .collect();
                format!("{} [{}]", entry.origin, values.join(", "))
            }
            Found::Options(allow) => format!("options {}", allow.methods.to_str().unwrap()),
            Found::MethodNotAllowed(allow) => format!("405 {}", allow.methods.to_str().unwrap()),
            Found::Nothing => "404".to_owned(),
        }
    }

    #[test]
    fn the_most_specific_route_is_found() {
        let router = router(&[
            ("GET", "/"),
            ("GET", "/orders"),
            ("POST", "/orders"),
            ("GET", "/orders/{id}"),
            ("DELETE", "/orders/{order}"),
            ("GET", "/orders/latest"),
            ("ANY", "/orders/{path+}"),
            ("GET", "/files/{path+}"),
            ("ANY", "/files/{path+}"),
        ]);
        for (method, path, expected) in [
            ("GET", "/", "GET / []"),
            ("GET", "/orders", "GET /orders []"),
            ("HEAD", "/orders", "GET /orders []"),
            ("PUT", "/orders", "405 GET, HEAD, POST, OPTIONS"),
            ("OPTIONS", "/orders", "options GET, HEAD, POST, OPTIONS"),
            ("GET", "/orders/", "404"),
            ("GET", "/orders/7", "GET /orders/{id} [7]"),
            ("GET", "/orders/latest", "GET /orders/latest []"),
            ("DELETE", "/orders/7", "DELETE /orders/{order} [7]"),
            ("PATCH", "/orders/7", "ANY /orders/{path+} [7]"),
            ("GET", "/orders/7/lines", "ANY /orders/{path+} [7/lines]"),
            ("GET", "/files/a/b", "GET /files/{path+} [a/b]"),
            ("POST", "/files/a/b", "ANY /files/{path+} [a/b]"),
            ("GET", "/files/", "404"),
            ("GET", "/else", "404"),
        ] {
            assert_eq!(found(&router, method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn each_route_of_a_path_has_its_own_names() {
        let router = router(&[("GET", "/{id}/x"), ("PUT", "/{longer}/x")]);
        for (method, expected) in [(Method::GET, "id"), (Method::PUT, "longer")] {
            let Found::Endpoint { entry, values } = router.find(&method, "/7/x") else {
                panic!("{method} is found");
            };
            let (name, _) = &values[0];
            assert_eq!(&entry.pattern.text()[name.clone()], expected);
        }
    }

    #[test]
    fn parameters_are_decoded_after_matching() {
        let router = router(&[("GET", "/a/{x}/{y}"), ("GET", "/f/{p+}")]);
        for (path, expected) in [
            ("/a/b%2Fc/d", "GET /a/{x}/{y} [b/c, d]"),
            ("/a/%C3%A9/%", "GET /a/{x}/{y} [\u{e9}, %]"),
            ("/a/%FF/b", "GET /a/{x}/{y} [?, b]"),
            ("/a/../b", "GET /a/{x}/{y} [.., b]"),
            ("/f/x%20y/z", "GET /f/{p+} [x y/z]"),
            ("/%61/b/c", "404"),
            ("/a//c", "404"),
        ] {
            assert_eq!(found(&router, "GET", path), expected, "{path}");
        }
    }

    #[test]
    fn a_second_route_of_one_method_and_path_is_a_conflict() {
        let mut router = router(&[("GET", "/orders/{id}"), ("ANY", "/x")]);
        for (method, path) in [("GET", "/orders/{order}"), ("ANY", "/x")] {
            assert!(!insert(&mut router, method, path), "{method} {path}");
        }
    }

    #[test]
    fn a_trailing_slash_is_another_path_unless_it_is_ignored() {
        let mut ignoring = Router::new(true, 0);
        for (method, path) in [("GET", "/orders"), ("GET", "/"), ("PUT", "/{x}/")] {
            assert!(insert(&mut ignoring, method, path), "{method} {path}");
        }
        assert_eq!(found(&ignoring, "GET", "/orders/"), "GET /orders []");
        assert_eq!(found(&ignoring, "PUT", "/orders/"), "PUT /{x}/ [orders]");
        assert_eq!(found(&ignoring, "GET", "/"), "GET / []");
        assert_eq!(found(&ignoring, "GET", "/orders//"), "404");
    }

    #[test]
    fn missing_methods_are_found_in_wider_routes() {
        let router = router(&[
            ("POST", "/users/me"),
            ("GET", "/users/{id}"),
            ("PUT", "/users/{name}"),
            ("PUT", "/{kind}/me"),
            ("PATCH", "/{a}/{b}"),
            ("DELETE", "/users/{path+}"),
            ("TRACE", "/{all+}"),
            ("ANY", "/admin/{path+}"),
        ]);
        for (method, path, expected) in [
            ("POST", "/users/me", "POST /users/me []"),
            ("GET", "/users/me", "GET /users/{id} [me]"),
            ("HEAD", "/users/me", "GET /users/{id} [me]"),
            ("PUT", "/users/me", "PUT /users/{name} [me]"),
            ("PATCH", "/users/me", "PATCH /{a}/{b} [users, me]"),
            ("DELETE", "/users/me", "DELETE /users/{path+} [me]"),
            ("DELETE", "/x/me", "405 PUT, PATCH, TRACE, OPTIONS"),
            ("TRACE", "/users/me", "TRACE /{all+} [users/me]"),
            ("TRACE", "/users/a%20b/c", "TRACE /{all+} [users/a b/c]"),
            ("TRACE", "/", "404"),
            ("GET", "/admin/me", "ANY /admin/{path+} [me]"),
            ("PUT", "/admin/me", "PUT /{kind}/me [admin]"),
            (
                "COPY",
                "/users/me",
                "405 POST, GET, HEAD, PUT, PATCH, DELETE, TRACE, OPTIONS",
            ),
            ("POST", "/users/7/8", "405 DELETE, TRACE, OPTIONS"),
            ("OPTIONS", "/x/me", "options PUT, PATCH, TRACE, OPTIONS"),
        ] {
            assert_eq!(found(&router, method, path), expected, "{method} {path}");
        }
        let told = router.preflight("/users/7").expect("a path with routes");
        assert_eq!(told, "GET, HEAD, PUT, PATCH, DELETE, TRACE, OPTIONS");
    }

    #[test]
    fn the_fallback_of_the_longest_prefix_is_used() {
        let mut router = router(&[("GET", "/v1/orders"), ("GET", "/v2/orders")]);
        for (prefix, every_method) in [
            ("", true),
            ("/v1", false),
            ("/v1/{tenant}/x", false),
            ("/v1/acme/{y}", false),
        ] {
            router.insert_fallback(prefix, entry("none", prefix), every_method);
        }
        for (method, path, expected) in [
            ("GET", "/x", "none  []"),
            ("GET", "/v1/acme/x", "none /v1/acme/{y} [x]"),
            ("GET", "/v1/a%20b/x/y", "none /v1/{tenant}/x [a b]"),
            ("GET", "/v1", "none /v1 []"),
            ("POST", "/v1/orders", "405 GET, HEAD, OPTIONS"),
            ("OPTIONS", "/v1/orders", "options GET, HEAD, OPTIONS"),
            ("GET", "/v2/orders", "GET /v2/orders []"),
            ("HEAD", "/v2/orders", "GET /v2/orders []"),
            ("POST", "/v2/orders", "none  []"),
            ("OPTIONS", "/v2/orders", "none  []"),
        ] {
            assert_eq!(found(&router, method, path), expected, "{method} {path}");
        }
        let preflight = |path| router.preflight(path);
        assert_eq!(preflight("/v1/orders").unwrap(), "GET, HEAD, OPTIONS");
        assert_eq!(preflight("/v2/orders").unwrap(), ALL_METHODS);
        assert_eq!(preflight("/x").unwrap(), ALL_METHODS);
        assert_eq!(preflight("/v1/x"), None);
    }
}
