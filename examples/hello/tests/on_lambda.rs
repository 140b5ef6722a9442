//! The compiled program behind a Lambda Runtime API on loopback.

use lambda_api::event::Source;
use lambda_api_testing::{EventBuilder, FakeLambda};
use serde_json::{Value, json};

async fn hello() -> FakeLambda {
    FakeLambda::start(env!("CARGO_BIN_EXE_hello")).await
}

#[tokio::test]
async fn the_program_answers_every_source() {
    let lambda = hello().await;
    for source in Source::ALL {
        let event = EventBuilder::new(source).path("/hello/J%C3%BCrgen");
        let reply = lambda.send(&event).await;
        assert_eq!(reply.status(), 200, "{source}");
        assert_eq!(
            reply.headers()["content-type"],
            "text/plain; charset=utf-8",
            "{source}"
        );
        assert_eq!(reply.body(), "Hello, Jürgen!", "{source}");
    }
    assert_eq!(lambda.starts(), 1);
}

#[tokio::test]
async fn what_it_does_not_have_is_a_problem_that_names_the_invocation() {
    let lambda = hello().await;
    let event = json!({"version": "2.0", "rawPath": "/nothing", "requestContext": {"http": {"method": "GET"}}});
    let pending = lambda.invoke(event);
    let id = pending.request_id().to_owned();
    let reply = pending.await.reply().json();
    assert_eq!(reply["statusCode"], 404);
    let problem: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
    assert_eq!(problem["request_id"], id);
}

#[tokio::test]
async fn an_event_of_no_http_source_is_an_error_and_the_next_one_is_answered() {
    let lambda = hello().await;
    let error = lambda.invoke(json!({"Records": []})).await.error();
    assert_eq!(error.error_type, "NotAnHttpEvent");
    assert!(error.error_message.contains("Records"), "{error}");
    let event = EventBuilder::new(Source::FunctionUrl).path("/hello/again");
    assert_eq!(lambda.send(&event).await.body(), "Hello, again!");
}
