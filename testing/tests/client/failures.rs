//! Tests that are wrong: the message, and the line it names.

use super::client;
use lambda_api::{
    Api, Created, IntoResponse, Json, Problem, State, api_handler, event::Source, routes,
};
use lambda_api_testing::{EventBuilder, FakeLambda, TestClient};
use std::{
    cell::RefCell,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, Location, catch_unwind, set_hook, take_hook},
    pin::pin,
    sync::Once,
    task::Poll,
};

/// What a panic says, and where.
#[derive(Clone, Debug)]
pub(crate) struct Panic {
    pub(crate) message: String,
    pub(crate) file: String,
    pub(crate) line: u32,
    /// Where the code is that panicked.
    test: &'static Location<'static>,
}

impl Panic {
    /// It names the statement of the test, and no line of the client.
    #[track_caller]
    pub(crate) fn assert_is_at_its_test(&self) {
        let Self {
            file, line, test, ..
        } = self;
        assert_eq!(file, test.file());
        let lines = test.line()..=test.line() + 10;
        assert!(lines.contains(line), "line {line} is not in {lines:?}");
    }
}

thread_local! {
    static LAST: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

fn keep_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let printed = take_hook();
        set_hook(Box::new(move |info| {
            let location = info.location().unwrap();
            let text = info.payload().downcast_ref::<&str>().copied();
            let message = info.payload().downcast_ref::<String>().cloned();
            let message = message.or(text.map(str::to_owned));
            let panic = Panic {
                message: message.unwrap_or_default(),
                file: location.file().to_owned(),
                line: location.line(),
                test: Location::caller(),
            };
            LAST.with_borrow_mut(|last| *last = Some(panic));
            printed(info);
        }));
    });
}

/// The panic in which this ends.
#[track_caller]
pub(crate) fn panic_of<T>(test: impl FnOnce() -> T) -> Panic {
    keep_panics();
    assert!(
        catch_unwind(AssertUnwindSafe(test)).is_err(),
        "it does not panic"
    );
    Panic {
        test: Location::caller(),
        ..LAST.take().unwrap()
    }
}

#[track_caller]
pub(crate) fn panic_of_async(future: impl Future<Output = ()>) -> impl Future<Output = Panic> {
    let test = Location::caller();
    async move {
        let panic = caught(future).await;
        Panic { test, ..panic }
    }
}

async fn caught(future: impl Future<Output = ()>) -> Panic {
    keep_panics();
    let mut test = pin!(future);
    poll_fn(
        |context| match catch_unwind(AssertUnwindSafe(|| test.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(())) => panic!("it does not panic"),
            Err(_) => Poll::Ready(()),
        },
    )
    .await;
    LAST.take().unwrap()
}

#[tokio::test]
async fn build_errors_panic_where_awaited() {
    #[derive(Clone)]
    struct Store;

    #[api_handler(GET "/a")]
    async fn a(State(_store): State<Store>) {}

    #[api_handler(GET "/a")]
    async fn b(State(_store): State<Store>) {}

    let panic = panic_of_async(async {
        let api = Api::new().routes(routes![a]).routes(routes![b]);
        let _client = TestClient::new(api).await;
    })
    .await;
    let lines: Vec<&str> = panic.message.lines().collect();
    assert_eq!(lines.len(), 4, "{}", panic.message);
    assert_eq!(lines[0], "the API cannot be built");
    assert!(
        lines[1].starts_with("- ") && lines[1].contains("needs `State<"),
        "{}",
        lines[1]
    );
    assert!(
        lines
            .iter()
            .any(|line| line.ends_with("both handle GET /a"))
    );
    panic.assert_is_at_its_test();
}

#[tokio::test]
async fn a_link_that_cannot_be_resolved_fails_the_test() {
    #[api_handler(GET "/orders/{id}")]
    async fn get_order(id: u64) -> String {
        id.to_string()
    }

    #[api_handler(POST "/orders")]
    async fn place_order() -> Created<Json<u64>> {
        Created::at(get_order::path(7), Json(7))
    }

    let restyled = |problem: &Problem| problem.status().into_response();
    for api in [Api::new(), Api::new().on_problem(restyled)] {
        let client = TestClient::new(api.routes(routes![place_order])).await;
        let panic = panic_of_async(async {
            let _ = client.post("/orders").await;
        })
        .await;
        let lines: Vec<&str> = panic.message.lines().collect();
        let begin = "the link to `client::failures::get_order` (testing/tests/client/failures.rs:";
        assert!(lines[0].starts_with(begin), "{}", panic.message);
        let end = ") cannot be resolved: no such route is mounted: `get_order` is not in the `routes` \
                   of this API";
        assert!(lines[0].ends_with(end), "{}", panic.message);
        assert!(
            lines[2].starts_with("request  POST /orders"),
            "{}",
            panic.message
        );
        panic.assert_is_at_its_test();
    }
}

#[tokio::test]
async fn an_event_that_is_rejected_fails_the_test_where_it_is_sent() {
    let app = Api::new().build().await.unwrap();
    let panic = panic_of_async(async {
        let event = EventBuilder::new(Source::HttpApi);
        let nothing = event.unset("/rawPath").unset("/requestContext");
        let _ = nothing.send(&app).await;
    })
    .await;
    assert!(
        panic
            .message
            .starts_with("the event of source `http` is rejected: "),
        "{}",
        panic.message
    );
    panic.assert_is_at_its_test();
}

#[tokio::test]
async fn start_errors_panic_where_awaited() {
    let panic = panic_of_async(async {
        let _ = FakeLambda::start("/no/such/program").await;
    })
    .await;
    assert!(
        panic
            .message
            .starts_with("/no/such/program cannot be run: "),
        "{}",
        panic.message
    );
    panic.assert_is_at_its_test();
    let panic = panic_of_async(async {
        let _ = FakeLambda::start("/no/such/program").try_start().await;
    })
    .await;
    panic.assert_is_at_its_test();
}

#[tokio::test]
async fn a_request_that_cannot_be_is_rejected_at_its_line() {
    let client = client().await;
    let bell = "a\u{7}";
    let cases: [(Panic, &str); 9] = [
        (
            panic_of(|| client.get("orders")),
            "expected a path that begins with `/`, or a URL that begins with `https://`, \
             found \"orders\"",
        ),
        (
            panic_of(|| client.request("GET IT", "/")),
            "expected an HTTP method, found \"GET IT\"",
        ),
        (
            panic_of(|| client.get("/").header("a b", "1")),
            "expected the name of a header, found \"a b\"",
        ),
        (
            panic_of(|| client.get("/").header("x-a", bell)),
            "the value of header `x-a` has characters that no header can have",
        ),
        (
            panic_of(|| client.get("/").bearer(bell)),
            "the value of header `authorization` has characters that no header can have",
        ),
        (
            panic_of(|| client.get("/").cookie("a", "1; b=2")),
            "expected a cookie, found the name \"a\" and the value \"1; b=2\"",
        ),
        (
            panic_of(|| client.post("/").form("a=1")),
            "expected the fields of a form or a list of pairs, found \"a=1\"",
        ),
        (
            panic_of(|| {
                client
                    .post("/")
                    .json(&std::collections::HashMap::from([([1], 1)]))
            }),
            "the body cannot be serialised as JSON: key must be a string",
        ),
        (
            panic_of(|| client.clone().default_header("x-a", bell)),
            "the value of header `x-a` has characters that no header can have",
        ),
    ];
    for (panic, message) in cases {
        assert_eq!(panic.message, message);
        panic.assert_is_at_its_test();
    }
}
