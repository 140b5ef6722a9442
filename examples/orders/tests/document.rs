//! The committed document is that of the program, which needs no environment to print it.
#![cfg(debug_assertions)]

use std::process::Command;

#[test]
fn the_document_is_up_to_date() {
    let output = Command::new(env!("CARGO_BIN_EXE_orders"))
        .args(["openapi", "--check", "openapi.json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
}
