//! Method and path to endpoint.

mod prefix;
#[cfg(test)]
mod reference;
mod routing;
mod table;

use prefix::{behind, specificity, under};
pub(crate) use prefix::{names, parameter};
pub(crate) use routing::{Dispatch, Handler, Mounted, Routing};

use crate::{
    BoxFuture, Request, Response,
    auth::Policy,
    endpoint::Route,
    matched::{Pattern, Value, Values},
    middleware::Next,
    shape::{MOST_SEGMENTS, Shape},
    spelling,
};
use http::{HeaderValue, Method};
use percent_encoding::percent_decode_str;
use std::{cmp::Reverse, fmt, sync::Arc, time::Duration};
use table::{Listed, Table};

/// All routes of an application, nested ones included.
///
/// A request is for the narrowest path that it fits, and of those that have its method, for the
/// narrowest one. A path without a greedy parameter is narrower than one with it, as at API Gateway,
/// and else the one whose first different segment is a literal.
#[derive(Default)]
pub(crate) struct Router {
    table: Table,
    /// Prefix and fallback of every Api that has one, the [most specific](specificity) prefix
    /// first.
    fallbacks: Vec<(String, Fallback)>,
    /// Prefix and policy of every Api that is closed, the most specific prefix first.
    closed: Vec<(String, Arc<Policy>)>,
}

/// What answers where no route does.
struct Fallback {
    entry: Entry,
    /// Whether it gets the methods that a path with routes has not, too.
    every_method: bool,
}

/// What answers a request.
pub(crate) struct Entry {
    pub(crate) pattern: Pattern,
    /// Who is asked about the caller; nobody where everybody may call.
    pub(crate) policy: Option<Arc<Policy>>,
    pub(crate) way: Way,
    pub(crate) origin: Origin,
}

/// What a request passes that was admitted.
#[derive(Clone)]
pub(crate) struct Way {
    /// The layers of the Api the route belongs to, around the target.
    pub(crate) gate: Option<Next>,
    pub(crate) target: Target,
    /// How long it may take.
    pub(crate) timeout: Option<Duration>,
}

/// The end of the way.
#[derive(Clone)]
pub(crate) enum Target {
    /// A handler without layers of its own.
    Handler(for<'r> fn(&'r Request) -> BoxFuture<'r, Response>),
    /// Anything else.
    Service(Next),
}

/// Who answers, for messages: handler and source line.
#[derive(Clone)]
pub(crate) enum Origin {
    Route(&'static Route),
    Service(Arc<str>),
}

/// Where a request goes.
pub(crate) enum Found<'r> {
    Endpoint {
        entry: &'r Entry,
        values: Values,
    },
    /// An OPTIONS that nobody answers but the router.
    Options(Allow),
    MethodNotAllowed(Allow),
    Nothing,
}

/// What the router itself says about a path.
pub(crate) struct Allow {
    /// The methods that the path has.
    pub(crate) methods: HeaderValue,
    /// Whether all of them are public: then so is the list of them.
    pub(crate) public: bool,
}

/// Why a route cannot be inserted.
pub(crate) enum Conflict {
    /// Another one stands there.
    Taken(Origin),
    /// It has too many segments.
    TooLong,
}

impl Conflict {
    pub(crate) fn describe(&self, origin: &Origin, method: &str, path: &str) -> String {
        match self {
            Conflict::Taken(other) => format!("{other} and {origin} both answer {method} {path}"),
            Conflict::TooLong => {
                format!("{origin}: the path `{path}` has more than {MOST_SEGMENTS} segments")
            }
        }
    }
}

impl Router {
    /// `routes`: how many there will be.
    pub(crate) fn new(ignore_trailing_slash: bool, routes: usize) -> Self {
        Self {
            table: Table::new(ignore_trailing_slash, routes),
            ..Self::default()
        }
    }

    /// Adds an endpoint; `method` is a method or `ANY`, and the shape that of the entry's path, as
    /// the path of a request is spelt.
    pub(crate) fn insert(
        &mut self,
        method: &str,
        shape: Shape,
        entry: Entry,
    ) -> Result<(), Conflict> {
        self.table.insert(method, shape, entry)
    }

    /// `every_method`: it gets the methods that a path with routes has not, too.
    pub(crate) fn insert_fallback(&mut self, prefix: &str, entry: Entry, every_method: bool) {
        let fallback = Fallback {
            entry,
            every_method,
        };
        insert_prefix(&mut self.fallbacks, prefix, fallback);
    }

    /// Closes what is under a prefix: there, nobody learns from the router which routes exist but
    /// who passes this policy.
    pub(crate) fn close(&mut self, prefix: &str, policy: Arc<Policy>) {
        insert_prefix(&mut self.closed, prefix, policy);
    }

    /// The policy of a path where no route is.
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

    /// The methods that a preflight is told: those of the path, or all that there are where the
    /// path is closed, since a preflight carries no credentials, and where a fallback takes all.
    pub(crate) fn preflight(&self, path: &str) -> Option<HeaderValue> {
        let fallback = of_prefix(&self.fallbacks, path);
        if self.policy(path).is_some() || fallback.is_some_and(|(_, one)| one.every_method) {
            return Some(HeaderValue::from_static(ALL_METHODS));
        }
        self.allow(path).map(|allow| allow.methods)
    }

    /// `Allow` (RFC 9110, section 10.2.1): the methods of all routes that the path fits, HEAD where
    /// there is GET, and OPTIONS.
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

/// The route of the method; a HEAD is answered as a GET where it has none of its own.
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
    let prefix = spelling::normal(prefix).into_owned();
    let key = |prefix: &str| Reverse(specificity(prefix));
    // Of two that are as specific, the one that came first.
    let at = prefixes.partition_point(|(known, _)| key(known) <= key(&prefix));
    prefixes.insert(at, (prefix, value));
}

/// What belongs to the first prefix that the path is under.
fn of_prefix<'a, T>(prefixes: &'a [(String, T)], path: &str) -> Option<(&'a str, &'a T)> {
    let (prefix, value) = prefixes
        .iter()
        .find(|(prefix, _)| under(prefix, path).is_some())?;
    Some((prefix, value))
}

/// A parameter's value, percent-decoded: only now, so that an encoded `/` never splits a segment.
fn value(path: &str, part: &str) -> Value {
    if part.contains('%') {
        match percent_decode_str(part).decode_utf8() {
            Ok(text) => Value::Decoded(text.into_owned()),
            Err(_) => Value::NotUtf8,
        }
    } else {
        // It is a part of the path, so its place follows from the two addresses.
        let start = (part.as_ptr() as usize).wrapping_sub(path.as_ptr() as usize);
        Value::Plain(start..start.saturating_add(part.len()))
    }
}

impl fmt::Display for Origin {
    /// `orders::get (src/orders.rs:12)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Route(route) => write!(
                f,
                "`{}::{}` ({}:{})",
                route.module, route.name, route.file, route.line
            ),
            Self::Service(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Router({} routes)", self.table.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_most_specific_route_answers() {
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
    fn a_wider_route_answers_the_methods_of_a_narrower_one() {
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
    fn the_fallback_of_the_most_specific_prefix_answers() {
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
