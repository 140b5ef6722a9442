//! When parts arrive, and when they are made.

use super::{get, get_from, head, made, part, streaming, text};
use lambda_api::event::Source;

#[tokio::test]
async fn a_part_arrives_before_the_next_is_made() {
    let lambda = streaming().concurrency(2).await;
    let mut response = lambda.invoke_streaming(get("/stream/steps/3"));
    text(&lambda, "/stream/step").await;
    assert!(
        head(&mut response)
            .await
            .starts_with(r#"{"statusCode":200,"#)
    );
    for n in 0..3 {
        assert_eq!(part(&mut response).await, format!("part {n}"));
        assert_eq!(made(&lambda).await >> 16, n + 1, "no part is made ahead");
        text(&lambda, "/stream/step").await;
    }
    assert_eq!(response.chunk().await, None);
    let response = response.await.response();
    assert!(response.http(Source::FunctionUrl).body() == "part 0part 1part 2");
}

#[tokio::test]
async fn a_head_does_not_wait_long_for_a_part() {
    let lambda = streaming().concurrency(2).await;
    let mut response = lambda.invoke_streaming(get("/stream/steps/1"));
    head(&mut response).await;
    assert_eq!(made(&lambda).await, 0);
    text(&lambda, "/stream/step").await;
    assert_eq!(part(&mut response).await, "part 0");
    assert_eq!(response.chunk().await, None);
}

#[tokio::test]
async fn a_client_that_is_gone_does_not_stop_the_function() {
    let lambda = streaming().env("FAULTS_AFTER", "flush").await;
    let mut response = lambda.invoke_streaming(get("/stream/mib/40"));
    head(&mut response).await;
    drop(response);
    // As on Lambda, it runs to its end.
    lambda
        .log(|line| line.text() == "flushed what is left")
        .await;
    assert_eq!(made(&lambda).await, 40 << 20);
}

#[tokio::test]
async fn several_invocations_stream_at_once() {
    let lambda = streaming().concurrency(4).await;
    let mut responses: Vec<_> = (0..3)
        .map(|n| {
            let source = super::STREAMING[n % 2];
            let path = format!("/stream/steps/{}", n + 2);
            lambda.invoke_streaming(get_from(source, &path))
        })
        .collect();
    // The first part of each, in whatever order they get theirs.
    for _ in 0..3 + 2 + 3 + 4 {
        text(&lambda, "/stream/step").await;
    }
    for (n, mut response) in responses.drain(..).enumerate() {
        head(&mut response).await;
        for k in 0..n + 2 {
            assert_eq!(part(&mut response).await, format!("part {k}"));
        }
        assert_eq!(response.chunk().await, None);
    }
    assert_eq!(lambda.starts(), 1);
    assert_eq!(lambda.rejected_calls(), [""; 0]);
}
