//! Schemas as models of a REST API.

use lambda_api::{
    Api, Created, Json, api_handler, routes,
    template::{Gateway, GatewayDocument, Options},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Order {
    quantity: u32,
    note: Option<String>,
    payment: Payment,
    labels: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Payment {
    Cash,
    Card { number: String },
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "order-page")]
struct Page {
    items: Vec<Order>,
}

#[api_handler(POST "/orders", public)]
async fn place(order: Json<Order>) -> Created<Json<Order>> {
    Created::at("/orders/1", order)
}

#[api_handler(GET "/orders", public)]
async fn list() -> Json<Page> {
    Json(Page { items: Vec::new() })
}

#[api_handler(ANY "/orders/{id}", public)]
async fn order(id: u32) -> Json<Vec<u32>> {
    Json(vec![id])
}

fn document(api: &Api) -> (GatewayDocument, Value) {
    let options = Options::new(Gateway::RestApi).models();
    let document = match api.gateway_document(&options) {
        Ok(document) => document,
        Err(errors) => panic!("{errors}"),
    };
    let json = serde_json::from_str(&document.to_json()).expect("JSON");
    (document, json)
}

#[test]
fn models_have_what_a_rest_api_accepts() {
    let (written, document) = document(&Api::new().routes(routes![place, list, order]));
    let models = &document["components"]["schemas"];
    assert_eq!(
        models["Order"]["properties"],
        json!({
            "quantity": {"type": "integer", "minimum": 0, "maximum": 4_294_967_295_u32},
            "note": {},
            "payment": {"$ref": "#/components/schemas/Payment"},
            "labels": {"type": "object"},
        })
    );
    assert_eq!(models["Payment"], json!({}));
    let warnings: Vec<_> = written.warnings().collect();
    assert_eq!(
        warnings,
        [
            "/components/schemas/Order/properties/labels: `additionalProperties` left out",
            "/components/schemas/Order/properties/note: `nullable`, `type` left out",
            "/components/schemas/Order/properties/quantity: `format` left out",
            "/components/schemas/Order: `additionalProperties` left out",
            "/components/schemas/OrderInput/properties/labels: `additionalProperties` left out",
            "/components/schemas/OrderInput/properties/note: `nullable`, `type` left out",
            "/components/schemas/OrderInput/properties/quantity: `format` left out",
            "/components/schemas/OrderInput: `additionalProperties` left out",
            "/components/schemas/Payment: `oneOf` left out",
            "/components/schemas/order-page: the name of the model is `OrderPage`",
            "/paths/~1orders~1{id}/post/responses/200/content/application~1json/schema/items: `format` \
             left out",
        ]
    );
    let post = &document["paths"]["/orders"]["post"];
    let order = |name: &str| json!({"schema": {"$ref": format!("#/components/schemas/{name}")}});
    let body = &post["requestBody"]["content"]["application/json"];
    assert_eq!(*body, order("OrderInput"));
    let created = &post["responses"]["201"]["content"]["application/json"];
    assert_eq!(*created, order("Order"));
    let page = &document["paths"]["/orders"]["get"]["responses"]["200"]["content"];
    assert_eq!(
        page["application/json"]["schema"]["$ref"],
        "#/components/schemas/OrderPage"
    );
    let any = &document["paths"]["/orders/{id}"]["x-amazon-apigateway-any-method"];
    let list = any["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].as_str();
    let name = list
        .and_then(|list| list.rsplit('/').next())
        .expect("a model");
    assert_eq!(models[name]["type"], "array");
}

#[test]
fn an_http_api_has_no_models() {
    let options = Options::new(Gateway::HttpApi).models();
    let errors = Api::new().routes(routes![order]).gateway_document(&options);
    let errors = errors.expect_err("an error").to_string();
    assert_eq!(errors, "- only a REST API has models");
}
