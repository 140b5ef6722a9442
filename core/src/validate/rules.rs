//! The rules. `#[derive(Validate)]` generates calls of these functions.

use super::{
    items::Items,
    values::{AsNumber, AsText, HasLength, Optional, Scalar},
    violations::{Validate, Violation, Violations},
};
use garde::rules::{self, length::HasSimpleLength, pattern::Matcher};

/// Adds the violation of a rule, with garde's text.
fn add(violations: &mut Violations, code: &'static str, result: Result<(), garde::Error>) {
    if let Err(error) = result {
        violations.add(Violation::new(code, error.message()));
    }
}

/// Checks a member by its name in the request.
pub fn member(name: &str, violations: &mut Violations, check: impl FnOnce(&mut Violations)) {
    violations.within(name, check);
}

/// Whether a number is within bounds.
pub fn range<T: AsNumber<Number = N> + ?Sized, N: Scalar>(
    value: &T,
    min: Option<N>,
    max: Option<N>,
    violations: &mut Violations,
) {
    if let Some(number) = value.as_number() {
        add(violations, "range", number.check(min, max));
    }
}

/// A length that has been counted already.
struct Counted(usize);

impl HasSimpleLength for Counted {
    fn length(&self) -> usize {
        self.0
    }
}

/// Whether a length is within bounds.
pub fn length<T: HasLength + ?Sized>(
    value: &T,
    min: Option<usize>,
    max: Option<usize>,
    violations: &mut Violations,
) {
    if let Some(length) = value.length() {
        let bounds = (min.unwrap_or(0), max.unwrap_or(usize::MAX));
        add(
            violations,
            "length",
            rules::length::simple::apply(&Counted(length), bounds),
        );
    }
}

macro_rules! text_rules {
    ($($(#[$attr:meta])* $name:ident, $rule:ident, $argument:expr;)*) => { $(
        /// Whether a text has this format.
        $(#[$attr])*
        pub fn $name<T: AsText + ?Sized>(value: &T, violations: &mut Violations) {
            if let Some(text) = value.as_text() {
                add(violations, stringify!($name), rules::$rule::apply(&text, $argument));
            }
        }
    )* };
}

text_rules! {
    email, email, ();
    ascii, ascii, ();
    alphanumeric, alphanumeric, ();
    ip, ip, (rules::ip::IpKind::Any,);
    ipv4, ip, (rules::ip::IpKind::V4,);
    ipv6, ip, (rules::ip::IpKind::V6,);
    #[cfg(feature = "validate-url")]
    url, url, ();
    #[cfg(feature = "validate-credit-card")]
    credit_card, credit_card, ();
}

macro_rules! part_rules {
    ($($name:ident)*) => { $(
        /// Whether a text has this part.
        pub fn $name<T: AsText + ?Sized>(value: &T, part: &str, violations: &mut Violations) {
            if let Some(text) = value.as_text() {
                add(violations, stringify!($name), rules::$name::apply(&text, (part,)));
            }
        }
    )* };
}

part_rules!(contains prefix suffix);

/// Whether a regular expression matches anywhere in a text.
pub fn pattern<T: AsText + ?Sized, M: Matcher>(
    value: &T,
    pattern: &M,
    violations: &mut Violations,
) {
    if let Some(text) = value.as_text() {
        add(
            violations,
            "pattern",
            rules::pattern::apply(&text, (pattern,)),
        );
    }
}

/// Whether a value equals another one, which clients know by `name`.
pub fn matches<T: PartialEq<O>, O>(value: &T, name: &str, other: &O, violations: &mut Violations) {
    add(
        violations,
        "matches",
        rules::matches::apply(value, (name, other)),
    );
}

/// Whether there is a value.
pub fn required<T: Optional + ?Sized>(value: &T, violations: &mut Violations) {
    let present = value.is_present().then_some(());
    add(violations, "required", rules::required::apply(&present, ()));
}

/// Calls a function of the program.
pub fn custom<T: ?Sized, E: Into<Violation>>(
    value: &T,
    check: impl FnOnce(&T) -> Result<(), E>,
    violations: &mut Violations,
) {
    if let Err(error) = check(value) {
        violations.add(error);
    }
}

/// Checks the rules of a value's type.
pub fn dive<T: Validate + ?Sized>(value: &T, violations: &mut Violations) {
    value.validate(violations);
}

/// Checks each item of a list or map.
pub fn inner<T: Items<Item = I> + ?Sized, I: ?Sized>(
    items: &T,
    violations: &mut Violations,
    mut check: impl FnMut(&I, &mut Violations),
) {
    items.each(violations, &mut check);
}
