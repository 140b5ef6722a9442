//! Optional parameters: one that is absent has no value, and none has the value `null`.

use schemars::Schema;
use serde_json::{Map, Value};

/// A schema that does not accept `null`.
pub(super) fn without_null(mut schema: Schema) -> Schema {
    if let Some(object) = schema.as_object_mut() {
        remove_null(object);
    }
    schema
}

fn remove_null(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|one| one != "null");
        if let [only] = &types[..] {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    for key in ["anyOf", "oneOf"] {
        let Some(Value::Array(schemas)) = schema.get_mut(key) else {
            continue;
        };
        schemas.retain(|one| one.get("type") != Some(&Value::from("null")));
        if let [Value::Object(only)] = &schemas[..] {
            let only = only.clone();
            schema.remove(key);
            // A description beside `anyOf` is more specific.
            for (name, value) in only {
                schema.entry(name).or_insert(value);
            }
        }
    }
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemars::{JsonSchema, generate::SchemaSettings};
    use serde_json::json;

    #[derive(JsonSchema)]
    #[allow(dead_code)]
    enum Order {
        Asc,
        Desc,
    }

    fn schema<T: JsonSchema>() -> Value {
        let mut generator = SchemaSettings::draft2020_12().into_generator();
        without_null(generator.subschema_for::<T>()).to_value()
    }

    #[test]
    fn an_option_has_the_schema_of_its_value() {
        assert_eq!(schema::<Option<String>>(), json!({"type": "string"}));
        let page = json!({"type": "integer", "format": "uint8", "minimum": 0, "maximum": 255});
        assert_eq!(schema::<Option<u8>>(), page);
        assert_eq!(schema::<Option<Order>>(), json!({"$ref": "#/$defs/Order"}));
        let list = json!({"type": "array", "items": {"type": ["string", "null"]}});
        assert_eq!(schema::<Vec<Option<String>>>(), list);
        assert_eq!(schema::<Option<bool>>(), json!({"type": "boolean"}));
    }
}
