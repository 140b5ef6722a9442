//! The committed template is that of the program, which writes it without any environment.
#![cfg(debug_assertions)]

use lambda_api_testing::describe;

#[test]
fn the_template_is_up_to_date() {
    let worker = env!("CARGO_BIN_EXE_worker");
    describe(worker, &["template", "--check", "template.yaml"]);
}
