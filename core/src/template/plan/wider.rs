//! Paths that cover other paths.
//!
//! The program continues with wider paths if the most specific one lacks the method, and has fallbacks for
//! what remains. A REST API chooses a resource by its path alone, and at an HTTP API the path of a fallback
//! may be more specific than that of a route. Their paths need the operations of wider paths, too.

use super::{
    operation::{ANY, METHODS, Operation, PathItem, Paths},
    pattern::{covers, is_same, specificity},
};

/// The operations of a program.
pub(super) struct Known {
    /// Those of routes and mounted services, the most specific path first.
    routes: Vec<PathItem>,
    /// The paths of fallbacks, the most specific one first.
    fallbacks: Vec<Fallback>,
    /// Whether the program responds to preflight requests before it chooses a route.
    has_cors: bool,
}

struct Fallback {
    path: String,
    operation: Operation,
    every_method: bool,
}

impl Known {
    pub(super) fn new(routes: &Paths, has_cors: bool) -> Self {
        let mut routes = routes.0.clone();
        routes.sort_by_key(|item| specificity(&item.path));
        Self {
            routes,
            fallbacks: Vec::new(),
            has_cors,
        }
    }

    pub(super) fn add_fallback(&mut self, path: &str, operation: &Operation, every_method: bool) {
        self.fallbacks.push(Fallback {
            path: path.to_owned(),
            operation: operation.clone(),
            every_method,
        });
        self.fallbacks.sort_by_key(|one| specificity(&one.path));
    }

    /// The paths of routes that cover this path, the most specific one first.
    fn wider(&self, path: &str) -> Vec<&PathItem> {
        let all = self.routes.iter();
        all.filter(|item| covers(&item.path, path)).collect()
    }

    /// The operation of a route for a method, in these paths.
    fn route(&self, wider: &[&PathItem], method: &'static str) -> Option<Operation> {
        let chosen = wider.iter().find_map(|item| {
            let of = |name: &str| item.operations.iter().find(|one| one.method == name);
            of(method).or_else(|| of(ANY))
        })?;
        // A preflight request carries no credentials, so its operation is another one.
        let is_preflight = self.has_cors && method == "options" && chosen.method == ANY;
        (!is_preflight).then(|| Operation {
            method,
            ..chosen.clone()
        })
    }

    /// Adds what precedes a fallback in its own path: routes of wider paths.
    pub(super) fn add_routes(&self, path: &str, fallback: &Operation, paths: &mut Paths) {
        let wider = self.wider(path);
        if wider
            .iter()
            .any(|item| is_same(&item.path, path) && item.has(ANY))
        {
            return;
        }
        let routes = METHODS
            .into_iter()
            .filter_map(|method| self.route(&wider, method));
        for operation in routes.filter(|one| !one.is_alike(fallback)) {
            paths.add_alike(path, operation);
        }
    }

    /// Adds operations for the methods that a resource of a REST API lacks and a wider path has.
    pub(super) fn fill(&self, paths: &mut Paths) {
        let mut all: Vec<_> = paths.0.iter().map(|item| item.path.clone()).collect();
        // `/a/b` makes the resource `/a`.
        let parents = all.iter().flat_map(|path| {
            let slashes = path.match_indices('/').skip(1);
            slashes.filter_map(|(end, _)| Some(path.get(..end)?.to_owned()))
        });
        let parents: Vec<_> = parents.collect();
        all.extend(parents);
        all.dedup();
        for path in &all {
            let item = paths.0.iter().find(|item| item.path == *path);
            let has = |method: &str| item.is_some_and(|item| item.has(method));
            if has(ANY) {
                continue;
            }
            let wider = self.wider(path);
            let missing: Vec<_> = METHODS.into_iter().filter(|one| !has(one)).collect();
            let found = missing.iter().map(|method| {
                self.route(&wider, method)
                    .or_else(|| self.fallback(path, method, !wider.is_empty()))
            });
            let found: Vec<_> = found.collect();
            let first = found.iter().flatten().next().cloned();
            let is_alike = |one: &Option<Operation>| {
                let both = one.as_ref().zip(first.as_ref());
                both.is_some_and(|(one, first)| one.is_alike(first))
            };
            match first.as_ref().filter(|_| found.iter().all(is_alike)) {
                Some(first) => paths.add(
                    path,
                    Operation {
                        method: ANY,
                        ..first.clone()
                    },
                ),
                None => found
                    .into_iter()
                    .flatten()
                    .for_each(|operation| paths.add(path, operation)),
            }
        }
    }

    /// The operation of the fallback for a method at this path. `is_known`: whether a route has the path.
    fn fallback(&self, path: &str, method: &'static str, is_known: bool) -> Option<Operation> {
        let mut wider = self.fallbacks.iter().filter(|one| covers(&one.path, path));
        let nearest = wider.next()?;
        (nearest.every_method || !is_known).then(|| Operation {
            method,
            ..nearest.operation.clone()
        })
    }
}
