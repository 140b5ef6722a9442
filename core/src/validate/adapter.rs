//! Types with garde's own derive.

use super::violations::{Validate, Violation, Violations};
use crate::json_pointer::JsonPointer;
use garde::error::Kind;
use serde::{Deserialize, Serialize};

/// A value whose type implements garde's `Validate` instead of [`Validate`](crate::Validate).
///
/// It is read and written like the value itself. garde does not know the names that serde uses, and its
/// errors have no code: so the pointers of its violations have Rust's names (`/how_many` even if the
/// request has `howMany`), and their code is always `invalid`. Also, garde's `length` counts bytes
/// unless the rule is `length(chars, ..)`.
///
/// garde collects all errors of a value before the first [`Violations::MOST`] of them are kept. Limit
/// the lengths of lists, or the size of the body.
///
/// ```
/// use lambda_api::{Json, Valid, validate::Garde};
///
/// # mod other_crate {
/// # use lambda_api::validate::garde;
/// # use serde::Deserialize;
/// // In another crate, which has `garde` as a dependency.
/// #[derive(Deserialize, garde::Validate)]
/// #[serde(rename_all = "camelCase")]
/// pub struct Line {
///     #[garde(range(min = 1))]
///     pub how_many: u32,
/// }
/// # }
/// # use other_crate::Line;
///
/// async fn add_line(Valid(Json(Garde(line))): Valid<Json<Garde<Line>>>) -> String {
///     line.how_many.to_string()
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Garde<T>(pub T);

impl<T: garde::Validate> Validate for Garde<T>
where
    T::Context: Default,
{
    fn validate(&self, violations: &mut Violations) {
        let Err(report) = self.0.validate() else {
            return;
        };
        for (path, error) in report.iter().take(Violations::MOST) {
            let mut pointer = JsonPointer::default();
            for (kind, component) in path.__iter().rev() {
                // garde has a component for an `Option` too.
                if kind != Kind::None {
                    let _ = pointer.enter(component);
                }
            }
            violations.add(Violation::new("invalid", error).at(pointer.as_str()));
        }
    }
}
