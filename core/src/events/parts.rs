//! Parts of JSON that several kinds of events have.

use crate::{Error, extract::parse_json};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::{any::type_name, borrow::Cow};

/// Parses content that is JSON. The error says what did not fit which argument: ``the detail does not fit
/// `Json<u64>` ``.
pub(super) fn parse_content<'e, T: Deserialize<'e>>(
    text: &'e str,
    depth: usize,
    (content, argument): (&str, &str),
) -> Result<T, Error> {
    parse_json(without_bom(text), depth).map_err(|error| {
        let ty = type_name::<T>();
        Error::new(error).context(format!("{content} does not fit `{argument}<{ty}>`"))
    })
}

/// Content without a byte order mark, which is not a part of JSON (RFC 8259, section 8.1).
pub(super) fn without_bom(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// A string that borrows if it has no escapes.
#[derive(Deserialize)]
pub(super) struct Text<'e>(#[serde(borrow)] pub(super) Cow<'e, str>);

/// Reads a member that may be missing or `null`, as in events that are written by hand.
pub(super) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// An event of EventBridge, of which only the detail is read.
#[derive(Deserialize)]
#[serde(expecting = "a JSON object")]
pub(super) struct Detail<'e> {
    #[serde(borrow)]
    detail: Option<&'e RawValue>,
}

impl<'e> Detail<'e> {
    /// The detail as JSON; `null` if the event has none.
    pub(super) fn json(&self) -> &'e str {
        self.detail.map_or("null", RawValue::get)
    }
}
