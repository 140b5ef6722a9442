//! The committed document and templates are those of the program, which writes them without any environment.
#![cfg(debug_assertions)]

use lambda_api_testing::describe;

const STREAMING: &str = env!("CARGO_BIN_EXE_streaming");

#[test]
fn the_document_is_up_to_date() {
    describe(STREAMING, &["openapi", "--check", "openapi.json"]);
}

#[test]
fn the_templates_are_up_to_date() {
    describe(STREAMING, &["template", "--check", "template.yaml"]);
    for (kind, file) in [
        ("url", "template-url-stream.yaml"),
        ("rest", "template-rest-stream.yaml"),
    ] {
        let arguments = ["template", "--kind", kind, "--stream", "--check", file];
        describe(STREAMING, &arguments);
    }
}
