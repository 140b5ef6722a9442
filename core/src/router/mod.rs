//! Method and path to endpoint.

mod routing;
mod shape;

pub(crate) use routing::{Dispatch, Handler, Mounted, Routing};

pub(crate) use shape::{parameter, under};

use crate::{
    BoxFuture, Request, Response,
    auth::Policy,
    endpoint::Route,
    matched::{Pattern, Value, Values},
    middleware::Next,
    spelling,
};
use http::{HeaderValue, Method};
use percent_encoding::percent_decode_str;
use shape::{Parts, behind, narrower, normalise, overlap, specificity};
use std::{
    cmp::{Ordering, Reverse},
    collections::HashMap,
    fmt, iter,
    sync::{Arc, OnceLock},
    time::Duration,
};

/// All routes of an application, nested ones included.
///
/// Two trees, because a route without a greedy parameter goes before one with it wherever both fit,
/// as at API Gateway; one tree would refuse `/orders/{id}` beside `/orders/{path+}`.
///
/// A tree finds the narrowest pattern that a path fits. Where that one does not have the method of
/// the request, wider ones that the path fits too are looked at, the narrower ones first.
#[derive(Default)]
pub(crate) struct Router {
    nodes: Vec<Node>,
    plain: matchit::Router<usize>,
    greedy: matchit::Router<usize>,
    by_path: HashMap<String, usize>,
    /// Prefix and fallback of every Api that has one, the [most specific](specificity) prefix
    /// first.
    fallbacks: Vec<(String, Fallback)>,
    /// Prefix and policy of every Api that is closed, the most specific prefix first.
    closed: Vec<(String, Arc<Policy>)>,
    ignore_trailing_slash: bool,
}

/// All entries of one pattern: of one path but for the names of its parameters.
#[derive(Default)]
struct Node {
    methods: Vec<(Method, Arc<Entry>)>,
    any: Option<Arc<Entry>>,
    /// The wider patterns that some path of this one fits as well, the narrowest first: only looked
    /// for when a method is missing here, and then once.
    wider: OnceLock<Vec<usize>>,
}

/// What answers where no route does.
struct Fallback {
    entry: Arc<Entry>,
    /// Whether it gets the methods that a path with routes has not, too.
    every_method: bool,
}

/// What answers a request.
pub(crate) struct Entry {
    pub(crate) pattern: Arc<Pattern>,
    pub(crate) target: Target,
    /// Who is asked about the caller; nobody where everybody may call.
    pub(crate) policy: Option<Arc<Policy>>,
    /// The layers of the Api the route belongs to, around the target.
    pub(crate) gate: Option<Next>,
    /// Who answers, for messages: handler and source line.
    pub(crate) origin: String,
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

/// Where a request goes.
pub(crate) enum Found {
    Endpoint {
        entry: Arc<Entry>,
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
    /// Another one stands there: its origin.
    Taken(String),
    /// The tree has no place for such a path.
    Path(matchit::InsertError),
}

impl Conflict {
    pub(crate) fn describe(&self, origin: &str, method: &str, path: &str) -> String {
        match self {
            Conflict::Taken(other) => format!("{other} and {origin} both answer {method} {path}"),
            Conflict::Path(error) => {
                format!("{origin}: nothing can match the path `{path}`: {error}")
            }
        }
    }
}

impl Router {
    pub(crate) fn new(ignore_trailing_slash: bool) -> Self {
        Self {
            ignore_trailing_slash,
            ..Self::default()
        }
    }

    /// Adds an endpoint; `method` is a method or `ANY`, `path` in API Gateway's syntax.
    pub(crate) fn insert(
        &mut self,
        method: &str,
        path: &str,
        entry: Arc<Entry>,
    ) -> Result<(), Conflict> {
        let (normal, greedy) = normalise(self.wanted(path));
        let index = match self.by_path.get(&normal) {
            Some(index) => *index,
            None => {
                let index = self.nodes.len();
                let tree = if greedy {
                    &mut self.greedy
                } else {
                    &mut self.plain
                };
                if let Err(error) = tree.insert(normal.clone(), index) {
                    return Err(Conflict::Path(error));
                }
                self.nodes.push(Node::default());
                self.by_path.insert(normal, index);
                index
            }
        };
        match self.nodes.get_mut(index) {
            Some(node) => node.insert(method, entry),
            None => Ok(()),
        }
    }

    /// `every_method`: it gets the methods that a path with routes has not, too.
    pub(crate) fn insert_fallback(&mut self, prefix: &str, entry: Arc<Entry>, every_method: bool) {
        let fallback = Fallback {
            entry,
            every_method,
        };
        self.fallbacks
            .push((spelling::normal(prefix).into_owned(), fallback));
        self.fallbacks
            .sort_by_key(|(prefix, _)| Reverse(specificity(prefix)));
    }

    /// Closes what is under a prefix: there, nobody learns from the router which routes exist but
    /// who passes this policy.
    pub(crate) fn close(&mut self, prefix: &str, policy: Arc<Policy>) {
        self.closed
            .push((spelling::normal(prefix).into_owned(), policy));
        self.closed
            .sort_by_key(|(prefix, _)| Reverse(specificity(prefix)));
    }

    /// The policy of a path where no route is.
    pub(crate) fn policy(&self, path: &str) -> Option<&Arc<Policy>> {
        of_prefix(&self.closed, path).map(|(_, policy)| policy)
    }

    pub(crate) fn find(&self, method: &Method, path: &str) -> Found {
        let wanted = self.wanted(path);
        for tree in [&self.plain, &self.greedy] {
            let Some((index, node, params)) = self.at(tree, wanted) else {
                continue;
            };
            return match node.find(method) {
                Some(entry) => Found::Endpoint {
                    entry: Arc::clone(entry),
                    values: values(path, params.iter().map(|(_, value)| value)),
                },
                None => self.find_wider(method, path, (index, node)),
            };
        }
        match of_prefix(&self.fallbacks, path) {
            Some((prefix, fallback)) => fallback.found(prefix, path),
            None => Found::Nothing,
        }
    }

    /// Goes on where the narrowest pattern does not have the method.
    #[cold]
    fn find_wider(&self, method: &Method, path: &str, first: (usize, &Node)) -> Found {
        for (node, parts) in self.wider(path, first) {
            if let Some(entry) = node.find(method) {
                return Found::Endpoint {
                    entry: Arc::clone(entry),
                    values: values(path, parts.into_iter()),
                };
            }
        }
        if let Some((prefix, fallback)) = of_prefix(&self.fallbacks, path)
            && fallback.every_method
        {
            return fallback.found(prefix, path);
        }
        match allow(self.all(path, first)) {
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
        let wanted = self.wanted(path);
        let trees = [&self.plain, &self.greedy];
        let (index, node, _) = trees.into_iter().find_map(|tree| self.at(tree, wanted))?;
        allow(self.all(path, (index, node))).map(|allow| allow.methods)
    }

    fn at<'r, 'p>(
        &'r self,
        tree: &'r matchit::Router<usize>,
        wanted: &'p str,
    ) -> Option<(usize, &'r Node, matchit::Params<'r, 'p>)> {
        let found = tree.at(wanted).ok()?;
        let index = *found.value;
        Some((index, self.nodes.get(index)?, found.params))
    }

    /// The nodes that a path fits, the narrowest first.
    fn all<'a>(
        &'a self,
        path: &'a str,
        (index, node): (usize, &'a Node),
    ) -> impl Iterator<Item = &'a Node> + Clone {
        let wider = self.wider(path, (index, node)).map(|(node, _)| node);
        iter::once(node).chain(wider)
    }

    /// The nodes behind this one that a path fits, and the values of their parameters.
    fn wider<'a>(
        &'a self,
        path: &'a str,
        (index, node): (usize, &'a Node),
    ) -> impl Iterator<Item = (&'a Node, Parts<'a>)> + Clone {
        let wanted = self.wanted(path);
        let others = node.wider.get_or_init(|| self.overlapping(index, node));
        others.iter().filter_map(move |other| {
            let node = self.nodes.get(*other)?;
            let (rest, parts) = behind(self.shape(node), wanted)?;
            rest.is_empty().then_some((node, parts))
        })
    }

    fn overlapping(&self, index: usize, node: &Node) -> Vec<usize> {
        let shape = self.shape(node);
        let mut others: Vec<(usize, &str)> = self
            .nodes
            .iter()
            .map(|other| self.shape(other))
            .enumerate()
            .filter(|(other, wider)| {
                *other != index && narrower(shape, wider) == Ordering::Less && overlap(shape, wider)
            })
            .collect();
        others.sort_by(|(_, one), (_, other)| narrower(one, other));
        others.into_iter().map(|(index, _)| index).collect()
    }

    /// The path of a node; the names of its parameters are those of any of its entries.
    fn shape<'n>(&self, node: &'n Node) -> &'n str {
        let path = node.entries().next().map(|entry| &*entry.pattern.path);
        self.wanted(path.unwrap_or_default())
    }

    /// The path to look for in the trees.
    fn wanted<'p>(&self, path: &'p str) -> &'p str {
        if self.ignore_trailing_slash {
            trimmed(path)
        } else {
            path
        }
    }
}

impl Fallback {
    /// The parameters of a fallback are those of its prefix.
    fn found(&self, prefix: &str, path: &str) -> Found {
        let parts = behind(prefix, path).map(|(_, parts)| parts);
        Found::Endpoint {
            entry: Arc::clone(&self.entry),
            values: values(path, parts.into_iter().flatten()),
        }
    }
}

/// What belongs to the first prefix that the path is under.
fn of_prefix<'a, T>(prefixes: &'a [(String, T)], path: &str) -> Option<(&'a str, &'a T)> {
    let (prefix, value) = prefixes
        .iter()
        .find(|(prefix, _)| under(prefix, path).is_some())?;
    Some((prefix, value))
}

impl Node {
    fn insert(&mut self, method: &str, entry: Arc<Entry>) -> Result<(), Conflict> {
        let taken = match Method::from_bytes(method.as_bytes()) {
            Ok(method) if method.as_str() != "ANY" => {
                match self.methods.iter().find(|(known, _)| *known == method) {
                    Some((_, taken)) => taken,
                    None => {
                        self.methods.push((method, entry));
                        return Ok(());
                    }
                }
            }
            _ => match &self.any {
                Some(taken) => taken,
                None => {
                    self.any = Some(entry);
                    return Ok(());
                }
            },
        };
        Err(Conflict::Taken(taken.origin.clone()))
    }

    fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.methods.iter().map(|(_, entry)| entry).chain(&self.any)
    }

    /// The entry of the method; a HEAD is answered as a GET where it has none of its own.
    fn find(&self, method: &Method) -> Option<&Arc<Entry>> {
        let exact = |method: &Method| {
            self.methods
                .iter()
                .find_map(|(known, entry)| (known == method).then_some(entry))
        };
        exact(method)
            .or_else(|| exact(&Method::GET).filter(|_| method == Method::HEAD))
            .or(self.any.as_ref())
    }

    fn is_public(&self) -> bool {
        self.entries().all(|entry| {
            let policy = entry.policy.as_ref();
            policy.is_none_or(|policy| policy.is_public())
        })
    }
}

const ALL_METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/// `Allow` (RFC 9110, section 10.2.1): the methods of all nodes, HEAD where there is GET, and
/// OPTIONS.
fn allow<'a>(nodes: impl Iterator<Item = &'a Node> + Clone) -> Option<Allow> {
    let public = nodes.clone().all(Node::is_public);
    let mut methods: Vec<&str> = Vec::new();
    for node in nodes {
        if node.any.is_some() {
            let methods = HeaderValue::from_static(ALL_METHODS);
            return Some(Allow { methods, public });
        }
        for (method, _) in &node.methods {
            let head = (method == Method::GET).then_some("HEAD");
            for method in [Some(method.as_str()), head].into_iter().flatten() {
                if !methods.contains(&method) {
                    methods.push(method);
                }
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

impl Pattern {
    pub(crate) fn new(path: String) -> Arc<Self> {
        let names = names(&path);
        Arc::new(Self { path, names })
    }

    /// That of a fallback, which is no route: it has the parameters of its prefix.
    pub(crate) fn of_fallback(prefix: &str) -> Arc<Self> {
        Arc::new(Self {
            path: String::new(),
            names: names(prefix),
        })
    }

    pub(crate) fn is_route(&self) -> bool {
        !self.path.is_empty()
    }
}

fn names(path: &str) -> Vec<String> {
    path.split('/')
        .filter_map(parameter)
        .map(|(name, _)| name.to_owned())
        .collect()
}

fn trimmed(path: &str) -> &str {
    match path.strip_suffix('/') {
        Some(trimmed) if !trimmed.is_empty() => trimmed,
        _ => path,
    }
}

/// The parameters' values, percent-decoded: only now, so that an encoded `/` never splits a segment.
fn values<'p>(path: &str, parts: impl Iterator<Item = &'p str>) -> Values {
    parts
        .map(|value| {
            if value.contains('%') {
                match percent_decode_str(value).decode_utf8() {
                    Ok(text) => Value::Decoded(text.into_owned()),
                    Err(_) => Value::NotUtf8,
                }
            } else {
                // The value is a part of the path, so its place follows from the two addresses.
                let start = (value.as_ptr() as usize).wrapping_sub(path.as_ptr() as usize);
                Value::Plain(start..start.saturating_add(value.len()))
            }
        })
        .collect()
}

impl Entry {
    /// `orders::get (src/orders.rs:12)`
    pub(crate) fn origin_of(route: &Route) -> String {
        format!(
            "`{}::{}` ({}:{})",
            route.module, route.name, route.file, route.line
        )
    }
}

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Router({} paths)", self.nodes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(method: &str, path: &str) -> Arc<Entry> {
        Arc::new(Entry {
            pattern: Pattern::new(path.to_owned()),
            target: Target::Handler(|_| Box::pin(std::future::ready(Response::default()))),
            policy: None,
            gate: None,
            origin: format!("{method} {path}"),
            timeout: None,
        })
    }

    fn router(routes: &[(&str, &str)]) -> Router {
        let mut router = Router::default();
        for (method, path) in routes {
            let inserted = router.insert(method, path, entry(method, path));
            assert!(inserted.is_ok(), "{method} {path}");
        }
        router
    }

    fn found(router: &Router, method: &str, path: &str) -> String {
        match router.find(&method.parse().unwrap(), path) {
            Found::Endpoint { entry, values } => {
                let values: Vec<_> = values
                    .into_iter()
                    .map(|value| match value {
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
            assert!(
                router.insert(method, path, entry(method, path)).is_err(),
                "{method} {path}"
            );
        }
    }

    #[test]
    fn a_trailing_slash_is_another_path_unless_it_is_ignored() {
        let mut ignoring = Router::new(true);
        for (method, path) in [("GET", "/orders"), ("GET", "/"), ("PUT", "/{x}/")] {
            let inserted = ignoring.insert(method, path, entry(method, path));
            assert!(inserted.is_ok(), "{method} {path}");
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
    fn the_trees_find_the_narrowest_pattern_that_a_path_fits() {
        let plain = [
            "/",
            "/a",
            "/b/",
            "/{x}",
            "/a/b",
            "/a/{x}",
            "/{x}/b",
            "/{x}/{y}",
            "/a/{x}/c",
            "/{x}/b/c",
            "/{x}/{y}/{z}",
        ];
        // A tree has no place for a parameter beside a greedy one.
        let greedy = [
            &["/{x+}", "/a/{x+}", "/a/b/{x+}"][..],
            &["/{x}/{y+}", "/{x}/b/{y+}", "/a/{x+}"],
        ];
        let segments = ["", "/", "/a", "/b", "/c", "/%2F"];
        let pairs = segments
            .iter()
            .flat_map(|x| segments.iter().map(move |y| (x, y)));
        let paths: Vec<_> = pairs
            .flat_map(|(x, y)| segments.map(|z| format!("{x}{y}{z}")))
            .collect();
        for greedy in greedy {
            let patterns: Vec<_> = plain.iter().chain(greedy).copied().collect();
            for dropped in &patterns {
                let kept = patterns.iter().copied().filter(|kept| kept != dropped);
                let routes: Vec<_> = kept.map(|pattern| ("GET", pattern)).collect();
                let router = router(&routes);
                for path in &paths {
                    let mut fits: Vec<_> = routes
                        .iter()
                        .map(|(_, pattern)| *pattern)
                        .filter(|pattern| under(pattern, path) == Some(""))
                        .collect();
                    fits.sort_by(|one, other| narrower(one, other));
                    let found = match router.find(&Method::GET, path) {
                        Found::Endpoint { entry, .. } => Some(entry.pattern.path.clone()),
                        _ => None,
                    };
                    assert_eq!(found.as_deref(), fits.first().copied(), "{path}");
                    // And so do the others, one after the other.
                    let trees = [&router.plain, &router.greedy];
                    let first = trees.into_iter().find_map(|tree| router.at(tree, path));
                    let all: Vec<_> = first
                        .iter()
                        .flat_map(|(index, node, _)| router.all(path, (*index, node)))
                        .map(|node| router.shape(node))
                        .collect();
                    assert_eq!(all, fits, "{path}");
                }
            }
        }
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
