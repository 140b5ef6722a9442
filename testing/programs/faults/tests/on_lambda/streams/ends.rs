//! Streams that end early, and what comes after a stream.

use super::{assert_goes_on, get, head, part, records, streaming, text};
use lambda_api::event::Source;
use lambda_api_testing::fake_lambda::LogLine;
use serde_json::Value;
use std::time::Duration;

/// The outcome of a stream of two parts that ends early: its error, and the record of it.
async fn ended_early(lambda: &lambda_api_testing::FakeLambda, path: &str) -> (String, Value) {
    let mut response = lambda.invoke_streaming(get(path));
    let id = response.request_id().to_owned();
    head(&mut response).await;
    assert_eq!(part(&mut response).await, "part");
    let response = response.await.response();
    let error = response.stream_error().expect("an error").clone();
    assert_eq!(
        error.error_message,
        "the response ended early; the log has the reason"
    );
    let of_request = |line: &LogLine| {
        let record = line.json().unwrap_or_default();
        record["requestId"] == id && record["level"] == "ERROR"
    };
    let record = lambda.log(of_request).await.json().unwrap();
    let lines = lambda.logs();
    let all = lines.iter().filter(|line| of_request(line)).count();
    assert_eq!(all, 1, "{lines:?}");
    (error.error_type, record)
}

#[tokio::test]
async fn an_error_in_the_middle_is_in_the_trailers_and_one_record() {
    let lambda = streaming().await;
    let (kind, record) = ended_early(&lambda, "/stream/then/2/error").await;
    assert_eq!(kind, "StreamFailed");
    assert!(record.to_string().contains("the pipe broke"), "{record}");
    assert_goes_on(&lambda).await;
}

#[tokio::test]
async fn a_panic_in_the_middle_is_in_the_trailers_and_one_record() {
    let lambda = streaming().await;
    let (kind, record) = ended_early(&lambda, "/stream/then/2/panic").await;
    assert_eq!(kind, "StreamFailed");
    assert!(
        record.to_string().contains("as it was asked to"),
        "{record}"
    );
    assert_goes_on(&lambda).await;
}

#[tokio::test]
async fn a_deadline_ends_a_stream() {
    let lambda = streaming().timeout(Duration::from_secs(2)).await;
    let (kind, record) = ended_early(&lambda, "/stream/then/1/nothing").await;
    assert_eq!(kind, "StreamTimedOut");
    assert!(
        record.to_string().contains("shortly before the deadline"),
        "{record}"
    );
    lambda
        .log(|line| line.text() == "the stream was dropped")
        .await;
    assert_goes_on(&lambda).await;
}

#[tokio::test]
async fn a_timeout_of_streams_ends_a_stream() {
    let lambda = streaming().env("FAULTS_STREAM_MS", "20").await;
    let (kind, record) = ended_early(&lambda, "/stream/then/1/nothing").await;
    assert_eq!(kind, "StreamTimedOut");
    let cause = "the timeout of streams is 20 ms";
    assert!(record.to_string().contains(cause), "{record}");
    lambda
        .log(|line| line.text() == "the stream was dropped")
        .await;
    let buffered = crate::get("/stream/then/3/end");
    assert_eq!(lambda.send(&buffered).await.body(), "partpartpart");
    assert_eq!(lambda.starts(), 1);
}

#[tokio::test]
async fn a_stream_may_not_be_too_large() {
    let lambda = streaming().await;
    let response = lambda.invoke(get("/stream/mib/201")).await.response();
    let error = response.stream_error().expect("an error");
    assert_eq!(error.error_type, "StreamTooLarge");
    assert!(response.bytes().len() <= 200 << 20);
    assert_goes_on(&lambda).await;
}

#[tokio::test]
async fn hooks_run_after_the_end_of_a_stream() {
    let lambda = streaming()
        .concurrency(2)
        .env("FAULTS_AFTER", "flush")
        .await;
    // Those of the other requests here.
    let flushed = "flushed what is left";
    let mut response = lambda.invoke_streaming(get("/stream/steps/2"));
    text(&lambda, "/stream/step").await;
    head(&mut response).await;
    part(&mut response).await;
    lambda.log(|line| line.text() == flushed).await;
    assert_eq!(records(&lambda, flushed), 1, "the hook of `/step`");
    text(&lambda, "/stream/step").await;
    part(&mut response).await;
    assert_eq!(response.chunk().await, None);
    let mut seen = 0;
    let all = |line: &LogLine| {
        seen += usize::from(line.text() == flushed);
        seen == 3
    };
    lambda.log(all).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_stream_ends_whole_during_shutdown() {
    let lambda = streaming()
        .concurrency(2)
        .env("FAULTS_SHUTDOWN", "flush")
        .env("FAULTS_SHUTDOWN_MS", "20000")
        .shutdown_grace(Duration::from_secs(30))
        .await;
    let mut response = lambda.invoke_streaming(get("/stream/steps/2"));
    text(&lambda, "/stream/step").await;
    head(&mut response).await;
    part(&mut response).await;
    let terminated = async {
        let exit = lambda.terminate().await;
        assert_eq!(exit.code(), Some(0), "{exit:?}");
        let hooks = ["flushed", "closed"];
        let ran = |text: &str| exit.logs().iter().any(|line| line.text() == text);
        assert!(hooks.into_iter().all(ran), "{exit:?}");
    };
    let rest = async {
        // The hooks have run, and the process waits for the stream.
        lambda.log(|line| line.text() == "flushed").await;
        text(&lambda, "/stream/step").await;
        assert_eq!(part(&mut response).await, "part 1");
        let response = response.await.response();
        assert_eq!(response.http(Source::FunctionUrl).body(), "part 0part 1");
    };
    tokio::join!(terminated, rest);
}

#[cfg(unix)]
#[tokio::test]
async fn a_stream_that_does_not_end_is_named_at_shutdown() {
    let lambda = streaming()
        .env("FAULTS_SHUTDOWN", "flush")
        .env("FAULTS_SHUTDOWN_MS", "100")
        .shutdown_grace(Duration::from_secs(30))
        .await;
    let mut response = lambda.invoke_streaming(get("/stream/then/1/nothing"));
    let id = response.request_id().to_owned();
    head(&mut response).await;
    let exit = lambda.terminate().await;
    assert_eq!(exit.code(), Some(0), "{exit:?}");
    let named = |line: &LogLine| {
        line.json()
            .is_some_and(|record| record["request_ids"] == id.as_str())
    };
    assert_eq!(
        exit.logs().iter().filter(|line| named(line)).count(),
        1,
        "{exit:?}"
    );
}
