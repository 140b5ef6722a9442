//! Commands without any environment.
#![cfg(debug_assertions)]

use lambda_api_testing_internal::assert_schema;
use serde_json::{Value, json};
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_secured"));
    command.args(arguments).env_clear().output().unwrap()
}

fn routes(arguments: &[&str]) -> String {
    let output = run(&[&["routes"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn missing_variables_are_all_named() {
    for arguments in [&["token", "alice"][..], &["serve", "--port", "0"]] {
        let Output { status, stderr, .. } = run(arguments);
        assert_eq!(status.code(), Some(1), "{arguments:?}");
        let stderr = String::from_utf8(stderr).unwrap();
        for variable in ["COGNITO_POOL", "COGNITO_CLIENT"] {
            let expected = format!("the environment variable `{variable}` for ");
            assert!(stderr.contains(&expected), "{stderr}");
        }
        assert!(!stderr.contains("LAMBDA_API_IDS"), "{stderr}");
    }
}

#[test]
fn routes_are_listed_without_settings() {
    let table = routes(&[]);
    assert!(table.contains("authenticator(iam)"), "{table}");
}

#[test]
fn the_manifest_refers_to_settings() {
    let schema = include_str!("../../../docs/routes.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let manifest: Value = serde_json::from_str(&routes(&["--json"])).unwrap();
    assert_schema(&schema, &manifest);

    let orders = &manifest["routes"][3];
    assert_eq!(orders["path"], "/orders");
    assert_eq!(
        orders["access"],
        json!({
            "public": false,
            "authenticators": ["cognito"],
            "scopes": {"all": ["orders/write"]},
        })
    );
    assert_eq!(
        manifest["authenticators"],
        json!([
            {
                "id": "cognito",
                "name": "cognito",
                "kind": "cognito",
                "credential": {"in": "header", "name": "authorization", "prefix": "Bearer"},
                "challenge": "Bearer",
                "token": "access",
                "user_pools": [{
                    "id": {"env": "COGNITO_POOL"},
                    "clients": [{"env": "COGNITO_CLIENT"}],
                }],
                "scopes_claim": "scope",
                "groups_claim": "cognito:groups",
            },
            {
                "id": "iam",
                "name": "iam",
                "kind": "iam",
                "challenge": "AWS4-HMAC-SHA256",
                "apis": [{"env": "LAMBDA_API_IDS"}],
            },
        ])
    );
}
