//! The integers that a `format` of OpenAPI allows.

use serde_json::Value;

/// Whether a format says only how long an integer is.
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) fn is_integer_format(format: &str) -> bool {
    matches!(format, "int128" | "uint128") || integer_bounds(format).is_some()
}

/// The least and the greatest integer of a format. Those of 128 bits do not fit into a number of JSON
/// values.
pub(crate) fn integer_bounds(format: &str) -> Option<(Value, Value)> {
    Some(match format {
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        // Lambda functions have 64 bits.
        "int64" | "int" => (i64::MIN.into(), i64::MAX.into()),
        "uint8" => (u8::MIN.into(), u8::MAX.into()),
        "uint16" => (u16::MIN.into(), u16::MAX.into()),
        "uint32" => (u32::MIN.into(), u32::MAX.into()),
        "uint64" | "uint" => (u64::MIN.into(), u64::MAX.into()),
        _ => return None,
    })
}
