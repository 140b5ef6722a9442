//! Operations of a gateway, by path.

use super::{pattern::is_same, security::Security};

/// A path of a gateway.
#[derive(Clone)]
pub(in crate::template) struct PathItem {
    /// In the syntax of API Gateway.
    pub(in crate::template) path: String,
    pub(in crate::template) operations: Vec<Operation>,
    /// Whether the program does not have it: it is where others overlap, or the resource above one.
    pub(super) is_added: bool,
}

#[derive(Clone)]
pub(in crate::template) struct Operation {
    /// A method in lower case, or [`ANY`].
    pub(in crate::template) method: &'static str,
    pub(in crate::template) security: Security,
    /// The name of the function; `None` for that of the whole API.
    pub(in crate::template) function: Option<String>,
    pub(in crate::template) comments: Vec<String>,
}

/// The operation for every method.
pub(in crate::template) const ANY: &str = "x-amazon-apigateway-any-method";
/// All methods that API Gateway has.
pub(super) const METHODS: [&str; 7] = ["get", "head", "post", "put", "patch", "delete", "options"];
/// The path of the route of an HTTP API that takes what no other route takes.
pub(in crate::template) const DEFAULT_ROUTE: &str = "/$default";

impl Operation {
    /// Whether another operation has the same caller and the same function.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        self.security == other.security && self.function == other.function
    }
}

/// Paths in the order in which they were added.
pub(super) struct Paths(pub(super) Vec<PathItem>);

impl Paths {
    /// Adds an operation unless the path has one for this method.
    pub(super) fn add(&mut self, path: &str, operation: Operation) {
        let path = self.spelled(path);
        match self.0.iter_mut().find(|known| known.path == path) {
            Some(known) => {
                if !known.has(operation.method) {
                    known.operations.push(operation);
                }
            }
            None => self.0.push(PathItem {
                path,
                operations: vec![operation],
                is_added: false,
            }),
        }
    }

    /// Adds an operation of a mounted service or a fallback, which does not see names of parameters: they
    /// are those of a path that is known.
    pub(super) fn add_alike(&mut self, path: &str, operation: Operation) {
        let mut paths = self.0.iter().map(|known| &known.path);
        let known = paths.find(|known| is_same(known, path)).cloned();
        self.add(known.as_deref().unwrap_or(path), operation);
    }

    /// Adds the `HEAD` that the router handles as `GET`.
    pub(super) fn add_heads(&mut self) {
        let all = self.0.iter();
        let with_head = all.filter(|item| item.has("head"));
        let with_head: Vec<_> = with_head.map(|item| item.path.clone()).collect();
        for item in &mut self.0 {
            let get = item.operations.iter().position(|one| one.method == "get");
            let has_head = with_head.iter().any(|path| is_same(path, &item.path));
            let Some(at) = get.filter(|_| !has_head) else {
                continue;
            };
            if let Some(get) = item.operations.get(at) {
                let head = Operation {
                    method: "head",
                    comments: Vec::new(),
                    ..get.clone()
                };
                item.operations.insert(at + 1, head);
            }
        }
    }

    /// Adds operations to a path, before that for every method. A new path has the names that parameters
    /// already have in their places.
    pub(super) fn insert(&mut self, path: &str, operations: Vec<Operation>) {
        let known = self.0.iter_mut().find(|known| is_same(&known.path, path));
        match known {
            Some(known) => {
                let any = known.operations.iter().position(|one| one.method == ANY);
                let at = any.unwrap_or(known.operations.len());
                known.operations.splice(at..at, operations);
            }
            None => {
                let path = self.named(path);
                self.0.push(PathItem {
                    path,
                    operations,
                    is_added: true,
                });
            }
        }
    }

    /// The path with the names that parameters already have in their places.
    fn named(&self, path: &str) -> String {
        let mut named = String::new();
        for segment in path.split('/').skip(1) {
            let place = format!("{named}/");
            let in_place = |known: &PathItem| {
                let segment = known.path.strip_prefix(&place)?.split('/').next()?;
                segment.starts_with('{').then(|| segment.to_owned())
            };
            let mut known = self.0.iter().filter_map(in_place);
            let is_greedy = segment.ends_with("+}");
            let known = known.find(|known| known.ends_with("+}") == is_greedy);
            let known = known.filter(|_| segment.starts_with('{'));
            let mut own = known.unwrap_or_else(|| segment.to_owned());
            // The two paths may have one name for different places.
            let name = |segment: &str| segment.replace("+}", "}");
            while own.starts_with('{') && named.split('/').any(|other| name(other) == name(&own)) {
                own = own.replacen('{', "{p_", 1);
            }
            named = place + &own;
        }
        named
    }

    /// The path with the name that a greedy parameter already has in this place.
    fn spelled(&self, path: &str) -> String {
        let parent = |path: &str| {
            let (parent, last) = path.rsplit_once('/')?;
            last.ends_with("+}").then(|| parent.to_owned())
        };
        let own = parent(path);
        let known = self
            .0
            .iter()
            .find(|known| own.is_some() && parent(&known.path) == own);
        known.map_or(path, |known| &known.path).to_owned()
    }
}

impl PathItem {
    pub(in crate::template) fn has(&self, method: &str) -> bool {
        self.operations.iter().any(|one| one.method == method)
    }
}
