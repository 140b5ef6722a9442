//! What a comparison of schemas knows.

use super::{
    super::{
        document::{Document, Node},
        finding::Place,
    },
    gap::Gap,
    same::without_alias,
    shape::Shape,
};
use serde_json::Value;
use std::collections::HashMap;

/// Who sends the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    /// Clients send what the old document allows, and the new one must accept it.
    Request,
    /// Clients accept what the old document allows, and the new one must allow nothing else.
    Response,
}

/// How values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    Json,
    /// As a text, so that a text accepts numbers too, and a list with separators a single one.
    Text,
    /// As a text that may be repeated, so that a list accepts a single one too.
    Repeated,
}

/// Pointers of the schemas that are compared.
pub(super) type Pair = (Vec<String>, Vec<String>);

/// Compares schemas of two documents. A value is sent according to one of them (`sent`) and must fit the
/// other one (`accepted`); the direction says which of them is old.
pub(crate) struct Comparer<'a> {
    pub(super) old: Document<'a>,
    pub(super) new: Document<'a>,
    pub(super) direction: Direction,
    pub(super) form: Form,
    /// The pairs that are being compared: each one is assumed to fit.
    pub(super) open: Vec<Pair>,
    /// The outermost of them that was assumed.
    pub(super) assumed: usize,
    pub(super) known: HashMap<Pair, Vec<Gap>>,
    pub(super) steps: usize,
}

impl<'a> Comparer<'a> {
    pub(crate) fn new(
        old: Document<'a>,
        new: Document<'a>,
        direction: Direction,
        form: Form,
    ) -> Self {
        Self {
            old,
            new,
            direction,
            form,
            open: Vec::new(),
            assumed: usize::MAX,
            known: HashMap::new(),
            steps: 0,
        }
    }

    pub(super) fn is_request(&self) -> bool {
        self.direction == Direction::Request
    }

    /// What is sent and what is accepted, as the old and the new one, and the other way round.
    pub(super) fn by_age<T>(&self, sent: T, accepted: T) -> (T, T) {
        match self.direction {
            Direction::Request => (sent, accepted),
            Direction::Response => (accepted, sent),
        }
    }

    /// The documents of what is sent and what is accepted.
    pub(super) fn documents(&self) -> (Document<'a>, Document<'a>) {
        self.by_age(self.old, self.new)
    }

    /// The place of a keyword: in the new document if it is there.
    pub(super) fn place(&self, sent: Option<&str>, accepted: Option<&str>) -> Place {
        match self.by_age(sent, accepted) {
            (_, Some(new)) => Place::new(new),
            (old, None) => Place::gone(old.unwrap_or_default()),
        }
    }

    /// The place of the schema itself in the new document, or of its keyword.
    pub(super) fn whole(&self, sent: &[Node<'a>], accepted: &[Node<'a>], keyword: &str) -> Place {
        let (_, new) = self.by_age(sent, accepted);
        let with = new.iter().find(|one| one.value.get(keyword).is_some());
        match (with, new.first()) {
            (Some(one), _) => Place::new(one.pointer_to(keyword)),
            (None, Some(one)) => Place::new(&*one.pointer),
            (None, None) => {
                let (old, _) = self.by_age(sent, accepted);
                Place::gone(old.first().map_or("", |one| &one.pointer))
            }
        }
    }

    /// A sentence about a keyword that differs.
    pub(super) fn was(&self, keyword: &str, sent: Option<&str>, accepted: Option<&str>) -> String {
        match self.by_age(sent, accepted) {
            (Some(old), Some(new)) => format!("`{keyword}` was {old} and is {new}"),
            (None, Some(new)) => format!("`{keyword}` is new: {new}"),
            (old, None) => format!("`{keyword}` was {} and is gone", old.unwrap_or("there")),
        }
    }

    /// A gap of a keyword that only one schema has, or both.
    pub(super) fn keyword(
        &self,
        keyword: &str,
        sent: Option<&(String, &str)>,
        accepted: &(String, &str),
    ) -> Gap {
        let at = sent.map(|(_, at)| *at);
        let sent = sent.map(|(text, _)| &**text);
        let change = self.was(keyword, sent, Some(&accepted.0));
        Gap::error(self.place(at, Some(accepted.1)), change)
    }

    /// Schemas without the references that only rename them.
    pub(super) fn canonical(document: Document<'a>, nodes: &[Node<'a>]) -> Vec<Node<'a>> {
        let canonical = nodes.iter().map(|node| without_alias(document, node));
        canonical.collect()
    }

    /// Whether a property is only for the other direction.
    pub(super) fn is_hidden(&self, document: Document<'a>, property: &[Node<'a>]) -> bool {
        let keyword = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        property
            .iter()
            .any(|one| one.is(keyword) || document.resolve(one.clone()).is(keyword))
    }

    /// The types of all shapes as a text.
    pub(super) fn types(shapes: &[Shape<'a>]) -> String {
        let mut names: Vec<_> = shapes
            .iter()
            .map(|one| one.kind.map_or("any type", super::kind::Kind::name))
            .collect();
        names.sort_unstable();
        names.dedup();
        match &names[..] {
            [] => "nothing".to_owned(),
            names => names.join(" or "),
        }
    }
}

/// A value as a short text.
pub(super) fn shown(value: &Value) -> String {
    const MOST: usize = 80;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("`{}..`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}
