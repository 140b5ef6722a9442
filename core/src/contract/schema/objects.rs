//! Properties of objects.

use super::{
    super::document::{Document, Node},
    comparer::Comparer,
    gap::Gap,
    kind::Kind,
    shape::{Shape, shapes},
};
use serde_json::Value;
use std::collections::BTreeMap;

type Properties<'a> = BTreeMap<&'a str, Vec<Node<'a>>>;

impl<'a> Comparer<'a> {
    /// A property that one document has and the other one does not is gone or new: it makes no
    /// difference that a schema without `additionalProperties: false` accepts all names.
    pub(super) fn objects(&mut self, sent: &Shape<'a>, accepted: &Shape<'a>, gaps: &mut Vec<Gap>) {
        let (in_sent, in_accepted) = self.documents();
        let own = self.visible(in_sent, sent);
        let other = self.visible(in_accepted, accepted);
        for (name, schemas) in &own {
            if let Some(others) = other.get(name) {
                let found = self.gaps(schemas, others);
                gaps.extend(found.into_iter().map(|gap| gap.below(format!(".{name}"))));
            }
        }
        self.gone(sent, accepted, (&own, &other), gaps);
        self.new_ones(sent, accepted, (&own, &other), gaps);
        self.required(sent, accepted, (&own, &other), gaps);
        self.others(sent, accepted, &own, gaps);
        if !accepted.names.is_empty() {
            let found = self.names(sent, accepted);
            gaps.extend(found.into_iter().map(|gap| gap.below(".{name}")));
        }
    }

    /// Names of properties, which are always texts.
    fn names(&mut self, sent: &Shape<'a>, accepted: &Shape<'a>) -> Vec<Gap> {
        let (in_sent, in_accepted) = self.documents();
        let texts = |document, names: &[Node<'a>]| {
            let mut shapes = shapes(document, names)?;
            shapes.retain(|one| one.kind.is_none_or(|kind| kind == Kind::String));
            shapes
                .iter_mut()
                .for_each(|one| one.kind = Some(Kind::String));
            Some(shapes)
        };
        let (own, other) = (
            texts(in_sent, &sent.names),
            texts(in_accepted, &accepted.names),
        );
        let (Some(own), Some(other)) = (own, other) else {
            return self.equal_only(&sent.names, &accepted.names);
        };
        let candidates: Vec<_> = other.iter().collect();
        let mut gaps = Vec::new();
        for shape in &own {
            gaps.extend(match candidates.is_empty() {
                true => {
                    let place = self.whole(&sent.names, &accepted.names, "");
                    let (old, new) = match self.is_request() {
                        true => ("allowed", "rejected now"),
                        false => ("rejected", "allowed now"),
                    };
                    let change = format!("names of properties were {old} and are {new}");
                    vec![Gap::error(place, change)]
                }
                false => self.fits(shape, &candidates, false),
            });
        }
        gaps
    }

    fn visible(&self, document: Document<'a>, shape: &Shape<'a>) -> Properties<'a> {
        let mut properties = shape.properties.clone();
        properties.retain(|_, schemas| !self.is_hidden(document, schemas));
        properties
    }

    /// Properties of the old document only.
    fn gone(
        &mut self,
        sent: &Shape<'a>,
        accepted: &Shape<'a>,
        (own, other): (&Properties<'a>, &Properties<'a>),
        gaps: &mut Vec<Gap>,
    ) {
        let (old, new) = self.by_age(own, other);
        let (_, new_shape) = self.by_age(sent, accepted);
        for (name, schemas) in old.iter().filter(|(name, _)| !new.contains_key(*name)) {
            if let Some(rest) = new_shape.others_fit() {
                // A map may still have it.
                self.property(name, schemas, rest, gaps);
                continue;
            }
            let at = schemas.first().map(|one| &*one.pointer);
            let (a, b) = self.by_age(at, None);
            let place = self.place(a, b);
            gaps.push(Gap::error(place, "the property is gone").below(format!(".{name}")));
        }
    }

    /// Properties of the new document only, which a map of the old one may have had.
    fn new_ones(
        &mut self,
        sent: &Shape<'a>,
        accepted: &Shape<'a>,
        (own, other): (&Properties<'a>, &Properties<'a>),
        gaps: &mut Vec<Gap>,
    ) {
        let (old, new) = self.by_age(own, other);
        let (old_shape, _) = self.by_age(sent, accepted);
        let Some(rest) = old_shape.others_fit() else {
            return;
        };
        for (name, schemas) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
            self.property(name, rest, schemas, gaps);
        }
    }

    /// A property by its old and its new schemas.
    fn property(&mut self, name: &str, old: &[Node<'a>], new: &[Node<'a>], gaps: &mut Vec<Gap>) {
        let (sent, accepted) = self.by_age(old, new);
        let found = self.gaps(sent, accepted);
        gaps.extend(found.into_iter().map(|gap| gap.below(format!(".{name}"))));
    }

    fn required(
        &self,
        sent: &Shape<'a>,
        accepted: &Shape<'a>,
        (own, other): (&Properties<'a>, &Properties<'a>),
        gaps: &mut Vec<Gap>,
    ) {
        // Names without a schema count, too; properties of the other direction do not.
        let is_hidden = |shape: &Shape<'a>, visible: &Properties<'a>, name: &str| {
            shape.properties.contains_key(name) && !visible.contains_key(name)
        };
        for (name, at) in &accepted.required {
            let is_sent = sent.required.contains_key(name) && !is_hidden(sent, own, name);
            if is_sent || is_hidden(accepted, other, name) {
                continue;
            }
            let (change, place) = if self.is_request() {
                let change = match own.contains_key(name) {
                    true => "the property is required now",
                    false => "the property is new and required",
                };
                (change, self.place(None, Some(at)))
            } else {
                // One that is gone is reported already.
                let Some(schemas) = own.get(name) else {
                    if !other.contains_key(name) || sent.others_fit().is_some() {
                        let place = self.place(None, Some(at));
                        let change = "the property is no longer always there";
                        gaps.push(Gap::error(place, change).below(format!(".{name}")));
                    }
                    continue;
                };
                let at = schemas.first().map(|one| &*one.pointer);
                (
                    "the property is no longer always there",
                    self.place(at, None),
                )
            };
            gaps.push(Gap::error(place, change).below(format!(".{name}")));
        }
    }

    /// Properties without a name of their own.
    fn others(
        &mut self,
        sent: &Shape<'a>,
        accepted: &Shape<'a>,
        own: &Properties<'a>,
        gaps: &mut Vec<Gap>,
    ) {
        for (pattern, schemas) in &sent.patterns {
            let others = accepted.patterns.get(pattern).map(Vec::as_slice);
            let Some(others) = others.or_else(|| accepted.others_fit()) else {
                if self.is_request() && accepted.is_closed() {
                    let at = schemas.first().map(|one| &*one.pointer);
                    let change =
                        format!("properties that match {pattern:?} are no longer accepted");
                    gaps.push(Gap::error(self.place(at, None), change));
                }
                continue;
            };
            let found = self.gaps(schemas, others);
            gaps.extend(found.into_iter().map(|gap| gap.below(".*")));
        }
        for (pattern, schemas) in &accepted.patterns {
            // More names of a request are accepted; those of a response are gone.
            let is_wider = self.is_request() && sent.is_closed();
            if sent.patterns.contains_key(pattern) || is_wider {
                continue;
            }
            let at = schemas.first().map_or("", |one| &*one.pointer);
            let text = format!("{pattern:?}");
            gaps.push(self.keyword("patternProperties", None, &(text, at)));
        }
        match (accepted.others_fit(), sent.others_fit()) {
            (Some(others), Some(rest)) => {
                let found = self.gaps(rest, others);
                gaps.extend(found.into_iter().map(|gap| gap.below(".*")));
            }
            // Other properties may be anything; a response that names some has no others.
            (Some(others), None) if !sent.is_closed() && (self.is_request() || own.is_empty()) => {
                let found = self.gaps(&[], others);
                gaps.extend(found.into_iter().map(|gap| gap.below(".*")));
            }
            _ => {}
        }
        if self.is_request() && accepted.is_closed() && !sent.is_closed() {
            let closed = &Value::Bool(false);
            let at = accepted.additional.iter().find(|one| one.value == closed);
            let at = at.map(|one| &*one.pointer);
            let change = "properties without a schema are rejected now";
            gaps.push(Gap::error(self.place(None, at), change));
        }
    }

    /// Whether two objects are different alternatives of a union: a property has other values (a tag),
    /// or they have no required property in common.
    pub(super) fn differ(&self, sent: &Shape<'a>, accepted: &Shape<'a>) -> bool {
        if sent.kind != Some(Kind::Object) || accepted.kind != Some(Kind::Object) {
            return false;
        }
        let (in_sent, in_accepted) = self.documents();
        let both = sent
            .properties
            .iter()
            .filter_map(|(name, own)| Some((own, accepted.properties.get(name)?)));
        for (own, other) in both {
            if let (Some(own), Some(other)) = (values(in_sent, own), values(in_accepted, other))
                && !own.iter().any(|one| other.contains(one))
            {
                return true;
            }
        }
        let is_closed = sent.is_closed() && accepted.is_closed();
        let has_common = sent
            .required
            .keys()
            .any(|name| accepted.required.contains_key(name));
        is_closed && !has_common && !(sent.required.is_empty() && accepted.required.is_empty())
    }
}

/// The values of an enumeration.
fn values<'a>(document: Document<'a>, schemas: &[Node<'a>]) -> Option<Vec<&'a Value>> {
    let shapes = shapes(document, schemas)?;
    let values = shapes
        .into_iter()
        .map(|shape| Some(shape.values?.into_iter().map(|one| one.value)));
    Some(
        values
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .flatten()
            .collect(),
    )
}
