//! The committed document and templates are those of the program.
#![cfg(debug_assertions)]

use std::process::Command;

fn check(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_streaming"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
}

#[test]
fn the_document_is_up_to_date() {
    check(&["openapi", "--check", "openapi.json"]);
}

#[test]
fn the_templates_are_up_to_date() {
    for (kind, file) in [
        ("url", "template-url-stream.yaml"),
        ("rest", "template-rest-stream.yaml"),
    ] {
        check(&["template", "--kind", kind, "--stream", "--check", file]);
    }
    check(&["template", "--check", "template.yaml"]);
}
