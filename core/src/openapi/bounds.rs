//! The bounds of integers: schemars states those of 8 and 16 bits only.

use crate::integer_format::integer_bounds;
use schemars::{
    Schema,
    transform::{Transform, transform_subschemas},
};
use serde_json::Value;

/// Adds the least and the greatest value of the integer types, where a schema has no bound of its own.
pub(super) struct Bounds;

impl Transform for Bounds {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some((least, greatest)) = bounds(schema) {
            for (keyword, exclusive, bound) in [
                ("minimum", "exclusiveMinimum", least),
                ("maximum", "exclusiveMaximum", greatest),
            ] {
                if schema.get(keyword).is_none() && schema.get(exclusive).is_none() {
                    schema.insert(keyword.to_owned(), bound);
                }
            }
        }
        transform_subschemas(self, schema);
    }
}

fn bounds(schema: &Schema) -> Option<(Value, Value)> {
    integer_bounds(schema.get("format")?.as_str()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemars::json_schema;
    use serde_json::json;

    #[test]
    fn integers_have_the_bounds_of_their_type() {
        let mut schema = json_schema!({"type": "object", "properties": {
            "id": {"type": "integer", "format": "uint64", "minimum": 1},
            "size": {"type": ["integer", "null"], "format": "uint", "exclusiveMaximum": 9},
            "offset": {"type": "integer", "format": "int32"},
            "name": {"type": "string", "format": "uuid"},
        }});
        Bounds.transform(&mut schema);
        let properties = json!({
            "id": {"type": "integer", "format": "uint64", "minimum": 1, "maximum": u64::MAX},
            "size": {
                "type": ["integer", "null"], "format": "uint", "minimum": 0, "exclusiveMaximum": 9,
            },
            "offset": {
                "type": "integer", "format": "int32", "minimum": i32::MIN, "maximum": i32::MAX,
            },
            "name": {"type": "string", "format": "uuid"},
        });
        assert_eq!(schema.get("properties"), Some(&properties));
    }
}
