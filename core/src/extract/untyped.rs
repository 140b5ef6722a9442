//! Chooses the type of a text if a Rust type accepts any.
//!
//! A query, a form and a path contain texts, and most types request a specific type: `u32`,
//! `String`. With `#[serde(flatten)]`, and in internally tagged and untagged enums, serde requests
//! any type, stores the value, and only later checks the type of the field. By then a number cannot
//! become a text again, nor a text a number.
//!
//! So a value is first typed by its spelling: `2` as a number and `02` as a text. If a field needs
//! another type, that is a miss, and everything is read again with the value typed differently. A
//! miss is recorded even if serde hides it, as it does while it tries the variants of an untagged
//! enum. Types that request a specific type are read once, at the cost of checking a flag.

use serde::de::Unexpected;
use std::cell::{Cell, RefCell};

thread_local! {
    /// Whether the pass contains anything. Checking it is cheap.
    pub(super) static ASKED: Cell<bool> = const { Cell::new(false) };
    /// The events of a pass, which is a single call of `T::deserialize`. It is a thread local,
    /// since serde creates errors by functions without access to the deserializer.
    pub(super) static PASS: RefCell<Pass> = const { RefCell::new(Pass::new()) };
}

pub(super) struct Pass {
    /// The types of values that are not typed by their spelling.
    pub(super) shapes: Vec<(usize, Shape)>,
    pub(super) given: Vec<Given>,
    pub(super) misses: Vec<Miss>,
}

impl Pass {
    pub(super) const fn new() -> Self {
        Self {
            shapes: Vec::new(),
            given: Vec::new(),
            misses: Vec::new(),
        }
    }
}

/// How the values of a name are typed if any type is accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) typing: Typing,
    /// Whether a single value is a sequence, as several values are.
    pub(super) list: bool,
    pub(super) empty: Empty,
}

impl Shape {
    /// Whether an empty value counts as missing.
    pub(super) fn is_absent_when_empty(self) -> bool {
        self.empty == Empty::Absent
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Empty {
    /// A text, unless that fails.
    #[default]
    Untried,
    Absent,
    Text,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Typing {
    /// An integer or a boolean if it is spelled like one; otherwise a text.
    #[default]
    Spelling,
    Text,
    /// Any text that parses as a number or a boolean, as if a type requested one.
    Scalar,
}

/// A scalar that is not text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scalar {
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

/// A value that was passed to a type that accepts any.
pub(super) struct Given {
    pub(super) id: usize,
    /// The address of its text. It identifies the value while serde reads it.
    pub(super) text: *const u8,
    pub(super) length: usize,
    pub(super) scalar: Option<Scalar>,
}

/// A value of another type than a field requested.
pub(super) struct Miss {
    pub(super) what: What,
    pub(super) expected: String,
}

pub(super) enum What {
    /// A text, identified by its address.
    Text { id: usize, text: String },
    /// A scalar, which can only be identified by its value.
    Scalar(Scalar),
    /// An empty value that an `Option` could not read.
    Empty { id: usize },
    /// A missing value.
    Absent,
}

/// Returns how the values of this name are typed.
pub(super) fn shape(id: usize) -> Shape {
    if !ASKED.get() {
        return Shape::default();
    }
    PASS.with_borrow(|pass| shape_in(&pass.shapes, id))
}

pub(super) fn shape_in(shapes: &[(usize, Shape)], id: usize) -> Shape {
    let known = shapes.iter().find(|(known, _)| *known == id);
    known.map(|(_, shape)| *shape).unwrap_or_default()
}

/// Returns the scalar for a text; `None` if it stays a text. `on` is a boolean in a form.
pub(super) fn give(id: usize, text: &str, in_form: bool) -> Option<Scalar> {
    let scalar = match shape(id).typing {
        Typing::Spelling => by_spelling(text),
        Typing::Text => None,
        Typing::Scalar => by_force(text, in_form),
    };
    ASKED.set(true);
    PASS.with_borrow_mut(|pass| {
        pass.given.push(Given {
            id,
            text: text.as_ptr(),
            length: text.len(),
            scalar,
        });
    });
    scalar
}

/// Only converts what would be formatted identically: `007`, `+5`, `1e5` and `NaN` stay texts. So
/// do decimals and large numbers, of which a float would lose digits.
pub(super) fn by_spelling(text: &str) -> Option<Scalar> {
    match text {
        "true" => return Some(Scalar::Bool(true)),
        "false" => return Some(Scalar::Bool(false)),
        _ => {}
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !is_whole(digits) || text == "-0" {
        return None;
    }
    let unsigned = text.parse().ok().map(Scalar::Unsigned);
    unsigned.or_else(|| text.parse().ok().map(Scalar::Signed))
}

/// Whether a text is an integer in JSON's format.
pub(super) fn is_whole(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits && !text.is_empty() && (text == "0" || !text.starts_with('0'))
}

/// Whether a text is a number in JSON's format, without an exponent.
pub(super) fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    match text.split_once('.') {
        Some((whole, part)) => {
            is_whole(whole) && !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
        }
        None => is_whole(text),
    }
}

/// Converts any text that a boolean, an integer or a float is parsed from elsewhere.
pub(super) fn by_force(text: &str, in_form: bool) -> Option<Scalar> {
    let bool = match text {
        "on" if in_form => Some(true),
        other => other.parse().ok(),
    };
    let float = || text.parse().ok().filter(|float: &f64| float.is_finite());
    bool.map(Scalar::Bool)
        .or_else(|| text.parse().ok().map(Scalar::Unsigned))
        .or_else(|| text.parse().ok().map(Scalar::Signed))
        .or_else(|| float().map(Scalar::Float))
}

/// Records that an `Option` could not read an empty value.
#[cold]
pub(super) fn empty(id: usize) {
    ASKED.set(true);
    PASS.with_borrow_mut(|pass| {
        pass.misses.push(Miss {
            what: What::Empty { id },
            expected: String::new(),
        });
    });
}

/// Records that a value has another type than requested. Returns the value's number if it is known.
pub(super) fn missed(found: &Unexpected<'_>, expected: &str) -> Option<usize> {
    if !ASKED.get() {
        return None;
    }
    let what = match found {
        Unexpected::Str(text) => What::Text {
            id: given_as(text)?,
            text: (*text).to_owned(),
        },
        Unexpected::Bool(value) => What::Scalar(Scalar::Bool(*value)),
        Unexpected::Unsigned(value) => What::Scalar(Scalar::Unsigned(*value)),
        Unexpected::Signed(value) => What::Scalar(Scalar::Signed(*value)),
        Unexpected::Float(value) => What::Scalar(Scalar::Float(*value)),
        Unexpected::Option => What::Absent,
        _ => return None,
    };
    let id = match what {
        What::Text { id, .. } => Some(id),
        _ => None,
    };
    let expected = expected.to_owned();
    PASS.with_borrow_mut(|pass| pass.misses.push(Miss { what, expected }));
    id
}

/// Returns the number of the value whose text has this address.
pub(super) fn given_as(text: &str) -> Option<usize> {
    PASS.with_borrow(|pass| {
        // A later text may have the address of a dropped one.
        let mut given = pass.given.iter().rev();
        let found =
            given.find(|given| given.text == text.as_ptr() && given.length == text.len())?;
        Some(found.id)
    })
}

/// Clears the pass, even if the code of a type panics.
pub(super) struct Forget;

impl Drop for Forget {
    fn drop(&mut self) {
        if ASKED.replace(false) {
            PASS.set(Pass::new());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_text_is_a_scalar() {
        for (text, expected) in [
            ("true", Some(Scalar::Bool(true))),
            ("0", Some(Scalar::Unsigned(0))),
            ("-7", Some(Scalar::Signed(-7))),
            ("18446744073709551615", Some(Scalar::Unsigned(u64::MAX))),
            ("18446744073709551616", None),
            ("-9223372036854775809", None),
            ("01234", None),
            ("+5", None),
            ("-0", None),
            ("1e5", None),
            ("1.5", None),
            ("NaN", None),
            ("inf", None),
            ("True", None),
            ("on", None),
            ("٣", None),
            ("", None),
            ("-", None),
        ] {
            assert_eq!(by_spelling(text), expected, "{text}");
        }
    }

    #[test]
    fn by_force_a_scalar_is_read_as_elsewhere() {
        for (text, expected) in [
            ("01234", Some(Scalar::Unsigned(1234))),
            ("+5", Some(Scalar::Unsigned(5))),
            ("1e5", Some(Scalar::Float(1e5))),
            ("NaN", None),
            ("inf", None),
            ("1e999", None),
            ("tea", None),
        ] {
            assert_eq!(by_force(text, false), expected, "{text}");
        }
        assert_eq!(by_force("on", true), Some(Scalar::Bool(true)));
        assert_eq!(by_force("on", false), None);
    }

    #[test]
    fn a_number_is_formatted_as_in_json() {
        for text in ["0", "7", "-7", "1.50", "-0.5"] {
            assert!(is_number(text), "{text}");
        }
        for text in ["", "-", "01", "+5", "1.", ".5", "1e5", "1.2.3", "NaN"] {
            assert!(!is_number(text), "{text}");
        }
    }
}
