//! The committed document is that of the program, which writes it without any environment.
#![cfg(debug_assertions)]

use lambda_api_testing::describe;

#[test]
fn the_document_is_up_to_date() {
    let hello = env!("CARGO_BIN_EXE_hello");
    describe(hello, &["openapi", "--check", "openapi.json"]);
}
