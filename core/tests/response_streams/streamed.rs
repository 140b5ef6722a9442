//! A source that streams gets a head, and the body behind it as it is made.

use crate::{all, broken};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::BodyExt;
use lambda_api::{
    Api, App, Body, Cors, IntoResponse, LambdaContext, Limits, Response, api_handler,
    event::{EventResponse, Source},
    routes,
};
use lambda_api_testing::EventBuilder;
use serde_json::{Value, json};
use std::{io, time::Duration};
use tokio::time::{Instant, sleep};

#[api_handler(GET "/{kind}")]
async fn respond(kind: String) -> Response {
    let text = |pieces: &'static [&'static str]| Body::from_stream(all(pieces.iter().copied()));
    match kind.as_str() {
        "memory" => ([("x-a", "1")], "in memory").into_response(),
        "pieces" => ([("content-type", "text/plain")], text(&["one ", "", "two"])).into_response(),
        "length" => ([("content-length", "3")], text(&["one"])).into_response(),
        "short" => ([("content-length", "4")], text(&["one"])).into_response(),
        "long" => ([("content-length", "2")], text(&["one"])).into_response(),
        "nothing" => text(&[""]).into_response(),
        "cookies" => {
            let mut response = text(&["a"]).into_response();
            for (name, value) in [
                ("set-cookie", "a=1"),
                ("set-cookie", "b=2"),
                ("x-a", "1"),
                ("x-a", "2"),
                ("connection", "close"),
            ] {
                response.headers_mut().append(name, value.parse().unwrap());
            }
            response
        }
        "no-content" => (http::StatusCode::NO_CONTENT, text(&["a"])).into_response(),
        "switching" => (http::StatusCode::SWITCHING_PROTOCOLS, text(&["a"])).into_response(),
        "broken" => Body::from_stream(broken(["one"])).into_response(),
        "broken-at-once" => Body::from_stream(broken::<&str>([])).into_response(),
        "aborted" => {
            let (sender, body) = Body::channel();
            tokio::spawn(async move { sender.abort("the secret") });
            body.into_response()
        }
        "panicking-stream" => {
            let panics = stream::once(async { panic!("the secret") });
            let first = stream::iter([Ok::<_, io::Error>("one")]);
            Body::from_stream(first.chain(panics)).into_response()
        }
        "current" => {
            let id = stream::unfold(2, async |left: u32| {
                tokio::task::yield_now().await;
                let id = LambdaContext::current()?.request_id;
                (left > 0).then(|| (Ok::<_, io::Error>(id), left - 1))
            });
            Body::from_stream(id).into_response()
        }
        "slow" => {
            let pieces = stream::unfold(0, async |piece: u64| {
                sleep(Duration::from_secs(10 * piece)).await;
                Some((Ok::<_, io::Error>(format!("{piece} ")), piece + 1))
            });
            Body::from_stream(pieces).into_response()
        }
        "late" => {
            sleep(Duration::from_secs(60)).await;
            "after a minute".into_response()
        }
        _ => panic!("the secret"),
    }
}

fn api() -> Api {
    Api::new()
        .routes(routes![respond])
        .stream_on([Source::FunctionUrl, Source::RestApi])
}

async fn build(api: Api) -> App {
    let built = api.build().await;
    built.unwrap_or_else(|errors| panic!("{errors}"))
}

fn context() -> LambdaContext {
    let mut context = LambdaContext::for_test();
    context.request_id = "id-1".to_owned();
    context
}

async fn send(app: &App, source: Source, method: &str, path: &str) -> EventResponse {
    let event = EventBuilder::new(source).method(method).path(path);
    let response = app.stream_event(event.to_bytes(), context()).await;
    response.expect("an HTTP event")
}

/// The frames of a stream, with their times of arrival, and the error at the end.
async fn frames(response: EventResponse) -> (Vec<(u64, Bytes)>, Option<String>) {
    let EventResponse::Stream(mut body) = response else {
        panic!("not a stream: {response:?}");
    };
    let started = Instant::now();
    let mut frames = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => {
                let data = frame.into_data().expect("data");
                assert!(!data.is_empty());
                frames.push((started.elapsed().as_secs(), data));
            }
            Err(error) => return (frames, Some(error.to_string())),
        }
    }
    (frames, None)
}

/// The head and the body of a whole stream.
async fn whole(response: EventResponse) -> (Value, Vec<u8>) {
    let (frames, error) = frames(response).await;
    assert_eq!(error, None);
    let all: Vec<u8> = frames.iter().flat_map(|(_, data)| data.to_vec()).collect();
    split(&all)
}

fn split(all: &[u8]) -> (Value, Vec<u8>) {
    let end = all.windows(8).position(|eight| eight == [0; 8]);
    let (head, body) = all.split_at(end.expect("eight bytes of zero"));
    let head = serde_json::from_slice(head).expect("a head is JSON");
    (head, body[8..].to_vec())
}

#[tokio::test]
async fn only_a_source_that_streams_gets_a_stream() {
    let app = build(api()).await;
    for source in Source::ALL {
        let response = send(&app, source, "GET", "/pieces").await;
        let streams = matches!(response, EventResponse::Stream(_));
        assert_eq!(streams, source.stream_limit().is_some(), "{source}");
    }
    let app = build(api().stream_on([Source::RestApi])).await;
    let response = send(&app, Source::FunctionUrl, "GET", "/pieces").await;
    assert!(matches!(response, EventResponse::Buffered(_)));
    // Whoever wants the whole response gets it.
    let event = EventBuilder::new(Source::RestApi).path("/pieces");
    assert_eq!(event.send(&app).await.body(), "one two");
}

#[tokio::test]
async fn every_response_has_a_head() {
    let app = build(api().cors(Cors::new().allow_any_origin())).await;
    for (method, path, status, body) in [
        ("GET", "/memory", 200, "in memory"),
        ("HEAD", "/memory", 200, ""),
        ("GET", "/pieces", 200, "one two"),
        ("HEAD", "/pieces", 200, ""),
        ("GET", "/length", 200, "one"),
        ("GET", "/nothing", 200, ""),
        ("GET", "/no-content", 204, ""),
    ] {
        for source in [Source::FunctionUrl, Source::RestApi] {
            let response = send(&app, source, method, path).await;
            let (head, found) = whole(response).await;
            assert_eq!(head["statusCode"], status, "{source} {method} {path}");
            assert_eq!(found, body.as_bytes(), "{source} {method} {path}");
        }
    }
    for (path, status, code) in [
        ("/switching", 500, "internal_error"),
        ("/broken-at-once", 500, "internal_error"),
        ("/aborted", 500, "internal_error"),
        ("/a/b", 404, "route_not_found"),
        ("/panic", 500, "internal_error"),
    ] {
        let event = EventBuilder::new(Source::FunctionUrl).path(path);
        let event = event.header("origin", "https://example.com").to_bytes();
        let response = app.stream_event(event, context()).await;
        let (head, body) = whole(response.expect("an HTTP event")).await;
        assert_eq!(head["statusCode"], status, "{path}");
        assert_eq!(
            head["headers"]["access-control-allow-origin"], "*",
            "{path}"
        );
        assert_eq!(head["headers"]["content-type"], "application/problem+json");
        let problem: Value = serde_json::from_slice(&body).expect("a problem");
        assert_eq!(problem["code"], code, "{path}");
        assert!(!String::from_utf8_lossy(&body).contains("secret"), "{path}");
    }
}

#[tokio::test]
async fn the_head_has_the_form_of_its_source() {
    let app = build(api()).await;
    let (url, _) = whole(send(&app, Source::FunctionUrl, "GET", "/cookies").await).await;
    let expected = json!({
        "statusCode": 200,
        "headers": {"x-a": "1, 2", "content-type": "application/octet-stream"},
        "cookies": ["a=1", "b=2"],
    });
    assert_eq!(url, expected);
    let (rest, _) = whole(send(&app, Source::RestApi, "GET", "/cookies").await).await;
    let expected = json!({
        "statusCode": 200,
        "multiValueHeaders": {"x-a": ["1", "2"], "content-type": ["application/octet-stream"]},
        "cookies": ["a=1", "b=2"],
    });
    assert_eq!(rest, expected);
}

#[tokio::test]
async fn a_request_that_is_malformed_gets_a_head_too() {
    let app = build(api()).await;
    let event = EventBuilder::new(Source::FunctionUrl).path("/memory");
    let event = event.set("/isBase64Encoded", true).set("/body", "%");
    let response = app.stream_event(event.to_bytes(), context()).await;
    let (head, _) = whole(response.expect("an HTTP event")).await;
    assert_eq!(head["statusCode"], 400);
}

#[tokio::test]
async fn a_stream_that_fails_later_ends_early() {
    let app = build(api().limits(Limits::default().response(10))).await;
    for path in ["/broken", "/panicking-stream", "/short"] {
        let (frames, error) = frames(send(&app, Source::RestApi, "GET", path).await).await;
        assert_eq!(frames.last().expect("a piece").1, "one", "{path}");
        let error = error.unwrap_or_else(|| panic!("{path} is whole"));
        assert!(!error.contains("secret"), "{path}: {error}");
    }
    // What is too long at once is a problem.
    for (path, status) in [("/long", 500), ("/memory", 200), ("/current", 200)] {
        let (head, _) = whole(send(&app, Source::RestApi, "GET", path).await).await;
        assert_eq!(head["statusCode"], status, "{path}");
    }
    let app = build(api().limits(Limits::default().response(5))).await;
    let (frames, error) = frames(send(&app, Source::RestApi, "GET", "/pieces").await).await;
    assert_eq!(frames.last().expect("a piece").1, "one ");
    assert!(error.is_some());
}

#[tokio::test]
async fn a_stream_runs_for_its_invocation() {
    let app = build(api()).await;
    let (_, body) = whole(send(&app, Source::RestApi, "GET", "/current").await).await;
    assert_eq!(body, b"id-1id-1");
}

#[tokio::test(start_paused = true)]
async fn pieces_are_sent_when_they_are_made() {
    let app = build(api().stream_timeout(Duration::from_secs(25))).await;
    let (pieces, error) = frames(send(&app, Source::FunctionUrl, "GET", "/slow").await).await;
    let times: Vec<_> = pieces.iter().map(|(at, data)| (*at, data.len())).collect();
    assert_eq!(times[1..], [(0, 2), (10, 2)]);
    assert!(error.is_some());
    // Without a first piece, the head is sent after a second.
    let app = build(api().stream_timeout(Duration::from_secs(25))).await;
    let started = Instant::now();
    let response = send(&app, Source::FunctionUrl, "GET", "/late").await;
    assert_eq!(started.elapsed().as_secs(), 29, "{response:?}");
}

#[tokio::test]
async fn the_environment_names_the_sources_that_stream() {
    for (value, url, rest) in [
        ("", false, false),
        ("url", true, false),
        (" rest , url ", true, true),
    ] {
        let api = Api::new().routes(routes![respond]);
        let app = build(api.environment([("LAMBDA_API_STREAM", value)])).await;
        for (source, streams) in [(Source::FunctionUrl, url), (Source::RestApi, rest)] {
            let response = send(&app, source, "GET", "/memory").await;
            let found = matches!(response, EventResponse::Stream(_));
            assert_eq!(found, streams, "{source} {value}");
        }
    }
    let api = api()
        .stream_on([])
        .environment([("LAMBDA_API_STREAM", "url")]);
    let response = send(&build(api).await, Source::FunctionUrl, "GET", "/memory").await;
    assert!(
        matches!(response, EventResponse::Buffered(_)),
        "the code wins"
    );
}

#[tokio::test]
async fn a_source_that_cannot_stream_is_an_error() {
    for (api, expected) in [
        (
            api().stream_on([Source::HttpApi]),
            "`stream_on`: the source `http` cannot stream responses: only `url` and `rest` can",
        ),
        (
            Api::new().environment([("LAMBDA_API_STREAM", "alb")]),
            "the environment variable `LAMBDA_API_STREAM`: expected a list of `url` and `rest`, found `alb`",
        ),
        (
            Api::new().environment([("LAMBDA_API_STREAM", "URL")]),
            "the environment variable `LAMBDA_API_STREAM`: expected a list of `url` and `rest`, found `URL`",
        ),
        (
            api().stream_timeout(Duration::ZERO),
            "`stream_timeout` must be greater than zero",
        ),
    ] {
        let errors = api.build().await.expect_err(expected);
        assert_eq!(errors.iter().collect::<Vec<_>>(), [expected]);
    }
    let nested = Api::new().nest("/v1", api());
    let errors = nested.build().await.expect_err("an error");
    assert!(
        errors
            .to_string()
            .contains("`stream_on` is set on the API nested at `/v1`")
    );
}
