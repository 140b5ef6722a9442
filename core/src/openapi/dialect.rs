//! Converts a document to OpenAPI 3.0.

use super::{document::OpenApi, security::SecurityKind};
use schemars::{
    Schema,
    generate::SchemaSettings,
    transform::{Transform, transform_subschemas},
};
use serde_json::{Map, Value, json};

pub(super) fn to_3_0(document: &mut OpenApi) {
    document.openapi = "3.0.3";
    document.info.summary = None;
    if let Some(license) = &mut document.info.license {
        license.identifier = None;
    }
    let mut transforms = SchemaSettings::openapi3().transforms;
    document.each_schema(&mut |schema| {
        Before.transform(schema);
        for transform in &mut transforms {
            transform.transform(schema);
        }
        After.transform(schema);
    });
    let schemes = &mut document.components.security_schemes;
    // 3.0 does not have the kind. Without a scheme, the operation would be public.
    for scheme in schemes.values_mut() {
        if scheme.kind == SecurityKind::MutualTls {
            scheme.kind = SecurityKind::Http {
                scheme: "mutualTLS".to_owned(),
                bearer_format: None,
            };
        }
    }
    let has_scopes: Vec<_> = schemes
        .iter()
        .map(|(name, scheme)| (name.clone(), scheme.kind.has_scopes()))
        .collect();
    for item in document.paths.values_mut() {
        for operation in item.operations.values_mut() {
            for requirement in operation.security.iter_mut().flatten() {
                for (name, scopes) in requirement {
                    if has_scopes.contains(&(name.clone(), false)) {
                        scopes.clear();
                    }
                }
            }
            if let Some(security) = &mut operation.security {
                security.dedup();
            }
        }
    }
}

/// What the transforms of schemars expect in another form.
struct Before;

impl Transform for Before {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(object) = schema.as_object_mut() {
            // `type` is one type, and perhaps `null`.
            if let Some(Value::Array(types)) = object.get("type").cloned()
                && types.iter().filter(|one| *one != "null").count() > 1
            {
                object.remove("type");
                let any: Vec<_> = types.iter().map(|one| json!({ "type": one })).collect();
                add_all_of(object, json!({ "anyOf": any }));
            }
            // Maps whose keys are numbers.
            if object.get("additionalProperties") == Some(&Value::Bool(false))
                && let Some(Value::Object(patterns)) = object.remove("patternProperties")
            {
                let any: Vec<_> = patterns.into_iter().map(|(_, value)| value).collect();
                object.insert("additionalProperties".to_owned(), json!({ "anyOf": any }));
            }
            if let Some(Value::Array(items)) = object.remove("prefixItems") {
                object.insert("items".to_owned(), json!({ "anyOf": items }));
            }
        }
        transform_subschemas(self, schema);
    }
}

fn add_all_of(object: &mut Map<String, Value>, schema: Value) {
    let all = object.entry("allOf").or_insert_with(|| json!([]));
    if let Value::Array(all) = all {
        all.push(schema);
    }
}

/// The keywords of a schema in 3.0.
const KEYWORDS: [&str; 35] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "default",
    "deprecated",
    "description",
    "discriminator",
    "enum",
    "example",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "externalDocs",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "nullable",
    "oneOf",
    "pattern",
    "properties",
    "readOnly",
    "required",
    "title",
    "type",
    "uniqueItems",
    "writeOnly",
];

/// What the transforms of schemars leave that 3.0 does not have.
struct After;

impl Transform for After {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(object) = schema.as_object_mut() {
            for (exclusive, inclusive) in [
                ("exclusiveMinimum", "minimum"),
                ("exclusiveMaximum", "maximum"),
            ] {
                if let Some(limit) = object.get(exclusive).filter(|one| one.is_number()).cloned() {
                    object.insert(inclusive.to_owned(), limit);
                    object.insert(exclusive.to_owned(), true.into());
                }
            }
            let is_array = object.get("type") == Some(&json!("array"));
            if is_array && !object.contains_key("items") {
                object.insert("items".to_owned(), json!({}));
            }
            if object.get("nullable") == Some(&json!(true)) {
                make_nullable(object);
            }
            object.retain(|name, _| KEYWORDS.contains(&&**name) || name.starts_with("x-"));
        }
        transform_subschemas(self, schema);
    }
}

/// `null` must be one of the values, too. Without a type, `nullable` has no meaning.
fn make_nullable(object: &mut Map<String, Value>) {
    if let Some(Value::Array(values)) = object.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    if !object.contains_key("type") {
        object.remove("nullable");
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::operation::{Method, Operation},
        *,
    };
    use schemars::json_schema;

    fn converted(schema: Schema) -> Value {
        let mut document = OpenApi::empty();
        let schemas = &mut document.components.schemas;
        schemas.insert("T".to_owned(), schema);
        to_3_0(&mut document);
        document.components.schemas["T"].clone().to_value()
    }

    #[test]
    fn client_certificates_stay_a_requirement() {
        let mut document = OpenApi::empty();
        let schemes = &mut document.components.security_schemes;
        schemes.insert("mtls".to_owned(), SecurityKind::MutualTls.into());
        let mut operation = Operation::default();
        operation.require([("mtls".to_owned(), Vec::new())].into());
        let item = document.paths.entry("/".to_owned()).or_default();
        item.operations.insert(Method::Get, operation);
        to_3_0(&mut document);
        let written = serde_json::to_value(&document).unwrap();
        assert_eq!(
            written["paths"]["/"]["get"]["security"],
            json!([{"mtls": []}])
        );
        assert_eq!(
            written["components"]["securitySchemes"],
            json!({"mtls": {"type": "http", "scheme": "mutualTLS"}})
        );
    }

    #[test]
    fn keywords_of_3_1_become_those_of_3_0() {
        for (schema, expected) in [
            (
                json_schema!({"type": ["integer", "null"], "exclusiveMinimum": 0}),
                json!({"type": "integer", "nullable": true, "minimum": 0, "exclusiveMinimum": true}),
            ),
            (
                json_schema!({"anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}]}),
                json!({"anyOf": [{"$ref": "#/components/schemas/A"}, {"enum": [null]}]}),
            ),
            (
                json_schema!({"$ref": "#/components/schemas/A", "description": "an A"}),
                json!({"allOf": [{"$ref": "#/components/schemas/A"}], "description": "an A"}),
            ),
            (json_schema!({"const": "a"}), json!({"enum": ["a"]})),
            (
                json_schema!({"examples": [1, 2], "type": "integer"}),
                json!({"example": 1, "type": "integer"}),
            ),
            (
                json_schema!({"type": ["string", "integer", "null"]}),
                json!({"allOf": [
                    {"anyOf": [{"type": "string"}, {"type": "integer"}, {"enum": [null]}]},
                ]}),
            ),
            (
                json_schema!({"type": "array", "prefixItems": [{"type": "string"}, true]}),
                json!({"type": "array", "items": {"anyOf": [{"type": "string"}, {}]}}),
            ),
            (
                json_schema!({"type": "object", "propertyNames": {"pattern": "a"}, "x-a": 1}),
                json!({"type": "object", "x-a": 1}),
            ),
            (
                json_schema!({"type": "array"}),
                json!({"type": "array", "items": {}}),
            ),
        ] {
            assert_eq!(converted(schema), expected);
        }
    }
}
