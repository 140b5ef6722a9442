//! Every source collects a stream: its errors, its limit, its deadline.

use crate::{all, broken};
use futures_util::{StreamExt, stream};
use lambda_api::{
    Api, App, Body, IntoResponse, LambdaContext, Limits, Response, api_handler,
    event::Source,
    extract::LastEventId,
    response::{
        Download, JsonArray, JsonLines,
        sse::{Event, EventError, Sse},
    },
    routes,
};
use lambda_api_testing::EventBuilder;
use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::Value;
use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};
use tokio::time::{Instant, sleep};

/// An item that cannot be serialised.
struct Never;

impl Serialize for Never {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("the secret"))
    }
}

#[api_handler(GET "/{kind}")]
async fn respond(kind: String) -> Response {
    match kind.as_str() {
        "pieces" => Body::from_stream(all(["one ", "two"])).into_response(),
        "broken-pieces" => Body::from_stream(broken(["one"])).into_response(),
        "events" => Sse::new(all([Event::new().data("a")])).into_response(),
        "broken-events" => Sse::new(broken([Event::new().data("a")])).into_response(),
        "invalid-events" => Sse::new(all([Event::new().event("a\nb")])).into_response(),
        "array" => JsonArray::new(all([1, 2])).into_response(),
        "broken-array" => JsonArray::new(broken([1, 2])).into_response(),
        "invalid-array" => JsonArray::new(all([Never])).into_response(),
        "lines" => JsonLines::new(all([1, 2])).into_response(),
        "broken-lines" => JsonLines::new(broken([1, 2])).into_response(),
        "invalid-lines" => JsonLines::new(all([Never])).into_response(),
        "download" => Download::new(Body::from_stream(all(["a", "b"]))).into_response(),
        "broken-download" => Download::new(Body::from_stream(broken(["a"]))).into_response(),
        "channel" | "broken-channel" | "dropped-channel" => {
            let (mut sender, body) = Body::channel();
            tokio::spawn(async move {
                for piece in ["a", "b", "c"] {
                    sender.send(piece).await.unwrap();
                }
                match kind.as_str() {
                    "channel" => sender.finish(),
                    "broken-channel" => sender.abort("the secret"),
                    _ => drop(sender),
                }
            });
            body.into_response()
        }
        kind => panic!("unknown kind {kind}"),
    }
}

async fn app(api: Api) -> App {
    api.build()
        .await
        .unwrap_or_else(|errors| panic!("{errors}"))
}

#[tokio::test]
async fn a_stream_is_one_response_of_every_source() {
    let app = app(Api::new().routes(routes![respond])).await;
    for source in [Source::HttpApi, Source::RestApi, Source::Alb] {
        for (path, content_type, body) in [
            ("/pieces", "text/plain; charset=utf-8", "one two"),
            ("/events", "text/event-stream", "data: a\n\n"),
            ("/array", "application/json", "[1,2]"),
            ("/lines", "application/x-ndjson", "1\n2\n"),
            ("/download", "application/octet-stream", "ab"),
            ("/channel", "text/plain; charset=utf-8", "abc"),
        ] {
            let response = EventBuilder::new(source).path(path).send(&app).await;
            assert_eq!(response.status(), 200, "{path}");
            assert_eq!(response.headers()["content-type"], content_type, "{path}");
            assert_eq!(response.body(), body, "{path}");
        }
    }
}

#[tokio::test]
async fn an_error_in_a_stream_is_a_500_without_its_pieces() {
    let app = app(Api::new().routes(routes![respond])).await;
    for path in [
        "/broken-pieces",
        "/broken-events",
        "/invalid-events",
        "/broken-array",
        "/invalid-array",
        "/broken-lines",
        "/invalid-lines",
        "/broken-download",
        "/broken-channel",
        "/dropped-channel",
    ] {
        let event = EventBuilder::new(Source::HttpApi).path(path);
        let response = event.send(&app).await;
        assert_eq!(response.status(), 500, "{path}");
        let problem: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(problem["code"], "internal_error", "{path}");
        assert_eq!(problem["detail"], Value::Null, "{path}");
        assert!(response.headers().get("content-disposition").is_none());
    }
}

#[tokio::test]
async fn an_error_ends_a_stream_that_is_passed_on() {
    let array = JsonArray::new(broken([1, 2])).into_response();
    let error = array.into_body().collect().await.unwrap_err();
    assert_eq!(error.to_string(), "the secret");
    let events = Sse::new(all([Event::new().id("\0")])).into_response();
    let error = events.into_body().collect().await.unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&EventError::Id));
    // Nothing is read behind it.
    let behind = [Ok("a"), Err("lost"), Ok("b")];
    let body = Body::from_stream(stream::iter(behind));
    let mut body = std::pin::pin!(body);
    let mut frames = Vec::new();
    while let Some(frame) = http_body_util::BodyExt::frame(&mut body).await {
        frames.push(frame.is_ok());
    }
    assert_eq!(frames, [true, false]);
}

#[tokio::test]
async fn a_producer_stops_when_the_response_is_too_large() {
    #[api_handler(GET "/endless")]
    async fn endless(sent: lambda_api::State<Arc<AtomicUsize>>) -> Body {
        let (mut sender, body) = Body::channel();
        tokio::spawn(async move {
            while sender.send(vec![b'x'; 1000]).await.is_ok() {
                sent.0.fetch_add(1, Ordering::Relaxed);
            }
            sent.0.fetch_add(1_000_000, Ordering::Relaxed);
        });
        body
    }

    let sent = Arc::new(AtomicUsize::new(0));
    let api = Api::new().routes(routes![endless]).state(Arc::clone(&sent));
    let app = app(api.limits(Limits::default().response(10_000))).await;
    let event = EventBuilder::new(Source::HttpApi).path("/endless");
    let response = event.send(&app).await;
    assert_eq!(response.status(), 500);
    let problem: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(problem["code"], "response_too_large");
    while sent.load(Ordering::Relaxed) < 1_000_000 {
        tokio::task::yield_now().await;
    }
    // Eleven pieces exceed the limit, and one more fits into the channel.
    let sent = sent.load(Ordering::Relaxed) - 1_000_000;
    assert!((11..=12).contains(&sent), "{sent}");
}

#[api_handler(GET "/clock")]
async fn clock(last: Option<LastEventId>) -> Sse {
    let start = last.map_or(0, |last| last.0.parse().unwrap_or(0));
    let ticks = stream::unfold(start, async |tick: u32| {
        sleep(Duration::from_secs(60)).await;
        Some((Ok::<_, Infallible>(Event::new().data("tick")), tick + 1))
    });
    Sse::new(ticks.boxed()).keep_alive(Duration::from_secs(1))
}

#[tokio::test(start_paused = true)]
async fn events_without_end_are_stopped_at_the_deadline() {
    let app = app(Api::new().routes(routes![clock])).await;
    let mut lambda = LambdaContext::for_test();
    let received = SystemTime::now();
    let deadline = received + Duration::from_secs(10);
    let deadline = deadline.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    lambda.received = Some(received);
    lambda.deadline_ms = Some(u64::try_from(deadline.as_millis()).unwrap());
    let event = EventBuilder::new(Source::FunctionUrl).path("/clock");
    let started = Instant::now();
    let response = app.handle_event(event.to_string().into(), lambda).await;
    let response: Value = serde_json::from_slice(&response.unwrap()).unwrap();
    assert_eq!(response["statusCode"], 504);
    let body = response["body"].as_str().unwrap();
    assert!(body.contains(r#""code":"timed_out""#), "{body}");
    // The system clock advances a little, and is what the deadline is on.
    let took = started.elapsed().as_secs_f64();
    assert!((8.0..9.6).contains(&took), "{took}");
}
