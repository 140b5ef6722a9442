//! The least and the greatest number.

use serde_json::Number;
use std::cmp::Ordering;

/// A bound, and the pointer to its keyword.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub(super) number: Number,
    pub(super) is_exclusive: bool,
    pub(super) pointer: String,
}

/// Which side of the range a bound is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Lower,
    Upper,
}

impl Bound {
    /// Whether each number within this bound is within the other one. `integers`: only integers count,
    /// so that "more than 0" is "at least 1".
    pub(super) fn is_within(&self, other: &Self, side: Side, integers: bool) -> bool {
        let ((a, a_exclusive), (b, b_exclusive)) =
            (self.limit(side, integers), other.limit(side, integers));
        match (a.compare(b), side) {
            (Ordering::Equal, _) => a_exclusive || !b_exclusive,
            (order, Side::Lower) => order == Ordering::Greater,
            (order, Side::Upper) => order == Ordering::Less,
        }
    }

    fn limit(&self, side: Side, integers: bool) -> (Limit, bool) {
        match (Limit::of(&self.number), side) {
            (Limit::Integer(one), Side::Lower) if self.is_exclusive && integers => {
                (Limit::Integer(one.saturating_add(1)), false)
            }
            (Limit::Integer(one), Side::Upper) if self.is_exclusive && integers => {
                (Limit::Integer(one.saturating_sub(1)), false)
            }
            (limit, _) => (limit, self.is_exclusive),
        }
    }

    /// The bound as a text: `5`, or `more than 5`.
    pub(super) fn text(&self, side: Side) -> String {
        match (self.is_exclusive, side) {
            (false, _) => self.number.to_string(),
            (true, Side::Lower) => format!("more than {}", self.number),
            (true, Side::Upper) => format!("less than {}", self.number),
        }
    }
}

#[derive(Clone, Copy)]
enum Limit {
    Integer(i128),
    Float(f64),
}

impl Limit {
    fn of(number: &Number) -> Self {
        let integer = number
            .as_i64()
            .map(i128::from)
            .or_else(|| number.as_u64().map(i128::from));
        integer.map_or_else(
            || Self::Float(number.as_f64().unwrap_or(f64::NAN)),
            Self::Integer,
        )
    }

    #[allow(clippy::cast_precision_loss, reason = "compared with a float")]
    fn float(self) -> f64 {
        match self {
            Self::Integer(one) => one as f64,
            Self::Float(one) => one,
        }
    }

    fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a.cmp(&b),
            (a, b) => a.float().total_cmp(&b.float()),
        }
    }
}

/// Whether each multiple of `one` is a multiple of `other`.
pub(super) fn is_multiple(one: &Number, other: &Number) -> bool {
    match (Limit::of(one), Limit::of(other)) {
        (Limit::Integer(a), Limit::Integer(b)) => b != 0 && a % b == 0,
        (a, b) => {
            let times = a.float() / b.float();
            (times - times.round()).abs() < 1e-9 && times.round() != 0.0
        }
    }
}

/// Whether a number is a multiple of `one`.
pub(super) fn divides(one: &Number, number: &Number) -> bool {
    number.as_f64().is_some_and(|number| number == 0.0) || is_multiple(number, one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn number(value: &Value) -> Number {
        value.as_number().expect("a number").clone()
    }

    fn bound(value: &Value, is_exclusive: bool) -> Bound {
        Bound {
            number: number(value),
            is_exclusive,
            pointer: String::new(),
        }
    }

    #[test]
    fn bounds_are_compared_with_all_their_digits() {
        let great = json!(u64::MAX);
        for (one, other, side, integers, expected) in [
            (
                (json!(1), false),
                (json!(1), false),
                Side::Lower,
                false,
                true,
            ),
            (
                (json!(2), false),
                (json!(1), false),
                Side::Lower,
                false,
                true,
            ),
            (
                (json!(1), false),
                (json!(2), false),
                Side::Lower,
                false,
                false,
            ),
            (
                (json!(1), false),
                (json!(2), false),
                Side::Upper,
                false,
                true,
            ),
            (
                (json!(0), true),
                (json!(1), false),
                Side::Lower,
                false,
                false,
            ),
            ((json!(0), true), (json!(1), false), Side::Lower, true, true),
            ((json!(1), false), (json!(0), true), Side::Lower, true, true),
            (
                (json!(1), false),
                (json!(1), true),
                Side::Upper,
                false,
                false,
            ),
            (
                (json!(1), true),
                (json!(1), false),
                Side::Upper,
                false,
                true,
            ),
            (
                (json!(1.5), false),
                (json!(2), false),
                Side::Upper,
                false,
                true,
            ),
            (
                (great.clone(), false),
                (json!(u64::MAX - 1), false),
                Side::Upper,
                true,
                false,
            ),
            (
                (json!(u64::MAX - 1), false),
                (great, false),
                Side::Upper,
                true,
                true,
            ),
            (
                (json!(10), true),
                (json!(9), false),
                Side::Upper,
                true,
                true,
            ),
            (
                (json!(9), false),
                (json!(10), true),
                Side::Upper,
                true,
                true,
            ),
            (
                (json!(10), true),
                (json!(9), false),
                Side::Upper,
                false,
                false,
            ),
        ] {
            let found = bound(&one.0, one.1).is_within(&bound(&other.0, other.1), side, integers);
            assert_eq!(found, expected, "{one:?} {other:?} {side:?} {integers}");
        }
    }

    #[test]
    fn multiples_of_multiples_are_multiples() {
        for (one, other, expected) in [
            (json!(10), json!(5), true),
            (json!(5), json!(10), false),
            (json!(0.5), json!(0.1), true),
            (json!(0.25), json!(0.1), false),
            (json!(1), json!(0), false),
        ] {
            assert_eq!(
                is_multiple(&number(&one), &number(&other)),
                expected,
                "{one} {other}"
            );
        }
    }
}
