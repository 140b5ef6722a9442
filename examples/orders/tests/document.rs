//! The committed document and template are those of the program, which writes them without any environment.
#![cfg(debug_assertions)]

use lambda_api_testing::describe;

const ORDERS: &str = env!("CARGO_BIN_EXE_orders");

#[test]
fn the_document_is_up_to_date() {
    describe(ORDERS, &["openapi", "--check", "openapi.json"]);
}

#[test]
fn the_template_is_up_to_date() {
    describe(ORDERS, &["template", "--check", "template.yaml"]);
}
