//! How a text is typed where a type asks for anything.
//!
//! A query, a form and a path hold texts, and most types say which one they want: `u32`, `String`.
//! Behind `#[serde(flatten)]`, in an internally tagged and in an untagged enum they do not: serde
//! asks for anything, puts the value aside, and looks only later what the field is. By then a number
//! is no text any more, and a text no number.
//!
//! So a value is given by its spelling first, `2` as a number and `02` as a text. What turns out to
//! be asked for otherwise is a miss, and the whole is read once more with that value typed the other
//! way. A miss is found even where serde keeps it to itself, as it does while it tries the variants
//! of an untagged enum. Types that say what they want are read once, and pay for one look at a flag.

use super::value_error::ValueError;
use serde::de::{Deserialize, Deserializer, Unexpected};
use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
};

/// How many values are given at most before a request is rejected: a field of a flattened struct
/// takes one more reading, and the number of values is the client's choice.
const MOST_VALUES: usize = 50_000;

thread_local! {
    /// Whether there is anything in the pass: to look at it costs next to nothing.
    static ASKED: Cell<bool> = const { Cell::new(false) };
    /// What happened since the reading began, which is one call of `T::deserialize`. Errors of serde
    /// are made by functions that get nothing to write into.
    static PASS: RefCell<Pass> = const { RefCell::new(Pass::new()) };
}

struct Pass {
    /// How values are given that are not given by their spelling.
    shapes: Vec<(usize, Shape)>,
    given: Vec<Given>,
    misses: Vec<Miss>,
}

impl Pass {
    const fn new() -> Self {
        Self {
            shapes: Vec::new(),
            given: Vec::new(),
            misses: Vec::new(),
        }
    }
}

/// How the values of one name are given where anything is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    typing: Typing,
    /// One value is a sequence, as several are.
    pub(super) list: bool,
    empty: Empty,
}

impl Shape {
    /// Whether an empty value is none at all.
    pub(super) fn is_absent_when_empty(self) -> bool {
        self.empty == Empty::Absent
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Empty {
    /// A text, as long as nothing speaks against it.
    #[default]
    Untried,
    Absent,
    Text,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Typing {
    /// A whole number or a boolean where it is spelt as one; otherwise a text.
    #[default]
    Spelling,
    Text,
    /// Whatever a number or a boolean can be read from, as where a type asks for one.
    Scalar,
}

/// A scalar that is no text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scalar {
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

/// A value that was given for anything.
struct Given {
    id: usize,
    /// Where its text lies: serde keeps it there while it looks at it.
    text: *const u8,
    length: usize,
    scalar: Option<Scalar>,
}

/// A value that was not what a field asked for.
struct Miss {
    what: What,
    expected: String,
}

enum What {
    /// A text, which is known by its place.
    Text { id: usize, text: String },
    /// A scalar: whose it is, only its value tells.
    Scalar(Scalar),
    /// An empty value that an `Option` could not read.
    Empty { id: usize },
    /// Nothing at all, where something is asked for.
    Absent,
}

/// How the values of this name are to be given.
pub(super) fn shape(id: usize) -> Shape {
    if !ASKED.get() {
        return Shape::default();
    }
    PASS.with_borrow(|pass| shape_in(&pass.shapes, id))
}

fn shape_in(shapes: &[(usize, Shape)], id: usize) -> Shape {
    let known = shapes.iter().find(|(known, _)| *known == id);
    known.map(|(_, shape)| *shape).unwrap_or_default()
}

/// The scalar as which a text is given, `None` where it is given as it is. `on` is a boolean where
/// the text comes from a form.
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

/// Only what is written back as it was read: `007`, `+5`, `1e5` and `NaN` stay texts, and so do
/// decimals and large numbers, of which a float would lose digits.
fn by_spelling(text: &str) -> Option<Scalar> {
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

/// Digits as JSON writes a whole number.
fn is_whole(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits && !text.is_empty() && (text == "0" || !text.starts_with('0'))
}

/// A number as JSON writes it, without an exponent.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    match text.split_once('.') {
        Some((whole, part)) => {
            is_whole(whole) && !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
        }
        None => is_whole(text),
    }
}

/// Whatever a boolean, an integer or a float is read from elsewhere.
fn by_force(text: &str, in_form: bool) -> Option<Scalar> {
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

/// Keeps in mind that an `Option` could not read an empty value.
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

/// Keeps in mind that a value is not what was asked for. The value's number, where it is known.
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

/// The number of the value whose text lies where this one does.
fn given_as(text: &str) -> Option<usize> {
    PASS.with_borrow(|pass| {
        // A text may have been dropped, and its place taken by a later one.
        let mut given = pass.given.iter().rev();
        let found =
            given.find(|given| given.text == text.as_ptr() && given.length == text.len())?;
        Some(found.id)
    })
}

/// Forgets the pass, also where a type's own code panics.
struct Forget;

impl Drop for Forget {
    fn drop(&mut self) {
        if ASKED.replace(false) {
            PASS.set(Pass::new());
        }
    }
}

/// Reads a `T`, as often as it takes.
///
/// `again` gives the same once more, and `name` the name of a value by its number.
pub(super) fn read<'r, T, D>(
    first: D,
    again: impl Fn() -> D,
    name: impl Fn(usize) -> Option<Cow<'r, str>>,
) -> Result<T, ValueError>
where
    T: Deserialize<'r>,
    D: Deserializer<'r, Error = ValueError>,
{
    let _forget = Forget;
    let result = T::deserialize(first);
    if ASKED.get() {
        return reread(result, &|| T::deserialize(again()), &name);
    }
    result
}

#[cold]
#[inline(never)]
fn reread<'r, T>(
    first: Result<T, ValueError>,
    again: &dyn Fn() -> Result<T, ValueError>,
    name: &dyn Fn(usize) -> Option<Cow<'r, str>>,
) -> Result<T, ValueError> {
    let mut search = Search::default();
    let mut result = first;
    let mut best: Option<(usize, T)> = None;
    loop {
        let pass = PASS.replace(Pass::new());
        let error = match result {
            Ok(value) => {
                let misses = pass.misses.len();
                if best.as_ref().is_none_or(|(fewest, _)| misses < *fewest) {
                    best = Some((misses, value));
                }
                None
            }
            Err(error) => Some(error),
        };
        let done = best.as_ref().is_some_and(|(misses, _)| *misses == 0);
        if done || !search.goes_on(&pass, best.is_some()) {
            return match (best, error) {
                (Some((_, value)), _) => Ok(value),
                (None, Some(error)) => Err(search.explain(error, name)),
                (None, None) => unreachable!("a value is the best one there is"),
            };
        }
        PASS.with_borrow_mut(|pass| pass.shapes.clone_from(&search.shapes));
        result = again();
    }
}

/// From one reading to the next.
#[derive(Default)]
struct Search {
    shapes: Vec<(usize, Shape)>,
    /// What was wrong with a value while it was a text, which is what the client has sent.
    told: Vec<(usize, ValueError)>,
    /// An empty value that is given as none at all because nothing else was left to try.
    tried: Option<usize>,
    given: usize,
}

impl Search {
    /// Changes how the first value is given that was missed and can be given otherwise; `false` when
    /// there is none. Monotone, so that it comes to an end: no value is given twice the same way.
    ///
    /// A reading that was `good` already, in which serde passed over a miss, is not to be had for a
    /// number that is spelt in a way of its own.
    fn goes_on(&mut self, pass: &Pass, good: bool) -> bool {
        for miss in &pass.misses {
            self.tell(miss);
        }
        self.given = self.given.saturating_add(pass.given.len());
        self.given < MOST_VALUES
            && (pass.misses.iter().any(|miss| self.change(miss, pass, good))
                || !good && self.try_absent(pass))
    }

    /// A type that reads a text itself, a date say, tells in words of its own that it cannot read an
    /// empty one, and not which one it was.
    fn try_absent(&mut self, pass: &Pass) -> bool {
        let empty = pass.given.iter().filter(|given| given.length == 0);
        self.tried = empty.map(|given| given.id).find(|id| self.absent(*id));
        self.tried.is_some()
    }

    fn absent(&mut self, id: usize) -> bool {
        self.set(id, |shape| match shape.empty {
            Empty::Untried => Shape {
                empty: Empty::Absent,
                ..shape
            },
            Empty::Absent | Empty::Text => shape,
        })
    }

    fn change(&mut self, miss: &Miss, pass: &Pass, good: bool) -> bool {
        match &miss.what {
            What::Empty { id } => self.absent(*id),
            What::Absent => match self.tried.take() {
                Some(id) => self.set(id, |shape| Shape {
                    empty: Empty::Text,
                    ..shape
                }),
                None => false,
            },
            What::Text { id, text } if text.is_empty() && !is_list(&miss.expected) => {
                self.absent(*id)
            }
            What::Text { id, text } => self.set(*id, |shape| {
                if is_list(&miss.expected) {
                    Shape {
                        list: true,
                        ..shape
                    }
                } else if by_force(text, true).is_some() && (!good || is_number(text)) {
                    Shape {
                        typing: Typing::Scalar,
                        ..shape
                    }
                } else {
                    shape
                }
            }),
            // All that have this value become texts: from then on each is known by its place.
            What::Scalar(scalar) => {
                let mut changed = false;
                for given in &pass.given {
                    changed |= given.scalar == Some(*scalar)
                        && self.set(given.id, |shape| match shape.typing {
                            Typing::Spelling => Shape {
                                typing: Typing::Text,
                                ..shape
                            },
                            Typing::Text | Typing::Scalar => shape,
                        });
                }
                changed
            }
        }
    }

    fn set(&mut self, id: usize, change: impl FnOnce(Shape) -> Shape) -> bool {
        let old = shape_in(&self.shapes, id);
        let new = change(old);
        self.shapes.retain(|(known, _)| *known != id);
        self.shapes.push((id, new));
        new != old
    }

    fn tell(&mut self, miss: &Miss) {
        if let What::Text { id, text } = &miss.what {
            self.told.retain(|(known, _)| known != id);
            let error = ValueError::unexpected(text, &miss.expected).numbered(Some(*id));
            self.told.push((*id, error));
        }
    }

    /// The error that tells most: one that has the name of a value.
    fn explain<'r>(
        mut self,
        error: ValueError,
        name: &dyn Fn(usize) -> Option<Cow<'r, str>>,
    ) -> ValueError {
        let error = if error.is_located() {
            error
        } else {
            // Of a number only its value is known, and of the variants of an enum nothing; but the
            // value was a text before.
            let one = self.told.len() == 1;
            match self.told.pop() {
                Some((_, told)) if one || error.is_unexpected() => told,
                _ => error,
            }
        };
        match error.number().and_then(name) {
            Some(name) => error.of(&name),
            None => error,
        }
    }
}

/// Whether a type asks for several values, by the words of serde's own.
fn is_list(expected: &str) -> bool {
    ["a sequence", "an array", "a tuple", "tuple struct"]
        .iter()
        .any(|start| expected.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_written_back_alike_is_a_scalar_by_spelling() {
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
    fn a_number_is_spelt_as_in_json() {
        for text in ["0", "7", "-7", "1.50", "-0.5"] {
            assert!(is_number(text), "{text}");
        }
        for text in ["", "-", "01", "+5", "1.", ".5", "1e5", "1.2.3", "NaN"] {
            assert!(!is_number(text), "{text}");
        }
    }
}
