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
        assert_eq!(lambda.rejected_calls(), [""; 0]);
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
    assert_eq!(pending.await.response().json()["statusCode"], 200);
    let warning = record(&lambda, "receiving an event failed, retrying").await;
    assert_eq!(warning["level"], "WARN");
    assert_eq!(lambda.starts(), 1);
}

/// How often an event is asked for once more.
const ASKED_AGAIN: usize = 6;

#[tokio::test]
async fn where_nothing_arrives_any_more_the_process_ends() {
    let unavailable = Fault::Status(StatusCode::SERVICE_UNAVAILABLE);
    for concurrency in BOTH {
        for fault in [Fault::Reset, unavailable] {
            let lambda = faults().concurrency(concurrency).await;
            for _ in 0..=ASKED_AGAIN * concurrency as usize {
                lambda.inject(Call::Next, fault);
            }
            let exit = lambda.ended().await;
            assert_ended_with(&exit, "receiving the next event failed");
            let warnings = exit
                .logs()
                .iter()
                .filter(|line| is_record(line, "receiving an event failed, retrying"));
            let warnings = warnings.count();
            // Those of the other pollers count as well.
            assert!(
                (ASKED_AGAIN..=ASKED_AGAIN * 4).contains(&warnings),
                "{warnings}"
            );
            assert_goes_on(&lambda).await;
            assert_eq!(lambda.starts(), 2);
        }
    }
}

/// "Non-recoverable state. Runtime should exit promptly", says the API's documentation of 500.
#[tokio::test]
async fn a_500_ends_the_process_at_once() {
    for concurrency in BOTH {
        let lambda = faults().concurrency(concurrency).await;
        lambda.inject(Call::Next, Fault::Status(StatusCode::INTERNAL_SERVER_ERROR));
        let exit = lambda.ended().await;
        assert_ended_with(&exit, "unexpected status 500");
        assert_goes_on(&lambda).await;
    }
}

#[tokio::test]
async fn an_invalid_next_response_is_requested_again() {
    for concurrency in BOTH {
        let lambda = faults().concurrency(concurrency).await;
        for status in [503, 403, 410, 200, 204, 301] {
            let status = StatusCode::from_u16(status).unwrap();
            lambda.inject(Call::Next, Fault::Status(status));
            assert_goes_on(&lambda).await;
        }
        assert_eq!(lambda.starts(), 1);
    }
}

#[tokio::test]
async fn among_several_half_an_event_costs_no_poller() {
    let lambda = faults().concurrency(3).await;
    for _ in 0..6 {
        lambda.inject(Call::Next, Fault::Cut);
        // Lambda knows that the event did not arrive.
        let error = lambda.invoke(get("/log/cut")).await.error();
        assert_eq!(error.error_type, "Runtime.Unknown");
        assert_goes_on(&lambda).await;
    }
    assert_eq!(lambda.starts(), 1);
}

#[tokio::test]
async fn slow_responses_are_awaited() {
    for concurrency in BOTH {
        let lambda = faults().concurrency(concurrency).await;
        let mut slow = lambda.hold(Call::Next);
        slow.reached().await;
        let pending = lambda.invoke(get("/log/x"));
        slow.release();
        assert_eq!(pending.await.response().json()["statusCode"], 200);
    }
}

#[tokio::test]
async fn huge_responses_of_the_runtime_api_are_read() {
    let lambda = faults().await;
    lambda.inject(Call::Next, Fault::Huge(64 << 20));
    assert_goes_on(&lambda).await;
    assert_goes_on(&lambda).await;
    assert_eq!(lambda.starts(), 1);
}
