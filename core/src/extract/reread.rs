//! Reads values again that were given as another type than their field has.
//!
//! A miss is found even where serde drops its error, as it does while it tries the variants of an
//! untagged enum. Types that name the type of each field are read once, and pay for one look at a
//! flag.

use super::{
    untyped::{
        ASKED, Empty, Forget, Miss, PASS, Pass, Shape, Typing, What, by_force, is_number, shape_in,
    },
    value_error::ValueError,
};
use serde::de::{Deserialize, Deserializer};
use std::borrow::Cow;

/// The maximum number of values that are read before a request is rejected. Each field of a
/// flattened struct may need another pass, and the client chooses the number of values.
const MOST_VALUES: usize = 50_000;

/// Reads a `T`, in as many passes as necessary.
///
/// `again` returns a new deserializer of the same input, and `name` the name of a value by its
/// number.
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
                (None, None) => unreachable!("a successful pass always sets the best value"),
            };
        }
        PASS.with_borrow_mut(|pass| pass.shapes.clone_from(&search.shapes));
        result = again();
    }
}

/// The state between passes.
#[derive(Default)]
struct Search {
    shapes: Vec<(usize, Shape)>,
    /// The errors of values as text, which is what the client sent.
    told: Vec<(usize, ValueError)>,
    /// An empty value that counts as missing because nothing else was left to try.
    tried: Option<usize>,
    given: usize,
}

impl Search {
    /// Retypes the first missed value that can be typed differently; `false` if there is none. It
    /// is monotone, so it terminates: a value never gets the same type twice.
    ///
    /// If a pass was `good` although serde ignored a miss, a number with an unusual spelling does
    /// not cause another pass.
    fn goes_on(&mut self, pass: &Pass, good: bool) -> bool {
        for miss in &pass.misses {
            self.tell(miss);
        }
        self.given = self.given.saturating_add(pass.given.len());
        self.given < MOST_VALUES
            && (pass.misses.iter().any(|miss| self.change(miss, pass, good))
                || !good && self.try_absent(pass))
    }

    /// A type that parses text itself, such as a date, rejects an empty text with its own error,
    /// which does not identify the value.
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
            // All texts with this value become texts. Then each one is identified by its address.
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

    /// Returns the most specific error: one with the name of a value.
    fn explain<'r>(
        mut self,
        error: ValueError,
        name: &dyn Fn(usize) -> Option<Cow<'r, str>>,
    ) -> ValueError {
        let error = if error.is_located() {
            error
        } else {
            // A number is only known by its value, and an enum's error does not contain a value.
            // But the value was a text in an earlier pass, whose error is more specific.
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

/// Whether a type requests several values, by serde's wording.
fn is_list(expected: &str) -> bool {
    ["a sequence", "an array", "a tuple", "tuple struct"]
        .iter()
        .any(|start| expected.starts_with(start))
}
