//! What is invalid about a value.

use super::unsaid::Unsaid;
use crate::{error::beginning, json_pointer::JsonPointer};
use std::{borrow::Cow, fmt::Display};

/// Types whose values have rules.
///
/// [Derive it](macro@crate::Validate), or implement it for rules that attributes cannot express:
///
/// ```
/// use lambda_api::{Validate, Violations, validate::Violation};
///
/// struct Stay { first_night: u32, last_night: u32 }
///
/// impl Validate for Stay {
///     fn validate(&self, violations: &mut Violations) {
///         if self.last_night < self.first_night {
///             violations.within("last_night", |violations| {
///                 violations.add(Violation::new("order", "before the first night"));
///             });
///         }
///     }
/// }
///
/// let found = Violations::of(&Stay { first_night: 7, last_night: 3 });
/// assert_eq!(found.iter().next().unwrap().pointer(), "/last_night");
/// ```
///
/// The derive calls the implementation of a field that has the rule `dive`. Containers and `Option`
/// of a type with rules check each value that they have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no validation rules",
    label = "does not implement `Validate`",
    note = "derive it: `#[derive(lambda_api::Validate)]`; a type with garde's derive is `lambda_api::validate::Garde<..>`"
)]
pub trait Validate {
    /// Adds what is invalid about this value.
    fn validate(&self, violations: &mut Violations);

    /// Adds the rules that JSON Schema cannot say, for `openapi --check`.
    #[doc(hidden)]
    fn __unsaid(_unsaid: &mut Unsaid) {}
}

/// The maximum length of a detail, in bytes.
const DETAIL: usize = 200;

/// One violated rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pointer: String,
    code: Cow<'static, str>,
    detail: String,
}

impl Violation {
    /// Creates a violation with a stable, machine-readable code in `snake_case` and a text for
    /// people. The text is sent to the client; it should say what is expected, and not repeat the
    /// value.
    pub fn new(code: impl Into<Cow<'static, str>>, detail: impl Display) -> Self {
        let mut detail = detail.to_string();
        if detail.len() > DETAIL {
            let kept = beginning(&detail, DETAIL).len();
            detail.truncate(kept);
            detail.push('\u{2026}');
        }
        Self {
            pointer: String::new(),
            code: code.into(),
            detail,
        }
    }

    /// Sets the place of the invalid value within the value that is checked, as a JSON pointer ([RFC
    /// 6901](https://www.rfc-editor.org/rfc/rfc6901)): `/last_night`. By default, the value itself is
    /// invalid.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = pointer.into();
        self
    }

    /// The JSON pointer to the invalid value, with the names that it has in the request.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The name of the violated rule.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What is expected.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

/// The code of a violation that only has a text.
const CUSTOM: &str = "custom";

/// With the code `custom`.
impl From<garde::Error> for Violation {
    fn from(error: garde::Error) -> Self {
        Self::new(CUSTOM, error)
    }
}

/// With the code `custom`.
impl From<&str> for Violation {
    fn from(detail: &str) -> Self {
        Self::new(CUSTOM, detail)
    }
}

/// With the code `custom`.
impl From<String> for Violation {
    fn from(detail: String) -> Self {
        Self::new(CUSTOM, detail)
    }
}

/// The violations of one value and everything in it.
///
/// It keeps the first [`MOST`](Violations::MOST) violations, so that a large invalid body does not
/// cause a large response. For the same reason, the pointer of a value that is nested deeply or below
/// a long key is that of an ancestor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations {
    list: Vec<Violation>,
    pointer: JsonPointer,
}

impl Violations {
    /// The maximum number of violations.
    pub const MOST: usize = 100;

    /// Creates an empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks a value.
    ///
    /// ```
    /// use lambda_api::{Validate, Violations};
    ///
    /// #[derive(Validate)]
    /// struct Line {
    ///     #[garde(range(min = 1, max = 100))]
    ///     quantity: u32,
    /// }
    ///
    /// assert!(Violations::of(&Line { quantity: 7 }).is_empty());
    /// let found = Violations::of(&Line { quantity: 0 });
    /// let found: Vec<_> = found.iter().map(|v| (v.pointer(), v.code())).collect();
    /// assert_eq!(found, [("/quantity", "range")]);
    /// ```
    #[must_use]
    pub fn of<T: Validate + ?Sized>(value: &T) -> Self {
        let mut violations = Self::new();
        value.validate(&mut violations);
        violations
    }

    /// Adds a violation of the value that is being checked.
    pub fn add(&mut self, violation: impl Into<Violation>) {
        if self.is_full() {
            return;
        }
        let mut violation = violation.into();
        violation.pointer.insert_str(0, self.pointer.as_str());
        self.list.push(violation);
    }

    /// Checks a member of the value, by its name in the request: the violations that `check` adds are
    /// those of the member.
    pub fn within(&mut self, name: impl Display, check: impl FnOnce(&mut Self)) {
        let ancestor = self.pointer.enter(name);
        check(self);
        self.pointer.leave(&ancestor);
    }

    /// Whether the maximum is reached, so that nothing more needs to be checked.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.list.len() >= Self::MOST
    }

    /// Whether nothing is invalid.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The violations, in the order of the fields and of their rules.
    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.list.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_those_of_the_nested_members() {
        let mut violations = Violations::new();
        violations.within("items", |violations| {
            violations.within(0, |violations| violations.add("one"));
            violations.add(Violation::new("order", "two").at("/1/sku"));
        });
        violations.add("three".to_owned());
        let found: Vec<_> = violations
            .iter()
            .map(|v| (v.pointer(), v.code(), v.detail()))
            .collect();
        assert_eq!(
            found,
            [
                ("/items/0", "custom", "one"),
                ("/items/1/sku", "order", "two"),
                ("", "custom", "three"),
            ]
        );
    }

    #[test]
    fn number_and_size_are_limited() {
        let mut violations = Violations::new();
        for n in 0..1000 {
            violations.within("x".repeat(n), |v| v.add("y".repeat(1000)));
        }
        assert_eq!(violations.len(), Violations::MOST);
        assert!(violations.is_full());
        assert!(violations.iter().all(|v| v.detail().len() <= 203));
        let size: usize = violations.iter().map(|v| v.pointer().len()).sum();
        assert!(size < 10_000, "{size}");
    }
}
