//! `GET /next`.

use super::{BOTH, assert_ended_with, assert_goes_on, is_record, record};
use crate::{faults, get};
use http::StatusCode;
use lambda_api_testing::fake_lambda::{Call, Fault};

#[tokio::test]
async fn a_connection_that_is_reset_is_made_anew() {
    for concurrency in BOTH {
        let lambda = faults().concurrency(concurrency).await;
        for _ in 0..5 {
            lambda.inject(Call::Next, Fault::Reset);
            assert_goes_on(&lambda).await;
        }
        assert_eq!(lambda.starts(), 1, "{concurrency}");
        assert_eq!(lambda.refused_calls(), [""; 0]);
    }
}

#[tokio::test]
async fn an_event_that_is_cut_off_is_asked_for_again() {
    let lambda = faults().await;
    let mut ready = lambda.hold(Call::Next);
    ready.reached().await;
    lambda.inject(Call::Next, Fault::Cut);
    ready.release();
    let pending = lambda.invoke(get("/log/cut"));
    assert_eq!(pending.await.reply().json()["statusCode"], 200);
    let warning = record(&lambda, "an event did not arrive, and is asked for again").await;
    assert_eq!(warning["level"], "WARN");
    assert_eq!(lambda.starts(), 1);
}

#[tokio::test]
async fn where_nothing_arrives_any_more_the_process_ends() {
    let lambda = faults().await;
    for _ in 0..3 {
        lambda.inject(Call::Next, Fault::Reset);
    }
    let exit = lambda.ended().await;
    assert_ended_with(&exit, "connection");
    let warnings = exit
        .logs()
        .iter()
        .filter(|line| is_record(line, "an event did not arrive, and is asked for again"));
    assert_eq!(warnings.count(), 2);
    assert_goes_on(&lambda).await;
    assert_eq!(lambda.starts(), 2);
}

/// "Non-recoverable state. Runtime should exit promptly", says the API's documentation of 500.
#[tokio::test]
async fn an_answer_that_is_no_event_ends_the_process() {
    // Not 204: after that, a debug build of lambda_runtime asks again.
    for status in [500, 503, 403, 410, 200, 301] {
        let lambda = faults().await;
        let status = StatusCode::from_u16(status).unwrap();
        lambda.inject(Call::Next, Fault::Status(status));
        let exit = lambda.ended().await;
        assert_ended_with(&exit, "missing lambda-runtime-aws-request-id header");
        assert_goes_on(&lambda).await;
    }
}

#[tokio::test]
async fn among_several_such_an_answer_or_half_an_event_costs_a_worker_and_nothing_else() {
    let unavailable = Fault::Status(StatusCode::SERVICE_UNAVAILABLE);
    for fault in [unavailable, Fault::Cut] {
        let lambda = faults().concurrency(3).await;
        for left in [2, 1] {
            lambda.inject(Call::Next, fault);
            if fault == Fault::Cut {
                // Lambda knows that the event did not arrive.
                let error = lambda.invoke(get("/log/cut")).await.error();
                assert_eq!(error.error_type, "Runtime.Unknown");
            }
            let ended = lambda.log(|line| {
                let record = line.json().unwrap_or_default();
                record["remaining_workers"] == left && record["level"] == "ERROR"
            });
            ended.await;
            assert_goes_on(&lambda).await;
        }
        assert_eq!(lambda.starts(), 1);
    }
}

#[tokio::test]
async fn a_slow_answer_is_waited_for() {
    for concurrency in BOTH {
        let lambda = faults().concurrency(concurrency).await;
        let mut slow = lambda.hold(Call::Next);
        slow.reached().await;
        let pending = lambda.invoke(get("/log/x"));
        slow.release();
        assert_eq!(pending.await.reply().json()["statusCode"], 200);
    }
}

#[tokio::test]
async fn a_huge_answer_is_read() {
    let lambda = faults().await;
    lambda.inject(Call::Next, Fault::Huge(64 << 20));
    assert_goes_on(&lambda).await;
    assert_goes_on(&lambda).await;
    assert_eq!(lambda.starts(), 1);
}
