//! The committed document and templates are those of the program, which needs no environment to write them.
#![cfg(debug_assertions)]

use std::process::Command;

fn check(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_secured"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        // `template` reads its settings in Cargo.toml with it.
        .env("CARGO", env!("CARGO"))
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
    check(&["template", "--check", "template.yaml"]);
    check(&[
        "template",
        "--kind",
        "rest",
        "--check",
        "template-rest.yaml",
    ]);
}
