//! A Runtime API that fails while a response is sent.

use super::{assert_goes_on, get, head, part, streaming};
use http::StatusCode;
use lambda_api_testing::fake_lambda::{Call, Fault, LogLine, Outcome};
use std::time::Duration;

const DROPPED: &str = "the stream was dropped";

fn is_record(line: &LogLine, id: &str, message: &str) -> bool {
    line.json()
        .is_some_and(|record| record["requestId"] == id && record["message"] == message)
}

/// The response is rejected or lost in the middle, while its body waits.
#[tokio::test]
async fn a_stream_that_fails_in_the_middle_is_dropped() {
    for (fault, message) in [
        (
            Fault::Status(StatusCode::PAYLOAD_TOO_LARGE),
            "Lambda rejected a response",
        ),
        (
            Fault::Status(StatusCode::FORBIDDEN),
            "Lambda rejected a response",
        ),
        (
            Fault::GivenUp,
            "the response came too late: Lambda had already ended the invocation",
        ),
        (Fault::Reset, "a response could not be sent to Lambda"),
        (
            Fault::Status(StatusCode::SERVICE_UNAVAILABLE),
            "a response could not be sent to Lambda",
        ),
    ] {
        // One may stay in flight, and one is sent after it.
        let lambda = streaming().concurrency(3).await;
        let event = get("/stream/then/1/nothing");
        let mut response = lambda.invoke_streaming(event);
        let id = response.request_id().to_owned();
        head(&mut response).await;
        part(&mut response).await;
        response.fail(fault);
        lambda.log(|line| line.text() == DROPPED).await;
        let record = lambda.log(|line| is_record(line, &id, message)).await;
        let record = record.json().unwrap();
        if fault != Fault::GivenUp {
            assert_eq!(record["level"], "ERROR", "{fault:?}");
            assert!(record["size"].as_u64() >= Some(4), "{record}");
        }
        assert_goes_on(&lambda).await;
    }
}

#[tokio::test]
async fn alone_a_lost_stream_ends_the_process() {
    let lambda = streaming().await;
    let mut response = lambda.invoke_streaming(get("/stream/then/1/nothing"));
    head(&mut response).await;
    response.fail(Fault::Reset);
    let exit = response.await.crash();
    assert_eq!(exit.code(), Some(1), "{exit:?}");
    let told = |line: &&LogLine| line.contains("could not be sent to Lambda");
    assert_eq!(exit.logs().iter().filter(told).count(), 1, "{exit:?}");
    let dropped = |line: &LogLine| line.text() == DROPPED;
    assert!(exit.logs().iter().any(dropped), "{exit:?}");
    assert_eq!(lambda.send(&get("/stream/head/200")).await.status(), 200);
    assert_eq!(lambda.starts(), 2);
}

/// What is in memory is there for a second attempt.
#[tokio::test]
async fn a_whole_response_that_is_lost_is_sent_again() {
    let lambda = streaming().await;
    for fault in [Fault::Reset, Fault::Status(StatusCode::SERVICE_UNAVAILABLE)] {
        for path in ["/log/x", "/nowhere"] {
            lambda.inject(Call::Response, fault);
            let response = lambda.invoke(get(path)).await.response();
            assert!(response.is_streamed(), "{path}");
            assert_goes_on(&lambda).await;
        }
    }
}

/// Lambda has given the invocation up before the response began.
#[tokio::test]
async fn a_stream_that_comes_too_late_is_dropped() {
    let lambda = streaming().concurrency(2).await;
    lambda.inject(Call::Response, Fault::GivenUp);
    let late = lambda.invoke(get("/stream/then/1/nothing"));
    let id = late.request_id().to_owned();
    let outcome = late.await;
    assert!(matches!(outcome, Outcome::TimedOut(_)), "{outcome}");
    lambda.log(|line| line.text() == DROPPED).await;
    let late = "the response came too late: Lambda had already ended the invocation";
    lambda.log(|line| is_record(line, &id, late)).await;
    assert_goes_on(&lambda).await;
}

const UNREAD: &str = "the response was not read in time: the client or Lambda reads too slowly";

#[tokio::test]
async fn a_stream_that_is_not_read_ends_at_the_deadline() {
    let lambda = streaming().concurrency(2).await;
    let event = lambda_api_testing::fake_lambda::Invoke::new(get("/stream/mib/150"));
    let mut response = lambda.invoke_streaming(event.timeout(Duration::from_secs(1)));
    let id = response.request_id().to_owned();
    // The head comes, and nothing is read after it.
    head(&mut response).await;
    lambda.log(|line| is_record(line, &id, UNREAD)).await;
    let outcome = response.await;
    assert!(matches!(outcome, Outcome::TimedOut(_)), "{outcome}");
    let size = super::made(&lambda).await;
    assert!(size < 150 << 20, "the body was read on");
}

#[tokio::test]
async fn a_stream_that_is_not_read_ends_at_its_timeout() {
    let lambda = streaming().env("FAULTS_STREAM_MS", "300").await;
    let mut response = lambda.invoke_streaming(get("/stream/mib/150"));
    let id = response.request_id().to_owned();
    head(&mut response).await;
    let record = lambda.log(|line| is_record(line, &id, UNREAD)).await;
    let record = record.json().unwrap();
    assert_eq!(record["level"], "WARN");
    let sent = record["size"].as_u64().expect("a size");
    assert!((1..150 << 20).contains(&sent), "{record}");
    // The process goes on, so Lambda knows that the response is not whole.
    assert_eq!(lambda.send(&crate::get("/log/x")).await.status(), 200);
    assert_eq!(lambda.starts(), 1);
    let outcome = response.await;
    let Outcome::Error(error) = outcome else {
        panic!("{outcome}");
    };
    assert_eq!(error.error_type, "Runtime.TruncatedResponse");
    assert_eq!(super::records(&lambda, &id), 1, "one record");
}
