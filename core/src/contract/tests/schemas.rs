//! Schemas of which one is narrower: a request must not become narrower, a response not wider.

use super::*;

/// `narrow`, `wide`, the change of a request from wide to narrow, and that of a response from narrow to
/// wide. The other two are no changes.
#[test]
fn narrower_requests_and_wider_responses_break() {
    let mut wrong = Vec::new();
    for (narrow, wide, request, response) in [
        (
            json!({"type": "integer"}),
            json!({"type": "number"}),
            "the type was number and is integer",
            "the type was integer and is number",
        ),
        (
            json!({"type": "string"}),
            json!({}),
            "the type was any type and is string",
            "the type was string and is any type",
        ),
        (
            json!({"type": "string"}),
            json!(true),
            "the type was any type and is string",
            "the type was string and is any type",
        ),
        (
            json!({"type": "string"}),
            json!({"type": ["string", "null"]}),
            "`null` is no longer accepted",
            "it may be `null` now",
        ),
        (
            json!({"$ref": "#/components/schemas/Id"}),
            json!({"anyOf": [{"$ref": "#/components/schemas/Id"}, {"type": "null"}]}),
            "`null` is no longer accepted",
            "it may be `null` now",
        ),
        (
            json!({"type": "string", "enum": ["a"]}),
            json!({"type": ["string", "null"], "enum": ["a", null]}),
            "`null` is no longer accepted",
            "it may be `null` now",
        ),
        (
            json!({"type": "string"}),
            json!({"type": ["string", "integer"]}),
            "the type was integer or string and is string",
            "the type was string and is integer or string",
        ),
        (
            json!({"type": "string", "enum": ["a"]}),
            json!({"type": "string"}),
            "any string was accepted, and now only `\"a\"`",
            "it may be any string, and was one of `\"a\"`",
        ),
        (
            json!({"const": "a"}),
            json!({"type": "string"}),
            "any string was accepted, and now only `\"a\"`",
            "it may be any string, and was one of `\"a\"`",
        ),
        (
            json!({"enum": [true]}),
            json!({"type": "boolean"}),
            "any boolean was accepted, and now only `true`",
            "it may be any boolean, and was one of `true`",
        ),
        (
            json!({"minimum": 1}),
            json!({"minimum": 0}),
            "`minimum` was 0 and is 1",
            "`minimum` was 1 and is 0",
        ),
        (
            json!({"type": "integer", "minimum": 1}),
            json!({"type": "integer"}),
            "`minimum` is new: 1",
            "`minimum` was 1 and is gone",
        ),
        (
            json!({"type": "integer", "minimum": 1}),
            json!({"type": "integer", "minimum": 0}),
            "`minimum` was 0 and is 1",
            "`minimum` was 1 and is 0",
        ),
        // Bounds that a format says.
        (
            json!({"type": "integer", "format": "int32"}),
            json!({"type": "integer", "format": "int64", "minimum": i32::MIN}),
            "`maximum` was 9223372036854775807 and is 2147483647",
            "`maximum` was 2147483647 and is 9223372036854775807",
        ),
        (
            json!({"type": "integer", "format": "uint64", "maximum": 9}),
            json!({"type": "integer", "format": "uint64"}),
            "`maximum` was 18446744073709551615 and is 9",
            "`maximum` was 9 and is 18446744073709551615",
        ),
        (
            json!({"type": "integer", "format": "uint8", "exclusiveMaximum": 300}),
            json!({"type": "integer", "minimum": 0}),
            "`maximum` is new: less than 300",
            "`maximum` was less than 300 and is gone",
        ),
        (
            json!({"type": "number", "exclusiveMinimum": 0}),
            json!({"type": "number", "minimum": 0}),
            "`minimum` was 0 and is more than 0",
            "`minimum` was more than 0 and is 0",
        ),
        (
            json!({"type": "integer", "maximum": 100}),
            json!({"type": "integer", "maximum": u64::MAX}),
            "`maximum` was 18446744073709551615 and is 100",
            "`maximum` was 100 and is 18446744073709551615",
        ),
        (
            json!({"type": "number", "exclusiveMaximum": 1.5}),
            json!({"type": "number", "maximum": 1.5}),
            "`maximum` was 1.5 and is less than 1.5",
            "`maximum` was less than 1.5 and is 1.5",
        ),
        (
            json!({"type": "integer", "multipleOf": 10}),
            json!({"type": "integer", "multipleOf": 5}),
            "`multipleOf` was 5 and is 10",
            "`multipleOf` was 10 and is 5",
        ),
        (
            json!({"type": "string", "minLength": 1}),
            json!({"type": "string", "minLength": 0}),
            "`minLength` is new: 1",
            "`minLength` was 1 and is gone",
        ),
        (
            json!({"type": "string", "maxLength": 5}),
            json!({"type": "string", "maxLength": 9}),
            "`maxLength` was 9 and is 5",
            "`maxLength` was 5 and is 9",
        ),
        (
            json!({"type": "string", "pattern": "^a"}),
            json!({"type": "string"}),
            "`pattern` is new: `\"^a\"`",
            "`pattern` was `\"^a\"` and is gone",
        ),
        (
            json!({"type": "string", "format": "uuid"}),
            json!({"type": "string"}),
            "`format` is new: `\"uuid\"`",
            "`format` was `\"uuid\"` and is gone",
        ),
        (
            json!({"type": "string", "format": "uri"}),
            json!({"type": "string", "format": "uri-reference"}),
            "`format` was `\"uri-reference\"` and is `\"uri\"`",
            "`format` was `\"uri\"` and is `\"uri-reference\"`",
        ),
        (
            json!({"type": "number", "format": "float"}),
            json!({"type": "number", "format": "double"}),
            "`format` was `\"double\"` and is `\"float\"`",
            "`format` was `\"float\"` and is `\"double\"`",
        ),
        (
            json!({"type": "number", "format": "float"}),
            json!({"type": "number"}),
            "`format` is new: `\"float\"`",
            "`format` was `\"float\"` and is gone",
        ),
        (
            json!({"type": "integer", "format": "unix-time"}),
            json!({"type": "integer"}),
            "`format` is new: `\"unix-time\"`",
            "`format` was `\"unix-time\"` and is gone",
        ),
        (
            json!({"type": "array", "items": {"type": "integer"}}),
            json!({"type": "array", "items": {"type": "number"}}),
            "the type was number and is integer",
            "the type was integer and is number",
        ),
        (
            json!({"type": "array", "items": {"type": "integer"}}),
            json!({"type": "array"}),
            "the type was any type and is integer",
            "the type was integer and is any type",
        ),
        (
            json!({"type": "array", "minItems": 1, "maxItems": 2}),
            json!({"type": "array", "minItems": 1}),
            "`maxItems` is new: 2",
            "`maxItems` was 2 and is gone",
        ),
        (
            json!({"type": "array", "uniqueItems": true}),
            json!({"type": "array", "uniqueItems": false}),
            "`uniqueItems` is new: true",
            "`uniqueItems` was true and is gone",
        ),
        (
            json!({"type": "array", "prefixItems": [{"type": "integer"}], "items": false}),
            json!({"type": "array", "prefixItems": [{"type": "number"}], "items": false}),
            "the type was number and is integer",
            "the type was integer and is number",
        ),
        (
            json!({"type": "array", "prefixItems": [true], "items": false}),
            json!({"type": "array", "prefixItems": [true, true], "items": false}),
            "the element is no longer accepted",
            "the element is new",
        ),
        (
            json!({"type": "array", "contains": {"type": "integer"}}),
            json!({"type": "array"}),
            "`contains` is new: `{\"type\":\"integer\"}`",
            "`contains` was `{\"type\":\"integer\"}` and is gone",
        ),
        (
            json!({"type": "array", "contains": {"type": "integer"}, "maxContains": 9}),
            json!({"type": "array", "contains": {"type": "integer"}, "minContains": 0, "maxContains": 9}),
            "`minContains` was 0 and is 1",
            "`minContains` was 1 and is 0",
        ),
        (
            json!({"type": "array", "contains": {"type": "integer"}}),
            json!({"type": "array", "contains": {"type": "integer"}, "minContains": 0}),
            "`contains` is new: `{\"type\":\"integer\"}`",
            "`contains` was `{\"type\":\"integer\"}` and is gone",
        ),
        (
            json!({"type": "array", "contains": {}, "minContains": 2}),
            json!({"type": "array", "contains": {}}),
            "`minContains` was 1 and is 2",
            "`minContains` was 2 and is 1",
        ),
        (
            json!({"type": "object", "propertyNames": false}),
            json!({"type": "object"}),
            "names of properties were allowed and are rejected now",
            "names of properties were rejected and are allowed now",
        ),
        (
            json!({"type": "object", "propertyNames": {"enum": ["a"]}}),
            json!({"type": "object", "propertyNames": {"type": "string"}}),
            "any string was accepted, and now only `\"a\"`",
            "it may be any string, and was one of `\"a\"`",
        ),
        (
            json!({"$ref": "other.json#/A"}),
            json!({}),
            "`$ref` is new: `\"other.json#/A\"`",
            "`$ref` was `\"other.json#/A\"` and is gone",
        ),
        (
            json!({"type": "string", "not": {"const": "a"}}),
            json!({"type": "string"}),
            "`not` is new: `{\"const\":\"a\"}`",
            "`not` was `{\"const\":\"a\"}` and is gone",
        ),
        (
            json!({"type": "object", "additionalProperties": {"type": "integer"}}),
            json!({"type": "object", "additionalProperties": {"type": "number"}}),
            "the type was number and is integer",
            "the type was integer and is number",
        ),
        (
            json!({"type": "object", "additionalProperties": {"type": "integer"}}),
            json!({"type": "object"}),
            "the type was any type and is integer",
            "the type was integer and is any type",
        ),
        (
            json!({"type": "object", "propertyNames": {"maxLength": 5}}),
            json!({"type": "object"}),
            "`maxLength` is new: 5",
            "`maxLength` was 5 and is gone",
        ),
        (
            json!({"type": "object", "patternProperties": {"^x": {"type": "integer"}}}),
            json!({"type": "object", "patternProperties": {"^x": {"type": "number"}}}),
            "the type was number and is integer",
            "the type was integer and is number",
        ),
        (
            json!({"type": "object", "patternProperties": {"^x": {"type": "integer"}}}),
            json!({"type": "object"}),
            "`patternProperties` is new: \"^x\"",
            "`patternProperties` was \"^x\" and is gone",
        ),
        (
            json!({"type": "object", "minProperties": 1}),
            json!({"type": "object"}),
            "`minProperties` is new: 1",
            "`minProperties` was 1 and is gone",
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "integer"}}}),
            json!({"type": "object", "properties": {"a": {"type": "number"}}}),
            "the type was number and is integer",
            "the type was integer and is number",
        ),
        (
            json!({"type": "object", "properties": {"a": {}}, "required": ["a"]}),
            json!({"type": "object", "properties": {"a": {}}}),
            "the property is required now",
            "the property is no longer always there",
        ),
        (
            json!({"type": "object", "dependentRequired": {"a": ["b"]}}),
            json!({"type": "object"}),
            "`dependentRequired` is new: `{\"a\":[\"b\"]}`",
            "`dependentRequired` was `{\"a\":[\"b\"]}` and is gone",
        ),
        (
            json!({"allOf": [{"type": "integer"}, {"minimum": 1}]}),
            json!({"$ref": "#/components/schemas/Id"}),
            "`minimum` is new: 1",
            "`minimum` was 1 and is gone",
        ),
        (
            json!({"$ref": "#/components/schemas/Id", "maximum": 9}),
            json!({"$ref": "#/components/schemas/Id"}),
            "`maximum` is new: 9",
            "`maximum` was 9 and is gone",
        ),
        (
            json!({"oneOf": [
                {"type": "object", "properties": {"t": {"const": "a"}}, "required": ["t"]},
            ]}),
            json!({"oneOf": [
                {"type": "object", "properties": {"t": {"const": "a"}}, "required": ["t"]},
                {"type": "object", "properties": {"t": {"const": "b"}}, "required": ["t"]},
            ]}),
            "an alternative of the type is gone",
            "the type has a new alternative",
        ),
        (
            json!({"oneOf": [
                {"type": "object", "properties": {"A": {"type": "integer"}}, "required": ["A"],
                    "additionalProperties": false},
            ]}),
            json!({"oneOf": [
                {"type": "object", "properties": {"A": {"type": "integer"}}, "required": ["A"],
                    "additionalProperties": false},
                {"type": "object", "properties": {"B": {}}, "required": ["B"],
                    "additionalProperties": false},
            ]}),
            "an alternative of the type is gone",
            "the type has a new alternative",
        ),
        (
            json!({"$ref": "#/components/schemas/Tree", "minProperties": 1}),
            json!({"$ref": "#/components/schemas/Tree"}),
            "`minProperties` is new: 1",
            "`minProperties` was 1 and is gone",
        ),
    ] {
        for (what, old, new, expected) in [
            (
                "request",
                receiving(&wide),
                receiving(&narrow),
                Some(request),
            ),
            ("response", sending(&narrow), sending(&wide), Some(response)),
            ("wider request", receiving(&narrow), receiving(&wide), None),
            ("narrower response", sending(&wide), sending(&narrow), None),
        ] {
            let expected = expected.map(|change| format!("error: {change}"));
            let found = short(&old, &new);
            if found != Vec::from_iter(expected) {
                wrong.push(format!("{what} of {narrow} and {wide}: {found:#?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn schemas_that_say_the_same_are_no_change() {
    let tree = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    for (one, other) in [
        (
            json!({"type": "integer"}),
            json!({"allOf": [{"type": "number"}, {"type": "integer"}]}),
        ),
        (
            json!({"type": "integer"}),
            json!({"allOf": [{"type": "integer"}, {"type": "number"}]}),
        ),
        (
            json!({"const": "b"}),
            json!({"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]}),
        ),
        (
            json!({"type": "integer"}),
            json!({"type": "integer", "pattern": "^a", "maxItems": 2}),
        ),
        (
            json!({"type": ["string", "null"]}),
            json!({"anyOf": [{"type": "null"}, {"type": "string"}]}),
        ),
        (
            json!({"enum": ["a", "b"]}),
            json!({"oneOf": [{"const": "b"}, {"const": "a", "title": "A"}]}),
        ),
        (
            json!({"const": "a"}),
            json!({"type": "string", "enum": ["a"]}),
        ),
        (
            json!({"type": "integer", "minimum": 1}),
            json!({"type": "integer", "exclusiveMinimum": 0}),
        ),
        (
            json!({"type": "integer"}),
            json!({"$ref": "#/components/schemas/Id"}),
        ),
        (
            json!({"type": "integer"}),
            json!({"allOf": [{"$ref": "#/components/schemas/Id"}]}),
        ),
        (
            json!({"type": "integer"}),
            json!({"type": "integer", "multipleOf": 1}),
        ),
        (
            json!({"type": "integer", "format": "uint64", "minimum": 0}),
            json!({"type": "integer", "format": "uint64", "minimum": 0, "maximum": u64::MAX}),
        ),
        (
            json!({"type": "integer", "format": "int32"}),
            json!({"type": "integer", "minimum": i32::MIN, "maximum": i32::MAX}),
        ),
        (
            json!({"type": "array", "contains": {}}),
            json!({"type": "array", "contains": {}, "minContains": 1}),
        ),
        (
            json!({"type": "array"}),
            json!({"type": "array", "contains": {"type": "null"}, "minContains": 0}),
        ),
        (
            json!({"type": "object"}),
            json!({"type": "object", "propertyNames": {"type": "string"}}),
        ),
        // No condition, or none with an effect.
        (
            json!({"type": "string"}),
            json!({"type": "string", "then": {"maxLength": 1}}),
        ),
        (
            json!({"type": "string"}),
            json!({"type": "string", "if": {"maxLength": 1}}),
        ),
        // JSON numbers are doubles.
        (
            json!({"type": "number"}),
            json!({"type": "number", "format": "double"}),
        ),
        (
            json!({"type": "integer", "format": "int8", "minimum": -128, "maximum": 127}),
            json!({"type": ["integer"], "format": "int8"}),
        ),
        (json!({"type": "boolean"}), json!({"enum": [true, false]})),
        (
            json!({"type": "array"}),
            json!({"type": "array", "items": {}, "minItems": 0}),
        ),
        (
            json!({"type": "string"}),
            json!({"type": "string", "description": "a", "examples": ["b"]}),
        ),
        (
            json!({"type": "object", "properties": {"a": {}}}),
            json!({
                "allOf": [{"type": "object", "properties": {"a": {}}}],
            }),
        ),
        (tree("Tree"), tree("Twin")),
        (
            json!({"anyOf": [tree("Tree"), {"type": "null"}]}),
            json!({"oneOf": [{"type": "null"}, tree("Twin")]}),
        ),
        (
            json!({"type": ["string", "null"]}),
            json!({"type": "string", "nullable": true}),
        ),
        (
            json!({"anyOf": [tree("Tree"), {"type": "null"}]}),
            json!({"allOf": [tree("Tree")], "nullable": true}),
        ),
        (
            json!({"type": "integer", "exclusiveMinimum": 0}),
            json!({"type": "integer", "exclusiveMinimum": true, "minimum": 0}),
        ),
    ] {
        for (old, new) in [(&one, &other), (&other, &one)] {
            let none: [&str; 0] = [];
            assert_eq!(
                lines(&receiving(old), &receiving(new)),
                none,
                "request: {old} {new}"
            );
            assert_eq!(
                lines(&sending(old), &sending(new)),
                none,
                "response: {old} {new}"
            );
        }
    }
}

#[test]
fn recursive_types_are_compared_once() {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let (tree, deep) = (reference("Tree"), reference("Deep"));
    let old = receiving(&deep);
    let expected = "error: the property is gone @ old /components/schemas/Deep/properties/size \
                    (POST /a: request body, `size`)";
    assert_eq!(lines(&old, &receiving(&tree)), [expected]);
}

/// Types that refer twice to the next one, so that they have 2^250 alternatives or parts.
#[test]
fn large_types_are_compared_as_a_whole() {
    for (keyword, expected) in [
        ("anyOf", "the type changed, and is too large to be compared"),
        ("allOf", "the type changed, and is too large to be compared"),
        (
            "prefixItems",
            "the type changed, and is too large to be compared",
        ),
    ] {
        let document = |last: &str| {
            let mut document = receiving(&json!({"$ref": "#/components/schemas/T0"}));
            for number in 0..250 {
                let next = json!({"$ref": format!("#/components/schemas/T{}", number + 1)});
                document["components"]["schemas"][format!("T{number}")] =
                    json!({keyword: [next, next]});
            }
            document["components"]["schemas"]["T250"] = json!({"type": last});
            document
        };
        let (old, new) = (document("integer"), document("string"));
        let none: [&str; 0] = [];
        assert_eq!(lines(&old, &old), none);
        assert_eq!(
            short(&old, &new),
            [format!("error: {expected}")],
            "{keyword}"
        );
    }
}

/// Keywords that are compared for equality.
#[test]
fn only_annotations_of_schemas_are_left_out() {
    let object = |keyword: &str, value: Value| json!({"type": "object", keyword: value});
    let array = |value: Value| json!({"type": "array", "contains": value});
    let not = |value: Value| json!({"not": value});
    let id = |minimum: i32| json!({"$ref": "#/components/schemas/Id", "minimum": minimum});
    for (old, new, is_same) in [
        (
            object("not", json!({"properties": {"title": {"const": "a"}}})),
            object("not", json!({"properties": {"title": {"const": "b"}}})),
            false,
        ),
        (
            object("dependentRequired", json!({})),
            object("dependentRequired", json!({"default": ["a", "b"]})),
            false,
        ),
        (
            array(json!({"const": {"title": 1}})),
            array(json!({"const": {"title": 2}})),
            false,
        ),
        (not(id(5)), not(id(3)), false),
        (not(id(5)), not(id(5)), true),
        (
            not(json!({"$ref": "#/components/schemas/Id"})),
            not(json!({"type": "integer", "title": "a"})),
            true,
        ),
        (
            not(json!({"properties": {"a": {"title": "a", "const": 1}}})),
            not(json!({"properties": {"a": {"x-a": "b", "const": 1}}})),
            true,
        ),
        (
            not(json!({"anyOf": [{"type": "string", "default": "a"}]})),
            not(json!({"anyOf": [{"type": "string"}]})),
            true,
        ),
    ] {
        let found = short(&receiving(&old), &receiving(&new));
        assert_eq!(found.is_empty(), is_same, "{old} {new}: {found:?}");
    }
    // A component that changed.
    let with = |kind: &str| {
        let mut document = receiving(&not(json!({"$ref": "#/components/schemas/Id"})));
        document["components"]["schemas"]["Id"]["type"] = json!(kind);
        document
    };
    let found = short(&with("integer"), &with("string"));
    assert_eq!(found, ["error: what `not` refers to changed"]);
}

#[test]
fn a_chain_of_references_has_no_end_of_the_stack() {
    let document = |last: &str| {
        let mut document = receiving(&json!({"$ref": "#/components/schemas/T0"}));
        for number in 0..10_000 {
            let next = format!("#/components/schemas/T{}", number + 1);
            document["components"]["schemas"][format!("T{number}")] = json!({"$ref": next});
        }
        document["components"]["schemas"]["T10000"] = json!({"type": last});
        document
    };
    let (old, new) = (document("integer"), document("string"));
    let none: [&str; 0] = [];
    assert_eq!(short(&old, &old), none);
    let expected = "error: the type changed, and is too large to be compared";
    assert_eq!(short(&old, &new), [expected]);
}
