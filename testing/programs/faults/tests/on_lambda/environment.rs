//! What a process sees of the world.

use crate::{PROGRAM, faults, get};
use lambda_api::event::Source;
use lambda_api_testing::{FakeLambda, fake_lambda::Invoke};
use serde_json::Value;
use std::path::Path;

async fn environment(lambda: &FakeLambda) -> Value {
    let response = lambda.send(&get("/environment")).await;
    serde_json::from_slice(response.body()).unwrap()
}

#[tokio::test]
async fn a_function_sees_the_environment_of_lambda() {
    let lambda = faults()
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .env("TABLE", "orders")
        .await;
    let seen = environment(&lambda).await;
    for (name, expected) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "faults"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/faults"),
        ("AWS_REGION", "eu-west-1"),
        ("TABLE", "orders"),
        (
            "LAMBDA_TASK_ROOT",
            Path::new(PROGRAM).parent().unwrap().to_str().unwrap(),
        ),
    ] {
        assert_eq!(seen[name], expected, "{name}");
    }
    let api = seen["AWS_LAMBDA_RUNTIME_API"].as_str().unwrap();
    assert!(api.starts_with("127.0.0.1:"), "{api}");
}

#[tokio::test]
async fn a_function_sees_nothing_of_the_developer() {
    let seen = environment(&faults().await).await;
    // Cargo sets these for the test.
    for name in ["CARGO", "CARGO_MANIFEST_DIR", "CARGO_PKG_NAME"] {
        assert!(std::env::var_os(name).is_some(), "{name}");
        assert_eq!(seen[name], Value::Null, "{name}");
    }
    assert_eq!(seen["HOME"], Value::Null);
}

#[tokio::test]
async fn an_example_is_found_beside_the_test() {
    let lambda = FakeLambda::for_example("faults").await;
    assert_eq!(lambda.send(&get("/log/x")).await.status(), 200);
}

/// What a process grows by: see "Memory" in the documentation of `lambda_api::run`.
#[tokio::test]
async fn only_a_single_invocation_sets_the_trace_variable() {
    for (concurrency, on, trace) in [
        (1, true, Value::from("Root=1-a-b")),
        (1, false, Value::Null),
        (2, true, Value::Null),
    ] {
        let mut lambda = faults().concurrency(concurrency);
        if on {
            lambda = lambda.env("FAULTS_TRACE_ENVIRONMENT", "1");
        }
        let lambda = lambda.await;
        let invoke =
            Invoke::new(get("/environment")).header("lambda-runtime-trace-id", "Root=1-a-b");
        let response = lambda.invoke(invoke).await.response().http(Source::HttpApi);
        let seen: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(seen["_X_AMZN_TRACE_ID"], trace, "{concurrency} {on}");
    }
}

#[tokio::test]
async fn an_invocation_without_a_trace_id_sees_none() {
    let lambda = faults().env("FAULTS_TRACE_ENVIRONMENT", "1").await;
    for trace in [Some("Root=1-a-b"), None] {
        let mut invoke = Invoke::new(get("/environment"));
        invoke = match trace {
            Some(id) => invoke.header("lambda-runtime-trace-id", id),
            None => invoke.without_header("lambda-runtime-trace-id"),
        };
        let response = lambda.invoke(invoke).await.response().http(Source::HttpApi);
        let seen: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(seen["_X_AMZN_TRACE_ID"].as_str(), trace);
    }
}
