//! Laws of the comparison.

use super::*;
use proptest::{collection::vec, option, prelude::*, sample::select};

/// Schemas in which an object always has the properties `x` and `y`, so that none is gone or new.
fn schemas() -> BoxedStrategy<Value> {
    schemas_with(|inner| inner)
}

/// The same, and maps.
fn schemas_and_maps() -> BoxedStrategy<Value> {
    schemas_with(|inner| {
        // A schema of anything says no more than no schema.
        inner
            .prop_filter("anything", |inner| inner != &json!({}))
            .prop_map(|inner| json!({"type": "object", "additionalProperties": inner}))
            .boxed()
    })
}

fn schemas_with(
    another: impl Fn(BoxedStrategy<Value>) -> BoxedStrategy<Value> + 'static,
) -> BoxedStrategy<Value> {
    let number = (
        select(vec!["integer", "number"]),
        option::of(-3..3),
        option::of(-3..3),
    )
        .prop_map(|(kind, low, high)| {
            with(json!({"type": kind}), [("minimum", low), ("maximum", high)])
        });
    let text = (option::of(0..3), option::of(0..3)).prop_map(|(least, most)| {
        with(
            json!({"type": "string"}),
            [("minLength", least), ("maxLength", most)],
        )
    });
    let leaf = prop_oneof![
        Just(json!({})),
        Just(json!({"type": "null"})),
        Just(json!({"type": "boolean"})),
        Just(json!({"type": ["string", "null"]})),
        Just(json!({"type": ["integer", "string"]})),
        vec(
            select(vec![json!("a"), json!("bb"), json!(1), json!(null)]),
            1..3
        )
        .prop_map(|values| json!({"enum": values})),
        number,
        text,
    ];
    let all = leaf.prop_recursive(3, 12, 2, move |inner| {
        let pair = (inner.clone(), inner.clone());
        let required = select(vec![
            json!([]),
            json!(["x"]),
            json!(["y"]),
            json!(["x", "y"]),
        ]);
        prop_oneof![
            (inner.clone(), option::of(0..2), option::of(0..3)).prop_map(|(items, least, most)| {
                let array = json!({"type": "array", "items": items});
                with(array, [("minItems", least), ("maxItems", most)])
            }),
            (pair.clone(), required).prop_map(|((x, y), required)| json!({
                "type": "object", "properties": {"x": x, "y": y}, "required": required,
            })),
            another(inner.clone()),
            pair.clone()
                .prop_map(|(one, other)| json!({"anyOf": [one, other]})),
            pair.prop_map(|(one, other)| json!({"allOf": [one, other]})),
        ]
    });
    all.boxed()
}

fn with(mut schema: Value, keywords: [(&str, Option<i32>); 2]) -> Value {
    for (keyword, value) in keywords {
        if let Some(value) = value {
            schema[keyword] = value.into();
        }
    }
    schema
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        (-4..4).prop_map(Value::from),
        Just(json!(0.5)),
        select(vec!["", "a", "bb", "ccc"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let property = option::of(inner.clone());
        prop_oneof![
            vec(inner, 0..3).prop_map(Value::from),
            (property.clone(), property).prop_map(|(x, y)| {
                let members = [("x", x), ("y", y)].into_iter();
                let members = members.filter_map(|(name, one)| Some((name.to_owned(), one?)));
                Value::Object(members.collect())
            }),
        ]
    })
}

/// Whether a value fits a schema of these tests.
fn fits(value: &Value, schema: &Value) -> bool {
    let kind = |name: &str| match name {
        "integer" => value.is_i64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        _ => value.is_object(),
    };
    let within = |size: f64, least: &str, most: &str| {
        schema[least].as_f64().is_none_or(|one| size >= one)
            && schema[most].as_f64().is_none_or(|one| size <= one)
    };
    #[allow(clippy::cast_precision_loss, reason = "sizes are small")]
    let sized = |size: usize, least, most| within(size as f64, least, most);
    let of_type = match &schema["type"] {
        Value::String(name) => kind(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(kind),
        _ => true,
    };
    let of_value = match value {
        Value::Number(number) => within(number.as_f64().unwrap(), "minimum", "maximum"),
        Value::String(text) => sized(text.len(), "minLength", "maxLength"),
        Value::Array(elements) => {
            let items = schema.get("items");
            sized(elements.len(), "minItems", "maxItems")
                && items.is_none_or(|items| elements.iter().all(|one| fits(one, items)))
        }
        Value::Object(members) => {
            let required = schema["required"].as_array().into_iter().flatten();
            let mut required = required.filter_map(Value::as_str);
            let schema_of = |name: &str| {
                let own = schema["properties"].get(name);
                own.or_else(|| schema.get("additionalProperties"))
            };
            required.all(|name| members.contains_key(name))
                && members
                    .iter()
                    .all(|(name, one)| schema_of(name).is_none_or(|schema| fits(one, schema)))
        }
        _ => true,
    };
    let listed = schema["enum"].as_array();
    let any = schema["anyOf"].as_array();
    let all = schema["allOf"].as_array();
    of_type
        && of_value
        && listed.is_none_or(|values| values.contains(value))
        && any.is_none_or(|schemas| schemas.iter().any(|one| fits(value, one)))
        && all.is_none_or(|schemas| schemas.iter().all(|one| fits(value, one)))
}

proptest! {
    #[test]
    fn a_document_does_not_break_itself(schema in schemas_and_maps()) {
        let none: [&str; 0] = [];
        prop_assert_eq!(lines(&receiving(&schema), &receiving(&schema)), none);
        prop_assert_eq!(lines(&sending(&schema), &sending(&schema)), none);
    }

    #[test]
    fn a_request_narrows_where_a_response_widens(one in schemas(), other in schemas()) {
        let narrowed = lines(&receiving(&one), &receiving(&other));
        let widened = lines(&sending(&other), &sending(&one));
        prop_assert_eq!(narrowed.is_empty(), widened.is_empty(), "{:?} {:?}", narrowed, widened);
    }

    #[test]
    fn values_fit_what_is_not_narrower(one in schemas_and_maps(), other in schemas_and_maps(), value in values()) {
        if fits(&value, &one) && !fits(&value, &other) {
            let found = lines(&receiving(&one), &receiving(&other));
            prop_assert!(!found.is_empty(), "{value} fits {one}, but not {other}");
        }
    }

    #[test]
    fn optional_parts_of_a_request_never_break(schema in schemas_and_maps(), part in schemas_and_maps()) {
        let old = receiving(&json!({"type": "object", "properties": {"a": schema}}));
        let mut new = receiving(&json!({"type": "object", "properties": {"a": schema, "b": part}}));
        new["paths"]["/a"]["post"]["parameters"] = json!([{"name": "q", "in": "query", "schema": part}]);
        let none: [&str; 0] = [];
        prop_assert_eq!(lines(&old, &new), none);
    }

    #[test]
    fn an_alternative_more_never_breaks_requests(one in schemas_and_maps(), other in schemas_and_maps()) {
        let wider = json!({"anyOf": [one, other]});
        let none: [&str; 0] = [];
        prop_assert_eq!(lines(&receiving(&one), &receiving(&wider)), none);
        prop_assert_eq!(lines(&sending(&wider), &sending(&one)), none);
    }
}
