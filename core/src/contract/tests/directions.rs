//! Changes that mean something else in a request and in a response.

use super::*;

#[test]
fn changes_of_schemas_by_direction() {
    let object = |properties: Value| json!({"type": "object", "properties": properties});
    let map = |patterns: &[&str]| {
        let patterns = patterns
            .iter()
            .map(|pattern| ((*pattern).to_owned(), json!({})));
        let patterns: serde_json::Map<_, _> = patterns.collect();
        json!({"type": "object", "patternProperties": patterns, "additionalProperties": false})
    };
    for (old, new, request, response) in [
        // Values of enumerations.
        (
            json!({"enum": ["a"]}),
            json!({"enum": ["a", "b"]}),
            "",
            "warning: the value `\"b\"` is new",
        ),
        (
            json!({"enum": ["a", "b"]}),
            json!({"enum": ["a"]}),
            "error: the value `\"b\"` is no longer accepted",
            "",
        ),
        (
            json!({"oneOf": [{"const": "a"}]}),
            json!({"oneOf": [{"const": "a"}, {"const": "b"}]}),
            "",
            "warning: the value `\"b\"` is new",
        ),
        (
            json!({"const": "a"}),
            json!({"const": "b"}),
            "error: the value `\"a\"` is no longer accepted",
            "error: the value `\"b\"` is new, and all old ones are gone",
        ),
        // Properties.
        (object(json!({})), object(json!({"a": {}})), "", ""),
        (
            object(json!({"a": {}})),
            object(json!({})),
            "error: the property is gone",
            "error: the property is gone",
        ),
        (
            object(json!({})),
            json!({"type": "object", "properties": {"a": {}}, "required": ["a"]}),
            "error: the property is new and required",
            "",
        ),
        (
            object(json!({"a": {}})),
            object(json!({"a": {"readOnly": true}})),
            "error: the property is gone",
            "",
        ),
        (
            object(json!({"a": {}})),
            object(json!({"a": {"writeOnly": true}})),
            "",
            "error: the property is gone",
        ),
        // Objects that reject other properties.
        (
            object(json!({"a": {}})),
            json!({"type": "object", "properties": {"a": {}}, "additionalProperties": false}),
            "error: properties without a schema are rejected now",
            "",
        ),
        (
            json!({"type": "object", "properties": {"a": {}}, "additionalProperties": false}),
            json!({"type": "object", "properties": {"a": {}, "b": {}}, "additionalProperties": false}),
            "",
            "",
        ),
        // A map becomes an object with names, and the other way round.
        (
            json!({"type": "object", "additionalProperties": {"type": "integer"}}),
            object(json!({"a": {"type": "string"}})),
            "error: the type was integer and is string",
            "error: the type was integer and is string",
        ),
        (
            object(json!({"a": {"type": "integer"}})),
            json!({"type": "object", "additionalProperties": {"type": "integer"}}),
            "error: the type was any type and is integer",
            "",
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "integer"}},
                "additionalProperties": false}),
            json!({"type": "object", "additionalProperties": {"type": "integer"}}),
            "",
            "",
        ),
        // Names of a map.
        (
            map(&["^a", "^b"]),
            map(&["^a"]),
            "error: properties that match \"^b\" are no longer accepted",
            "error: `patternProperties` was \"^b\" and is gone",
        ),
        (map(&["^a"]), map(&["^a", "^b"]), "", ""),
        // A tag is a value like another one, unless there are several alternatives.
        (
            object(json!({"t": {"const": "a"}})),
            object(json!({"t": {"const": "b"}})),
            "error: the value `\"a\"` is no longer accepted",
            "error: the value `\"b\"` is new, and all old ones are gone",
        ),
        // What cannot be compared.
        (
            json!({"type": "string", "pattern": "^a"}),
            json!({"type": "string", "pattern": "^[a]"}),
            "error: `pattern` was `\"^a\"` and is `\"^[a]\"`",
            "error: `pattern` was `\"^a\"` and is `\"^[a]\"`",
        ),
        // How a text is read.
        (
            json!({"type": "string", "contentEncoding": "base64"}),
            json!({"type": "string"}),
            "error: `contentEncoding` was `\"base64\"` and is gone",
            "error: `contentEncoding` was `\"base64\"` and is gone",
        ),
        // Defaults.
        (
            object(json!({"a": {"default": 1}})),
            object(json!({"a": {"default": 2}})),
            "warning: `default` was `1` and is `2`",
            "",
        ),
        (
            object(json!({"a": {}})),
            object(json!({"a": {"default": 2}})),
            "",
            "",
        ),
        // Values within a constraint.
        (
            json!({"enum": ["a", "bcd"]}),
            json!({"type": "string", "maxLength": 3}),
            "",
            "error: it may be any string, and was one of `\"a\"`, `\"bcd\"`",
        ),
        (
            json!({"enum": [1, 5]}),
            json!({"type": "integer", "maximum": 4}),
            "error: `maximum` was 5 and is 4",
            "error: it may be any integer, and was one of `1`, `5`",
        ),
        // Constraints beside values.
        (
            json!({"type": "string", "enum": ["a", "bbb"]}),
            json!({"type": "string", "enum": ["a", "bbb"], "maxLength": 1}),
            "error: the value `\"bbb\"` is no longer accepted",
            "",
        ),
        (
            json!({"enum": [1, 2, 3, 4]}),
            json!({"allOf": [{"enum": [1, 2, 3, 4]}, {"minimum": 2, "multipleOf": 2}]}),
            "error: the value `1` is no longer accepted; error: the value `3` is no longer accepted",
            "",
        ),
        (
            json!({"enum": ["a"], "pattern": "a"}),
            json!({"enum": ["a"]}),
            "",
            "error: `pattern` was `\"a\"` and is gone",
        ),
        (
            json!({"enum": ["a"]}),
            json!({"enum": ["a"], "not": {"const": "a"}}),
            "error: `not` is new: `{\"const\":\"a\"}`",
            "",
        ),
        (
            json!({"oneOf": [{"const": "a"}], "pattern": "a"}),
            json!({"oneOf": [{"const": "a"}, {"const": "b"}], "pattern": "a"}),
            "",
            "warning: the value `\"b\"` is new",
        ),
        (
            json!({"type": "string", "format": "uuid"}),
            json!({"type": "string", "format": "uuid", "enum": ["a"]}),
            "error: any string was accepted, and now only `\"a\"`",
            "",
        ),
        (
            json!({"type": "integer", "multipleOf": 5}),
            json!({"type": "integer", "multipleOf": 5, "enum": [0, 10, 15]}),
            "error: any integer was accepted, and now only `0`, `10`, `15`",
            "",
        ),
        // A type that becomes one of several.
        (
            object(json!({"a": {"type": "integer"}})),
            json!({"anyOf": [object(json!({"a": {"type": "integer"}})), {"type": "array"}]}),
            "",
            "error: the type was object and is array or object",
        ),
        (
            json!(false),
            json!({"type": "string"}),
            "",
            "error: the type was nothing and is string",
        ),
    ] {
        let expected = |text: &str| {
            let changes = text.split("; ").filter(|text| !text.is_empty());
            changes.map(str::to_owned).collect::<Vec<_>>()
        };
        let text = format!("from {old} to {new}");
        let found = short(&receiving(&old), &receiving(&new));
        assert_eq!(found, expected(request), "request: {text}");
        let found = short(&sending(&old), &sending(&new));
        assert_eq!(found, expected(response), "response: {text}");
    }
}

#[test]
fn warnings_of_an_alternative_are_nearer_than_breaks() {
    let order = |state: &[&str]| {
        let properties = json!({"order": {}, "state": {"enum": state}});
        json!({"type": "object", "properties": properties, "required": ["order"]})
    };
    let note = json!({
        "type": "object", "properties": {"order": {}, "note": {}}, "required": ["order"],
    });
    for reverse in [false, true] {
        let union = |order: Value| {
            let mut any = vec![order, note.clone()];
            if reverse {
                any.reverse();
            }
            sending(&json!({"anyOf": any}))
        };
        assert_eq!(
            short(&union(order(&["a"])), &union(order(&["a", "b", "c"]))),
            [
                "warning: the value `\"b\"` is new",
                "warning: the value `\"c\"` is new",
            ]
        );
    }
}

#[test]
fn a_finding_names_operation_value_and_pointer() {
    let list = |items: Value| {
        json!({"type": "object", "properties": {
            "a/b": {"type": "array", "items": {"type": "object", "properties": items}},
        }})
    };
    let old = list(json!({"sku": {"type": "string"}, "size": {"type": "integer"}}));
    let new = list(json!({"sku": {"type": "string", "maxLength": 5}}));
    let schema = "/paths/~1a/post/requestBody/content/application~1json/schema";
    let items = format!("{schema}/properties/a~1b/items/properties");
    assert_eq!(
        lines(&receiving(&old), &receiving(&new)),
        [
            format!(
                "error: `maxLength` is new: 5 @ {items}/sku/maxLength (POST /a: request body, \
                 `a/b[].sku`)"
            ),
            format!(
                "error: the property is gone @ old {items}/size (POST /a: request body, `a/b[].size`)"
            ),
        ]
    );
}
