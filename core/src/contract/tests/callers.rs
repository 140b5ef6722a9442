//! Changes of who may call, and of what the document says of all operations.

use super::{operations::check, *};

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
fn what_a_document_of_3_0_cannot_say_is_not_compared() {
    let with = |version: &str, scheme: Value, scopes: Value| {
        let mut document = document(
            &json!({"/a": {"get": {"security": [{"s": scopes}]}}}),
            &json!({}),
        );
        document["openapi"] = json!(version);
        document["components"]["securitySchemes"]["s"] = scheme;
        document
    };
    let http = |scheme: &str| json!({"type": "http", "scheme": scheme});
    let oidc = json!({"type": "openIdConnect", "openIdConnectUrl": "https://a"});
    let tls = json!({"type": "mutualTLS"});
    let needs = "error: `s` needs the scope `x` now";
    for (version, old, new, expected) in [
        ("3.0.3", http("bearer"), http("bearer"), ""),
        ("3.1.0", http("bearer"), http("bearer"), needs),
        ("3.0.3", oidc.clone(), oidc, needs),
        ("3.0.3", http("mutualTLS"), tls.clone(), ""),
        (
            "3.0.3",
            http("bearer"),
            tls,
            "error: the security scheme `s` changed",
        ),
    ] {
        let old = with(version, old, json!([]));
        let new = with("3.1.0", new, json!(["x"]));
        let expected = Vec::from_iter((!expected.is_empty()).then_some(expected));
        assert_eq!(short(&old, &new), expected, "{old} {new}");
    }
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
    // `x` is a number and `y` a text, wherever they are.
    let pair = |path: &str| {
        let parameter =
            |name: &str, kind: &str| json!({"name": name, "in": "path", "schema": {"type": kind}});
        let list = [parameter("x", "integer"), parameter("y", "string")];
        paths(json!({path: {"get": {"parameters": list}}}))
    };
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
        (pair("/a/{x}/{y}"), pair("/a/{x}/{y}"), ""),
        (
            pair("/a/{x}/{y}"),
            pair("/a/{y}/{x}"),
            "error: the type was string and is integer @ /paths/~1a~1{y}~1{x}/get/parameters/0/schema/type \
             (GET /a/{y}/{x}: path parameter `x`)",
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
            with(
                "x-lambda-api-mounts",
                json!([{"prefix": "/", "access": "public"}, {"prefix": "/ol", "access": "guard(a)"}]),
            ),
            "",
        ),
        (
            mount("public"),
            with(
                "x-lambda-api-mounts",
                json!([{"prefix": "/ol", "access": "public"}]),
            ),
            "error: the mounted service is gone @ old /x-lambda-api-mounts/0 (all operations below `/old`)",
        ),
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
