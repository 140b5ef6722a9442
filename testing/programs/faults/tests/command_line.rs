//! What `routes` says of an API that cannot be built.

use std::process::Command;

#[test]
fn routes_lists_a_broken_api_with_its_errors() {
    let output = Command::new(env!("CARGO_BIN_EXE_faults"))
        .arg("routes")
        .env("FAULTS_START", "conflict")
        .env_remove("AWS_LAMBDA_RUNTIME_API")
        .output()
        .unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(shown.matches("/panic").count(), 2, "{shown}");
    assert!(
        said.starts_with("error: the API cannot be built\n- "),
        "{said}"
    );
    assert!(said.contains("both handle GET /panic"), "{said}");
}
