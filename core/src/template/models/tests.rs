use super::*;

const ANY_METHOD: &str = "x-amazon-apigateway-any-method";

fn document(schemas: &Value, paths: &Value) -> Value {
    let not_found = json!({
        "description": "Not Found",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    });
    json!({
        "components": {"schemas": schemas, "responses": {"NotFound": not_found}},
        "paths": paths,
    })
}

fn added(mut body: Value, document: &Value) -> (Value, Vec<String>) {
    let mut warnings = Vec::new();
    add(&mut body, document, &mut warnings);
    (body, warnings)
}

fn reduced(schema: &Value) -> (Value, Vec<String>) {
    let document = document(&json!({"T": schema}), &json!({}));
    let (mut body, warnings) = added(json!({"paths": {}}), &document);
    (body["components"]["schemas"]["T"].take(), warnings)
}

#[test]
fn what_a_gateway_rejects_is_left_out() {
    for (schema, expected, left_out) in [
        (
            json!({"anyOf": [{"type": "string"}, {"type": "integer"}], "title": "T"}),
            json!({"title": "T"}),
            "/components/schemas/T: `anyOf` left out",
        ),
        (
            json!({"type": "object", "properties": {"a/b": {"oneOf": [{}], "example": 1}}}),
            json!({"type": "object", "properties": {"a/b": {}}}),
            "/components/schemas/T/properties/a~1b: `example`, `oneOf` left out",
        ),
        (
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
            json!({"type": "object"}),
            "/components/schemas/T: `additionalProperties` left out",
        ),
        (
            json!({"type": "integer", "format": "int64", "minimum": 0, "exclusiveMinimum": true}),
            json!({"type": "integer", "minimum": 0}),
            "/components/schemas/T: `exclusiveMinimum`, `format` left out",
        ),
        (
            json!({"allOf": [{"$ref": "#/components/schemas/T"}, {"discriminator": {}}]}),
            json!({"allOf": [{"$ref": "#/components/schemas/T"}, {}]}),
            "/components/schemas/T/allOf/1: `discriminator` left out",
        ),
        (
            // An empty schema rejects everything here.
            json!({"not": {"anyOf": [{"type": "string"}]}}),
            json!({}),
            "/components/schemas/T: `not` left out",
        ),
        (
            json!({"type": "array", "items": {"type": "string", "deprecated": true}}),
            json!({"type": "array", "items": {"type": "string"}}),
            "/components/schemas/T/items: `deprecated` left out",
        ),
    ] {
        assert_eq!(reduced(&schema), (expected, vec![left_out.to_owned()]));
    }
}

#[test]
fn a_nullable_model_accepts_null() {
    let (model, warnings) = reduced(&json!({"type": "string", "nullable": true, "maxLength": 5}));
    assert_eq!(model, json!({"maxLength": 5}));
    assert_eq!(
        warnings,
        ["/components/schemas/T: `nullable`, `type` left out"]
    );
}

#[test]
fn names_and_values_are_no_keywords() {
    let schema = json!({
        "type": "object",
        "required": ["anyOf"],
        "properties": {
            "anyOf": {"type": "string", "format": "date", "enum": ["oneOf"], "default": "oneOf"},
        },
    });
    assert_eq!(reduced(&schema), (schema, Vec::new()));
}

#[test]
fn names_of_models_are_alphanumeric() {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let schemas = json!({
        "Page_Order": {"type": "object", "properties": {"next": reference("Page-Order")}},
        "Page-Order": reference("Page_Order"),
        "PageOrder": {"type": "string"},
        "_": {"type": "string"},
    });
    let (body, warnings) = added(json!({"paths": {}}), &document(&schemas, &json!({})));
    assert_eq!(
        body["components"]["schemas"],
        json!({
            "PageOrder": {"type": "string"},
            "PageOrder2": reference("PageOrder3"),
            "PageOrder3": {"type": "object", "properties": {"next": reference("PageOrder2")}},
            "Model": {"type": "string"},
        })
    );
    assert_eq!(
        warnings,
        [
            "/components/schemas/Page-Order: the name of the model is `PageOrder2`",
            "/components/schemas/Page_Order: the name of the model is `PageOrder3`",
            "/components/schemas/_: the name of the model is `Model`",
        ]
    );
}

#[test]
fn operations_refer_to_models() {
    let schemas = json!({"Order": {"type": "object"}, "Problem": {"type": "object"}});
    let order = json!({"schema": {"$ref": "#/components/schemas/Order"}});
    let problem = json!({"schema": {"$ref": "#/components/schemas/Problem"}});
    let list = json!({"type": "array", "items": {"$ref": "#/components/schemas/Order"}});
    let paths = json!({
        "/orders/{path}": {
            "post": {
                "operationId": "place_order",
                "requestBody": {"required": true, "content": {"application/json": order}},
                "responses": {
                    "201": {"description": "Created", "content": {"application/json": order}},
                    "200": {
                        "description": "OK",
                        "content": {
                            "application/json": {"schema": list},
                            "application/cbor": {"schema": list},
                            "application/hal+json": {"schema": {}},
                        },
                    },
                    "204": {"description": "No Content"},
                    "404": {"$ref": "#/components/responses/NotFound"},
                    "default": {"description": "Unspecified"},
                },
            },
            "get": {"operationId": "hidden", "responses": {"200": {"description": "OK"}}},
        },
    });
    let body = json!({
        "paths": {
            "/orders/{path+}": {"post": {}, "head": {}},
            "/other": {"post": {}},
        },
        "components": {"securitySchemes": {}},
    });
    let (body, warnings) = added(body, &document(&schemas, &paths));
    assert_eq!(
        body["paths"],
        json!({
            "/orders/{path+}": {
                "post": {
                    "requestBody": {"required": true, "content": {"application/json": order}},
                    "responses": {
                        "200": {
                            "description": "OK",
                            "content": {"application/json": {
                                "schema": {"$ref": "#/components/schemas/PlaceOrderResponse200"},
                            }},
                        },
                        "201": {"description": "Created", "content": {"application/json": order}},
                        "204": {"description": "No Content"},
                        "404": {
                            "description": "Not Found",
                            "content": {"application/problem+json": problem},
                        },
                    },
                },
                "head": {},
            },
            "/other": {"post": {}},
        })
    );
    assert_eq!(body["components"]["securitySchemes"], json!({}));
    let models = &body["components"]["schemas"];
    assert_eq!(models["PlaceOrderResponse200"], list);
    assert_eq!(models["Order"], schemas["Order"]);
    assert_eq!(
        warnings,
        ["/paths/~1orders~1{path}/post/responses/default: left out, because it has no status"]
    );
}

#[test]
fn one_method_describes_an_operation_for_all() {
    let described = |id: &str| {
        json!({
            "operationId": id,
            "responses": {"200": {"description": id}},
        })
    };
    let paths = json!({"/a": {"post": described("post"), "put": described("put")}});
    let document = document(&json!({}), &paths);
    // The method with an operation of its own does not describe the others.
    for (item, expected) in [
        (json!({ANY_METHOD: {}}), "post"),
        (json!({ANY_METHOD: {}, "post": {}}), "put"),
    ] {
        let (body, _) = added(json!({"paths": {"/a": item}}), &document);
        let any = &body["paths"]["/a"][ANY_METHOD];
        assert_eq!(any["responses"]["200"]["description"], expected);
    }
    let both = json!({ANY_METHOD: {}, "post": {}, "put": {}});
    let (body, _) = added(json!({"paths": {"/a": both}}), &document);
    assert_eq!(body["paths"]["/a"][ANY_METHOD], json!({}));
}

/// Checks that a model has only keywords that API Gateway accepts, and only references to models.
fn assert_model(models: &Value, model: &Value) {
    let rejected = [
        "additionalProperties",
        "anyOf",
        "discriminator",
        "example",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "not",
        "nullable",
        "oneOf",
        "readOnly",
    ];
    for (keyword, value) in model.as_object().expect("a schema") {
        assert!(!rejected.contains(&keyword.as_str()), "{model}");
        let below: Vec<&Value> = match keyword.as_str() {
            "$ref" => {
                let name = value.as_str().and_then(|one| one.strip_prefix(SCHEMAS));
                assert!(models.get(name.expect("a model")).is_some(), "{value}");
                Vec::new()
            }
            "properties" => value.as_object().expect("schemas").values().collect(),
            "allOf" => value.as_array().expect("schemas").iter().collect(),
            "items" => vec![value],
            _ => Vec::new(),
        };
        below.into_iter().for_each(|one| assert_model(models, one));
    }
}

#[test]
fn all_schemas_of_a_large_document_become_models() {
    let document = include_str!("../../../tests/openapi/shop-3.0.json");
    let document: Value = serde_json::from_str(document).expect("JSON");
    let paths = document["paths"].as_object().expect("paths").iter();
    let paths = paths.map(|(path, item)| {
        let methods = item.as_object().expect("operations").keys();
        let item = methods.map(|method| (method.clone(), json!({})));
        (path.clone(), Value::Object(item.collect()))
    });
    let paths: Map<_, _> = paths.collect();
    let (body, warnings) = added(json!({"paths": paths}), &document);
    let models = &body["components"]["schemas"];
    for (name, model) in models.as_object().expect("models") {
        assert!(is_valid(name), "{name}");
        assert_model(models, model);
    }
    let responses = body["paths"]["/orders"]["post"]["responses"].as_object();
    assert!(responses.expect("responses").contains_key("400"));
    assert!(
        warnings.iter().any(|one| one.ends_with("`oneOf` left out")),
        "{warnings:?}"
    );
}
