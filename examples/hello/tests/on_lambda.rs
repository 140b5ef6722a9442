//! The compiled program behind a Lambda Runtime API on loopback.

use lambda_api::event::Source;
use lambda_api_testing::{EventBuilder, FakeLambda};
use serde_json::{Value, json};

async fn hello() -> FakeLambda {
    FakeLambda::start(env!("CARGO_BIN_EXE_hello")).await
}

#[tokio::test]
async fn the_program_serves_every_source() {
    let lambda = hello().await;
    for source in Source::ALL {
        let event = EventBuilder::new(source).path("/hello/J%C3%BCrgen");
        let response = lambda.send(&event).await;
        assert_eq!(response.status(), 200, "{source}");
        assert_eq!(
            response.headers()["content-type"],
            "text/plain; charset=utf-8",
            "{source}"
        );
        assert_eq!(response.body(), "Hello, Jürgen!", "{source}");
    }
    assert_eq!(lambda.starts(), 1);
}

#[tokio::test]
async fn an_unknown_path_is_a_problem_with_the_request_id() {
    let lambda = hello().await;
    let event = json!({"version": "2.0", "rawPath": "/nothing", "requestContext": {"http": {"method": "GET"}}});
    let pending = lambda.invoke(event);
    let id = pending.request_id().to_owned();
    let response = pending.await.response().json();
    assert_eq!(response["statusCode"], 404);
    let problem: Value = serde_json::from_str(response["body"].as_str().unwrap()).unwrap();
    assert_eq!(problem["request_id"], id);
}

#[tokio::test]
async fn non_http_events_fail_and_later_events_succeed() {
    let lambda = hello().await;
    let error = lambda.invoke(json!({"Records": []})).await.error();
    assert_eq!(error.error_type, "UnsupportedEvent");
    assert!(error.error_message.contains("Records"), "{error}");
    let event = EventBuilder::new(Source::FunctionUrl).path("/hello/again");
    assert_eq!(lambda.send(&event).await.body(), "Hello, again!");
}
