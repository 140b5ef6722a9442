//! What the API is about.

use lambda_api::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt, num::NonZeroU32};

/// Identifies an order.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub(crate) struct OrderId(pub(crate) u64);

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An order as the client sends it.
///
/// The text is borrowed from the request wherever the JSON has no escapes in it.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOrder<'r> {
    #[serde(borrow)]
    #[garde(length(min = 1, max = 100))]
    pub(crate) sku: Cow<'r, str>,
    pub(crate) quantity: NonZeroU32,
}

/// An order as it is kept and sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Order {
    pub(crate) id: OrderId,
    pub(crate) sku: String,
    pub(crate) quantity: NonZeroU32,
    /// Goes up by one with each change.
    pub(crate) version: Version,
    /// Nobody else gets to see the order.
    #[serde(skip)]
    pub(crate) placed_by: String,
}

/// The version of an order. As an entity tag it is quoted (RFC 9110, section 8.8.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Version(pub(crate) u32);

impl Version {
    pub(crate) fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }

    pub(crate) fn entity_tag(self) -> String {
        format!("\"{}\"", self.0)
    }

    /// Whether the value of a header `if-match` has the entity tag, or allows any tag (RFC 9110,
    /// section 13.1.1). An invalid value does not.
    pub(crate) fn is_in(self, if_match: &str) -> bool {
        let own = self.entity_tag();
        let mut tags = if_match.split(',').map(str::trim);
        if_match.trim() == "*" || tags.any(|tag| tag == own)
    }
}

/// How many orders a page has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, Validate)]
pub(crate) struct PageSize(#[garde(range(min = 1, max = 100))] pub(crate) usize);

impl Default for PageSize {
    fn default() -> Self {
        Self(20)
    }
}

/// Some orders, and where the next ones begin.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Page {
    pub(crate) orders: Vec<Order>,
    /// The `after` of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<OrderId>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_api::Violations;

    #[test]
    fn a_version_is_found_by_its_entity_tag() {
        for seen in ["\"7\"", "*", "\"6\", \"7\"", " \"7\",\"x\""] {
            assert!(Version(7).is_in(seen), "{seen}");
        }
        for seen in ["", "7", "\"7", "\"\"", "\"77\"", "W/\"7\"", "\"6\", *"] {
            assert!(!Version(7).is_in(seen), "{seen}");
        }
    }

    #[test]
    fn a_page_has_one_to_a_hundred_orders() {
        for (size, allowed) in [(0, false), (1, true), (100, true), (101, false)] {
            let violations = Violations::of(&PageSize(size));
            assert_eq!(violations.is_empty(), allowed, "{size}");
        }
    }
}
