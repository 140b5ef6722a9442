//! The context of an invocation, and its response.

use crate::{faults, get};
use lambda_api::event::Source;
use lambda_api_testing::{EventBuilder, fake_lambda::Invoke};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[tokio::test]
async fn the_context_has_what_lambda_sends() {
    let lambda = faults().timeout(Duration::from_secs(30)).await;
    let now = || {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        now.unwrap().as_millis()
    };
    let before = now();
    let invoke = Invoke::new(get("/context"))
        .header("lambda-runtime-aws-tenant-id", "blue")
        .header("lambda-runtime-trace-id", "Root=1-a-b")
        .header("lambda-runtime-client-context", json!({"client": {"installation_id": "", "app_title": "", "app_version_name": "", "app_version_code": "", "app_package_name": ""}}).to_string())
        .header("x-unknown", "1");
    let pending = lambda.invoke(invoke);
    let id = pending.request_id().to_owned();
    let response = pending.await.response();
    assert_eq!(response.request_id(), id);
    let seen: Value = serde_json::from_slice(response.http(Source::HttpApi).body()).unwrap();
    assert_eq!(seen["request_id"], id);
    assert_eq!(seen["tenant_id"], "blue");
    assert_eq!(seen["trace_id"], "Root=1-a-b");
    assert_eq!(
        seen["function_arn"],
        "arn:aws:lambda:eu-west-1:123456789012:function:faults"
    );
    let deadline: u128 = seen["deadline_ms"].as_str().unwrap().parse().unwrap();
    let left = before + 30_000..=now() + 30_000;
    assert!(left.contains(&deadline), "{deadline} is not in {left:?}");
}

#[tokio::test]
async fn an_event_that_is_not_http_is_an_error() {
    let lambda = faults().await;
    for event in [json!({"Records": []}), json!(7), json!(null)] {
        let error = lambda.invoke(&event).await.error();
        assert_eq!(error.error_type, "UnsupportedEvent", "{event}");
    }
    // No JSON at all never comes from Lambda; even that does not end the process.
    let _ = lambda.invoke("{").await.error();
    assert_eq!(lambda.starts(), 1);
}

#[tokio::test]
async fn every_source_gets_its_own_response() {
    let lambda = faults().await;
    for source in Source::ALL {
        let response = lambda.send(&EventBuilder::new(source).path("/log/x")).await;
        assert_eq!(response.status(), 200, "{source}");
        assert_eq!(response.body(), "logged", "{source}");
        let response = lambda
            .send(&EventBuilder::new(source).path("/nothing"))
            .await;
        assert_eq!(response.status(), 404, "{source}");
    }
}
