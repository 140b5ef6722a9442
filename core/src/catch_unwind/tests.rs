use super::*;
use crate::{
    Api, Body, IntoResponse, LambdaContext, Problem, Request, Response, Routes,
    catch_unwind::install_panic_hook,
    endpoint::{INVALID, Route},
    log::capture,
    middleware::{Next, from_fn},
    path_shape::Shape,
};
use serde_json::Value;

/// The log records of one event, and the response.
fn respond(api: Api) -> (Vec<Value>, Value) {
    install_panic_hook();
    let mut response = Value::Null;
    let records = capture(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime").block_on(async {
            let app = api.build().await.expect("no errors");
            let event = r#"{"version": "2.0", "rawPath": "/", "requestContext":
                {"http": {"method": "GET"}, "requestId": "id-1"}}"#;
            let call = app.handle_event(event.into(), LambdaContext::default());
            response = serde_json::from_slice(&call.await.expect("a response")).expect("JSON");
        });
    });
    (records, response)
}

fn route(call: for<'r> fn(&'r Request) -> crate::BoxFuture<'r, Response>) -> Routes {
    let route = Route {
        method: "GET",
        path: "/",
        shape: Shape::of("/"),
        call,
        ..INVALID
    };
    Routes::__new(Box::leak(Box::new([route])))
}

/// Asserts one 500 problem, and one record with message and location.
fn assert_told_once(what: &str, (records, response): &(Vec<Value>, Value)) {
    assert_eq!(response["statusCode"], 500, "{what}: {response}");
    let body = response["body"].as_str().expect("a body");
    assert!(body.contains("internal_error"), "{what}: {body}");
    assert!(!body.contains("secret"), "{what}: {body}");
    let [record] = &records[..] else {
        panic!("{what}: expected one record, found {records:?}");
    };
    assert_eq!(record["level"], "ERROR", "{what}");
    let cause = record["cause"].as_str().expect("a cause");
    assert!(cause.contains("the secret"), "{what}: {cause}");
    let place = record["location"].as_str().expect("a place");
    assert!(
        place.contains("catch_unwind/tests.rs:") || place.contains("catch_unwind\\tests.rs:"),
        "{what}: {place}"
    );
}

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("the secret of a drop");
    }
}

impl http_body::Body for PanicsWhenDropped {
    type Data = bytes::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, Self::Error>>> {
        Poll::Ready(None)
    }
}

#[test]
fn a_panic_is_one_problem_and_one_record_with_location() {
    async fn layer(_: Request, _: Next) -> Response {
        panic!("the secret of a layer")
    }
    let ok = || route(|_| Box::pin(async { "ok".into_response() }));
    for (what, api) in [
        (
            "a handler, at once",
            Api::new().routes(route(|_| panic!("the secret"))),
        ),
        (
            "a handler, later",
            Api::new().routes(route(|_| {
                Box::pin(async {
                    tokio::task::yield_now().await;
                    panic!("the secret of {}", "a handler")
                })
            })),
        ),
        ("a layer", Api::new().routes(ok()).layer(from_fn(layer))),
        (
            "a route layer",
            Api::new().routes(ok()).route_layer(from_fn(layer)),
        ),
        (
            "a body",
            Api::new().routes(route(|_| {
                Box::pin(async {
                    let stream = http_body_util::BodyExt::map_frame(
                        Body::stream(http_body_util::Full::new(bytes::Bytes::from("x"))),
                        |_| -> http_body::Frame<bytes::Bytes> { panic!("the secret of a body") },
                    );
                    Response::new(Body::stream(stream))
                })
            })),
        ),
        (
            "the drop of a body",
            Api::new().routes(route(|_| {
                Box::pin(async { Response::new(Body::stream(PanicsWhenDropped)) })
            })),
        ),
        (
            "a drop in a handler",
            Api::new().routes(route(|_| {
                Box::pin(async {
                    let _kept = PanicsWhenDropped;
                    tokio::task::yield_now().await;
                    Response::default()
                })
            })),
        ),
    ] {
        assert_told_once(what, &respond(api));
    }
}

#[test]
fn a_panic_of_on_problem_is_a_second_record() {
    let api = Api::new().on_problem(|_: &Problem| panic!("the secret of a hook"));
    let (records, response) = respond(api);
    assert_eq!(response["statusCode"], 404);
    let errors: Vec<_> = records
        .iter()
        .filter(|record| record["level"] == "ERROR")
        .collect();
    assert_eq!(errors.len(), 1, "{records:?}");
    assert!(errors[0]["location"].is_string());
}

#[test]
fn a_panic_that_a_handler_catches_is_a_warning_and_no_500() {
    let api = Api::new().routes(route(|_| {
        Box::pin(async {
            let caught = std::panic::catch_unwind(|| panic!("the secret"));
            assert!(caught.is_err());
            "ok".into_response()
        })
    }));
    let (records, response) = respond(api);
    assert_eq!(response["statusCode"], 200);
    assert_eq!(records.len(), 1, "{records:?}");
    assert_eq!(records[0]["level"], "WARN");
    assert_eq!(records[0]["cause"], "the secret");
    assert!(records[0]["location"].is_string());
}

#[test]
fn a_resumed_panic_keeps_its_first_location() {
    install_panic_hook();
    let panic = catch_unwind_now::<()>(|| {
        let payload = std::panic::catch_unwind(|| panic!("first")).expect_err("a panic");
        std::panic::resume_unwind(payload)
    });
    let panic: Panic = panic.expect_err("a panic");
    assert_eq!(panic.message, "first");
    assert!(panic.location.is_some());
    // The location of a panic of another thread is unknown here.
    let panic = catch_unwind_now::<()>(|| std::panic::resume_unwind(Box::new("foreign")));
    let panic: Panic = panic.expect_err("a panic");
    assert_eq!(
        (panic.message, panic.location),
        ("foreign".to_owned(), None)
    );
}

#[test]
fn a_payload_that_panics_on_drop_is_a_panic() {
    install_panic_hook();
    let panic = catch_unwind_now::<()>(|| std::panic::panic_any(PanicsWhenDropped));
    let panic: Panic = panic.expect_err("a panic");
    assert_eq!(panic.message, "a panic without a message");
    // Nothing is left for the next panic.
    assert!(take_seen().is_empty());
    let records = capture(|| assert!(catch_unwind_now(|| 7).is_ok_and(|seven| seven == 7)));
    assert!(records.is_empty(), "{records:?}");
}

/// Panics and catches the panic when it is dropped.
struct CatchesWhenDropped;

impl Drop for CatchesWhenDropped {
    fn drop(&mut self) {
        assert!(std::panic::catch_unwind(|| panic!("in a drop")).is_err());
    }
}

#[test]
fn a_panic_that_unwinds_is_not_one_that_was_caught() {
    install_panic_hook();
    for watched in [false, true] {
        let mut caught = None;
        let records = capture(|| {
            caught = Some(catch_unwind_now::<()>(|| {
                let _dropped = CatchesWhenDropped;
                let _watched = watched.then(|| Watched);
                panic!("the outer one")
            }));
        });
        let panic = caught.unwrap().expect_err("a panic");
        assert_eq!(panic.message, "the outer one");
        assert!(panic.location.is_some());
        let messages: Vec<_> = records.iter().map(|record| &record["cause"]).collect();
        let expected = if watched {
            &["watched", "in a drop"][..]
        } else {
            &["in a drop"]
        };
        assert_eq!(messages, expected, "{records:?}");
    }
}

/// The same, with our own catch function.
struct Watched;

impl Drop for Watched {
    fn drop(&mut self) {
        let panic = catch_unwind_now::<()>(|| panic!("watched")).expect_err("a panic");
        panic.log("caught here");
    }
}

#[test]
fn many_caught_panics_are_all_reported() {
    install_panic_hook();
    let records = capture(|| {
        let done = catch_unwind_now(|| {
            for n in 0..20 {
                assert!(std::panic::catch_unwind(|| panic!("number {n}")).is_err());
            }
        });
        assert!(done.is_ok());
    });
    assert_eq!(records.len(), 20);
    assert_eq!(records[19]["cause"], "number 19");
}

#[test]
fn a_nested_panic_is_reported_where_it_is_caught() {
    install_panic_hook();
    let outer = catch_unwind_now::<()>(|| {
        let inner = catch_unwind_now::<()>(|| panic!("inner"));
        let inner: Panic = inner.expect_err("a panic");
        assert_eq!(inner.message, "inner");
        panic!("outer")
    });
    let outer: Panic = outer.expect_err("a panic");
    assert_eq!(outer.message, "outer");
    assert!(outer.location.is_some());
    assert!(outer.to_string().starts_with("panicked at "), "{outer}");
}

#[test]
fn a_second_panic_on_drop_of_the_future_is_caught() {
    install_panic_hook();
    struct Fails(PanicsWhenDropped);
    impl Future for Fails {
        type Output = ();
        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
            panic!("the first")
        }
    }
    let mut result = None;
    let records = capture(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        result = Some(
            runtime
                .expect("a runtime")
                .block_on(catch_unwind(Fails(PanicsWhenDropped))),
        );
    });
    let panic = result.expect("a result").expect_err("a panic");
    assert_eq!(panic.message, "the first");
    assert_eq!(records.len(), 1, "{records:?}");
    assert_eq!(records[0]["cause"], "the secret of a drop");
}

#[test]
fn outside_of_all_this_the_hook_before_ours_is_asked() {
    install_panic_hook();
    assert!(WATCH.get() == Watch::Off);
    // Nothing watches this new thread, so the panic is printed as usual.
    let ended = std::thread::spawn(|| {
        let caught = std::panic::catch_unwind(|| panic!("on purpose"));
        assert!(caught.is_err());
        take_seen().is_empty()
    });
    assert!(ended.join().expect("no panic"));
}
