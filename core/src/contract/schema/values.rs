//! Values of enumerations.

use super::{
    super::document::Node,
    bound::{Bound, Side},
    comparer::{Comparer, shown},
    gap::Gap,
    kind::Kind,
    shape::Shape,
};
use serde_json::{Number, Value};

impl<'a> Comparer<'a> {
    /// A value that is no longer accepted, or a new one that may be sent. `is_replaced`: no old value
    /// is left.
    pub(super) fn value_gap(&self, value: &Node<'a>, is_replaced: bool) -> Gap {
        let text = shown(value.value);
        if self.is_request() {
            let change = format!("the value {text} is no longer accepted");
            return Gap::error(self.place(Some(&value.pointer), None), change);
        }
        let change = format!("the value {text} is new");
        let place = self.place(Some(&value.pointer), None);
        match is_replaced {
            true => Gap::error(place, format!("{change}, and all old ones are gone")),
            false => Gap::warning(place, change),
        }
    }

    /// Some values where any value of a type was, or the other way round.
    pub(super) fn enum_gap(&self, sent: &Shape<'a>, listing: &[&Shape<'a>]) -> Gap {
        let values = listing
            .iter()
            .filter_map(|one| one.values.as_ref())
            .flatten();
        let mut texts: Vec<_> = values
            .clone()
            .take(10)
            .map(|one| shown(one.value))
            .collect();
        if values.count() > texts.len() {
            texts.push("..".to_owned());
        }
        let (texts, kind) = (texts.join(", "), sent.kind.map_or("value", Kind::name));
        let sources: Vec<_> = listing.iter().flat_map(|one| one.sources.clone()).collect();
        let place = self.whole(&sent.sources, &sources, "enum");
        match self.is_request() {
            true => Gap::error(
                place,
                format!("any {kind} was accepted, and now only {texts}"),
            ),
            false => Gap::error(
                place,
                format!("it may be any {kind}, and was one of {texts}"),
            ),
        }
    }
}

/// The smallest range that contains some values, with the constraints beside them.
pub(super) fn enumerated<'a>(shape: &Shape<'a>, values: &[&Node<'a>]) -> Shape<'a> {
    let mut around = Shape {
        kind: shape.kind,
        values: Some(values.iter().copied().cloned().collect()),
        opaque: shape.opaque.clone(),
        sources: shape.sources.clone(),
        ..Shape::default()
    };
    let at = |one: &Node<'_>| one.pointer.clone();
    let bound = |one: &&Node<'a>, number: &Number| Bound {
        number: number.clone(),
        is_exclusive: false,
        pointer: at(one),
    };
    for one in values {
        match one.value {
            Value::Number(number) => {
                let bound = bound(one, number);

                if around
                    .lower
                    .as_ref()
                    .is_none_or(|known| known.is_within(&bound, Side::Lower, false))
                {
                    around.lower = Some(bound.clone());
                }
                if around
                    .upper
                    .as_ref()
                    .is_none_or(|known| known.is_within(&bound, Side::Upper, false))
                {
                    around.upper = Some(bound);
                }
            }
            Value::String(text) => {
                let length = text.chars().count() as u64;
                let least = around.sizes.entry("minLength").or_insert((length, at(one)));
                least.0 = least.0.min(length);
                let most = around.sizes.entry("maxLength").or_insert((length, at(one)));
                most.0 = most.0.max(length);
            }
            _ => {}
        }
    }
    around
}
