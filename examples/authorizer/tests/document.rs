//! What the program writes about itself, without any environment.
#![cfg(debug_assertions)]

use lambda_api_testing::describe;
use lambda_api_testing_internal::assert_schema;
use serde_json::{Value, json};

const AUTHORIZER: &str = env!("CARGO_BIN_EXE_authorizer");

#[test]
fn the_template_is_up_to_date() {
    describe(AUTHORIZER, &["template", "--check", "template.yaml"]);
}

#[test]
fn the_manifest_lists_the_authorizer() {
    let schema = include_str!("../../../docs/routes.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let manifest = describe(AUTHORIZER, &["routes", "--json"]);
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    assert_schema(&schema, &manifest);
    let authorizer = &manifest["events"][0];
    assert_eq!(authorizer["kind"], "authorizer");
    assert_eq!(authorizer["handler"], json!("authorizer::authorize"));
}
