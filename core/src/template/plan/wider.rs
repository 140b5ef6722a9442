//! Paths that other paths cover, or overlap.
//!
//! The program continues with wider paths if the most specific one lacks the method, and has fallbacks for
//! what remains. At an HTTP API the path of a fallback may be more specific than that of a route: `/n/{proxy+}`
//! precedes `/{x}/y/{rest+}`. So a path gets the operations of wider ones that the gateway would not choose
//! for it; and where two paths overlap, as these two in `/n/y/{rest+}`, there is one more path if the gateway
//! would choose the wrong one. That a REST API continues with wider paths is not documented, so each of its
//! resources has all methods.

use super::{
    operation::{ANY, DEFAULT_ROUTE, METHODS, Operation, PathItem, Paths},
    pattern::{covers, is_same, overlap, specificity},
};
use std::{cmp::Reverse, collections::BTreeSet};

/// The operations of a program.
pub(super) struct Known {
    /// Those of routes and mounted services.
    routes: Vec<PathItem>,
    /// The paths of fallbacks, the most specific one first.
    fallbacks: Vec<Fallback>,
    /// Whether the program responds to preflight requests before it chooses a route.
    has_cors: bool,
    is_rest: bool,
}

struct Fallback {
    path: String,
    operation: Operation,
    every_method: bool,
}

impl Known {
    pub(super) fn new(routes: &Paths, has_cors: bool, is_rest: bool) -> Self {
        Self {
            routes: routes.0.clone(),
            fallbacks: Vec::new(),
            has_cors,
            is_rest,
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

    /// Adds operations until the gateway chooses that of the program for every request.
    ///
    /// It is enough to look at overlaps of two paths: if the program chooses one path for a request, and the
    /// gateway another, then they choose the same two for the overlap of both.
    pub(super) fn settle(&self, paths: &mut Paths) {
        let mut added = 1;
        while added > 0 {
            let places = self.places(paths).into_iter();
            added = places.filter(|path| self.settle_at(path, paths)).count();
        }
    }

    /// All paths, then their overlaps, the widest first.
    fn places(&self, paths: &Paths) -> Vec<String> {
        let all: Vec<_> = paths.0.iter().map(|item| &item.path).collect();
        let pairs = all.iter().enumerate().flat_map(|(at, one)| {
            let others = all.iter().take(at);
            others.filter_map(move |other| overlap(one, other))
        });
        let overlaps: BTreeSet<_> = pairs.collect();
        let mut overlaps: Vec<_> = overlaps.into_iter().collect();
        overlaps.sort_by_key(|path| Reverse(specificity(path)));
        // `/a/b` makes the resource `/a`.
        let parents = all.iter().filter(|_| self.is_rest).flat_map(|path| {
            let slashes = path.match_indices('/').skip(1);
            slashes.filter_map(|(end, _)| Some(path.get(..end)?.to_owned()))
        });
        let all = all.iter().map(|path| (*path).clone());
        let all = all.chain(parents).chain(overlaps);
        // Not a path, but the rest.
        all.filter(|path| path != DEFAULT_ROUTE).collect()
    }

    /// Adds the operations of a path that the gateway would not choose for it. Returns whether there are any.
    fn settle_at(&self, path: &str, paths: &mut Paths) -> bool {
        let found = Found::new(paths, path);
        let routes = wider(&self.routes, path);
        let fallback = self.fallbacks.iter().find(|one| covers(&one.path, path));
        let fallback = fallback.filter(|one| one.every_method || routes.is_empty());
        let has = |method: &str| found.own.iter().any(|item| item.has(method));
        let mut is_whole = !has(ANY);
        let mut chosen: Vec<(_, &Operation, bool)> = Vec::new();
        for method in METHODS.into_iter().filter(|method| !has(method)) {
            let is_preflight = self.has_cors && method == "options";
            match operation(&routes, method).or(fallback.map(|one| &one.operation)) {
                // A preflight request carries no credentials, so its operation is another one.
                Some(one) if is_preflight && one.method == ANY => {}
                Some(one) => {
                    is_whole &= !is_preflight;
                    let found = found.operation(method, self.is_rest, is_preflight);
                    let is_right = found.is_some_and(|found| found.is_alike(one));
                    chosen.push((method, one, is_right));
                }
                None => is_whole = false,
            }
        }
        let wrong = chosen.iter().find(|(.., is_right)| !is_right);
        let Some((_, first, _)) = wrong.copied() else {
            return false;
        };
        if is_whole && chosen.iter().all(|(_, one, _)| one.is_alike(first)) {
            chosen = vec![(ANY, first, false)];
        } else {
            chosen.retain(|(.., is_right)| !is_right);
        }
        let added = chosen.into_iter().map(|(method, one, _)| Operation {
            method,
            ..one.clone()
        });
        let added: Vec<_> = added.collect();
        paths.insert(path, added);
        true
    }
}

/// What a gateway has for a path.
struct Found<'p> {
    /// The path itself.
    own: Vec<&'p PathItem>,
    /// The path and what covers it, the most specific one first.
    all: Vec<&'p PathItem>,
    /// The operation for the rest of an HTTP API.
    default: Option<&'p Operation>,
    /// Whether there is a path below.
    has_children: bool,
}

impl<'p> Found<'p> {
    fn new(paths: &'p Paths, path: &str) -> Self {
        let all = wider(&paths.0, path);
        let own = all.iter().take_while(|item| is_same(&item.path, path));
        let default = paths.0.iter().find(|item| item.path == DEFAULT_ROUTE);
        let below = |item: &PathItem| {
            let rest = item.path.strip_prefix(path);
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        Self {
            own: own.copied().collect(),
            default: default.and_then(|item| item.operations.first()),
            has_children: paths.0.iter().any(below),
            all,
        }
    }

    /// The operation that gets the requests for a method.
    fn operation(&self, method: &str, is_rest: bool, is_preflight: bool) -> Option<&'p Operation> {
        let is_resource = !self.own.is_empty() || self.has_children;
        let reached = match is_rest {
            true if is_resource => &self.own[..],
            // Each path gets an operation for preflight requests.
            true if is_preflight => self.all.chunk_by(alike).next()?,
            _ => &self.all[..],
        };
        let found = operation(reached, method).or(self.default);
        found.filter(|found| !is_preflight || found.method == method)
    }
}

/// The paths that cover a path, the most specific one first.
fn wider<'p>(paths: &'p [PathItem], path: &str) -> Vec<&'p PathItem> {
    let all = paths.iter().filter(|item| item.path != DEFAULT_ROUTE);
    let mut wider: Vec<_> = all.filter(|item| covers(&item.path, path)).collect();
    wider.sort_by_key(|item| specificity(&item.path));
    wider
}

/// Whether paths have their methods in common: they differ in the names of their parameters at most.
fn alike(one: &&PathItem, other: &&PathItem) -> bool {
    is_same(&one.path, &other.path)
}

/// The operation for a method: that of the first path that has one.
fn operation<'p>(paths: &[&'p PathItem], method: &str) -> Option<&'p Operation> {
    paths.chunk_by(alike).find_map(|items| {
        let of = |name: &str| {
            let mut all = items.iter().flat_map(|item| &item.operations);
            all.find(|one| one.method == name)
        };
        of(method).or_else(|| of(ANY))
    })
}
