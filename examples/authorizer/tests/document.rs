//! What the program writes about itself, which needs no environment.
#![cfg(debug_assertions)]

use lambda_api_testing_internal::assert_schema;
use serde_json::{Value, json};
use std::process::Command;

fn run(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_authorizer"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        // `template` reads its settings in Cargo.toml with it.
        .env("CARGO", env!("CARGO"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_template_is_up_to_date() {
    run(&["template", "--check", "template.yaml"]);
}

#[test]
fn the_manifest_lists_the_authorizer() {
    let schema = include_str!("../../../docs/routes.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let manifest: Value = serde_json::from_str(&run(&["routes", "--json"])).unwrap();
    assert_schema(&schema, &manifest);
    let authorizer = &manifest["events"][0];
    assert_eq!(authorizer["kind"], "authorizer");
    assert_eq!(authorizer["handler"], json!("authorizer::authorize"));
}
