//! Two documents that are compared.

use super::{
    document::{Document, Node},
    finding::Findings,
    schema::{Comparer, Direction, Form},
};
use std::collections::HashMap;

/// The schema of each value of a sequence, which OpenAPI 3.1 has no keyword for.
const ITEMS: &str = "x-item-schema";

/// Compares documents part by part, and collects what it finds.
pub(super) struct Comparison<'a> {
    pub(super) old: Document<'a>,
    pub(super) new: Document<'a>,
    pub(super) findings: Findings,
    /// Each remembers what it compared.
    comparers: HashMap<(Direction, Form), Comparer<'a>>,
}

/// A part of both documents, and where it belongs.
pub(super) struct Part<'a, 'b> {
    /// The operation and the part: `GET /orders: query parameter page`.
    pub(super) name: &'b str,
    pub(super) old: &'b Node<'a>,
    pub(super) new: &'b Node<'a>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(old: Document<'a>, new: Document<'a>) -> Self {
        Self {
            old,
            new,
            findings: Findings::default(),
            comparers: HashMap::new(),
        }
    }

    /// Compares the schemas of two media types, parameters or headers.
    pub(super) fn schemas(&mut self, part: &Part<'a, '_>, direction: Direction, form: Form) {
        self.members("schema", part, direction, form);
    }

    /// Compares the schemas of each value of two sequences, such as lines of JSON.
    pub(super) fn items(&mut self, part: &Part<'a, '_>, direction: Direction) {
        if part.old.get(ITEMS).is_some() {
            let name = format!("{}, each item", part.name);
            let part = Part {
                name: &name,
                ..*part
            };
            self.members(ITEMS, &part, direction, Form::Json);
        }
    }

    fn members(&mut self, key: &str, part: &Part<'a, '_>, direction: Direction, form: Form) {
        let [old, new] = [part.old, part.new].map(|one| Vec::from_iter(one.get(key)));
        let comparer = self
            .comparers
            .entry((direction, form))
            .or_insert_with(|| Comparer::new(self.old, self.new, direction, form));
        let gaps = match direction {
            Direction::Request => comparer.gaps(&old, &new),
            Direction::Response => comparer.gaps(&new, &old),
        };
        for gap in gaps {
            let value = gap.value();
            let occurrence = match value.is_empty() {
                true => part.name.to_owned(),
                false => format!("{}, `{value}`", part.name),
            };
            let mut place = gap.place;
            if place.pointer.is_empty() {
                // There is no schema at all.
                place.pointer.clone_from(&part.new.pointer);
                place.is_gone = false;
            }
            self.findings
                .add(gap.severity, place, gap.change, occurrence);
        }
    }
}
