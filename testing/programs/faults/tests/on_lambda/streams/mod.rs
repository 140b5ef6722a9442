//! Responses that are sent while they are made.

mod ends;
mod faults;
#[cfg(target_os = "linux")]
mod memory;
mod pace;
mod responses;

use lambda_api::event::Source;
use lambda_api_testing::{
    EventBuilder, FakeLambda,
    fake_lambda::{FakeLambdaBuilder, StreamingResponse},
};

/// The sources that stream.
const STREAMING: [Source; 2] = [Source::FunctionUrl, Source::RestApi];

/// A function whose function URL and REST API stream.
fn streaming() -> FakeLambdaBuilder {
    crate::faults().env("LAMBDA_API_STREAM", "url,rest")
}

/// A request to a source that streams.
fn get_from(source: Source, path: &str) -> EventBuilder {
    EventBuilder::new(source).path(path).response_stream()
}

fn get(path: &str) -> EventBuilder {
    get_from(Source::FunctionUrl, path)
}

/// Takes the head of a response.
async fn head(response: &mut StreamingResponse) -> String {
    let head = response.chunk().await.expect("a head");
    let delimiter = response.chunk().await.expect("a delimiter");
    assert_eq!(delimiter.bytes, [0; 8][..]);
    String::from_utf8(head.bytes.to_vec()).expect("text")
}

/// Takes a part of a response.
async fn part(response: &mut StreamingResponse) -> String {
    let part = response.chunk().await.expect("a part");
    String::from_utf8(part.bytes.to_vec()).expect("text")
}

async fn text(lambda: &FakeLambda, path: &str) -> String {
    let response = lambda.send(&crate::get(path)).await;
    assert_eq!(response.status(), 200, "{path}");
    String::from_utf8(response.into_body().to_vec()).expect("text")
}

/// How many bytes of streams were made.
async fn made(lambda: &FakeLambda) -> usize {
    text(lambda, "/stream/made")
        .await
        .parse()
        .expect("a number")
}

/// The process still takes requests, and is the first one.
async fn assert_goes_on(lambda: &FakeLambda) {
    let response = lambda.send(&get("/stream/head/200")).await;
    assert_eq!(response.body(), "two parts");
    assert_eq!(lambda.starts(), 1);
    assert_eq!(lambda.rejected_calls(), [""; 0]);
}

/// How many records of the log mention a text.
fn records(lambda: &FakeLambda, text: &str) -> usize {
    lambda
        .logs()
        .iter()
        .filter(|line| line.contains(text))
        .count()
}
