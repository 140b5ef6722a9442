//! Time limits: handlers, layers and streams that take too long are stopped.

use crate::{app, ask, code, errors, header};
use bytes::Bytes;
use http_body::Frame;
use lambda_api::{
    Api, App, Body, FromRequest, Identity, LambdaContext, Request, Response, api_handler,
    auth::{AuthError, Authenticator, Credential, Scheme},
    event::Source,
    extract::Deadline,
    middleware::{Next, from_fn},
    routes,
};
use lambda_api_testing::EventBuilder;
use serde_json::Value;
use std::{
    convert::Infallible,
    future::pending,
    pin::Pin,
    sync::atomic::{AtomicUsize, Ordering},
    task::{Context, Poll},
    time::{Duration, SystemTime},
};
use tokio::time::{Instant, sleep};
use tower::ServiceExt;

/// The context of an invocation that has just started and has this much time.
fn lambda(time: Duration) -> LambdaContext {
    let mut lambda = LambdaContext::for_test();
    let received = SystemTime::now();
    let deadline = (received + time).duration_since(SystemTime::UNIX_EPOCH);
    lambda.received = Some(received);
    lambda.deadline_ms = Some(u64::try_from(deadline.unwrap().as_millis()).unwrap());
    lambda
}

/// Returns the response to an event of this source and its duration on tokio's clock.
async fn timed(app: &App, source: Source, path: &str, time: Duration) -> (Value, Duration) {
    let event = EventBuilder::new(source).path(path).to_string();
    let started = Instant::now();
    let response = app.handle_event(event.into(), lambda(time)).await.unwrap();
    (
        serde_json::from_slice(&response).unwrap(),
        started.elapsed(),
    )
}

#[track_caller]
fn assert_stopped((response, took): &(Value, Duration), after: Duration) {
    assert_eq!(response["statusCode"], 504, "{response}");
    let body = response["body"].as_str().unwrap();
    assert!(body.contains(r#""code":"timed_out""#), "{body}");
    // The system clock advances while the paused clock of tokio does not.
    let slack = Duration::from_millis(1500);
    assert!(
        *took <= after + Duration::from_millis(5) && *took + slack >= after,
        "took {took:?}, expected {after:?}"
    );
}

#[api_handler(GET "/hang")]
async fn hang() -> &'static str {
    pending().await
}

#[api_handler(GET "/ready")]
async fn ready() -> &'static str {
    "ready"
}

#[api_handler(GET "/soon")]
async fn soon() -> &'static str {
    sleep(Duration::from_millis(100)).await;
    "soon"
}

#[api_handler(GET "/hang-shortly", timeout = "1ms")]
async fn hang_shortly() -> &'static str {
    pending().await
}

#[api_handler(GET "/hang/{id}", timeout = "2s")]
async fn short(id: u8) -> String {
    sleep(Duration::from_secs(1)).await;
    if id == 0 {
        pending::<()>().await;
    }
    id.to_string()
}

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_handler_is_stopped_shortly_before_the_first_deadline() {
    let app = app(Api::new().routes(routes![hang])).await;
    for (source, time, after) in [
        (Source::HttpApi, 900 * SECOND, Duration::from_millis(29_500)),
        (Source::RestApi, 900 * SECOND, Duration::from_millis(28_500)),
        (
            Source::FunctionUrl,
            60 * SECOND,
            Duration::from_millis(59_500),
        ),
        (Source::Alb, 10 * SECOND, Duration::from_millis(9_500)),
        // The margin is at most a quarter of the time.
        (Source::HttpApi, SECOND, Duration::from_millis(750)),
    ] {
        assert_stopped(&timed(&app, source, "/hang", time).await, after);
    }
}

#[tokio::test(start_paused = true)]
async fn gateway_and_margin_can_be_set() {
    let api = Api::new()
        .routes(routes![hang])
        .gateway_timeout(60 * SECOND)
        .deadline_margin(2 * SECOND);
    let app = app(api).await;
    for source in [Source::RestApi, Source::FunctionUrl] {
        let response = timed(&app, source, "/hang", 900 * SECOND).await;
        assert_stopped(&response, 58 * SECOND);
    }
    let response = timed(&app, Source::RestApi, "/hang", 10 * SECOND).await;
    assert_stopped(&response, 8 * SECOND);

    let api = Api::new().routes(routes![hang, ready]);
    let app = crate::app(api.deadline_margin(Duration::MAX)).await;
    let response = timed(&app, Source::RestApi, "/hang", 10 * SECOND).await;
    assert_stopped(&response, Duration::ZERO);
    let (response, _) = timed(&app, Source::RestApi, "/ready", 10 * SECOND).await;
    assert_eq!(response["statusCode"], 200);
}

#[tokio::test(start_paused = true)]
async fn a_handler_in_time_is_not_stopped() {
    let app = app(Api::new().routes(routes![ready, soon])).await;
    for path in ["/ready", "/soon"] {
        let (response, _) = timed(&app, Source::HttpApi, path, 3 * SECOND).await;
        assert_eq!(response["statusCode"], 200, "{path}");
    }
    // A handler that never waits is not late, whatever the clock shows.
    let (response, _) = timed(&app, Source::HttpApi, "/ready", Duration::ZERO).await;
    assert_eq!(response["statusCode"], 200);
    let (response, _) = timed(&app, Source::HttpApi, "/soon", Duration::ZERO).await;
    assert_eq!(response["statusCode"], 504);
}

#[tokio::test(start_paused = true)]
async fn an_invocation_on_a_clock_of_its_own_has_all_its_time() {
    let app = app(Api::new().routes(routes![hang, soon])).await;
    for moved in [7_000_000_000_i64, -7_000_000_000] {
        let mut lambda = lambda(10 * SECOND);
        let deadline = i64::try_from(lambda.deadline_ms.unwrap()).unwrap() + moved;
        let deadline = u64::try_from(deadline).unwrap();
        lambda.deadline_ms = Some(deadline);
        let received = Duration::from_millis(deadline) - 10 * SECOND;
        lambda.received = Some(SystemTime::UNIX_EPOCH + received);
        for (path, status, after) in [("/soon", 200, 0), ("/hang", 504, 9)] {
            let event = EventBuilder::new(Source::HttpApi).path(path).to_string();
            let started = Instant::now();
            let response = app.handle_event(event.into(), lambda.clone()).await;
            let response: Value = serde_json::from_slice(&response.unwrap()).unwrap();
            assert_eq!(response["statusCode"], status, "{path} {moved}");
            assert_eq!(started.elapsed().as_secs(), after, "{path} {moved}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_deadline_handlers_are_not_stopped() {
    let app = app(Api::new().routes(routes![hang])).await;
    let ask = async {
        ask(&app, "GET", "/hang").await;
    };
    let day = Duration::from_secs(24 * 3600);
    assert!(tokio::time::timeout(day, ask).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn the_timeout_of_a_route_is_kept_with_and_without_an_event() {
    let app = app(Api::new().routes(routes![short])).await;
    let started = Instant::now();
    let response = ask(&app, "GET", "/hang/0").await;
    assert_eq!(
        (response.status().as_u16(), code(&response).as_str()),
        (504, "timed_out")
    );
    assert_eq!(started.elapsed().as_secs(), 2);
    assert_eq!(ask(&app, "GET", "/hang/1").await.status(), 200);
    let response = timed(&app, Source::HttpApi, "/hang/0", 30 * SECOND).await;
    assert_stopped(&response, 2 * SECOND);
    // The deadline of the request is earlier.
    let response = timed(&app, Source::HttpApi, "/hang/0", SECOND).await;
    assert_stopped(&response, Duration::from_millis(750));
}

#[tokio::test(start_paused = true)]
async fn a_timed_out_request_can_get_retry_after() {
    let api = Api::new()
        .routes(routes![short])
        .retry_after_timeout(Duration::from_millis(1500));
    let response = ask(&app(api).await, "GET", "/hang/0").await;
    assert_eq!(
        (response.status().as_u16(), code(&response).as_str()),
        (503, "timed_out")
    );
    assert_eq!(header(&response, "retry-after"), Some("2"));
}

#[tokio::test(start_paused = true)]
async fn the_response_of_what_was_stopped_is_inside_cors() {
    let cors = lambda_api::Cors::new().allow_origins(["https://app.example.com"]);
    let app = app(Api::new().routes(routes![hang, streams]).cors(cors)).await;
    for path in ["/hang", "/streams"] {
        let event = EventBuilder::new(Source::HttpApi)
            .path(path)
            .header("origin", "https://app.example.com")
            .to_string();
        let response = app.handle_event(event.into(), lambda(3 * SECOND)).await;
        let response: Value = serde_json::from_slice(&response.unwrap()).unwrap();
        assert_eq!(response["statusCode"], 504, "{path}");
        let allowed = &response["headers"]["access-control-allow-origin"];
        assert_eq!(allowed, "https://app.example.com", "{path}: {response}");
    }
}

/// A body that sends one frame and then never ends.
struct Endless(bool);

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match std::mem::replace(&mut self.0, true) {
            false => Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"piece"))))),
            true => Poll::Pending,
        }
    }
}

#[api_handler(GET "/streams")]
async fn streams() -> Response {
    Response::new(Body::new(Endless(false)))
}

#[api_handler(GET "/short-streams", timeout = "2s")]
async fn short_streams() -> Response {
    sleep(SECOND).await;
    Response::new(Body::new(Endless(false)))
}

#[tokio::test(start_paused = true)]
async fn the_stream_of_a_response_has_no_more_time() {
    let app = app(Api::new().routes(routes![streams, short_streams])).await;
    for source in [Source::HttpApi, Source::Alb] {
        let response = timed(&app, source, "/streams", 10 * SECOND).await;
        assert_stopped(&response, Duration::from_millis(9_500));
        let response = timed(&app, source, "/short-streams", 10 * SECOND).await;
        assert_stopped(&response, 2 * SECOND);
    }
    // As a service, the response has a body that is still a stream, which fails.
    let request = http::Request::get("/short-streams").body(Body::empty());
    let response = app.oneshot(request.unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
    let started = Instant::now();
    let error = response.into_body().collect().await.unwrap_err();
    assert_eq!(started.elapsed().as_secs(), 1);
    assert!(
        error
            .to_string()
            .contains("the timeout of the route is 2000 ms"),
        "{error}"
    );
}

/// A body that always has another frame: an empty one at once or, if set, after a blocking sleep.
struct Ready(Option<Duration>);

impl http_body::Body for Ready {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(time) = self.0 {
            std::thread::sleep(time);
        }
        Poll::Ready(Some(Ok(Frame::data(Bytes::new()))))
    }
}

#[api_handler(GET "/frames/{millis}")]
async fn frames(millis: u64) -> Response {
    let time = (millis > 0).then(|| Duration::from_millis(millis));
    Response::new(Body::new(Ready(time)))
}

#[api_handler(GET "/short-frames/{millis}", timeout = "100ms")]
async fn short_frames(millis: u64) -> Response {
    frames(millis).await
}

/// On the real clock, because nothing here waits.
#[tokio::test]
async fn a_stream_that_is_always_ready_is_stopped() {
    let api = Api::new().routes(routes![frames, short_frames, ready]);
    let app = app(api.deadline_margin(Duration::ZERO)).await;
    for path in [
        "/frames/0",
        "/frames/30",
        "/short-frames/0",
        "/short-frames/30",
    ] {
        let response = timed(&app, Source::HttpApi, path, Duration::from_millis(200)).await;
        assert_eq!(response.0["statusCode"], 504, "{path}");
        assert!(response.1 < 2 * SECOND, "{path}: {:?}", response.1);
    }
    // As a service, the response has a body that is still a stream, which fails.
    let request = http::Request::get("/short-frames/0").body(Body::empty());
    let response = app.oneshot(request.unwrap()).await.unwrap();
    let error = response.into_body().collect().await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the timeout of the route is 100 ms"),
        "{error}"
    );
}

#[tokio::test]
async fn a_stream_that_is_always_ready_gives_its_thread_back() {
    let app = app(Api::new().routes(routes![frames, ready])).await;
    // Other timers must run in the meantime, for bodies of this library and others, in requests and
    // responses.
    let limit = Duration::from_millis(50);
    let request = http::Request::get("/frames/0").body(Body::empty()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    assert!(
        tokio::time::timeout(limit, response.into_body().collect())
            .await
            .is_err()
    );
    let own = http::Request::get("/ready")
        .body(Body::new(Ready(None)))
        .unwrap();
    assert!(
        tokio::time::timeout(limit, app.clone().oneshot(own))
            .await
            .is_err()
    );
    let other = http::Request::get("/ready").body(Ready(None)).unwrap();
    assert!(
        tokio::time::timeout(limit, app.oneshot(other))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_restyled_problem_that_never_ends_is_its_status() {
    let api = Api::new().routes(routes![frames]).on_problem(|problem| {
        let mut response = Response::new(Body::new(Ready(None)));
        *response.status_mut() = problem.status();
        response
    });
    let app = app(api).await;
    let event = EventBuilder::new(Source::HttpApi)
        .set("/body", "%")
        .set("/isBase64Encoded", true)
        .to_string();
    let raw_response = app
        .handle_event(event.into(), lambda(SECOND))
        .await
        .unwrap();
    let raw_response: Value = serde_json::from_slice(&raw_response).unwrap();
    assert_eq!(raw_response["statusCode"], 400);
}

struct Slow(Credential);

impl Authenticator for Slow {
    fn scheme(&self) -> Scheme {
        Scheme::new("slow", self.0.clone())
    }

    async fn authenticate(&self, _: &Request) -> Result<Identity, AuthError> {
        pending().await
    }
}

#[derive(Debug)]
struct Waits;

impl<'r> FromRequest<'r> for Waits {
    type Rejection = Infallible;

    async fn from_request(_: &'r Request) -> Result<Self, Infallible> {
        pending().await
    }
}

#[api_handler(GET "/waits")]
async fn waits(_waits: Waits) -> &'static str {
    "never"
}

#[tokio::test(start_paused = true)]
async fn layers_authenticators_and_extractors_are_stopped_as_well() {
    async fn layer(_: Request, _: Next) -> Response {
        pending().await
    }
    for (path, api) in [
        ("/ready", Api::new().layer(from_fn(layer))),
        ("/ready", Api::new().route_layer(from_fn(layer))),
        (
            "/ready",
            Api::new().authenticate(Slow(Credential::bearer())),
        ),
        ("/waits", Api::new()),
        (
            "/nothing",
            Api::new().fallback(async |_| -> &'static str { pending().await }),
        ),
    ] {
        let app = app(api.routes(routes![ready, waits])).await;
        let response = timed(&app, Source::HttpApi, path, 3 * SECOND).await;
        assert_stopped(&response, Duration::from_millis(2_500));
    }
}

/// The number of handlers in progress.
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

struct Counted;

impl Counted {
    fn new() -> Self {
        UNDER_WAY.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        UNDER_WAY.fetch_sub(1, Ordering::SeqCst);
        panic!("a panic in drop");
    }
}

#[api_handler(GET "/counted")]
async fn counted() -> &'static str {
    let _counted = Counted::new();
    pending().await
}

#[tokio::test(start_paused = true)]
async fn a_stopped_handler_is_dropped_even_if_it_panics() {
    let app = app(Api::new().routes(routes![counted])).await;
    let response = timed(&app, Source::HttpApi, "/counted", 3 * SECOND).await;
    assert_stopped(&response, Duration::from_millis(2_500));
    assert_eq!(UNDER_WAY.load(Ordering::SeqCst), 0);
}

#[api_handler(GET "/busy", timeout = "20ms")]
async fn busy() -> &'static str {
    // Only yields, and never waits for anything.
    loop {
        tokio::task::consume_budget().await;
    }
}

/// On the real clock: the paused clock only advances when the runtime is idle.
#[tokio::test]
async fn a_busy_handler_is_stopped_at_an_await_point() {
    let app = app(Api::new().routes(routes![busy])).await;
    assert_eq!(ask(&app, "GET", "/busy").await.status(), 504);
}

#[api_handler(GET "/left")]
async fn left(deadline: Deadline) -> String {
    deadline.remaining().as_secs().to_string()
}

#[tokio::test(start_paused = true)]
async fn a_mounted_app_knows_when_the_outer_one_times_out() {
    let inner = app(Api::new().routes(routes![left])).await;
    let outer = Api::new().mount_service("/inner", inner);
    let app = app(outer.gateway_timeout(Duration::from_secs(10))).await;
    let (response, _) = timed(
        &app,
        Source::HttpApi,
        "/inner/left",
        Duration::from_secs(60),
    )
    .await;
    let left: u32 = response["body"].as_str().unwrap().parse().unwrap();
    assert!(left < 10, "{left}");
}

#[api_handler(GET "/short-left", timeout = "2m")]
async fn short_left(deadline: Deadline) -> String {
    deadline.remaining().as_secs().to_string()
}

#[tokio::test(start_paused = true)]
async fn a_handler_knows_when_it_is_stopped() {
    let api = Api::new()
        .routes(routes![left, short_left])
        .gateway_timeout(600 * SECOND)
        .deadline_margin(10 * SECOND);
    let app = app(api).await;
    for (path, time, most) in [
        ("/left", 900, 590),
        ("/left", 300, 290),
        ("/short-left", 300, 120),
        ("/short-left", 100, 90),
    ] {
        let (response, _) = timed(&app, Source::HttpApi, path, time * SECOND).await;
        let left: u32 = response["body"].as_str().unwrap().parse().unwrap();
        // The system clock advances in the meantime.
        assert!((most - 8..=most).contains(&left), "{path}: {left}");
    }
    let response = ask(&app, "GET", "/short-left").await;
    let left: u32 = crate::text(&response).parse().unwrap();
    assert!((110..=120).contains(&left), "{left}");
}

#[tokio::test]
async fn settings_concern_the_whole_application() {
    let nested = Api::new()
        .gateway_timeout(SECOND)
        .deadline_margin(SECOND)
        .retry_after_timeout(SECOND);
    let found = errors(Api::new().nest("/v1", nested)).await;
    for name in ["gateway_timeout", "deadline_margin", "retry_after_timeout"] {
        let expected = format!("`{name}` is set on the API nested at `/v1`");
        assert!(
            found.iter().any(|error| error.contains(&expected)),
            "{found:?}"
        );
    }
    let found = errors(Api::new().gateway_timeout(Duration::ZERO)).await;
    assert_eq!(found, ["`gateway_timeout` must be greater than zero"]);
}

/// Without tokio, or with a tokio runtime without a timer.
#[test]
fn without_a_timer_handlers_are_not_stopped() {
    fn poll_some(future: impl Future) -> bool {
        let mut future = std::pin::pin!(future);
        let mut cx = Context::from_waker(std::task::Waker::noop());
        (0..3).all(|_| future.as_mut().poll(&mut cx).is_pending())
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let app = runtime.block_on(app(Api::new().routes(routes![hang, hang_shortly])));
    let event = || EventBuilder::new(Source::HttpApi).path("/hang").to_string();
    for path in ["/hang", "/hang-shortly"] {
        let event = event().replace("/hang", path);
        assert!(poll_some(app.handle_event(event.into(), lambda(SECOND))));
    }
    let inside = app.handle_event(event().into(), lambda(Duration::ZERO));
    assert!(runtime.block_on(async { poll_some(inside) }));
}
