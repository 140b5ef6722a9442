//! Schemas of types with utoipa's `ToSchema`.

use crate::{rules::document, valid};
use lambda_api::{
    Api, Json, api_handler,
    openapi::{Dialect, Utoipa},
    routes,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

#[derive(Serialize, Deserialize, ToSchema)]
struct Order {
    #[schema(minimum = 1, example = 7)]
    id: u64,
    lines: Vec<Line2>,
    page: Option<Page<Line2>>,
    /// How to find it.
    #[serde(skip_serializing_if = "Option::is_none")]
    example: Option<String>,
    tree: Tree,
}

#[derive(Serialize, Deserialize, ToSchema)]
struct Line2 {
    sku: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
struct Page<T> {
    items: Vec<T>,
}

/// A type that contains itself.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = Node, no_recursion)]
struct Tree {
    below: Vec<Tree>,
}

/// A type with a schema of schemars around it.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Envelope<T> {
    data: T,
}

#[api_handler(POST "/orders")]
async fn place(order: Json<Utoipa<Order>>) -> Json<Envelope<Utoipa<Order>>> {
    let Json(data) = order;
    Json(Envelope { data })
}

#[api_handler(GET "/pages")]
async fn pages() -> Json<Utoipa<Page<Line2>>> {
    Json(Utoipa(Page { items: Vec::new() }))
}

#[api_handler(GET "/lines")]
async fn lines() -> Json<Utoipa<Vec<Line2>>> {
    Json(Utoipa(Vec::new()))
}

#[test]
fn types_of_utoipa_keep_their_names() {
    let api = Api::new().routes(routes![place, pages, lines]);
    let document = document(&api);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let names: Vec<_> = schemas.keys().collect();
    assert_eq!(
        names,
        [
            "Envelope",
            "Line2",
            "Node",
            "Order",
            "Page_Line2",
            "Problem"
        ]
    );
    let order = &schemas["Order"]["properties"];
    assert_eq!(order["id"]["examples"], json!([7]));
    assert_eq!(order["id"]["minimum"], json!(1));
    let line = json!({"$ref": "#/components/schemas/Line2"});
    assert_eq!(order["lines"]["items"], line);
    assert_eq!(order["example"]["description"], "How to find it.");
    let node = json!({"$ref": "#/components/schemas/Node"});
    assert_eq!(schemas["Node"]["properties"]["below"]["items"], node);
    let data = json!({"$ref": "#/components/schemas/Order"});
    assert_eq!(schemas["Envelope"]["properties"]["data"], data);
    let older = api.openapi().unwrap().to_json_in(Dialect::V3_0);
    valid::assert_dialect(&older, true);
}

mod other {
    use super::{JsonSchema, Serialize, ToSchema};

    #[derive(Serialize, JsonSchema, ToSchema)]
    pub(super) struct Line2 {
        size: u8,
    }

    #[derive(Serialize, ToSchema)]
    pub(super) struct Cup {
        line: Line2,
    }
}

#[api_handler(GET "/other/line")]
async fn line_of_schemars() -> Json<Option<other::Line2>> {
    Json(None)
}

#[api_handler(GET "/other/cup")]
async fn other_cup() -> Json<Option<Utoipa<other::Cup>>> {
    Json(None)
}

#[api_handler(GET "/other/order")]
async fn an_order() -> Json<Option<Utoipa<Order>>> {
    Json(None)
}

#[test]
fn names_of_utoipa_and_of_schemars_do_not_clash_in_silence() {
    for routes in [
        routes![an_order, line_of_schemars],
        routes![line_of_schemars, an_order],
        routes![an_order, other_cup],
        routes![other_cup, an_order],
    ] {
        let errors = Api::new().routes(routes).openapi().unwrap_err();
        let errors: Vec<_> = errors.iter().collect();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(
            errors[0].starts_with("two types are named `Line2`: "),
            "{errors:?}"
        );
    }
}
