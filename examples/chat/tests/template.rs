//! The committed template is that of the program.
#![cfg(debug_assertions)]

use std::process::Command;

#[test]
fn the_template_is_up_to_date() {
    let output = Command::new(env!("CARGO_BIN_EXE_chat"))
        .args(["template", "--check", "template.yaml"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
}
