//! Responses of sources that stream, as the client gets them.

use futures_util::{StreamExt, stream};
use http::HeaderValue;
use lambda_api::{
    Api, Body, Response, api_handler,
    event::Source,
    response::sse::{Event, Sse},
    routes,
};
use lambda_api_testing::TestClient;
use serde_json::json;
use std::{
    convert::Infallible,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::sleep;

const STREAMING: [Source; 2] = [Source::FunctionUrl, Source::RestApi];

/// A part every three seconds, the first at once.
#[api_handler(GET "/slow")]
async fn slow(#[query] parts: u32) -> Body {
    let parts = stream::iter(0..parts).then(|part| async move {
        sleep(Duration::from_secs(3 * u64::from(part.min(1)))).await;
        Ok::<_, Infallible>(format!("{part};"))
    });
    Body::from_stream(parts)
}

/// Fails after some parts.
#[api_handler(GET "/broken")]
async fn broken(#[query] parts: usize) -> Body {
    let good = stream::iter((0..parts).map(|_| Ok("part;")));
    let bad = stream::iter([Err(io::Error::other("the secret"))]);
    Body::from_stream(good.chain(bad))
}

#[api_handler(GET "/steps")]
async fn steps() -> Sse {
    let steps = stream::iter(1..=3_u32).then(|step| async move {
        sleep(Duration::from_secs(20)).await;
        let event = Event::new().event("step").id(step.to_string()).json(&step);
        Ok::<_, Infallible>(event)
    });
    Sse::new(steps).keep_alive(Duration::from_secs(15))
}

#[api_handler(GET "/memory")]
async fn memory() -> Response {
    let mut response = Response::new(Body::from(&b"\xff\0\0\0\0\0\0\0\0\x01"[..]));
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-type", "image/png"),
        ("www-authenticate", "Bearer"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    ] {
        headers.append(name, HeaderValue::from_static(value));
    }
    response
}

#[api_handler(GET "/empty")]
async fn empty() {}

#[api_handler(GET "/endless")]
async fn endless() -> Body {
    Body::from_stream(stream::unfold((), |()| async {
        sleep(Duration::from_secs(1)).await;
        Some((Ok::<_, Infallible>("tick;"), ()))
    }))
}

fn api() -> Api {
    Api::new()
        .routes(routes![slow, broken, steps, memory, empty, endless])
        .stream_on(STREAMING)
}

async fn client(source: Source) -> TestClient {
    TestClient::new(api()).await.via(source)
}

#[tokio::test(start_paused = true)]
async fn each_part_has_its_time() {
    for source in STREAMING {
        let response = client(source).await.get("/slow?parts=3").await;
        response.assert_status(200).assert_text("0;1;2;");
        assert!(response.is_stream());
        let chunks = response.chunks().iter();
        let chunks: Vec<_> = chunks
            .map(|chunk| (&chunk.bytes()[..], chunk.after().as_secs()))
            .collect();
        let expected: [(&[u8], u64); 3] = [(b"0;", 0), (b"1;", 3), (b"2;", 6)];
        assert_eq!(chunks, expected, "{source}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_buffered_response_is_one_part_at_the_end() {
    let api = api().after_response(|| sleep(Duration::from_secs(5)));
    let client = TestClient::new(api).await.via(Source::HttpApi);
    let response = client.get("/slow?parts=3").await;
    assert!(!response.is_stream());
    let [chunk] = response.chunks() else {
        panic!("{:?}", response.chunks());
    };
    assert_eq!(chunk.bytes(), "0;1;2;");
    assert_eq!(chunk.after(), Duration::from_secs(6));
    assert!(response.stream_error().is_none());
}

#[tokio::test(start_paused = true)]
async fn the_source_does_not_wait_for_hooks() {
    let api = api().after_response(|| sleep(Duration::from_secs(25)));
    let client = TestClient::new(api).await;
    for source in [Source::HttpApi, Source::FunctionUrl] {
        let client = client.via(source).deadline(Duration::from_secs(60));
        let response = client.get("/slow?parts=3").await;
        response.assert_status(200);
        let last = response.chunks().last().unwrap();
        assert_eq!(last.after(), Duration::from_secs(6), "{source}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_response_of_the_source_is_one_part() {
    let client = client(Source::HttpApi).await;
    let late = client.clone().deadline(Duration::from_secs(3));
    let late = late.lambda(|lambda| lambda.deadline_ms = Some(u64::MAX));
    let client = client.gateway(|gateway| gateway.base_path("/v1"));
    for (response, seconds) in [
        (late.get("/slow?parts=9").await, 3),
        (client.get("https://api.example.com/v2/empty").await, 0),
    ] {
        let [chunk] = response.chunks() else {
            panic!("{response}");
        };
        assert!(response.gateway_error().is_some(), "{response}");
        assert_eq!(chunk.bytes(), response.bytes());
        assert_eq!(chunk.after().as_secs(), seconds, "{response}");
    }
}

#[tokio::test(start_paused = true)]
async fn events_have_their_time_and_comments_are_ignored() {
    for source in STREAMING {
        let client = client(source).await.deadline(Duration::from_secs(900));
        let response = client.get("/steps").await;
        assert!(response.text().contains("\n:"), "{response}");
        let events = response.events();
        let events: Vec<_> = events
            .iter()
            .map(|it| (it.event(), it.id(), it.json::<u32>(), it.after().as_secs()))
            .collect();
        let expected = [
            ("step", Some("1"), 1, 20),
            ("step", Some("2"), 2, 40),
            ("step", Some("3"), 3, 60),
        ];
        assert_eq!(events, expected, "{source}");
    }
}

#[tokio::test]
async fn a_binary_body_needs_no_media_types() {
    for source in STREAMING {
        let client = client(source).await;
        let response = client.get("/memory").await;
        assert_eq!(response.bytes(), &b"\xff\0\0\0\0\0\0\0\0\x01"[..]);
        assert_eq!(response.chunks().len(), 1);
        response.assert_cookie("a", "1").assert_cookie("b", "2");
        assert_eq!(client.cookie("a").as_deref(), Some("1"));
        let renamed = "x-amzn-remapped-www-authenticate";
        let (name, other) = match source {
            Source::RestApi => (renamed, "www-authenticate"),
            _ => ("www-authenticate", renamed),
        };
        response
            .assert_header(name, "Bearer")
            .assert_no_header(other);
        let head = client.request("HEAD", "/memory").await;
        head.assert_status(200)
            .assert_header("content-type", "image/png");
        assert!(head.bytes().is_empty() && head.chunks().is_empty());
    }
}

#[tokio::test]
async fn every_response_to_a_streaming_source_is_a_stream() {
    for source in STREAMING {
        let client = client(source).await;
        let response = client.get("/empty").await;
        response.assert_status(204);
        assert!(response.is_stream() && response.chunks().is_empty());
        let response = client.get("/nowhere").await;
        response.assert_problem(404, "route_not_found");
        assert!(response.is_stream());
        let raw = response.raw().unwrap();
        assert!(raw.starts_with(b"{\"statusCode\":404"), "{raw:?}");
        assert!(raw.ends_with(response.bytes()), "{raw:?}");
    }
}

#[tokio::test]
async fn the_environment_turns_streams_on() {
    let api = Api::new()
        .routes(routes![memory])
        .environment([("LAMBDA_API_STREAM", "url, rest")]);
    let client = TestClient::new(api).await;
    client
        .on_every_source(async |client| {
            let is_stream = client.get("/memory").await.is_stream();
            assert_eq!(is_stream, STREAMING.contains(&client.source()));
        })
        .await;
}

#[tokio::test]
async fn an_error_before_the_first_part_is_a_problem() {
    for source in STREAMING {
        let response = client(source).await.get("/broken?parts=0").await;
        response.assert_problem(500, "internal_error");
        assert!(response.stream_error().is_none());
    }
}

#[tokio::test]
async fn a_stream_that_ended_early_is_incomplete() {
    for source in STREAMING {
        let response = client(source).await.get("/broken?parts=2").await;
        let error = response.stream_error().unwrap();
        assert!(error.starts_with("StreamFailed: "), "{error}");
        assert!(!format!("{response:?}").contains("the secret"));
        assert_eq!(response.chunks().len(), 2);
        let response = response.incomplete();
        response.assert_status(200).assert_text("part;part;");
    }
}

#[tokio::test]
#[should_panic(expected = "expected the whole body, found a stream that ended early: StreamFailed")]
async fn an_incomplete_body_fails_the_test() {
    let response = client(Source::FunctionUrl)
        .await
        .get("/broken?parts=2")
        .await;
    let _ = response.text();
}

#[tokio::test]
#[should_panic(expected = "expected a stream that ended early, found a complete response")]
async fn a_complete_body_is_not_incomplete() {
    let response = client(Source::FunctionUrl).await.get("/empty").await;
    let _ = response.incomplete();
}

#[tokio::test]
#[should_panic(expected = "expected the content type text/event-stream, found image/png")]
async fn events_need_their_content_type() {
    let response = client(Source::FunctionUrl).await.get("/memory").await;
    let _ = response.events();
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_a_rest_api_has_more_than_29_seconds() {
    let client = client(Source::RestApi).await;
    let client = client.deadline(Duration::from_secs(100));
    let response = client.get("/slow?parts=30").await;
    assert_eq!(response.chunks()[29].after(), Duration::from_secs(87));
    assert!(response.stream_error().is_none());
}

#[tokio::test(start_paused = true)]
async fn an_endless_stream_ends_at_its_timeout() {
    let api = api().stream_timeout(Duration::from_millis(5500));
    let client = TestClient::new(api).await.via(Source::FunctionUrl);
    let response = client.get("/endless").await.incomplete();
    let error = response.stream_error().unwrap();
    assert!(error.starts_with("StreamTimedOut: "), "{error}");
    response.assert_text("tick;".repeat(5));
}

#[tokio::test(start_paused = true)]
async fn the_end_of_lambdas_time_ends_a_stream() {
    // The function does not know the time, so Lambda ends it.
    let client = client(Source::FunctionUrl).await;
    let client = client.lambda(|lambda| lambda.deadline_ms = Some(u64::MAX));
    let client = client.deadline(Duration::from_millis(3500));
    let response = client.get("/endless").await.incomplete();
    assert_eq!(
        response.stream_error(),
        Some("the function did not respond within the 3.5s that Lambda lets it run")
    );
    response.assert_text("tick;tick;tick;");
}

#[tokio::test(start_paused = true)]
async fn functions_after_the_response_run_after_the_stream() {
    let (is_over, was_over) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicBool::new(false)),
    );
    let ended = is_over.clone();
    let stream_of = move || {
        let ended = ended.clone();
        stream::once(async {
            sleep(Duration::from_secs(5)).await;
            Ok::<_, Infallible>("end")
        })
        .inspect(move |_| ended.store(true, Ordering::Relaxed))
    };
    let (over, seen) = (is_over.clone(), was_over.clone());
    let api = Api::new()
        .fallback(move |_: lambda_api::Request| {
            let body = Body::from_stream(stream_of());
            async move { body }
        })
        .after_response(move || {
            let (over, seen) = (over.clone(), seen.clone());
            async move { seen.store(over.load(Ordering::Relaxed), Ordering::Relaxed) }
        })
        .stream_on([Source::FunctionUrl]);
    let client = TestClient::new(api).await.via(Source::FunctionUrl);
    client.get("/").await.assert_text("end");
    assert!(was_over.load(Ordering::Relaxed));
}

#[tokio::test]
async fn json_of_a_stream_is_compared_as_ever() {
    #[api_handler(GET "/list")]
    async fn list() -> lambda_api::response::JsonArray<u32> {
        lambda_api::response::JsonArray::new(stream::iter([Ok::<_, Infallible>(1), Ok(2)]))
    }
    let api = Api::new().routes(routes![list]).stream_on(STREAMING);
    let client = TestClient::new(api).conforming().await;
    for source in STREAMING {
        let response = client.via(source).get("/list").await;
        response.assert_json(&json!([1, 2]));
        assert!(response.chunks().len() > 1);
    }
}
