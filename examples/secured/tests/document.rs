//! The committed document and templates are those of the program, which writes them without any environment.
#![cfg(debug_assertions)]

use lambda_api_testing::describe;

const SECURED: &str = env!("CARGO_BIN_EXE_secured");

#[test]
fn the_document_is_up_to_date() {
    describe(SECURED, &["openapi", "--check", "openapi.json"]);
}

#[test]
fn the_templates_are_up_to_date() {
    for (kind, file) in [("http", "template.yaml"), ("rest", "template-rest.yaml")] {
        describe(SECURED, &["template", "--kind", kind, "--check", file]);
    }
}
