//! Changes of operations outside of schemas.

use super::*;

/// Documents with this operation at `GET /a/{id}`.
pub(super) fn operation(old: &Value, new: &Value) -> [Value; 2] {
    [old, new].map(|operation| {
        let components = json!({
            "parameters": {"Page": {"name": "page", "in": "query", "schema": {"type": "integer"}}},
            "responses": {
                "Gone": problem(&["gone"]),
                "GoneOrBusy": problem(&["gone", "busy"]),
            },
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "x-key"},
                "same": {"type": "apiKey", "in": "header", "name": "X-Key", "description": "a key"},
                "other": {"type": "apiKey", "in": "header", "name": "x-other"},
                "pool": {"type": "openIdConnect", "openIdConnectUrl": "https://a"},
            },
        });
        document(&json!({"/a/{id}": {"get": operation}}), &components)
    })
}

pub(super) fn problem(codes: &[&str]) -> Value {
    let examples = codes.iter().map(|code| {
        let value = json!({"value": {"code": code}});
        ((*code).to_owned(), value)
    });
    let examples: serde_json::Map<_, _> = examples.collect();
    json!({"description": "", "content": {"application/problem+json": {"examples": examples}}})
}

/// Runs a table of `old`, `new` and the changes from one to the other.
pub(super) fn check(cases: &[(Value, Value, &[&str])]) {
    let mut wrong = Vec::new();
    for (old, new, expected) in cases {
        let [before, now] = operation(old, new);
        let found = short(&before, &now);
        if found != *expected {
            wrong.push(format!("from {old} to {new}: {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn parameters_of_an_operation() {
    let parameters = |list: Value| json!({"parameters": list});
    let page = json!({"$ref": "#/components/parameters/Page"});
    let query = |schema: Value| parameters(json!([{"name": "q", "in": "query", "schema": schema}]));
    let path = |name: &str, schema: Value| {
        parameters(json!([{"name": name, "in": "path", "required": true, "schema": schema}]))
    };
    let written = |place: &str, style: &str, explode: bool, schema: Value| {
        parameters(json!([{
            "name": "q", "in": place, "style": style, "explode": explode, "schema": schema,
        }]))
    };
    let listed = |style: Value, explode: Value| {
        parameters(json!([{
            "name": "q", "in": "query", "style": style, "explode": explode,
            "schema": {"type": "array"},
        }]))
    };
    check(&[
        (json!({}), query(json!({})), &[]),
        (
            json!({}),
            parameters(json!([{"name": "q", "in": "query", "required": true}])),
            &["error: the parameter is new and required"],
        ),
        (
            query(json!({})),
            json!({}),
            &["error: the parameter is gone"],
        ),
        (
            query(json!({})),
            parameters(json!([{"name": "q", "in": "query", "required": true}])),
            &["error: the parameter is required now"],
        ),
        (
            parameters(json!([page])),
            parameters(json!([{"name": "page", "in": "query", "schema": {"type": "integer"}}])),
            &[],
        ),
        (
            parameters(json!([page])),
            parameters(json!([{"name": "page", "in": "header", "schema": {"type": "integer"}}])),
            &["error: the parameter is gone"],
        ),
        // Names of headers have no case, other names do.
        (
            parameters(json!([{"name": "X-Tenant", "in": "header", "schema": {}}])),
            parameters(json!([{"name": "x-tenant", "in": "header", "schema": {}}])),
            &[],
        ),
        (
            parameters(json!([{"name": "Q", "in": "query"}])),
            parameters(json!([{"name": "q", "in": "query"}])),
            &["error: the parameter is gone"],
        ),
        (
            parameters(json!([{"name": "accept", "in": "header"}])),
            json!({}),
            &[],
        ),
        // Every value is sent as a text.
        (
            query(json!({"type": "integer"})),
            query(json!({"type": "string"})),
            &[],
        ),
        (
            query(json!({"type": "integer"})),
            query(json!({"type": "string", "maxLength": 3})),
            &["error: the type was integer and is string"],
        ),
        (
            query(json!({"type": "string"})),
            query(json!({"type": "integer"})),
            &["error: the type was string and is integer"],
        ),
        (
            query(json!({"type": ["integer", "null"]})),
            query(json!({"type": "integer"})),
            &[],
        ),
        // A list accepts a single value, unless it is one of texts with commas between them.
        (
            query(json!({"type": "integer"})),
            query(json!({"type": "array", "items": {"type": "string"}, "minItems": 1})),
            &[],
        ),
        (
            query(json!({"type": "string"})),
            query(json!({"type": "array", "items": {"type": "string"}, "minItems": 2})),
            &["error: `minItems` is new: 2"],
        ),
        (
            query(json!({"type": "string"})),
            query(json!({"type": "array", "items": {"type": "integer"}})),
            &["error: the type was string and is integer"],
        ),
        (
            path("id", json!({"type": "string"})),
            path("id", json!({"type": "array", "items": {"type": "string"}})),
            &["error: the type was string and is array"],
        ),
        (
            path("id", json!({"type": "integer"})),
            path("id", json!({"type": "integer", "maximum": 9})),
            &["error: `maximum` is new: 9"],
        ),
        (
            query(json!({"type": "integer", "default": 10})),
            query(json!({"type": "integer", "default": 20})),
            &["warning: `default` was `10` and is `20`"],
        ),
        // Styles.
        (
            listed(json!("form"), json!(true)),
            listed(Value::Null, Value::Null),
            &[],
        ),
        (
            listed(json!("form"), json!(true)),
            listed(json!("form"), json!(false)),
            &["error: values were repeated and are separated by commas"],
        ),
        (
            listed(json!("form"), json!(false)),
            listed(json!("pipeDelimited"), json!(false)),
            &["error: values were separated by commas and are separated by `|`"],
        ),
        (
            written("query", "form", true, json!({"type": "object"})),
            written("query", "deepObject", true, json!({"type": "object"})),
            &["error: the style was `form` with `explode` and is `deepObject`"],
        ),
        // Where they make no difference.
        (
            written("query", "form", true, json!({"type": "string"})),
            written("query", "form", false, json!({"type": "string"})),
            &[],
        ),
        (
            written("path", "simple", false, json!({"type": "string"})),
            written("path", "simple", true, json!({"type": "string"})),
            &[],
        ),
        (
            written("header", "simple", false, json!({"type": "array"})),
            written("header", "simple", true, json!({"type": "array"})),
            &[],
        ),
        (
            written("path", "simple", false, json!({"type": "string"})),
            written("path", "label", false, json!({"type": "string"})),
            &["error: the style was `simple` and is `label`"],
        ),
        // A single value of a list with commas.
        (
            query(json!({"type": "integer"})),
            written(
                "query",
                "form",
                false,
                json!({"type": "array", "items": {"type": "integer"}}),
            ),
            &[],
        ),
        (
            query(json!({"type": "string"})),
            written(
                "query",
                "form",
                false,
                json!({"type": "array", "items": {"type": "string"}}),
            ),
            &["error: the type was string and is array"],
        ),
        (
            parameters(json!([{"name": "q", "in": "query", "content": {"application/json": {}}}])),
            query(json!({})),
            &["error: the value was `application/json` and is plain text"],
        ),
        (
            parameters(json!([{"name": "q", "in": "query", "content": {
                "application/json": {"schema": {"type": "integer"}},
            }}])),
            parameters(json!([{"name": "q", "in": "query", "content": {
                "application/json": {"schema": {"type": "string"}},
            }}])),
            &["error: the type was integer and is string"],
        ),
        (
            parameters(json!([{"name": "q", "in": "query", "allowEmptyValue": true}])),
            parameters(json!([{"name": "q", "in": "query"}])),
            &["error: the value must not be empty now"],
        ),
        (
            parameters(json!([{"name": "id", "in": "path", "x-lambda-api-greedy": true}])),
            parameters(json!([{"name": "id", "in": "path"}])),
            &["error: the parameter no longer takes several segments"],
        ),
    ]);
}

#[test]
fn request_bodies_of_an_operation() {
    let body = |required: bool, types: &[&str]| {
        let content = types.iter().map(|media| {
            let schema = json!({"schema": {"type": "object"}});
            ((*media).to_owned(), schema)
        });
        let content: serde_json::Map<_, _> = content.collect();
        json!({"requestBody": {"required": required, "content": content}})
    };
    let form = |kind: &str| {
        let schema = json!({"type": "object", "properties": {"a": {"type": kind}}});
        json!({"requestBody": {"content": {"multipart/form-data": {"schema": schema}}}})
    };
    let (json, xml) = ("application/json", "application/xml");
    check(&[
        (json!({}), body(false, &[json]), &[]),
        (
            json!({}),
            body(true, &[json]),
            &["error: the body is new and required"],
        ),
        (
            body(false, &[json]),
            json!({}),
            &["error: the body is gone"],
        ),
        (body(true, &[json]), body(false, &[json]), &[]),
        (
            body(false, &[json]),
            body(true, &[json]),
            &["error: the body is required now"],
        ),
        (body(true, &[json]), body(true, &[json, xml]), &[]),
        (
            body(true, &[json, xml]),
            body(true, &[json]),
            &["error: the media type `application/xml` is no longer accepted"],
        ),
        (body(true, &[json]), body(true, &["application/*"]), &[]),
        (
            body(true, &[json]),
            body(true, &["Application/JSON; charset=utf-8"]),
            &[],
        ),
        (
            body(true, &["application/*"]),
            body(true, &[json]),
            &["error: the media type `application/*` is no longer accepted"],
        ),
        (
            json!({"requestBody": {"content": {json: {}}}}),
            json!({"requestBody": {"content": {json: {"schema": {"type": "object"}}}}}),
            &["error: the type was any type and is object"],
        ),
        // Fields of a form are texts.
        (form("integer"), form("string"), &[]),
        (
            form("string"),
            form("integer"),
            &["error: the type was string and is integer"],
        ),
    ]);
}

#[test]
fn descriptions_and_names_of_an_operation() {
    check(&[
        (
            json!({"tags": ["a"], "summary": "a", "description": "a"}),
            json!({"tags": ["b"], "summary": "b", "deprecated": true}),
            &[],
        ),
        (
            json!({"operationId": "a"}),
            json!({"operationId": "b"}),
            &["warning: the operation id was `a` and is `b`"],
        ),
        (
            json!({"operationId": "a"}),
            json!({}),
            &["warning: the operation id was `a` and is gone"],
        ),
        (json!({}), json!({"operationId": "a"}), &[]),
    ]);
}
