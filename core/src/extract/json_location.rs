//! Where an error of JSON data is, and its code.
//!
//! `serde_json` reports an error as text only; the texts are serde's, which also other formats
//! build on.

use super::field_error::code;
use crate::json_pointer::JsonPointer;
use serde_path_to_error::{Path, Segment};

/// The place of the value at which reading stopped.
#[derive(Default)]
pub(super) struct Location {
    /// In the spelling of programming languages; `None` for the body itself.
    pub(super) field: Option<String>,
    pointer: JsonPointer,
    /// The pointer of the value around an enum's variant, if the variant is the last segment.
    around: Option<String>,
}

impl Location {
    pub(super) fn of(path: &Path) -> Self {
        let mut location = Self {
            field: path.iter().next().map(|_| path.to_string()),
            ..Self::default()
        };
        for segment in path {
            location.around = None;
            let _ = match segment {
                Segment::Seq { index } => location.pointer.enter(index),
                Segment::Map { key } => location.pointer.enter(key),
                Segment::Enum { variant } => {
                    location.around = Some(location.pointer.as_str().to_owned());
                    location.pointer.enter(variant)
                }
                Segment::Unknown => break,
            };
        }
        location
    }

    /// The pointer to the invalid value, or to where the missing one belongs.
    pub(super) fn pointer(&self, error: &str) -> String {
        // The variant is a string, and not a member with a value.
        if let Some(around) = &self.around
            && error.starts_with("invalid type: unit variant")
        {
            return around.clone();
        }
        let mut pointer = self.pointer.clone();
        // serde reports these at the object around the field.
        let field = ["missing field `", "duplicate field `"]
            .into_iter()
            .find_map(|start| error.strip_prefix(start));
        if let Some(name) = field {
            let _ = pointer.enter(name.strip_suffix('`').unwrap_or(name));
        }
        pointer.as_str().to_owned()
    }
}

/// The code of an error with this text.
pub(super) fn code_of(error: &str) -> &'static str {
    for (start, code) in [
        ("missing field `", code::MISSING),
        ("unknown field `", code::UNKNOWN_FIELD),
        ("unknown variant `", code::ENUM),
        ("duplicate field `", code::REPEATED),
        ("invalid type: ", code::TYPE),
        ("invalid value: ", code::TYPE),
        ("invalid length ", code::TYPE),
    ] {
        if error.starts_with(start) {
            return code;
        }
    }
    code::INVALID
}
