//! The routes of an application, by the shapes of their paths.
//!
//! To insert a route is to put its number into an array: shapes are [constants](Shape), except for
//! prefixes. A request is looked up once for each [`Kind`] of path, the most specific one first.
//! There are few kinds, even if there are many routes.

use super::{
    entry::{Conflict, Entry, value},
    prefix::behind,
};
use crate::{
    matched_route::Values,
    path_shape::{Kind, Segments, Shape, alike},
};
use http::Method;
use std::iter;

#[derive(Default)]
pub(super) struct Table {
    routes: Vec<Listed>,
    /// A hash table of the first route of each shape, as its index in `routes` plus one. At least
    /// half of the slots are zero, and their number is a power of two.
    slots: Vec<usize>,
    /// All kinds of path, the most specific one first.
    kinds: Vec<Kind>,
    /// The maximum number of segments of a path.
    longest: usize,
    ignore_trailing_slash: bool,
}

/// A route, and its method; `None` is any method.
pub(super) struct Listed {
    pub(super) entry: Entry,
    pub(super) method: Option<Method>,
    key: u64,
    /// The next route of this shape, numbered as in `slots`.
    next: usize,
}

impl Table {
    /// `routes` is the expected number of routes.
    pub(super) fn new(ignore_trailing_slash: bool, routes: usize) -> Self {
        Self {
            routes: Vec::with_capacity(routes),
            slots: vec![0; slots_for(routes)],
            ignore_trailing_slash,
            ..Self::default()
        }
    }

    /// Adds a route. `method` is a method or `ANY`; `shape` is that of the entry's path, normalised
    /// like the path of a request.
    pub(super) fn insert(
        &mut self,
        method: &str,
        mut shape: Shape,
        entry: Entry,
    ) -> Result<(), Conflict> {
        let text = entry.pattern.text();
        let path = self.wanted(text);
        if path.len() < text.len() {
            shape = Shape::normal(path);
        }
        if shape.is_too_long() {
            return Err(Conflict::TooLong);
        }
        let method = match Method::from_bytes(method.as_bytes()) {
            Ok(method) if method.as_str() != "ANY" => Some(method),
            _ => None,
        };
        let key = shape.key();
        let first = self
            .first_of(key)
            .find(|first| self.path(*first).is_some_and(|known| alike(known, path)));
        let mut last = None;
        for (index, listed) in first.into_iter().flat_map(|first| self.node(first)) {
            if listed.method == method {
                return Err(Conflict::Taken(listed.entry.origin.clone()));
            }
            last = Some(index);
        }
        self.routes.push(Listed {
            entry,
            method,
            key,
            next: 0,
        });
        let added = self.routes.len();
        match last.and_then(|last| self.routes.get_mut(last)) {
            Some(last) => last.next = added,
            None => self.add_shape(shape, added),
        }
        Ok(())
    }

    /// Puts the first route of a shape into its slot.
    fn add_shape(&mut self, shape: Shape, added: usize) {
        if let Err(at) = self.kinds.binary_search(&shape.kind) {
            self.kinds.insert(at, shape.kind);
            self.longest = self.longest.max(shape.kind.segments());
        }
        if slots_for(added) <= self.slots.len() {
            self.put(shape.key(), added);
            return;
        }
        let old = std::mem::take(&mut self.slots);
        self.slots = vec![0; slots_for(2 * added)];
        for known in old.into_iter().chain([added]).filter(|known| *known > 0) {
            if let Some(listed) = self.routes.get(known - 1) {
                self.put(listed.key, known);
            }
        }
    }

    fn put(&mut self, key: u64, known: usize) {
        let free = self
            .places(key)
            .find(|at| self.slots.get(*at).is_none_or(|known| *known == 0));
        if let Some(slot) = free.and_then(|at| self.slots.get_mut(at)) {
            *slot = known;
        }
    }

    /// The slots in which a key may be: its own, and the following ones.
    fn places(&self, key: u64) -> impl Iterator<Item = usize> + use<> {
        let all = self.slots.len();
        let last = all.wrapping_sub(1);
        (0..all).map(move |step| (key as usize).wrapping_add(step) & last)
    }

    /// The first routes of the shapes that have this key; rarely two.
    fn first_of(&self, key: u64) -> impl Iterator<Item = usize> {
        self.places(key)
            .map_while(|at| self.slots.get(at)?.checked_sub(1))
            .filter(move |index| self.routes.get(*index).is_some_and(|one| one.key == key))
    }

    /// All routes of one shape, in the order in which they were added, each with its index in
    /// `routes`.
    fn node(&self, first: usize) -> impl Iterator<Item = (usize, &Listed)> + Clone {
        let at = |index: usize| Some((index, self.routes.get(index)?));
        iter::successors(at(first), move |(_, one)| at(one.next.checked_sub(1)?))
    }

    /// The path of a route as it is compared.
    fn path(&self, index: usize) -> Option<&str> {
        let listed = self.routes.get(index)?;
        Some(self.wanted(listed.entry.pattern.text()))
    }

    /// The routes of each shape whose key the path has, the most specific shape first. The path
    /// [matches](Table::values) all routes of a shape or none, unless two shapes have the same key.
    pub(super) fn numbered<'t>(
        &'t self,
        path: &str,
    ) -> impl Iterator<Item = impl Iterator<Item = &'t Listed> + Clone> {
        let segments = Segments::of(self.wanted(path), self.longest);
        self.kinds
            .iter()
            .filter_map(move |kind| segments.key(*kind))
            .flat_map(|key| self.first_of(key))
            .map(|first| self.node(first).map(|(_, listed)| listed))
    }

    /// The values of a route's parameters in a path; `None` if it does not match.
    pub(super) fn values(&self, route: &Listed, path: &str) -> Option<Values> {
        let (mut values, pattern) = (Values::new(), self.wanted(route.entry.pattern.text()));
        let rest = behind(pattern, self.wanted(path), |name, part| {
            values.push((name, value(path, part)));
        })?;
        rest.is_empty().then_some(values)
    }

    /// A path of a route or a request as it is compared.
    fn wanted<'p>(&self, path: &'p str) -> &'p str {
        match path.strip_suffix('/') {
            Some(trimmed) if self.ignore_trailing_slash && !trimmed.is_empty() => trimmed,
            _ => path,
        }
    }

    /// All routes, in the order in which they were added.
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.routes.iter().map(|listed| &listed.entry)
    }

    pub(super) fn len(&self) -> usize {
        self.routes.len()
    }
}

/// The number of slots for this number of shapes.
fn slots_for(shapes: usize) -> usize {
    (2 * shapes).next_power_of_two()
}
