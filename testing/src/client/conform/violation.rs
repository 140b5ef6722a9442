//! What a response does that its document does not promise.

use http::StatusCode;
use serde_json::Value;
use std::fmt::Write;

/// How many violations a message has.
const LISTED: usize = 10;

/// How much of a value or a schema is shown.
const CHARACTERS: usize = 200;

/// One deviation of a response from the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Violation {
    /// `status`, `body at /quantity`.
    pub(super) place: String,
    /// `expected .., found ..`.
    pub(super) what: String,
    /// The pointer to the promise, and the schema if it is one.
    pub(super) promise: String,
}

impl Violation {
    pub(super) fn new(
        place: impl Into<String>,
        what: impl Into<String>,
        pointer: &str,
        schema: Option<&Value>,
    ) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
            promise: match schema {
                Some(schema) => format!("schema at {pointer}: {}", short(schema)),
                None => format!("promised at {pointer}"),
            },
        }
    }
}

/// A value on one line, cut if it is long.
pub(super) fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{}..", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// The message of a failed test, without the request and the response.
pub(super) fn report(operation: &str, status: StatusCode, violations: &[Violation]) -> String {
    let mut text = format!(
        "{operation} -> {} does not conform to the document of the API",
        status.as_u16()
    );
    for one in violations.iter().take(LISTED) {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {}: {}\n    {}", one.place, one.what, one.promise);
    }
    if let Some(more) = violations
        .len()
        .checked_sub(LISTED)
        .filter(|more| *more > 0)
    {
        let _ = write!(text, "\n  and {more} more");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn long_values_and_long_lists_are_cut() {
        let long = json!("é".repeat(300));
        assert_eq!(short(&long).chars().count(), CHARACTERS + 2);
        let one = Violation::new("body", "expected a, found b", "/a", Some(&json!({})));
        let text = report("GET /", StatusCode::OK, &vec![one; 12]);
        assert_eq!(text.lines().count(), 1 + 2 * LISTED + 1);
        assert!(text.ends_with("\n  and 2 more"));
        assert!(text.starts_with(
            "GET / -> 200 does not conform to the document of the API\n  body: expected a, found \
             b\n    schema at /a: {}"
        ));
    }
}
