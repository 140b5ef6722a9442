//! Whether each value of one schema fits another one.

use super::{
    super::{
        document::{Document, Node},
        finding::{Place, Severity},
    },
    comparer::{Comparer, Form, shown},
    gap::Gap,
    kind::Kind,
    same::{Content, is_same},
    shape::{Shape, shapes},
    values::enumerated,
};
use serde_json::Value;
use std::{collections::BTreeSet, mem};

/// The deepest nesting of different schemas, and the number of pairs of schemas that are compared.
const DEEPEST: usize = 200;
const MOST_STEPS: usize = 500_000;

impl<'a> Comparer<'a> {
    /// Why a value that fits all of `sent` may not fit all of `accepted`. No schemas mean any value.
    pub(crate) fn gaps(&mut self, sent: &[Node<'a>], accepted: &[Node<'a>]) -> Vec<Gap> {
        let changed_default = self.default_gap(sent, accepted);
        let (in_sent, in_accepted) = self.documents();
        let sent = Self::canonical(in_sent, sent);
        let accepted = Self::canonical(in_accepted, accepted);
        let mut gaps = self.remembered(&sent, &accepted);
        gaps.extend(changed_default);
        gaps
    }

    /// Compares each pair once, and recursive types without end.
    fn remembered(&mut self, sent: &[Node<'a>], accepted: &[Node<'a>]) -> Vec<Gap> {
        let pointers = |nodes: &[Node<'a>]| {
            nodes
                .iter()
                .map(|one| one.pointer.clone())
                .collect::<Vec<_>>()
        };
        let pair = (pointers(sent), pointers(accepted));
        if let Some(at) = self.open.iter().position(|open| *open == pair) {
            self.assumed = self.assumed.min(at);
            return Vec::new();
        }
        if let Some(known) = self.known.get(&pair) {
            return known.clone();
        }
        let depth = self.open.len();
        self.steps += 1;
        if depth > DEEPEST || self.steps > MOST_STEPS {
            return self.equal_only(sent, accepted);
        }
        self.open.push(pair.clone());
        let outer = mem::replace(&mut self.assumed, usize::MAX);
        let gaps = distinct(self.compared(sent, accepted));
        self.open.pop();
        // A result that assumes an outer pair holds only inside it.
        if self.assumed >= depth {
            self.known.insert(pair, gaps.clone());
            self.assumed = outer;
        } else {
            self.assumed = self.assumed.min(outer);
        }
        gaps
    }

    /// What a client that leaves a value out gets instead.
    fn default_gap(&self, sent: &[Node<'a>], accepted: &[Node<'a>]) -> Option<Gap> {
        if !self.is_request() {
            return None;
        }
        let default = |document: Document<'a>, nodes: &[Node<'a>]| {
            let mut nodes = nodes.iter();
            nodes.find_map(|one| {
                let own = one.get("default");
                own.or_else(|| document.resolve(one.clone()).get("default"))
            })
        };
        let old = default(self.old, sent)?;
        let new = default(self.new, accepted);
        if new.as_ref().is_some_and(|new| new.value == old.value) {
            return None;
        }
        let text = new.as_ref().map(|new| shown(new.value));
        let change = self.was("default", Some(&shown(old.value)), text.as_deref());
        let at = new.as_ref().map(|new| &*new.pointer);
        Some(Gap::warning(self.place(Some(&old.pointer), at), change))
    }

    fn compared(&mut self, sent: &[Node<'a>], accepted: &[Node<'a>]) -> Vec<Gap> {
        let (in_sent, in_accepted) = self.documents();
        let (Some(sent_shapes), Some(accepted_shapes)) =
            (shapes(in_sent, sent), shapes(in_accepted, accepted))
        else {
            return self.equal_only(sent, accepted);
        };
        if accepted_shapes.iter().any(Shape::is_anything) {
            return Vec::new();
        }
        let (old, new) = self.by_age(&sent_shapes, &accepted_shapes);
        let types = format!(
            "the type was {} and is {}",
            Self::types(old),
            Self::types(new)
        );
        let objects = |shapes: &[Shape<'_>]| {
            let objects = shapes.iter().filter(|one| one.kind == Some(Kind::Object));
            objects.count() > 1
        };
        let is_union = objects(&sent_shapes) || objects(&accepted_shapes);
        let place = self.whole(sent, accepted, "type");
        let is_untyped = sent_shapes.iter().any(|one| one.kind.is_none());
        if is_untyped && !accepts_all_types(&accepted_shapes) {
            return vec![Gap::error(place, types)];
        }
        let (mut gaps, mut missing) = (Vec::new(), BTreeSet::new());
        // No text is `null`.
        let is_sent =
            |shape: &&Shape<'a>| self.form == Form::Json || shape.kind != Some(Kind::Null);
        let sent_shapes = split(sent_shapes, &accepted_shapes);
        let sent_shapes: Vec<_> = sent_shapes.iter().filter(is_sent).collect();
        for shape in sent_shapes {
            let candidates: Vec<_> = accepted_shapes
                .iter()
                .filter(|other| self.may_take(other, shape))
                .collect();
            match candidates.is_empty() {
                true => drop(missing.insert(shape.kind)),
                false => gaps.extend(self.fits(shape, &candidates, is_union)),
            }
        }
        if !missing.is_empty() {
            let change = match (missing.len(), missing.contains(&Some(Kind::Null))) {
                (1, true) if self.is_request() => "`null` is no longer accepted".to_owned(),
                (1, true) => "it may be `null` now".to_owned(),
                _ => types,
            };
            gaps.push(Gap::error(place, change));
        }
        gaps
    }

    /// A gap, unless both say the same.
    pub(super) fn equal_only(&self, sent: &[Node<'a>], accepted: &[Node<'a>]) -> Vec<Gap> {
        let (in_sent, in_accepted) = self.documents();
        let mut pairs = sent.iter().zip(accepted);
        let is_same = sent.len() == accepted.len()
            && pairs
                .all(|(one, other)| is_same(Content::Schema, (in_sent, one), (in_accepted, other)));
        if is_same {
            return Vec::new();
        }
        let change = "the type changed, and is too large to be compared";
        vec![Gap::error(self.whole(sent, accepted, ""), change)]
    }

    /// Whether values of the type of `sent` can fit `accepted`.
    fn may_take(&self, accepted: &Shape<'a>, sent: &Shape<'a>) -> bool {
        match (accepted.kind, sent.kind) {
            (None, _) => true,
            (Some(kind), Some(other)) if kind.contains(other) => true,
            (Some(Kind::String), Some(other)) => {
                self.form != Form::Json && other.is_scalar() && accepted.is_any_text()
            }
            (Some(Kind::Array), Some(other)) => match self.form {
                Form::Json => false,
                // A text may contain what separates the values.
                Form::Text => other.is_number() || other == Kind::Boolean,
                Form::Repeated => other.is_scalar(),
            },
            _ => false,
        }
    }

    /// Why values of `sent` may fit none of the candidates, which have its type. `is_union`: the
    /// schemas are unions of objects.
    pub(super) fn fits(
        &mut self,
        sent: &Shape<'a>,
        candidates: &[&Shape<'a>],
        is_union: bool,
    ) -> Vec<Gap> {
        let (listing, open): (Vec<&Shape<'_>>, Vec<&Shape<'_>>) =
            candidates.iter().partition(|one| one.values.is_some());
        let beside: Vec<_> = listing
            .iter()
            .map(|one| self.beside_values(sent, one))
            .collect();
        let lists = |one: &Shape<'_>, value: &Value| {
            let mut values = one.values.iter().flatten();
            values.any(|other| other.value == value)
        };
        if let Some(values) = &sent.values {
            let is_free = |value: &Value| {
                let mut all = listing.iter().zip(&beside);
                all.any(|(one, gaps)| gaps.is_empty() && lists(one, value))
            };
            let left: Vec<_> = values.iter().filter(|one| !is_free(one.value)).collect();
            if left.is_empty() {
                return Vec::new();
            }
            if !open.is_empty() {
                return self.best(&enumerated(sent, &left), &open, is_union);
            }
            let (known, new): (Vec<&Node<'a>>, Vec<&Node<'a>>) = left
                .iter()
                .partition(|value| listing.iter().any(|one| lists(one, value.value)));
            let is_replaced = new.len() == values.len();
            let new = new.iter().map(|one| self.value_gap(one, is_replaced));
            let with_known = listing
                .iter()
                .zip(beside)
                .filter(|(one, _)| known.iter().any(|value| lists(one, value.value)));
            return new.chain(with_known.flat_map(|(_, gaps)| gaps)).collect();
        }
        if open.is_empty() {
            let is_both = sent.kind == Some(Kind::Boolean)
                && [true, false]
                    .iter()
                    .all(|value| listing.iter().any(|one| lists(one, &Value::Bool(*value))));
            return match is_both {
                true => beside.into_iter().flatten().collect(),
                false => vec![self.enum_gap(sent, &listing)],
            };
        }
        self.best(sent, &open, is_union)
    }

    /// The gaps of the candidate that is nearest.
    fn best(&mut self, sent: &Shape<'a>, candidates: &[&Shape<'a>], is_union: bool) -> Vec<Gap> {
        let mut nearest: Option<Vec<Gap>> = None;
        for accepted in candidates {
            let is_other = is_union && self.differ(sent, accepted);
            let gaps = self.constraints(sent, accepted);
            if gaps.is_empty() {
                return gaps;
            }
            // A new value of this alternative is nearer than a break of another one.
            let is_nearer = nearest
                .as_ref()
                .is_none_or(|known| weight(&gaps) < weight(known));
            if is_nearer && !is_other {
                nearest = Some(gaps);
            }
        }
        nearest.unwrap_or_else(|| {
            let place =
                |at: &[Node<'_>]| at.last().map_or(String::new(), |one| one.pointer.clone());
            let at = place(&sent.sources);
            vec![match self.is_request() {
                true => Gap::error(Place::gone(at), "an alternative of the type is gone"),
                false => Gap::error(Place::new(at), "the type has a new alternative"),
            }]
        })
    }
}

/// The numbers of errors and of warnings.
fn weight(gaps: &[Gap]) -> (usize, usize) {
    let errors = gaps.iter().filter(|one| one.severity == Severity::Error);
    let errors = errors.count();
    (errors, gaps.len() - errors)
}

/// One gap for each change: a type may be in many places of another one.
fn distinct(gaps: Vec<Gap>) -> Vec<Gap> {
    let mut distinct: Vec<Gap> = Vec::new();
    for gap in gaps {
        if !distinct.iter().any(|one| one.is_same_change(&gap)) {
            distinct.push(gap);
        }
    }
    distinct
}

fn accepts_all_types(shapes: &[Shape<'_>]) -> bool {
    let accepts = |kind: Kind| {
        let mut kinds = shapes.iter().map(|one| one.kind);
        kinds.any(|own| own.is_none_or(|own| own.contains(kind)))
    };
    Kind::ALL.into_iter().all(accepts)
}

/// Shapes of any type as one of each type, unless the other side has one of any type too.
fn split<'a>(sent: Vec<Shape<'a>>, accepted: &[Shape<'a>]) -> Vec<Shape<'a>> {
    if accepted.iter().any(|one| one.kind.is_none()) {
        return sent;
    }
    let each = sent.into_iter().flat_map(|shape| match shape.kind {
        Some(_) => vec![shape],
        None => Kind::ALL
            .into_iter()
            .map(|kind| Shape {
                kind: Some(kind),
                ..shape.clone()
            })
            .collect(),
    });
    each.collect()
}
