//! Headers that are missing, unknown or wrong.

use super::{BOTH, assert_ended_with, assert_goes_on, record};
use crate::{faults, get};
use lambda_api::event::Source;
use lambda_api_testing::fake_lambda::Invoke;

/// What ends `lambda_runtime` before it looks at the event, and what it says of it. It comes from
/// Lambda alone, or from whoever may invoke the function directly; never through a gateway.
fn unreadable() -> Vec<(Invoke, &'static str)> {
    let event = || Invoke::new(get("/context"));
    let context = "lambda-runtime-client-context";
    let identity = "lambda-runtime-cognito-identity";
    let deadline = "lambda-runtime-deadline-ms";
    vec![
        (
            event().without_header(deadline),
            "missing lambda-runtime-deadline-ms header",
        ),
        (event().header(deadline, "soon"), "invalid digit"),
        (event().header(deadline, "-1"), "invalid digit"),
        (event().header(context, "{"), "EOF while parsing an object"),
        (
            event().header(context, r#"{"custom": {"a": 1}}"#),
            "invalid type: integer",
        ),
        (
            event().header(context, "\u{e9}"),
            "failed to convert header to a str",
        ),
        (event().header(identity, "none"), "expected ident"),
        (event().header(identity, "{}"), "missing field"),
        (
            event().without_header("lambda-runtime-aws-request-id"),
            "missing lambda-runtime-aws-request-id header",
        ),
    ]
}

#[tokio::test]
async fn what_the_runtime_cannot_read_ends_the_process_at_once_and_says_why() {
    for (invoke, reason) in unreadable() {
        let lambda = faults().await;
        let exit = lambda.invoke(invoke).await.crash();
        assert_ended_with(&exit, reason);
        assert_goes_on(&lambda).await;
        assert_eq!(lambda.starts(), 2);
    }
}

#[tokio::test]
async fn among_several_it_ends_one_worker_and_the_last_one_ends_the_process() {
    const WORKERS: u64 = 3;
    for (invoke, reason) in unreadable() {
        let lambda = faults().concurrency(WORKERS as u32).await;
        let mut lost = Vec::new();
        for left in (0..WORKERS).rev() {
            let mut bad = lambda.invoke(invoke.clone());
            bad.taken().await;
            let line = lambda.log(|line| {
                let record = line.json().unwrap_or_default();
                record["remaining_workers"] == left && record["level"] == "ERROR"
            });
            let record = line.await.json().unwrap();
            let error = record["error"].as_str().unwrap_or_default();
            // The text of a panic stands in the line before, on standard error.
            assert!(
                error.contains(reason) || error.contains("panicked"),
                "{error}"
            );
            if left > 0 {
                lost.push(bad);
                assert_goes_on(&lambda).await;
                assert_eq!(lambda.starts(), 1);
            } else {
                assert_ended_with(&bad.await.crash(), "workers exited unexpectedly");
            }
        }
        assert_goes_on(&lambda).await;
        assert_eq!(lambda.starts(), 2);
    }
}

#[tokio::test]
async fn what_nobody_knows_or_needs_does_not_matter() {
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
            let reply = lambda.invoke(invoke.clone()).await.reply();
            assert_eq!(reply.json()["statusCode"], 200, "{invoke:?}");
        }
        assert_eq!(lambda.starts(), 1);
        assert_eq!(lambda.refused_calls(), [""; 0]);
    }
}

#[tokio::test]
async fn invocations_of_one_id_get_their_own_replies() {
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
            let reply = pending.await.reply().http(Source::HttpApi);
            assert_eq!(reply.body(), &format!("{n} in same"));
        }
        assert_eq!(lambda.refused_calls(), [""; 0]);
    }
}

#[tokio::test]
async fn an_id_that_no_address_can_have_is_no_way_to_reply() {
    // The only thing that Lambda never does, and that nothing can be said about to it.
    for concurrency in BOTH {
        let lambda = faults().concurrency(concurrency).await;
        let mut bad = lambda.invoke(Invoke::new(get("/log/x")).request_id("a b"));
        bad.taken().await;
        if concurrency == 1 {
            assert_ended_with(&bad.await.crash(), "a reply could not be sent to Lambda");
        } else {
            let record = record(&lambda, "a reply could not be sent to Lambda").await;
            assert_eq!(record["requestId"], "a b");
        }
        assert_goes_on(&lambda).await;
    }
}
