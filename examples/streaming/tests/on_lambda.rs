//! The compiled program behind a Lambda Runtime API on loopback, with the variable that the templates set.

use lambda_api::event::Source::{self, FunctionUrl, HttpApi, RestApi};
use lambda_api_testing::{EventBuilder, FakeLambda};

/// The function of `template-url-stream.yaml`, `template-rest-stream.yaml` or, without sources, `template.yaml`.
async fn streaming(sources: &str) -> FakeLambda {
    FakeLambda::start(env!("CARGO_BIN_EXE_streaming"))
        .env("LAMBDA_API_STREAM", sources)
        .await
}

fn get(source: Source, path: &str) -> EventBuilder {
    EventBuilder::new(source).path(path)
}

/// The same from a source in its streaming mode.
fn stream_of(source: Source, path: &str) -> EventBuilder {
    get(source, path).response_stream()
}

#[tokio::test]
async fn one_function_streams_to_two_sources_and_not_to_a_third() {
    let lambda = streaming("url,rest").await;
    for (source, streams) in [(FunctionUrl, true), (RestApi, true), (HttpApi, false)] {
        let mut event = get(source, "/orders.csv");
        if streams {
            event = event.response_stream();
        }
        let outcome = lambda.invoke(event).await;
        let response = outcome.response();
        assert_eq!(response.is_streamed(), streams, "{source}");
        let response = response.http(source);
        assert_eq!(response.status(), 200);
        let rows = response.body().split(|byte| *byte == b'\n').count();
        // The header, and what is behind the last line.
        assert_eq!(rows, 100_002, "{source}");
    }
    assert_eq!(lambda.rejected_calls(), [""; 0]);
}

#[tokio::test]
async fn without_the_variable_every_response_is_in_one_piece() {
    let lambda = streaming("").await;
    for source in Source::ALL {
        let event = get(source, "/import/events").header("last-event-id", "19");
        let outcome = lambda.invoke(event).await;
        let response = outcome.response();
        assert!(!response.is_streamed(), "{source}");
        let text = String::from_utf8(response.http(source).body().to_vec()).unwrap();
        assert!(
            text.contains(r#"data: {"done":20,"of":20}"#),
            "{source}: {text}"
        );
    }
}

#[tokio::test]
async fn an_event_comes_before_the_last_batch_is_done() {
    let lambda = streaming("url").await;
    let event = stream_of(FunctionUrl, "/import/events").header("last-event-id", "17");
    let mut response = lambda.invoke_streaming(event);
    let mut text = String::new();
    while !text.contains("data: ") {
        let chunk = response.chunk().await.expect("a part with an event");
        text.push_str(&String::from_utf8_lossy(&chunk.bytes));
    }
    assert!(text.starts_with(r#"{"statusCode":200"#), "{text}");
    assert!(text.contains(r#"data: {"done":18,"of":20}"#), "{text}");
    // It takes another second.
    assert!(!text.contains(r#""done":20"#), "{text}");
    let whole = response.await.response().http(FunctionUrl);
    let text = String::from_utf8_lossy(whole.body());
    assert_eq!(text.matches("data: ").count(), 3, "{text}");
}

#[tokio::test]
async fn a_part_of_a_file_is_a_stream_too() {
    let lambda = streaming("rest").await;
    let event = stream_of(RestApi, "/tone.wav").header("range", "bytes=0-3");
    let response = lambda.send(&event).await;
    assert_eq!(
        (response.status().as_u16(), &response.body()[..]),
        (206, &b"RIFF"[..])
    );
    let missing = lambda.send(&stream_of(RestApi, "/tone.mp3")).await;
    assert_eq!(missing.status(), 404);
    assert_eq!(
        missing.headers()["content-type"],
        "application/problem+json"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_export_takes_constant_memory() {
    let lambda = streaming("url,rest").await;
    let process = lambda.process_id().expect("a process");
    let most = || {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let mut sizes = status
            .lines()
            .filter_map(|line| line.strip_prefix("VmHWM:"));
        let size = sizes.next().unwrap().trim().trim_end_matches(" kB");
        size.parse::<u64>().unwrap()
    };
    // The code of all parts has been used once.
    lambda.send(&stream_of(FunctionUrl, "/tone.wav")).await;
    let before = most();
    let export = lambda.send(&stream_of(FunctionUrl, "/orders.csv")).await;
    let length = export.body().len() as u64 / 1024;
    let grown = most().saturating_sub(before);
    // For comparison: the same response in one piece.
    lambda.send(&get(HttpApi, "/orders.csv")).await;
    let collected = most().saturating_sub(before);
    println!(
        "{length} kB: {before} kB before, {grown} kB more for a stream, {collected} kB in one piece"
    );
    assert!(grown < length / 2, "{grown} kB for {length} kB");
    assert!(collected > length, "{collected} kB for {length} kB");
}
