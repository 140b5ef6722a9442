//! Many invocations in one process.

use crate::{faults, get};
use lambda_api::event::Source;
use lambda_api_testing::{EventBuilder, fake_lambda::Call};

const CONCURRENCY: u32 = 8;

#[tokio::test]
async fn as_many_invocations_as_lambda_allows_run_at_once() {
    // Each waits for all others: this ends only if all of them run concurrently.
    let size = CONCURRENCY.to_string();
    let lambda = faults()
        .concurrency(CONCURRENCY)
        .env("FAULTS_TOGETHER", &size)
        .await;
    let pending: Vec<_> = (0..CONCURRENCY * 25)
        .map(|n| {
            let source = Source::ALL[n as usize % Source::ALL.len()];
            let event = EventBuilder::new(source).path(&format!("/together/{n}"));
            (n, source, lambda.invoke(event))
        })
        .collect();
    for (n, source, pending) in pending {
        let id = pending.request_id().to_owned();
        let response = pending.await.response();
        // Each response belongs to its request, and each handler saw its own.
        let expected = format!("{n} in {id}");
        assert_eq!(response.http(source).body(), &expected, "{source}");
        assert!(
            response
                .headers()
                .contains_key("lambda-runtime-invocation-id")
        );
    }
    assert_eq!(lambda.rejected_calls(), [""; 0]);
    assert_eq!(lambda.starts(), 1);
}

#[tokio::test]
async fn one_invocation_does_not_wait_for_another() {
    let lambda = faults().concurrency(2).await;
    let mut hangs = lambda.invoke(get("/hang"));
    hangs.taken().await;
    for _ in 0..20 {
        assert_eq!(lambda.send(&get("/log/x")).await.status(), 200);
    }
    drop(hangs);
}

#[tokio::test]
async fn a_panic_among_many_is_its_own_response_only() {
    let lambda = faults().concurrency(CONCURRENCY).await;
    let pending: Vec<_> = (0..100)
        .map(|n| match n % 2 {
            0 => (200, lambda.invoke(get("/log/x"))),
            _ => (500, lambda.invoke(get("/panic"))),
        })
        .collect();
    for (status, pending) in pending {
        assert_eq!(pending.await.response().json()["statusCode"], status);
    }
    assert_eq!(lambda.starts(), 1);
}

#[tokio::test]
async fn a_crash_fails_all_inflight_invocations_only() {
    let lambda = faults().concurrency(2).await;
    let mut hangs = lambda.invoke(get("/hang"));
    hangs.taken().await;
    assert_eq!(lambda.invoke(get("/exit/4")).await.crash().code(), Some(4));
    assert_eq!(hangs.await.crash().code(), Some(4));
    assert_eq!(lambda.send(&get("/log/x")).await.status(), 200);
}

#[tokio::test]
async fn a_second_response_can_overtake_the_first() {
    let lambda = faults().concurrency(2).await;
    let mut slow = lambda.hold(Call::Response);
    let first = lambda.invoke(get("/log/first"));
    slow.reached().await;
    assert_eq!(lambda.send(&get("/log/second")).await.status(), 200);
    slow.release();
    assert_eq!(first.await.response().json()["statusCode"], 200);
}

/// The worker that reads the sockets is the one that computes: another has to be woken to read on.
#[tokio::test]
async fn a_handler_that_computes_keeps_no_other_waiting() {
    let lambda = faults().concurrency(CONCURRENCY).await;
    for _ in 0..3 {
        let mut computes = lambda.invoke(get("/compute"));
        computes.taken().await;
        for _ in 0..20 {
            assert_eq!(lambda.send(&get("/log/x")).await.status(), 200);
        }
        assert_eq!(lambda.send(&get("/release")).await.status(), 200);
        assert_eq!(computes.await.response().json()["statusCode"], 200);
        lambda.restart().await;
    }
}
