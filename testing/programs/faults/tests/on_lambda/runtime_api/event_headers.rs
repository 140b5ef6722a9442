//! Headers that are missing, unknown or wrong.

use super::{BOTH, assert_goes_on, record};
use crate::{faults, get};
use lambda_api::event::Source;
use lambda_api_testing::fake_lambda::{Invoke, Outcome};
use std::time::Duration;

/// Headers that cannot be read, or are missing.
fn unreadable() -> Vec<Invoke> {
    let event = || Invoke::new(get("/context"));
    let context = "lambda-runtime-client-context";
    let identity = "lambda-runtime-cognito-identity";
    let deadline = "lambda-runtime-deadline-ms";
    vec![
        event().without_header(deadline),
        event().header(deadline, "soon"),
        event().header(deadline, "-1"),
        event().header(context, "{"),
        event().header(context, "null"),
        event().header(context, r#"{"custom": {"a": 1}}"#),
        event().header(context, "\u{e9}"),
        event().header(identity, "none"),
        event().header(identity, "{}"),
    ]
}

#[tokio::test]
async fn an_event_with_unreadable_headers_gets_its_response() {
    for concurrency in BOTH {
        let lambda = faults().concurrency(concurrency).await;
        for invoke in unreadable() {
            let response = lambda.invoke(invoke.clone()).await.response();
            assert_eq!(response.json()["statusCode"], 200, "{invoke:?}");
        }
        assert_eq!(lambda.starts(), 1);
        assert_eq!(lambda.rejected_calls(), [""; 0]);
    }
}

#[tokio::test]
async fn an_invalid_deadline_is_one_warning() {
    let lambda = faults().await;
    let invoke = Invoke::new(get("/context")).header("lambda-runtime-deadline-ms", "soon");
    lambda.invoke(invoke).await.response();
    let warning = record(&lambda, "invocation headers could not be parsed").await;
    assert_eq!(warning["level"], "WARN");
    assert_eq!(warning["headers"], "lambda-runtime-deadline-ms");
}

#[tokio::test]
async fn an_event_without_a_usable_request_id_is_one_record() {
    // Lambda never does this, and there is nowhere to send a response.
    for concurrency in BOTH {
        let lambda = faults().concurrency(concurrency).await;
        for invoke in [
            Invoke::new(get("/log/x")).without_header("lambda-runtime-aws-request-id"),
            Invoke::new(get("/log/x")).request_id("a b"),
        ] {
            let mut lost = lambda.invoke(invoke.timeout(Duration::from_millis(50)));
            lost.taken().await;
            let told = lambda.log(|line| line.contains("no valid request id"));
            assert_eq!(told.await.json().unwrap()["level"], "ERROR");
            let outcome = lost.await;
            assert!(matches!(outcome, Outcome::TimedOut(_)), "{outcome}");
        }
        assert_goes_on(&lambda).await;
        assert_goes_on(&lambda).await;
        // Alone, Lambda replaces a process whose invocation took too long.
        assert_eq!(lambda.starts(), if concurrency == 1 { 3 } else { 1 });
    }
}

#[tokio::test]
async fn unknown_and_unneeded_members_are_ignored() {
    for concurrency in BOTH {
        let lambda = faults().concurrency(concurrency).await;
        let event = || Invoke::new(get("/context"));
        let long = "x".repeat(100_000);
        for invoke in [
            event().header("lambda-runtime-of-tomorrow", "1"),
            event().header("x-unknown", b"\xff\x80"),
            event().header("x-long", &long),
            event().header("set-cookie", "a=1"),
            event().header("content-type", "text/plain"),
            event().without_header("lambda-runtime-trace-id"),
            event().without_header("lambda-runtime-invoked-function-arn"),
            event().without_header("lambda-runtime-invocation-id"),
            event().header("lambda-runtime-trace-id", b"\xff"),
            event().header("lambda-runtime-aws-tenant-id", b"\xff"),
            event().header("lambda-runtime-client-context", ""),
            event().header("lambda-runtime-cognito-identity", ""),
            event().header("lambda-runtime-deadline-ms", "0"),
            event().header("lambda-runtime-deadline-ms", "18446744073709551615"),
        ] {
            let response = lambda.invoke(invoke.clone()).await.response();
            assert_eq!(response.json()["statusCode"], 200, "{invoke:?}");
        }
        assert_eq!(lambda.starts(), 1);
        assert_eq!(lambda.rejected_calls(), [""; 0]);
    }
}

#[tokio::test]
async fn invocations_of_one_id_get_their_own_responses() {
    for concurrency in BOTH {
        let size = concurrency.to_string();
        let lambda = faults()
            .concurrency(concurrency)
            .env("FAULTS_TOGETHER", size)
            .await;
        let pending: Vec<_> = (0..40)
            .map(|n| {
                let invoke = Invoke::new(get(&format!("/together/{n}"))).request_id("same");
                lambda.invoke(invoke)
            })
            .collect();
        for (n, pending) in pending.into_iter().enumerate() {
            let response = pending.await.response().http(Source::HttpApi);
            assert_eq!(response.body(), &format!("{n} in same"));
        }
        assert_eq!(lambda.rejected_calls(), [""; 0]);
    }
}
