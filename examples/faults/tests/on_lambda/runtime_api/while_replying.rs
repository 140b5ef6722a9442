//! `POST /response` and `POST /error`.

use super::{BOTH, assert_ended_with, assert_goes_on, is_record};
use crate::{faults, get};
use http::StatusCode;
use lambda_api::event::Source;
use lambda_api_testing::{
    EventBuilder,
    fake_lambda::{Call, Fault, Invoke, LogLine, Outcome},
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

#[tokio::test]
async fn alone_a_connection_that_is_reset_ends_the_process() {
    for (call, event) in calls() {
        let lambda = faults().await;
        lambda.inject(call, Fault::Reset);
        let exit = lambda.invoke(event).await.crash();
        assert_ended_with(&exit, "a reply could not be sent to Lambda");
        assert_goes_on(&lambda).await;
        assert_eq!(lambda.starts(), 2);
    }
}

#[tokio::test]
async fn among_several_a_connection_that_is_reset_loses_that_reply_only() {
    for (call, event) in calls() {
        let lambda = faults().concurrency(2).await;
        // More often than there are workers.
        for _ in 0..3 {
            lambda.inject(call, Fault::Reset);
            let lost = lambda.invoke(event.clone().timeout(Duration::from_millis(50)));
            let id = lost.request_id().to_owned();
            let told = lambda.log(|line| {
                is_record(line, "a reply could not be sent to Lambda")
                    && line.json().unwrap_or_default()["requestId"] == id
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
async fn a_reply_that_comes_too_late_is_logged_with_its_request() {
    for (call, event) in calls() {
        for concurrency in BOTH {
            let lambda = faults().concurrency(concurrency).await;
            lambda.inject(call, Fault::GivenUp);
            let late = lambda.invoke(event.clone());
            let id = late.request_id().to_owned();
            let outcome = late.await;
            assert!(matches!(outcome, Outcome::TimedOut(_)), "{outcome}");
            let told = lambda.log(|line| {
                let record = line.json().unwrap_or_default();
                record["requestId"] == id && record["status"] == "410 Gone"
            });
            assert_eq!(told.await.json().unwrap()["level"], "ERROR");
            assert_goes_on(&lambda).await;
            assert_eq!(lambda.starts(), 1);
            assert_eq!(lambda.refused_calls(), [""; 0]);
        }
    }
}

#[tokio::test]
async fn a_reply_that_is_refused_is_logged_with_its_request() {
    for status in [400, 403, 413, 500, 503] {
        for (call, event) in calls() {
            let lambda = faults().concurrency(2).await;
            let status = StatusCode::from_u16(status).unwrap();
            lambda.inject(call, Fault::Status(status));
            let lost = lambda.invoke(event.timeout(Duration::from_millis(50)));
            let id = lost.request_id().to_owned();
            let told = lambda.log(|line| {
                let record = line.json().unwrap_or_default();
                record["requestId"] == id && record["status"] == status.to_string()
            });
            assert_eq!(told.await.json().unwrap()["level"], "ERROR");
            let outcome = lost.await;
            assert!(matches!(outcome, Outcome::TimedOut(_)), "{outcome}");
            assert_goes_on(&lambda).await;
            assert_eq!(lambda.starts(), 1);
        }
    }
}

#[tokio::test]
async fn alone_a_reply_that_is_refused_is_logged_and_the_next_question_ends_the_process() {
    // Lambda still waits for the reply, so that there is nothing else to ask for.
    for status in [403, 500] {
        let lambda = faults().await;
        let status = StatusCode::from_u16(status).unwrap();
        lambda.inject(Call::Response, Fault::Status(status));
        let exit = lambda.invoke(get("/log/x")).await.crash();
        assert_ended_with(&exit, "missing lambda-runtime-aws-request-id header");
        let refused = |line: &&LogLine| line.contains(&status.to_string());
        assert!(exit.logs().iter().any(|line| refused(&line)), "{exit:?}");
        assert_goes_on(&lambda).await;
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_off_or_huge_does_not_matter() {
    for (call, event) in calls() {
        for concurrency in BOTH {
            for fault in [Fault::Cut, Fault::Huge(64 << 20)] {
                let lambda = faults().concurrency(concurrency).await;
                for _ in 0..3 {
                    lambda.inject(call, fault);
                    match (call, lambda.invoke(event.clone()).await) {
                        (Call::Response, Outcome::Reply(_)) | (_, Outcome::Error(_)) => {}
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
async fn a_slow_answer_is_waited_for() {
    for (call, event) in calls() {
        let lambda = faults().await;
        let mut slow = lambda.hold(call);
        let pending = lambda.invoke(event);
        slow.reached().await;
        slow.release();
        let outcome = pending.await;
        assert!(
            matches!(outcome, Outcome::Reply(_) | Outcome::Error(_)),
            "{outcome}"
        );
        assert_goes_on(&lambda).await;
    }
}

#[tokio::test]
async fn a_reply_that_is_too_large_for_lambda_is_a_problem_and_a_record() {
    for (source, size) in [(Source::HttpApi, 7 << 20), (Source::Alb, 2 << 20)] {
        let lambda = faults().await;
        let event = EventBuilder::new(source).path(&format!("/size/{size}"));
        let reply = lambda.send(&event).await;
        assert_eq!(reply.status(), 500, "{source}");
        let problem: Value = serde_json::from_slice(reply.body()).unwrap();
        assert_eq!(problem["code"], "response_too_large");
        let line = lambda.log(|line| line.contains("response_too_large"));
        assert_eq!(line.await.json().unwrap()["level"], "ERROR");
        assert_goes_on(&lambda).await;
        assert_eq!(lambda.refused_calls(), [""; 0]);
    }
}
