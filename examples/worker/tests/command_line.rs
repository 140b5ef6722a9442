//! The command line with events.
#![cfg(debug_assertions)]

use lambda_api_testing::SqsEvent;
use lambda_api_testing_internal::run;
use serde_json::{Value, json};
use std::process::Command;

/// The exit code, standard output and standard error of `invoke -`.
fn invoke(event: &[u8], variables: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let mut worker = Command::new(env!("CARGO_BIN_EXE_worker"));
    let worker = worker
        .args(["invoke", "-"])
        .env_remove("LAMBDA_API_PARTIAL");
    let worker = worker.env_remove("ORDERS_QUEUE");
    let run = run(worker.envs(variables.iter().copied()), event);
    (run.code, run.out, run.log)
}

#[test]
fn invoke_names_the_handler_of_an_event() {
    let event = SqsEvent::new()
        .queue("orders")
        .message(&json!({"id": 1, "sku": "tea", "quantity": 99}))
        .message_id("m-1")
        .to_bytes();
    let (code, out, log) = invoke(&event, &[]);
    assert_eq!(code, Some(0), "{log}");
    let response: Value = serde_json::from_str(&out).unwrap();
    let failures = json!([{"itemIdentifier": "m-1"}]);
    assert_eq!(response["batchItemFailures"], failures);
    let taken = "\ntaken by ship (examples/worker/src/main.rs:";
    assert!(log.contains(taken), "{log}");
    assert!(log.contains("only 10 of tea left"), "{log}");

    let (code, out, log) = invoke(&event, &[("LAMBDA_API_PARTIAL", "false")]);
    assert_eq!((code, &*out), (Some(1), ""));
    assert!(log.contains(taken), "{log}");
    let error = "error: standard input: BatchFailed: 1 of 1 records failed\n";
    assert!(log.ends_with(error), "{log}");
}

#[test]
fn an_event_of_another_queue_is_taken_by_nothing() {
    let event = SqsEvent::new().queue("orders").text("{}").to_bytes();
    let (code, out, log) = invoke(&event, &[("ORDERS_QUEUE", "others")]);
    assert_eq!((code, &*out), (Some(1), ""));
    assert!(
        log.starts_with("error: standard input: UnsupportedEvent: "),
        "{log}"
    );
}
