//! The program as Lambda runs it.

use lambda_api_testing::{FakeLambda, SqsEvent};
use serde_json::{Value, json};

#[tokio::test]
async fn the_environment_says_what_lambda_reads() {
    let event = SqsEvent::new()
        .queue("orders")
        .message(&json!({"id": 1, "sku": "tea", "quantity": 99}))
        .message(&json!({"id": 2, "sku": "tea", "quantity": 1}));

    let lambda = FakeLambda::start(env!("CARGO_BIN_EXE_worker"))
        .env("ORDERS_QUEUE", "orders")
        .env("LAMBDA_API_PARTIAL", "true")
        .await;
    let response: Value = lambda.invoke(&event).await.response().json();
    let failures = response["batchItemFailures"].as_array().unwrap();
    assert_eq!(failures.len(), 1);

    // Without the variable, Lambda would delete all messages.
    let lambda = FakeLambda::start(env!("CARGO_BIN_EXE_worker"))
        .env("ORDERS_QUEUE", "orders")
        .await;
    let error = lambda.invoke(&event).await.error();
    assert_eq!(error.error_type, "BatchFailed");
}
