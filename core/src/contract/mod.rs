//! Changes of an OpenAPI document that break clients, and documents of several programs as one.
//!
//! [`changes`] compares two documents. What clients send must still be accepted, and what they receive
//! must still be what the old document promised. A change that cannot be judged (another `pattern`, say)
//! counts as a break. [`merge`] adds the operations of another document.

mod bodies;
mod comparison;
mod document;
mod finding;
mod media;
mod merge;
mod operations;
mod parameters;
mod responses;
mod schema;
mod security;

use comparison::Comparison;
use document::Document;
pub(crate) use finding::{Finding, Severity};
pub(crate) use merge::merge;
use serde_json::Value;

/// What clients of the `old` document notice with the `new` one: errors, then warnings. Fails if the old
/// one is not a document of OpenAPI 3.0 or 3.1.
pub(crate) fn changes(old: &Value, new: &Value) -> Result<Vec<Finding>, String> {
    let mut comparison = Comparison::new(Document::new(old)?, Document::new(new)?);
    for (old, new) in comparison.operations() {
        comparison.security(&old, &new);
        comparison.parameters(&old, &new);
        comparison.request_body(&old, &new);
        comparison.responses(&old, &new);
        comparison.id(&old, &new);
    }
    comparison.mounts();
    comparison.servers();
    Ok(comparison.findings.sorted())
}

#[cfg(test)]
mod tests;
