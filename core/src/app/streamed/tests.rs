//! Streams to Lambda, and what they do where a program panics.

use super::{super::stream::QUICK, *};
use crate::{
    Api, BoxError, BoxFuture, LambdaContext, Routes,
    endpoint::{INVALID, Route},
    event::{EventResponse, Source},
    path_shape::Shape,
};
use futures_util::stream;
use http_body_util::BodyExt;
use std::sync::atomic::{AtomicBool, Ordering};

type Call = for<'r> fn(&'r Request) -> BoxFuture<'r, Response>;

/// A response with a stream of these parts.
fn streamed(
    parts: impl IntoIterator<Item = Result<String, BoxError>, IntoIter: Send + 'static>,
) -> Response {
    Response::new(Body::from_stream(stream::iter(parts)))
}

const URL: &str = r#"{"version": "2.0", "rawPath": "/", "requestContext": {
    "domainName": "abc.lambda-url.eu-west-1.on.aws", "http": {"method": "GET"}}}"#;

/// What a function whose URL streams sends, or does not send as a stream.
async fn sent(call: Call, streams: &[Source]) -> EventResponse {
    let route: &'static Route = Box::leak(Box::new(Route {
        method: "GET",
        path: "/",
        shape: Shape::of("/"),
        call,
        ..INVALID
    }));
    let routes = Routes::__new(std::slice::from_ref(route));
    let api = Api::new().routes(routes).stream_on(streams.iter().copied());
    let app = api.build().await.expect("no errors");
    let response = app.stream_event(URL.into(), LambdaContext::default());
    response.await.expect("a response")
}

/// The frames of a stream behind its head, and its error.
async fn frames(response: EventResponse) -> (Vec<usize>, Option<String>) {
    let EventResponse::Stream(mut body) = response else {
        panic!("no stream");
    };
    let head = body.frame().await.expect("a head").expect("no error");
    assert!(head.into_data().expect("data").ends_with(&[0; 8]));
    let mut lengths = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => lengths.push(frame.into_data().expect("data").len()),
            Err(error) => return (lengths, Some(error.to_string())),
        }
    }
    (lengths, None)
}

#[tokio::test(start_paused = true)]
async fn parts_that_are_ready_are_joined() {
    fn parts<const COUNT: usize, const LENGTH: usize>() -> Call {
        |_| {
            let part = || Ok("x".repeat(LENGTH));
            Box::pin(async move { streamed((0..COUNT).map(move |_| part())) })
        }
    }
    let cases: [(Call, &[usize]); 5] = [
        (parts::<1, 10>(), &[10]),
        // The first one does not wait for the others.
        (parts::<2, 10>(), &[10, 10]),
        // As many as fit; no more is read ahead.
        (parts::<41, 1_000>(), &[1_000, 16_000, 16_000, 8_000]),
        (parts::<3, 16_384>(), &[16_384; 3]),
        (parts::<3, 100_000>(), &[100_000; 3]),
    ];
    for (call, expected) in cases {
        let (lengths, error) = frames(sent(call, &[Source::FunctionUrl]).await).await;
        assert_eq!((&*lengths, error), (expected, None));
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_behind_parts_that_are_ready_comes_after_them() {
    let response = sent(
        |_| {
            let part = || Ok("part".to_owned());
            let parts = [part(), part(), part(), Err("broken".into()), part()];
            Box::pin(async { streamed(parts) })
        },
        &[Source::FunctionUrl],
    );
    let (lengths, error) = frames(response.await).await;
    assert_eq!(lengths, [4, 8]);
    let error = error.expect("an error");
    assert_eq!(error, "the response ended early; the log has the reason");
}

#[tokio::test]
async fn a_part_that_takes_time_to_make_is_sent_alone() {
    let response = sent(
        |_| {
            let parts = (0..4).map(|part| {
                // Work, as of a page that is rendered.
                std::thread::sleep(QUICK * 2);
                Ok(format!("part {part}"))
            });
            Box::pin(async { streamed(parts) })
        },
        &[Source::FunctionUrl],
    );
    assert_eq!(frames(response.await).await, (vec![6; 4], None));
}

#[tokio::test(start_paused = true)]
async fn sending_ends_soon_after_the_first_time_limit() {
    let minute = Duration::from_secs(60);
    for (timeout, route, lambda, expected) in [
        (None, None, None, None),
        (Some(20), None, None, Some(25_000)),
        (Some(20), Some(3), None, Some(8_000)),
        (Some(2), Some(3), None, Some(7_000)),
        // Half of the margin of 500 ms is left for the record and the next event.
        (Some(120), None, Some(minute), Some(59_750)),
        (Some(58), None, Some(minute), Some(59_750)),
        (None, None, Some(minute), Some(59_750)),
    ] {
        let mut api = Api::new();
        if let Some(timeout) = timeout {
            api = api.stream_timeout(Duration::from_secs(timeout));
        }
        let app = api.build().await.expect("no errors");
        let now = std::time::SystemTime::now();
        let since_epoch = now.duration_since(std::time::UNIX_EPOCH).expect("a time");
        let millis = |left: Duration| u64::try_from((since_epoch + left).as_millis()).ok();
        let lambda = LambdaContext {
            deadline_ms: lambda.and_then(millis),
            received: Some(now),
            ..LambdaContext::default()
        };
        let request = event::decode(URL.into(), lambda, &event::DecodeOptions::default());
        let invocation = Invocation::of(&request.expect("an event")).clone();
        let began = Instant::now();
        let route = route.map(|secs| RouteEnd(began + Duration::from_secs(secs)));
        let end = app.sending_end(began, route, &invocation);
        let millis = end.map(|SendingEnd(at)| (at - began).as_millis());
        match (millis, expected) {
            (Some(found), Some(expected)) => {
                // The clock of deadlines is that of the system.
                assert!(
                    (expected - 50..=expected).contains(&found),
                    "{found} {expected}"
                );
            }
            (found, expected) => assert_eq!(found, expected),
        }
    }
}

#[tokio::test]
async fn the_timeout_of_a_route_ends_the_sending_of_its_stream() {
    let route: &'static Route = Box::leak(Box::new(Route {
        method: "GET",
        path: "/",
        shape: Shape::of("/"),
        timeout: Some(Duration::from_secs(3)),
        call: |_| Box::pin(async { streamed([Ok("part".to_owned())]) }),
        ..INVALID
    }));
    let routes = Routes::__new(std::slice::from_ref(route));
    let api = Api::new().routes(routes).stream_on([Source::FunctionUrl]);
    let app = api.build().await.expect("no errors");
    let response = app.stream_event_with_extensions(URL.into(), LambdaContext::default());
    let (_, extensions) = response.await.expect("a response");
    let SendingEnd(at) = extensions.get().copied().expect("an end");
    let left = at.saturating_duration_since(Instant::now());
    assert!(
        left <= Duration::from_secs(8) && left > Duration::from_secs(5),
        "{left:?}"
    );
}

#[derive(Clone)]
struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("in a drop");
        }
    }
}

#[tokio::test]
async fn a_panic_in_a_drop_is_a_stream_where_the_source_streams() {
    let extension: Call = |_| {
        Box::pin(async {
            let mut response = Response::default();
            response.extensions_mut().insert(PanicsWhenDropped);
            response
        })
    };
    let interim: Call = |_| {
        Box::pin(async {
            let kept = PanicsWhenDropped;
            let mut response = streamed((0..1).map(move |_| {
                let _ = &kept;
                Ok(String::new())
            }));
            *response.status_mut() = http::StatusCode::SWITCHING_PROTOCOLS;
            response
        })
    };
    for call in [extension, interim] {
        let EventResponse::Stream(body) = sent(call, &[Source::FunctionUrl]).await else {
            panic!("no stream");
        };
        let whole = body.collect().await.expect("a whole response");
        let whole = String::from_utf8_lossy(&whole).into_owned();
        let (head, problem) = whole.split_once("\0\0\0\0\0\0\0\0").expect("a head");
        assert!(head.starts_with(r#"{"statusCode":500,"#), "{head}");
        assert!(problem.contains(r#""code":"internal_error""#), "{problem}");

        let EventResponse::Buffered(json) = sent(call, &[]).await else {
            panic!("a stream");
        };
        let json = String::from_utf8_lossy(&json).into_owned();
        assert!(json.contains(r#""statusCode":500"#), "{json}");
    }
}

#[test]
fn without_a_timer_a_stream_waits_for_its_first_part() {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(async {
        let response = sent(
            |_| {
                Box::pin(async {
                    Response::new(Body::from_stream(stream::once(async {
                        tokio::task::yield_now().await;
                        Ok::<_, BoxError>("late")
                    })))
                })
            },
            &[Source::FunctionUrl],
        );
        assert_eq!(frames(response.await).await, (vec![4], None));
    });
}

#[tokio::test]
async fn a_stream_is_dropped_in_the_scope_of_its_invocation() {
    static SEEN: AtomicBool = AtomicBool::new(false);
    struct Asks;
    impl Drop for Asks {
        fn drop(&mut self) {
            let seen = LambdaContext::current().is_some();
            SEEN.store(seen, Ordering::Relaxed);
        }
    }
    let response = sent(
        |_| {
            let asks = Asks;
            Box::pin(async move {
                streamed((0..2).map(move |_| {
                    let _ = &asks;
                    Ok("part".to_owned())
                }))
            })
        },
        &[Source::FunctionUrl],
    );
    drop(response.await);
    assert!(SEEN.load(Ordering::Relaxed));
}
