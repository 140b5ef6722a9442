//! `POST /response` and `POST /error`.

use super::{BOTH, assert_ended_with, assert_goes_on, is_record, record};
use crate::{faults, get};
use http::StatusCode;
use lambda_api::event::Source;
use lambda_api_testing::{
    EventBuilder,
    fake_lambda::{Call, Fault, Invoke, Outcome},
};
use serde_json::{Value, json};
use std::time::Duration;

/// A call, and an event that leads to it.
fn calls() -> [(Call, Invoke); 2] {
    [
        (Call::Response, get("/log/x").into()),
        (Call::Error, json!({"Records": []}).into()),
    ]
}

const NOT_SENT: &str = "a response could not be sent to Lambda";

#[tokio::test]
async fn a_response_that_does_not_arrive_is_sent_again() {
    let unavailable = Fault::Status(StatusCode::SERVICE_UNAVAILABLE);
    for (call, event) in calls() {
        for concurrency in BOTH {
            for fault in [Fault::Reset, unavailable] {
                let lambda = faults().concurrency(concurrency).await;
                for _ in 0..3 {
                    lambda.inject(call, fault);
                    match (call, lambda.invoke(event.clone()).await) {
                        (Call::Response, Outcome::Response(_)) | (_, Outcome::Error(_)) => {}
                        (_, other) => panic!("{call:?} {fault:?}: {other}"),
                    }
                }
                assert_goes_on(&lambda).await;
                assert_eq!(lambda.starts(), 1);
                assert_eq!(lambda.rejected_calls(), [""; 0]);
            }
        }
    }
}

#[tokio::test]
async fn alone_a_response_that_is_lost_ends_the_process() {
    for (call, event) in calls() {
        let lambda = faults().await;
        lambda.inject(call, Fault::Reset);
        lambda.inject(call, Fault::Reset);
        let exit = lambda.invoke(event).await.crash();
        assert_ended_with(&exit, "could not be sent to Lambda");
        assert!(!exit.logs().iter().any(|line| is_record(line, NOT_SENT)));
        assert_goes_on(&lambda).await;
        assert_eq!(lambda.starts(), 2);
    }
}

#[tokio::test]
async fn among_several_a_response_that_is_lost_costs_no_other() {
    for (call, event) in calls() {
        let lambda = faults().concurrency(2).await;
        // More often than there are pollers.
        for _ in 0..3 {
            lambda.inject(call, Fault::Reset);
            lambda.inject(call, Fault::Reset);
            let lost = lambda.invoke(event.clone().timeout(Duration::from_millis(50)));
            let id = lost.request_id().to_owned();
            let told = lambda.log(|line| {
                is_record(line, NOT_SENT) && line.json().unwrap_or_default()["requestId"] == id
            });
            told.await;
            // Lambda never got it.
            let outcome = lost.await;
            assert!(matches!(outcome, Outcome::TimedOut(_)), "{outcome}");
            assert_goes_on(&lambda).await;
        }
        assert_eq!(lambda.starts(), 1);
    }
}

#[tokio::test]
async fn a_response_that_comes_too_late_is_a_warning() {
    for (call, event) in calls() {
        for concurrency in BOTH {
            let lambda = faults().concurrency(concurrency).await;
            lambda.inject(call, Fault::GivenUp);
            let late = lambda.invoke(event.clone());
            let id = late.request_id().to_owned();
            let outcome = late.await;
            assert!(matches!(outcome, Outcome::TimedOut(_)), "{outcome}");
            let message = "the response came too late: Lambda had already ended the invocation";
            let told = record(&lambda, message).await;
            assert_eq!(
                (&told["level"], &told["requestId"]),
                (&json!("WARN"), &json!(id))
            );
            assert_goes_on(&lambda).await;
            assert_eq!(lambda.starts(), 1);
            assert_eq!(lambda.rejected_calls(), [""; 0]);
        }
    }
}

#[tokio::test]
async fn a_response_that_lambda_rejects_is_one_record() {
    for status in [400, 403, 413] {
        for (call, event) in calls() {
            let lambda = faults().concurrency(2).await;
            let fault = Fault::Status(StatusCode::from_u16(status).unwrap());
            lambda.inject(call, fault);
            let lost = lambda.invoke(event.timeout(Duration::from_millis(50)));
            let id = lost.request_id().to_owned();
            let told = record(&lambda, "Lambda rejected a response").await;
            assert_eq!(told["level"], "ERROR");
            assert_eq!(
                (&told["requestId"], &told["status"]),
                (&json!(id), &json!(status))
            );
            let outcome = lost.await;
            assert!(matches!(outcome, Outcome::TimedOut(_)), "{outcome}");
            assert_goes_on(&lambda).await;
            assert_eq!(lambda.starts(), 1);
        }
    }
}

#[tokio::test]
async fn truncated_or_huge_acknowledgements_do_not_matter() {
    for (call, event) in calls() {
        for concurrency in BOTH {
            for fault in [Fault::Cut, Fault::Huge(64 << 20)] {
                let lambda = faults().concurrency(concurrency).await;
                for _ in 0..3 {
                    lambda.inject(call, fault);
                    match (call, lambda.invoke(event.clone()).await) {
                        (Call::Response, Outcome::Response(_)) | (_, Outcome::Error(_)) => {}
                        (_, other) => panic!("{call:?} {fault:?}: {other}"),
                    }
                }
                assert_goes_on(&lambda).await;
                assert_eq!(lambda.starts(), 1);
            }
        }
    }
}

#[tokio::test]
async fn slow_responses_are_awaited() {
    for (call, event) in calls() {
        let lambda = faults().await;
        let mut slow = lambda.hold(call);
        let pending = lambda.invoke(event);
        slow.reached().await;
        slow.release();
        let outcome = pending.await;
        assert!(
            matches!(outcome, Outcome::Response(_) | Outcome::Error(_)),
            "{outcome}"
        );
        assert_goes_on(&lambda).await;
    }
}

#[tokio::test]
async fn a_too_large_response_is_a_problem_and_is_logged() {
    for (source, size) in [(Source::HttpApi, 7 << 20), (Source::Alb, 2 << 20)] {
        let lambda = faults().await;
        let event = EventBuilder::new(source).path(&format!("/size/{size}"));
        let response = lambda.send(&event).await;
        assert_eq!(response.status(), 500, "{source}");
        let problem: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(problem["code"], "response_too_large");
        let line = lambda.log(|line| line.contains("response_too_large"));
        assert_eq!(line.await.json().unwrap()["level"], "ERROR");
        assert_goes_on(&lambda).await;
        assert_eq!(lambda.rejected_calls(), [""; 0]);
    }
}
