//! Schemas of the items of a sequence.

use super::valid;
use lambda_api::{Api, api_handler, openapi::Dialect, response::JsonLines, routes};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use std::convert::Infallible;

#[derive(Serialize, JsonSchema)]
struct Row {
    id: u32,
    note: Option<String>,
}

/// A type without a schema.
#[derive(Serialize)]
struct Other;

fn none<T>() -> impl futures_util::Stream<Item = Result<T, Infallible>> {
    futures_util::stream::iter([])
}

#[api_handler(GET "/rows")]
async fn rows() -> JsonLines<Row> {
    JsonLines::new(none())
}

#[api_handler(GET "/numbers")]
async fn numbers() -> JsonLines<u8> {
    JsonLines::new(none())
}

#[api_handler(GET "/others")]
async fn others() -> JsonLines<Other> {
    JsonLines::new(none())
}

#[test]
fn lines_have_the_schema_of_an_item_beside_them() {
    let api = Api::new().routes(routes![rows, numbers, others]);
    let document = api.openapi().expect("no errors");
    for (dialect, note) in [
        (Dialect::V3_1, json!({"type": ["string", "null"]})),
        (Dialect::V3_0, json!({"type": "string", "nullable": true})),
    ] {
        let text = document.to_json_in(dialect);
        valid::assert_valid(&text);
        valid::assert_dialect(&text, dialect == Dialect::V3_0);
        let json: Value = serde_json::from_str(&text).expect("JSON");
        let content = |path: &str| &json["paths"][path]["get"]["responses"]["200"]["content"]["application/x-ndjson"];
        assert_eq!(
            *content("/rows"),
            json!({
                "schema": {"type": "string"},
                "x-item-schema": {"$ref": "#/components/schemas/Row"},
            })
        );
        assert_eq!(
            json["components"]["schemas"]["Row"]["properties"]["note"],
            note
        );
        assert_eq!(content("/numbers")["x-item-schema"]["type"], "integer");
        assert_eq!(*content("/others"), json!({"schema": {"type": "string"}}));
    }
    let unspecified = document.unspecified().map(|one| one.operation.to_string());
    assert_eq!(unspecified.collect::<Vec<_>>(), ["GET /others"]);
}
