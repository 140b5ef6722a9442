use super::*;
use serde_json::json;

/// A document with these members beside the usual ones.
fn document(paths: &Value, components: &Value) -> Value {
    json!({
        "openapi": "3.1.0", "info": {"title": "own"}, "servers": [{"url": "/"}],
        "paths": paths, "components": components,
    })
}

fn merged(own: &Value, others: &[&Value]) -> Result<(Value, Vec<String>), Vec<String>> {
    let names = ["a.json", "b.json"];
    let others = others.iter().zip(names);
    let others: Vec<_> = others
        .map(|(other, name)| (name, other.to_string()))
        .collect();
    let merged = merge(&own.to_string(), &others)?;
    Ok((
        serde_json::from_str(&merged.text).expect("JSON"),
        merged.notes,
    ))
}

#[test]
fn operations_and_components_are_added() {
    let order = json!({"type": "object"});
    let own = document(
        &json!({"/b": {"post": {"operationId": "b"}}}),
        &json!({"schemas": {"Order": order}}),
    );
    let one = document(
        &json!({"/b": {"get": {"operationId": "c"}}, "/a/{id}": {"get": {}}}),
        &json!({"schemas": {"Order": order, "Id": {}}, "securitySchemes": {"key": {}}}),
    );
    let two = document(&json!({"/a/{id}": {"put": {}}}), &json!({}));
    let (found, notes) = merged(&own, &[&one, &two]).unwrap();
    assert!(notes.is_empty());
    assert_eq!(
        found,
        document(
            &json!({
                "/a/{id}": {"get": {}, "put": {}},
                "/b": {"get": {"operationId": "c"}, "post": {"operationId": "b"}},
            }),
            &json!({
                "schemas": {"Id": {}, "Order": order},
                "securitySchemes": {"key": {}},
            }),
        )
    );
}

#[test]
fn clashes_are_told_together() {
    let own = document(
        &json!({"/a/{id}": {"get": {"operationId": "read"}}, "/b": {"get": {}, "summary": "B"}}),
        &json!({"schemas": {"A": {"type": "string"}}, "securitySchemes": {"key": {"type": "http"}}}),
    );
    let other = document(
        &json!({
            "/a/{id}": {"get": {"operationId": "read"}},
            "/a/{name}": {"put": {}},
            "/b": {"put": {}},
            "/c": {"get": {"operationId": "read"}},
        }),
        &json!({"schemas": {"A": {"type": "integer"}}, "securitySchemes": {"key": {"type": "apiKey"}}}),
    );
    let old = json!({"openapi": "3.0.3"});
    assert_eq!(
        merged(&own, &[&other, &old]).unwrap_err(),
        [
            "a.json: `GET /a/{id}` is an operation already",
            "a.json: the operation id `read` of `GET /c` is that of `GET /a/{id}`: set another one with \
             `operation_id = \"..\"`",
            "a.json: `/a/{name}` and `/a/{id}` are one path: give their parameters the same names",
            "a.json: `/b` has members beside its operations, such as `parameters`, that differ",
            "a.json: another schema is named `A`: rename one with `#[schemars(rename = \"..\")]`",
            "a.json: another security scheme is named `key`",
            "b.json: expected an OpenAPI document of version 3.1, found 3.0",
        ]
    );
    let invalid = merge(&own.to_string(), &[("c.json", "{".to_owned())]).unwrap_err();
    assert_eq!(
        invalid,
        ["c.json: invalid JSON: EOF while parsing an object at line 1 column 1"]
    );
}

#[test]
fn responses_and_examples_get_another_name() {
    let with = |value: i32, reference: &str, names: [&str; 2]| {
        let response = |name: &str| json!({"$ref": format!("#/components/responses/{name}")});
        let example = json!({"$ref": format!("#/components/examples/{}", names[1])});
        document(
            &json!({reference: {"get": {"responses": {"400": response(names[0])}}}}),
            &json!({
                "responses": {names[0]: {"content": {"text/plain": {"examples": {"bad": example}}}}},
                "examples": {names[1]: {"value": value}},
            }),
        )
    };
    let own = with(1, "/a", ["Bad", "bad"]);
    let (found, _) = merged(&own, &[&with(2, "/b", ["Bad", "bad"])]).unwrap();
    let expected = with(2, "/b", ["Bad_2", "bad_2"]);
    assert_eq!(found["paths"]["/b"], expected["paths"]["/b"]);
    for (section, name) in [("responses", "Bad_2"), ("examples", "bad_2")] {
        let [found, expected] = [&found, &expected].map(|one| &one["components"][section][name]);
        assert_eq!(found, expected);
    }
    // The next name that is free, or that has the same content.
    let mut both = own.clone();
    for (name, value) in [("bad_2", 3), ("bad_3", 2)] {
        both["components"]["examples"][name] = json!({"value": value});
    }
    let (found, _) = merged(&both, &[&with(2, "/b", ["Other", "bad"])]).unwrap();
    let example = "/components/responses/Other/content/text~1plain/examples/bad/$ref";
    let expected = json!("#/components/examples/bad_3");
    assert_eq!(found.pointer(example), Some(&expected));
    assert_eq!(
        found["components"]["examples"],
        both["components"]["examples"]
    );
    let (same, _) = merged(&own, &[&with(1, "/b", ["Bad", "bad"])]).unwrap();
    assert_eq!(same["components"], own["components"]);
}

#[test]
fn callers_stay_those_of_each_document() {
    let with = |path: &str, security: Option<Value>| {
        let mut document = document(&json!({path: {"get": {}}}), &json!({}));
        if let Some(security) = security {
            document["security"] = security;
        }
        document
    };
    let (key, pool) = (json!([{"key": []}]), json!([{"pool": []}]));
    for (own, other, expected) in [
        (None, None, json!({})),
        (None, Some(&key), json!({"security": key})),
        (Some(&key), None, json!({"security": []})),
        (Some(&key), Some(&pool), json!({"security": pool})),
        (Some(&key), Some(&key), json!({})),
    ] {
        let (found, _) = merged(&with("/a", own.cloned()), &[&with("/b", other.cloned())]).unwrap();
        assert_eq!(found["paths"]["/b"]["get"], expected, "{own:?} {other:?}");
        assert_eq!(found["paths"]["/a"]["get"], json!({}));
    }
}

#[test]
fn tags_and_mounts_are_added_and_servers_are_not() {
    let with = |url: &str, tags: Value, mounts: Value| {
        let mut document = document(&json!({}), &json!({}));
        document["servers"] = json!([{"url": url}]);
        document["tags"] = tags;
        document["x-lambda-api-mounts"] = mounts;
        document
    };
    let own = with(
        "/v1",
        json!([{"name": "a", "description": "A"}]),
        json!([{"prefix": "/a"}]),
    );
    let other = with(
        "/v2",
        json!([{"name": "a"}, {"name": "b"}]),
        json!([{"prefix": "/b"}]),
    );
    let (found, notes) = merged(&own, &[&other]).unwrap();
    let tags = json!([{"name": "a", "description": "A"}, {"name": "b"}]);
    assert_eq!(
        found,
        with("/v1", tags, json!([{"prefix": "/a"}, {"prefix": "/b"}]))
    );
    assert_eq!(notes, ["a.json: the server `/v2` is left out"]);
    let clash = merged(&own, &[&own]).unwrap_err();
    assert_eq!(clash, ["a.json: another service is mounted at `/a`"]);
}

#[test]
fn each_clash_is_reported_once() {
    let id = |path: &str| json!({path: {"get": {}}});
    let own = document(
        &id("/a/{id}"),
        &json!({"schemas": {"A": {"description": "a"}}}),
    );
    let other = document(
        &id("/a/{name}"),
        &json!({"schemas": {"A": {"description": "b"}}}),
    );
    assert_eq!(
        merged(&own, &[&other]).unwrap_err(),
        [
            "a.json: `/a/{name}` and `/a/{id}` are one path: give their parameters the same names",
            "a.json: another schema is named `A`, which differs in descriptions only: write the file again \
             with the same types",
        ]
    );
    // Of one file.
    let twice = json!({"/b": {"get": {"operationId": "b"}, "put": {"operationId": "b"}}});
    assert_eq!(
        merged(&own, &[&document(&twice, &json!({}))]).unwrap_err(),
        [
            "a.json: the operation id `b` of `PUT /b` is that of `GET /b`: set another one with \
          `operation_id = \"..\"`"
        ]
    );
}

#[test]
fn members_that_are_left_out_are_noted() {
    let own = document(&json!({}), &json!({}));
    let mut other = own.clone();
    for name in ["externalDocs", "jsonSchemaDialect", "webhooks", "x-a"] {
        other[name] = json!({});
    }
    let (found, notes) = merged(&own, &[&other]).unwrap();
    assert_eq!(found, own);
    assert_eq!(
        notes,
        [
            "a.json: `externalDocs` is left out",
            "a.json: `jsonSchemaDialect` is left out",
            "a.json: `webhooks` is left out",
            "a.json: `x-a` is left out",
        ]
    );
    let (_, notes) = merged(&other, &[&other]).unwrap();
    assert!(notes.is_empty(), "{notes:?}");
}
