//! Two documents that are compared.

use super::{
    document::{Document, Node},
    finding::Findings,
    schema::{Comparer, Direction},
};

/// Compares documents part by part, and collects what it finds.
pub(super) struct Comparison<'a> {
    pub(super) old: Document<'a>,
    pub(super) new: Document<'a>,
    pub(super) findings: Findings,
    bodies: [Comparer<'a>; 2],
    texts: [Comparer<'a>; 2],
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
        let both = [Direction::Request, Direction::Response];
        Self {
            old,
            new,
            findings: Findings::default(),
            bodies: both.map(|direction| Comparer::new(old, new, direction)),
            texts: both.map(|direction| Comparer::of_texts(old, new, direction)),
        }
    }

    /// Compares the schemas of two media types, parameters or headers.
    pub(super) fn schemas(&mut self, part: &Part<'a, '_>, direction: Direction, is_text: bool) {
        let [old, new] = [part.old, part.new].map(|one| Vec::from_iter(one.get("schema")));
        let comparers = match is_text {
            true => &mut self.texts,
            false => &mut self.bodies,
        };
        let [requests, responses] = comparers;
        let gaps = match direction {
            Direction::Request => requests.gaps(&old, &new),
            Direction::Response => responses.gaps(&new, &old),
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
