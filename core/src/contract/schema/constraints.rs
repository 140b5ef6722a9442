//! Constraints of one type.

use super::{
    bound::{Side, divides, is_multiple},
    comparer::{Comparer, shown},
    gap::Gap,
    kind::Kind,
    same::{Content, is_same},
    shape::{ENCODINGS, OPAQUE, SIZES, Shape},
};
use crate::integer_format::is_integer_format;
use serde_json::Value;

/// Formats whose values all have another one, too.
const NARROWER: [(&str, &str); 6] = [
    ("email", "idn-email"),
    ("hostname", "idn-hostname"),
    ("uri", "iri"),
    ("uri", "iri-reference"),
    ("uri", "uri-reference"),
    ("uri-reference", "iri-reference"),
];

impl<'a> Comparer<'a> {
    /// Why a value of `sent` may not fit `accepted`, which has its type.
    pub(super) fn constraints(&mut self, sent: &Shape<'a>, accepted: &Shape<'a>) -> Vec<Gap> {
        match (sent.kind, accepted.kind) {
            (None | Some(Kind::String), Some(Kind::String)) => {}
            // A text that may be any text.
            (_, Some(Kind::String)) => return Vec::new(),
            (Some(kind), Some(Kind::Array)) if kind != Kind::Array => {
                return self.single(sent, accepted);
            }
            _ => {}
        }
        let has = |kind| sent.kind.is_none_or(|own| own == kind);
        let mut gaps = Vec::new();
        if sent.kind.is_none_or(Kind::is_number) {
            self.numbers(sent, accepted, &mut gaps);
        }
        self.sizes(sent, accepted, &mut gaps);
        self.opaque(sent, accepted, &mut gaps);
        if has(Kind::String) {
            self.encodings(sent, accepted, &mut gaps);
        }
        if has(Kind::Array) {
            self.arrays(sent, accepted, &mut gaps);
        }
        if has(Kind::Object) {
            self.objects(sent, accepted, &mut gaps);
        }
        gaps
    }

    fn numbers(&self, sent: &Shape<'a>, accepted: &Shape<'a>, gaps: &mut Vec<Gap>) {
        let integers = sent.kind == Some(Kind::Integer);
        for (keyword, side, own, other) in [
            ("minimum", Side::Lower, &sent.lower, &accepted.lower),
            ("maximum", Side::Upper, &sent.upper, &accepted.upper),
        ] {
            let Some(other) = other else {
                continue;
            };
            let is_within = |own: &super::bound::Bound| own.is_within(other, side, integers);
            if !own.as_ref().is_some_and(is_within) {
                let own = own.as_ref().map(|one| (one.text(side), &*one.pointer));
                gaps.push(self.keyword(keyword, own.as_ref(), &(other.text(side), &other.pointer)));
            }
        }
        self.number_formats(sent, accepted, gaps);
        for (number, pointer) in &accepted.multiples {
            let mut own = sent.multiples.iter();
            if own.any(|(one, _)| is_multiple(one, number)) {
                continue;
            }
            let is_listed =
                |value: &Value| value.as_number().is_some_and(|one| divides(number, one));
            if let Some(values) = &sent.values
                && values.iter().all(|one| is_listed(one.value))
            {
                continue;
            }
            // Each integer is a multiple of 1.
            if integers && is_multiple(&1.into(), number) {
                continue;
            }
            let own = sent.multiples.first();
            let own = own.map(|(one, at)| (one.to_string(), &**at));
            gaps.push(self.keyword("multipleOf", own.as_ref(), &(number.to_string(), pointer)));
        }
    }

    /// Formats of numbers: those of integers are bounds, and JSON numbers are doubles.
    fn number_formats(&self, sent: &Shape<'a>, accepted: &Shape<'a>, gaps: &mut Vec<Gap>) {
        if !accepted.kind.is_some_and(Kind::is_number) {
            return;
        }
        let formats = |shape: &Shape<'a>| {
            let nodes = shape.opaque.get("format").into_iter().flatten().cloned();
            nodes.collect::<Vec<_>>()
        };
        let own = formats(sent);
        for other in formats(accepted) {
            let is_covered = match other.value.as_str() {
                Some("double") => true,
                Some("float") if sent.kind == Some(Kind::Integer) => true,
                Some(format) if is_integer_format(format) => true,
                _ => own.iter().any(|one| one.value == other.value),
            };
            if !is_covered {
                let own = own.first().map(|one| (shown(one.value), &*one.pointer));
                let other = (shown(other.value), &*other.pointer);
                gaps.push(self.keyword("format", own.as_ref(), &other));
            }
        }
    }

    fn sizes(&self, sent: &Shape<'a>, accepted: &Shape<'a>, gaps: &mut Vec<Gap>) {
        for (keyword, kind, side) in SIZES {
            let Some((other, at)) = accepted.size(keyword) else {
                continue;
            };
            let own = sent.size(keyword);
            let known = match keyword {
                // Each required property counts.
                "minProperties" => {
                    let required = sent.required.len() as u64;
                    Some(own.map_or(required, |(own, _)| required.max(own)))
                }
                // A tuple that has nothing behind its elements.
                "maxItems" if own.is_none() && sent.is_tuple() => Some(sent.prefix.len() as u64),
                // The keyword `contains` itself is new.
                "minContains" | "maxContains" if !sent.opaque.contains_key("contains") => continue,
                _ => own.map(|(own, _)| own),
            };
            let is_within = |own: u64| match side {
                Side::Lower => own >= other,
                Side::Upper => own <= other,
            };
            if sent.kind.is_some_and(|own| own != kind) || known.is_some_and(is_within) {
                continue;
            }
            let own = own.map(|(own, at)| (own.to_string(), at));
            gaps.push(self.keyword(keyword, own.as_ref(), &(other.to_string(), at)));
        }
    }

    /// Why a listed value of `sent` may not fit what stands beside the values of `accepted`.
    pub(super) fn beside_values(&self, sent: &Shape<'a>, accepted: &Shape<'a>) -> Vec<Gap> {
        let mut gaps = Vec::new();
        self.opaque(sent, accepted, &mut gaps);
        if sent.kind == Some(Kind::String) {
            self.encodings(sent, accepted, &mut gaps);
        }
        gaps
    }

    /// What can be compared for equality only.
    fn opaque(&self, sent: &Shape<'a>, accepted: &Shape<'a>, gaps: &mut Vec<Gap>) {
        let (in_sent, in_accepted) = self.documents();
        for (keyword, kind) in OPAQUE {
            if kind.is_some() && sent.kind.is_some() && sent.kind != kind {
                continue;
            }
            let own = sent.opaque.get(keyword).map_or(&[][..], Vec::as_slice);
            for other in accepted.opaque.get(keyword).into_iter().flatten() {
                let is_covered = own.iter().any(|own| {
                    let formats = (own.value.as_str(), other.value.as_str());
                    let is_narrower = matches!(formats, (Some(own), Some(other))
                        if keyword == "format" && NARROWER.contains(&(own, other)));
                    is_narrower
                        || is_same(Content::of(keyword), (in_sent, own), (in_accepted, other))
                });
                if own
                    .iter()
                    .any(|own| !is_covered && own.value == other.value)
                {
                    let change = format!("what `{keyword}` refers to changed");
                    let at = self.place(own.first().map(|one| &*one.pointer), Some(&other.pointer));
                    gaps.push(Gap::error(at, change));
                } else if !is_covered {
                    let own = own.first().map(|one| (shown(one.value), &*one.pointer));
                    gaps.push(self.keyword(
                        keyword,
                        own.as_ref(),
                        &(shown(other.value), &other.pointer),
                    ));
                }
            }
        }
    }

    /// How a text is read must not change at all.
    fn encodings(&self, sent: &Shape<'a>, accepted: &Shape<'a>, gaps: &mut Vec<Gap>) {
        for keyword in ENCODINGS {
            let of = |shape: &Shape<'a>| {
                let nodes = shape.opaque.get(keyword).into_iter().flatten();
                let mut nodes: Vec<_> = nodes.map(|one| one.value).collect();
                nodes.dedup();
                nodes
            };
            if of(sent) == of(accepted) {
                continue;
            }
            let first = |shape: &Shape<'a>| {
                let nodes = shape.opaque.get(keyword)?;
                nodes
                    .first()
                    .map(|one| (shown(one.value), one.pointer.clone()))
            };
            let (own, other) = (first(sent), first(accepted));
            let texts = (own.as_ref(), other.as_ref());
            let (own, other) = (texts.0.map(|one| &*one.0), texts.1.map(|one| &*one.0));
            let change = self.was(keyword, own, other);
            let place = self.place(texts.0.map(|one| &*one.1), texts.1.map(|one| &*one.1));
            gaps.push(Gap::error(place, change));
        }
    }
}
