//! Changes of operations outside of schemas.

use super::*;

/// Documents with this operation at `GET /a/{id}`.
fn operation(old: &Value, new: &Value) -> [Value; 2] {
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

fn problem(codes: &[&str]) -> Value {
    let examples = codes.iter().map(|code| {
        let value = json!({"value": {"code": code}});
        ((*code).to_owned(), value)
    });
    let examples: serde_json::Map<_, _> = examples.collect();
    json!({"description": "", "content": {"application/problem+json": {"examples": examples}}})
}

/// Runs a table of `old`, `new` and the changes from one to the other.
fn check(cases: &[(Value, Value, &[&str])]) {
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
            query(json!({"type": "array", "items": {"type": "string"}})),
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
            &["error: the style was form, exploded and is form"],
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
fn responses_of_an_operation() {
    let responses = |statuses: Value| json!({"responses": statuses});
    let header = |header: Value| responses(json!({"200": {"headers": {"x-a": header}}}));
    let media = |types: &[&str]| {
        let content = types.iter().map(|media| ((*media).to_owned(), json!({})));
        let content: serde_json::Map<_, _> = content.collect();
        responses(json!({"200": {"content": content}}))
    };
    let (json, csv) = ("application/json", "text/csv");
    let sized = |kind: &str| json!({"content": {json: {"schema": {"type": kind}}}});
    check(&[
        // Statuses.
        (
            responses(json!({"200": {}})),
            responses(json!({"200": {}, "201": {}})),
            &["warning: the status 201 is new"],
        ),
        (
            responses(json!({"200": {}, "201": {}})),
            responses(json!({"200": {}})),
            &["error: the status 201 is gone"],
        ),
        (
            responses(json!({"200": {}})),
            responses(json!({"204": {}})),
            &[
                "error: the status 200 is gone",
                "warning: the status 204 is new",
            ],
        ),
        (
            responses(json!({"200": {}, "404": {}})),
            responses(json!({"200": {}})),
            &["warning: the status 404 is gone"],
        ),
        (
            responses(json!({"200": {}})),
            responses(json!({"200": {}, "410": {"$ref": "#/components/responses/GoneOrBusy"}})),
            &["warning: the status 410 is new (`busy`, `gone`)"],
        ),
        (
            responses(json!({"2XX": {}})),
            responses(json!({"201": {}})),
            &[],
        ),
        (
            responses(json!({"2XX": sized("integer")})),
            responses(json!({"201": sized("number")})),
            &["error: the type was integer and is number"],
        ),
        (
            responses(json!({"200": sized("integer")})),
            responses(json!({"2xx": sized("number")})),
            &[
                "error: the type was integer and is number",
                "warning: the status 2XX is new",
            ],
        ),
        (
            responses(json!({"default": {}})),
            responses(json!({"200": {}, "404": {}})),
            &[],
        ),
        (
            responses(json!({"200": {}})),
            responses(json!({"200": {}, "default": {}})),
            &["warning: there may be other statuses now"],
        ),
        // Codes of errors.
        (
            responses(json!({"410": {"$ref": "#/components/responses/Gone"}})),
            responses(json!({"410": {"$ref": "#/components/responses/GoneOrBusy"}})),
            &["warning: the error code `busy` is new"],
        ),
        (
            responses(json!({"410": {"$ref": "#/components/responses/GoneOrBusy"}})),
            responses(json!({"410": problem(&["gone"])})),
            &[],
        ),
        // Header fields.
        (
            header(json!({})),
            responses(json!({"200": {}})),
            &["error: the header is gone"],
        ),
        (responses(json!({"200": {}})), header(json!({})), &[]),
        (
            responses(json!({"401": {"headers": {"x-a": {}, "x-b": {"required": true}}}})),
            responses(json!({"401": {}})),
            &["error: the header is gone", "warning: the header is gone"],
        ),
        (
            header(json!({"required": true})),
            header(json!({})),
            &["error: the header is no longer always there"],
        ),
        (
            header(json!({})),
            responses(json!({"200": {"headers": {"X-A": {}}}})),
            &[],
        ),
        (
            header(json!({"schema": {"type": "integer"}})),
            header(json!({"schema": {"type": "string"}})),
            &["error: the type was integer and is string"],
        ),
        (
            header(json!({"schema": {"type": "string"}})),
            header(json!({"schema": {"type": "integer"}})),
            &[],
        ),
        // Media types.
        (media(&[json]), media(&[json, csv]), &[]),
        (
            media(&[json, csv]),
            media(&[json]),
            &["error: the media type `text/csv` is gone"],
        ),
        (media(&["text/*"]), media(&[csv]), &[]),
        (
            media(&[json]),
            responses(json!({"200": {}})),
            &["error: the media type `application/json` is gone"],
        ),
    ]);
}

#[test]
fn callers_of_an_operation() {
    let security = |ways: Value| json!({"security": ways});
    let groups = |groups: Value| json!({"x-lambda-api-groups": groups});
    let guard = |name: &str| json!({"x-lambda-api-guard": name});
    let all = |names: Value| groups(json!({"all": names}));
    let any = |names: Value| groups(json!({"any": names}));
    check(&[
        (security(json!([])), security(json!([])), &[]),
        (json!({}), security(json!([{}])), &[]),
        (
            security(json!([])),
            security(json!([{"key": []}])),
            &["error: the operation was public, and needs authentication now"],
        ),
        (security(json!([{"key": []}])), security(json!([])), &[]),
        (
            security(json!([{"key": []}])),
            security(json!([{"key": []}, {"pool": []}])),
            &[],
        ),
        (
            security(json!([{"key": []}, {"pool": []}])),
            security(json!([{"key": []}])),
            &["error: `pool` is no longer accepted, but `key`"],
        ),
        (
            security(json!([{"key": []}])),
            security(json!([{"key": [], "pool": []}])),
            &["error: `key` is no longer accepted, but `key` with `pool`"],
        ),
        (
            security(json!([{"key": [], "pool": []}])),
            security(json!([{"key": []}])),
            &[],
        ),
        // Callers may authenticate, and need not.
        (
            security(json!([{}, {"key": []}])),
            security(json!([{}, {"pool": []}])),
            &[],
        ),
        (
            security(json!([{}, {"key": []}])),
            security(json!([{"key": []}])),
            &["error: the operation was public, and needs authentication now"],
        ),
        // Schemes are compared by what they are.
        (
            security(json!([{"key": []}])),
            security(json!([{"same": []}])),
            &[],
        ),
        (
            security(json!([{"key": []}])),
            security(json!([{"other": []}])),
            &["error: `key` is no longer accepted, but `other`"],
        ),
        // Scopes.
        (
            security(json!([{"pool": ["a", "b"]}])),
            security(json!([{"pool": ["a"]}])),
            &[],
        ),
        (
            security(json!([{"pool": ["a"]}])),
            security(json!([{"pool": ["a", "b", "c"]}])),
            &["error: `pool` needs the scopes `b`, `c` now"],
        ),
        (
            security(json!([{"pool": ["a"]}, {"pool": ["b"]}])),
            security(json!([{"pool": ["b"]}])),
            &["error: `pool` needs the scope `b` now"],
        ),
        // Groups and guards.
        (all(json!(["a", "b"])), all(json!(["a"])), &[]),
        (all(json!(["a"])), any(json!(["a", "b"])), &[]),
        (
            any(json!(["a", "b"])),
            any(json!(["a"])),
            &["error: the groups were {\"any\":[\"a\",\"b\"]} and are {\"any\":[\"a\"]}"],
        ),
        (
            json!({}),
            all(json!(["a"])),
            &["error: callers need groups now: {\"all\":[\"a\"]}"],
        ),
        (all(json!(["a"])), json!({}), &[]),
        (
            json!({}),
            guard("owner"),
            &["error: a guard decides who may call now: \"owner\""],
        ),
        (
            guard("owner"),
            guard("tenant"),
            &["warning: the guard was \"owner\" and is \"tenant\""],
        ),
        (guard("owner"), json!({}), &[]),
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

#[test]
fn paths_servers_and_schemes() {
    let paths = |paths: Value| document(&paths, &json!({}));
    let id = json!({"get": {"operationId": "read", "parameters": [
        {"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}},
    ]}});
    let order = json!({"get": {"operationId": "read"}, "parameters": [
        {"name": "order", "in": "path", "required": true, "schema": {"type": "number"}},
    ]});
    let with = |key: &str, value: Value| {
        let mut document = document(
            &json!({"/a": {"get": {"security": [{"s": []}]}}}),
            &json!({}),
        );
        match key {
            "scheme" => document["components"]["securitySchemes"]["s"] = value,
            key => document[key] = value,
        }
        document
    };
    let server = |url: &str| with("servers", json!([{"url": url}]));
    let flow = |url: &str, scopes: Value| {
        let flow = json!({"authorizationUrl": url, "tokenUrl": "https://t", "scopes": scopes});
        with(
            "scheme",
            json!({"type": "oauth2", "flows": {"authorizationCode": flow}}),
        )
    };
    let mount = |access: &str| {
        with(
            "x-lambda-api-mounts",
            json!([{"prefix": "/old", "access": access}]),
        )
    };
    let scheme = |name: &str| with("scheme", json!({"type": "http", "scheme": name}));
    let public = document(&json!({"/a": {"get": {}}}), &json!({}));
    for (old, new, expected) in [
        // The name of a path parameter is not part of a request, nor is the place of its description.
        (
            paths(json!({"/a/{id}": id})),
            paths(json!({"/a/{order}": order})),
            "",
        ),
        (paths(json!({})), paths(json!({"/a": {"get": {}}})), ""),
        (
            paths(json!({"/a/{id}": id})),
            paths(json!({"/b/{id}": id})),
            "error: the operation is gone: `GET /b/{id}` has its id now @ old /paths/~1a~1{id}/get (GET \
             /a/{id})",
        ),
        (
            paths(json!({"/a": {"get": {"deprecated": true}, "post": {}}})),
            paths(json!({"/a": {"post": {}}})),
            "error: the operation is gone @ old /paths/~1a/get (GET /a)",
        ),
        (server("/"), with("servers", json!([])), ""),
        (
            server("/v1"),
            with("servers", json!([{"url": "/v1"}, {"url": "/v2"}])),
            "",
        ),
        (
            server("/v1"),
            server("/v2"),
            "warning: the server `/v1` is gone @ old /servers/0 (all operations)",
        ),
        (scheme("bearer"), scheme("Bearer"), ""),
        (
            scheme("bearer"),
            scheme("basic"),
            "error: the security scheme `s` changed @ /components/securitySchemes/s (GET /a)",
        ),
        (
            with(
                "scheme",
                json!({"type": "apiKey", "in": "cookie", "name": "sid"}),
            ),
            with(
                "scheme",
                json!({"type": "apiKey", "in": "cookie", "name": "SID"}),
            ),
            "error: the security scheme `s` changed @ /components/securitySchemes/s (GET /a)",
        ),
        (
            flow("https://a", json!({"x": ""})),
            flow("https://a", json!({})),
            "",
        ),
        (
            flow("https://a", json!({})),
            flow("https://b", json!({})),
            "error: the security scheme `s` changed @ /components/securitySchemes/s (GET /a)",
        ),
        // What the document says of all operations.
        (
            public.clone(),
            {
                let mut closed = public.clone();
                closed["security"] = json!([{"s": []}]);
                closed
            },
            "error: the operation was public, and needs authentication now @ /security (GET /a)",
        ),
        (mount("public"), mount("public"), ""),
        (
            mount("public"),
            mount("authenticated"),
            "error: the access was \"public\" and is \"authenticated\" @ /x-lambda-api-mounts/0/access (all \
             operations below `/old`)",
        ),
        (mount("authenticated"), mount("public"), ""),
        (
            mount("public"),
            public,
            "error: the mounted service is gone @ old /x-lambda-api-mounts/0 (all operations below `/old`)",
        ),
    ] {
        let expected = Vec::from_iter((!expected.is_empty()).then(|| expected.to_owned()));
        assert_eq!(lines(&old, &new), expected, "from {old} to {new}");
    }
}
