//! Method and path to endpoint.

mod routing;

pub(crate) use routing::{Dispatch, Handler, Mounted, Routing};

use crate::{
    BoxFuture, Request, Response,
    auth::Policy,
    endpoint::Route,
    matched::{Pattern, Value, Values},
    middleware::Next,
    spelling,
};
use http::{HeaderValue, Method};
use matchit::Params;
use percent_encoding::percent_decode_str;
use std::{cmp::Reverse, collections::HashMap, fmt, sync::Arc, time::Duration};

/// All routes of an application, nested ones included.
///
/// Two trees, because a route without a greedy parameter goes before one with it wherever both fit,
/// as at API Gateway; one tree would refuse `/orders/{id}` beside `/orders/{path+}`.
#[derive(Default)]
pub(crate) struct Router {
    plain: Tree,
    greedy: Tree,
    /// Prefix and endpoint of every Api that has a fallback, the [most specific](specificity)
    /// prefix first.
    fallbacks: Vec<(String, Arc<Entry>)>,
    /// Prefix and policy of every Api that is closed, the most specific prefix first.
    closed: Vec<(String, Arc<Policy>)>,
    ignore_trailing_slash: bool,
}

#[derive(Default)]
struct Tree {
    paths: matchit::Router<usize>,
    nodes: Vec<Node>,
    by_path: HashMap<String, usize>,
}

#[derive(Default)]
struct Node {
    methods: Vec<(Method, Arc<Entry>)>,
    any: Option<Arc<Entry>>,
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
    Fallback(Arc<Entry>),
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
        let (mut normal, greedy) = normalise(path);
        if self.ignore_trailing_slash {
            normal.truncate(trimmed(&normal).len());
        }
        let tree = if greedy {
            &mut self.greedy
        } else {
            &mut self.plain
        };
        tree.insert(method, normal, entry)
    }

    pub(crate) fn insert_fallback(&mut self, prefix: &str, entry: Arc<Entry>) {
        self.fallbacks
            .push((spelling::normal(prefix).into_owned(), entry));
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
        of_prefix(&self.closed, path)
    }

    pub(crate) fn find(&self, method: &Method, path: &str) -> Found {
        let wanted = self.wanted(path);
        let answers = |matched: &Option<(&Node, Params<'_, '_>)>| {
            let (node, params) = matched.as_ref()?;
            let entry = Arc::clone(node.find(method)?);
            let values = values(path, params);
            Some(Found::Endpoint { entry, values })
        };
        let plain = self.plain.at(wanted);
        if let Some(found) = answers(&plain) {
            return found;
        }
        let greedy = self.greedy.at(wanted);
        if let Some(found) = answers(&greedy) {
            return found;
        }
        match allow([plain, greedy].iter().flatten().map(|(node, _)| *node)) {
            Some(allow) if method == Method::OPTIONS => Found::Options(allow),
            Some(allow) => Found::MethodNotAllowed(allow),
            None => match self.fallback(path) {
                Some(entry) => Found::Fallback(entry),
                None => Found::Nothing,
            },
        }
    }

    /// The methods that a preflight is told: those of the path, or all that there are where the
    /// path is closed, since a preflight carries no credentials.
    pub(crate) fn preflight(&self, path: &str) -> Option<HeaderValue> {
        if self.policy(path).is_some() {
            return Some(HeaderValue::from_static(ALL_METHODS));
        }
        let wanted = self.wanted(path);
        let matched = [self.plain.at(wanted), self.greedy.at(wanted)];
        let nodes = matched.iter().flatten().map(|(node, _)| *node);
        allow(nodes).map(|allow| allow.methods)
    }

    /// The path to look for in the trees.
    fn wanted<'p>(&self, path: &'p str) -> &'p str {
        if self.ignore_trailing_slash {
            trimmed(path)
        } else {
            path
        }
    }

    fn fallback(&self, path: &str) -> Option<Arc<Entry>> {
        of_prefix(&self.fallbacks, path).cloned()
    }
}

/// How narrow a prefix is: by its segments, and of as many, by the first one that is no parameter.
fn specificity(prefix: &str) -> (usize, Vec<bool>) {
    let literal: Vec<bool> = prefix
        .split('/')
        .map(|segment| parameter(segment).is_none())
        .collect();
    (literal.len(), literal)
}

/// What belongs to the first prefix that the path is under.
fn of_prefix<'a, T>(prefixes: &'a [(String, T)], path: &str) -> Option<&'a T> {
    let (_, value) = prefixes
        .iter()
        .find(|(prefix, _)| under(prefix, path).is_some())?;
    Some(value)
}

impl Tree {
    fn insert(&mut self, method: &str, normal: String, entry: Arc<Entry>) -> Result<(), Conflict> {
        let index = match self.by_path.get(&normal) {
            Some(index) => *index,
            None => {
                let index = self.nodes.len();
                if let Err(error) = self.paths.insert(normal.clone(), index) {
                    return Err(Conflict::Path(error));
                }
                self.nodes.push(Node::default());
                self.by_path.insert(normal, index);
                index
            }
        };
        let Some(node) = self.nodes.get_mut(index) else {
            return Ok(());
        };
        let taken = match Method::from_bytes(method.as_bytes()) {
            Ok(method) if method.as_str() != "ANY" => {
                match node.methods.iter().find(|(known, _)| *known == method) {
                    Some((_, taken)) => Some(taken),
                    None => {
                        node.methods.push((method, entry));
                        None
                    }
                }
            }
            _ => match &node.any {
                Some(taken) => Some(taken),
                None => {
                    node.any = Some(entry);
                    None
                }
            },
        };
        match taken {
            Some(taken) => Err(Conflict::Taken(taken.origin.clone())),
            None => Ok(()),
        }
    }

    fn at<'a>(&'a self, path: &'a str) -> Option<(&'a Node, Params<'a, 'a>)> {
        let found = self.paths.at(path).ok()?;
        Some((self.nodes.get(*found.value)?, found.params))
    }
}

impl Node {
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
        let mut entries = self.methods.iter().map(|(_, entry)| entry).chain(&self.any);
        entries.all(|entry| {
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

/// The path with its parameters' names taken out, in the syntax of the tree, and whether its last
/// parameter is greedy.
fn normalise(path: &str) -> (String, bool) {
    let mut greedy = false;
    let mut normal = String::with_capacity(path.len());
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            normal.push('/');
        }
        match parameter(segment) {
            Some((_, false)) => {
                normal.push_str("{p");
                normal.push_str(&index.to_string());
                normal.push('}');
            }
            Some((_, true)) => {
                greedy = true;
                normal.push_str("{*rest}");
            }
            // As the path of a request is spelt.
            None => normal.push_str(&spelling::normal(segment)),
        }
    }
    (normal, greedy)
}

/// The name of a segment that is a parameter, and whether it is greedy.
pub(crate) fn parameter(segment: &str) -> Option<(&str, bool)> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    Some(match name.strip_suffix('+') {
        Some(name) => (name, true),
        None => (name, false),
    })
}

impl Pattern {
    pub(crate) fn new(path: String) -> Arc<Self> {
        let names = path
            .split('/')
            .filter_map(parameter)
            .map(|(name, _)| name.to_owned())
            .collect();
        Arc::new(Self { path, names })
    }

    /// That of a fallback, which is no route.
    pub(crate) fn none() -> Arc<Self> {
        Self::new(String::new())
    }

    pub(crate) fn is_route(&self) -> bool {
        !self.path.is_empty()
    }
}

fn trimmed(path: &str) -> &str {
    match path.strip_suffix('/') {
        Some(trimmed) if !trimmed.is_empty() => trimmed,
        _ => path,
    }
}

/// What is left of a path behind a prefix of whole segments: `""`, or `/` and more.
pub(crate) fn under<'p>(prefix: &str, path: &'p str) -> Option<&'p str> {
    let mut rest = path;
    for segment in prefix.split('/').skip(1) {
        let behind = rest.strip_prefix('/')?;
        let end = behind.find('/').unwrap_or(behind.len());
        let (found, next) = behind.split_at(end);
        let fits = match parameter(segment) {
            Some(_) => !found.is_empty(),
            None => found == segment,
        };
        if !fits {
            return None;
        }
        rest = next;
    }
    Some(rest)
}

/// The parameters' values, percent-decoded: only now, so that an encoded `/` never splits a segment.
fn values(path: &str, params: &Params<'_, '_>) -> Values {
    params
        .iter()
        .map(|(_, value)| {
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
        write!(
            f,
            "Router({} paths)",
            self.plain.nodes.len() + self.greedy.nodes.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str) -> Arc<Entry> {
        Arc::new(Entry {
            pattern: Pattern::new(path.to_owned()),
            target: Target::Handler(|_| Box::pin(std::future::ready(Response::default()))),
            policy: None,
            gate: None,
            origin: path.to_owned(),
            timeout: None,
        })
    }

    fn router(routes: &[(&str, &str)]) -> Router {
        let mut router = Router::default();
        for (method, path) in routes {
            let inserted = router.insert(method, path, entry(&format!("{method} {path}")));
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
            Found::Fallback(entry) => format!("fallback {}", entry.origin),
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
                router.insert(method, path, entry(path)).is_err(),
                "{method} {path}"
            );
        }
    }

    #[test]
    fn a_trailing_slash_is_another_path_unless_it_is_ignored() {
        let mut ignoring = Router::new(true);
        assert!(ignoring.insert("GET", "/orders", entry("orders")).is_ok());
        assert!(ignoring.insert("GET", "/", entry("root")).is_ok());
        assert_eq!(found(&ignoring, "GET", "/orders/"), "orders []");
        assert_eq!(found(&ignoring, "GET", "/"), "root []");
        assert_eq!(found(&ignoring, "GET", "/orders//"), "404");
    }

    #[test]
    fn the_fallback_of_the_most_specific_prefix_answers() {
        let mut router = router(&[("GET", "/v1/orders")]);
        router.insert_fallback("", entry("all"));
        router.insert_fallback("/v1/{tenant}", entry("tenant"));
        router.insert_fallback("/v1/acme", entry("acme"));
        for (path, expected) in [
            ("/v1/acme/x", "fallback acme"),
            ("/x", "fallback all"),
            ("/v1/a", "fallback tenant"),
            ("/v1/a/b", "fallback tenant"),
            ("/v1", "fallback all"),
        ] {
            assert_eq!(found(&router, "GET", path), expected, "{path}");
        }
        assert_eq!(
            found(&router, "POST", "/v1/orders"),
            "405 GET, HEAD, OPTIONS"
        );
    }
}
