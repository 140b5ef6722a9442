//! What takes too long is stopped.

use crate::{app, ask, code, faults, header};
use bytes::Bytes;
use http_body::Frame;
use lambda_api::{
    Api, App, Authenticator, Body, Deadline, FromRequest, Identity, LambdaContext, Next, Request,
    Response, api_handler,
    auth::{Credential, Refusal, Scheme},
    event::Source,
    from_fn, routes,
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

/// An invocation that has just begun, with so much time.
fn lambda(time: Duration) -> LambdaContext {
    let mut lambda = LambdaContext::for_test();
    let received = SystemTime::now();
    let deadline = (received + time).duration_since(SystemTime::UNIX_EPOCH);
    lambda.received = Some(received);
    lambda.deadline_ms = Some(u64::try_from(deadline.unwrap().as_millis()).unwrap());
    lambda
}

/// The reply to an event of this source, and how long it took on tokio's clock.
async fn timed(app: &App, source: Source, path: &str, time: Duration) -> (Value, Duration) {
    let event = EventBuilder::new(source).path(path).to_string();
    let started = Instant::now();
    let reply = app.handle_event(event.into(), lambda(time)).await.unwrap();
    (serde_json::from_slice(&reply).unwrap(), started.elapsed())
}

#[track_caller]
fn assert_stopped((reply, took): &(Value, Duration), after: Duration) {
    assert_eq!(reply["statusCode"], 504, "{reply}");
    let body = reply["body"].as_str().unwrap();
    assert!(body.contains(r#""code":"timed_out""#), "{body}");
    // What goes by on the system's clock between the two is not there on the paused one.
    let slack = Duration::from_millis(1500);
    assert!(
        *took <= after + Duration::from_millis(5) && *took + slack >= after,
        "took {took:?}, and not {after:?}"
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
        // No more than a quarter of what there is.
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
        let reply = timed(&app, source, "/hang", 900 * SECOND).await;
        assert_stopped(&reply, 58 * SECOND);
    }
    let reply = timed(&app, Source::RestApi, "/hang", 10 * SECOND).await;
    assert_stopped(&reply, 8 * SECOND);

    let api = Api::new().routes(routes![hang, ready]);
    let app = crate::app(api.deadline_margin(Duration::MAX)).await;
    let reply = timed(&app, Source::RestApi, "/hang", 10 * SECOND).await;
    assert_stopped(&reply, Duration::ZERO);
    let (reply, _) = timed(&app, Source::RestApi, "/ready", 10 * SECOND).await;
    assert_eq!(reply["statusCode"], 200);
}

#[tokio::test(start_paused = true)]
async fn who_is_in_time_is_left_alone() {
    let app = app(Api::new().routes(routes![ready, soon])).await;
    for path in ["/ready", "/soon"] {
        let (reply, _) = timed(&app, Source::HttpApi, path, 3 * SECOND).await;
        assert_eq!(reply["statusCode"], 200, "{path}");
    }
    // One that has nothing to wait for is never late, whatever the clock says.
    let (reply, _) = timed(&app, Source::HttpApi, "/ready", Duration::ZERO).await;
    assert_eq!(reply["statusCode"], 200);
    let (reply, _) = timed(&app, Source::HttpApi, "/soon", Duration::ZERO).await;
    assert_eq!(reply["statusCode"], 504);
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
            let reply = app.handle_event(event.into(), lambda.clone()).await;
            let reply: Value = serde_json::from_slice(&reply.unwrap()).unwrap();
            assert_eq!(reply["statusCode"], status, "{path} {moved}");
            assert_eq!(started.elapsed().as_secs(), after, "{path} {moved}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_deadline_nobody_is_stopped() {
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
    let reply = ask(&app, "GET", "/hang/0").await;
    assert_eq!(
        (reply.status().as_u16(), code(&reply).as_str()),
        (504, "timed_out")
    );
    assert_eq!(started.elapsed().as_secs(), 2);
    assert_eq!(ask(&app, "GET", "/hang/1").await.status(), 200);
    let reply = timed(&app, Source::HttpApi, "/hang/0", 30 * SECOND).await;
    assert_stopped(&reply, 2 * SECOND);
    // The deadline of the request is sooner.
    let reply = timed(&app, Source::HttpApi, "/hang/0", SECOND).await;
    assert_stopped(&reply, Duration::from_millis(750));
}

#[tokio::test(start_paused = true)]
async fn what_was_stopped_may_be_told_to_try_again() {
    let api = Api::new()
        .routes(routes![short])
        .retry_after_timeout(Duration::from_millis(1500));
    let reply = ask(&app(api).await, "GET", "/hang/0").await;
    assert_eq!(
        (reply.status().as_u16(), code(&reply).as_str()),
        (503, "timed_out")
    );
    assert_eq!(header(&reply, "retry-after"), Some("2"));
}

#[tokio::test(start_paused = true)]
async fn the_reply_of_what_was_stopped_is_inside_cors() {
    let cors = lambda_api::Cors::new().allow_origins(["https://app.example.com"]);
    let app = app(Api::new().routes(routes![hang, streams]).cors(cors)).await;
    for path in ["/hang", "/streams"] {
        let event = EventBuilder::new(Source::HttpApi)
            .path(path)
            .header("origin", "https://app.example.com")
            .to_string();
        let reply = app.handle_event(event.into(), lambda(3 * SECOND)).await;
        let reply: Value = serde_json::from_slice(&reply.unwrap()).unwrap();
        assert_eq!(reply["statusCode"], 504, "{path}");
        let allowed = &reply["headers"]["access-control-allow-origin"];
        assert_eq!(allowed, "https://app.example.com", "{path}: {reply}");
    }
}

/// Sends something, and then nothing for ever.
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
    Response::new(Body::stream(Endless(false)))
}

#[api_handler(GET "/short-streams", timeout = "2s")]
async fn short_streams() -> Response {
    sleep(SECOND).await;
    Response::new(Body::stream(Endless(false)))
}

#[tokio::test(start_paused = true)]
async fn the_stream_of_a_reply_has_no_more_time() {
    let app = app(Api::new().routes(routes![streams, short_streams])).await;
    for source in [Source::HttpApi, Source::Alb] {
        let reply = timed(&app, source, "/streams", 10 * SECOND).await;
        assert_stopped(&reply, Duration::from_millis(9_500));
        let reply = timed(&app, source, "/short-streams", 10 * SECOND).await;
        assert_stopped(&reply, 2 * SECOND);
    }
    // Of a service, the body is a stream still: that fails.
    let request = http::Request::get("/short-streams").body(Body::empty());
    let reply = app.oneshot(request.unwrap()).await.unwrap();
    assert_eq!(reply.status(), 200);
    let started = Instant::now();
    let error = reply.into_body().collect().await.unwrap_err();
    assert_eq!(started.elapsed().as_secs(), 1);
    assert!(
        error
            .to_string()
            .contains("the timeout of the route is 2000 ms"),
        "{error}"
    );
}

/// Always has a next frame: an empty one at once, or one that takes its time.
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
    Response::new(Body::stream(Ready(time)))
}

#[api_handler(GET "/short-frames/{millis}", timeout = "100ms")]
async fn short_frames(millis: u64) -> Response {
    frames(millis).await
}

/// On the real clock, as nothing here ever waits.
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
        let reply = timed(&app, Source::HttpApi, path, Duration::from_millis(200)).await;
        assert_eq!(reply.0["statusCode"], 504, "{path}");
        assert!(reply.1 < 2 * SECOND, "{path}: {:?}", reply.1);
    }
    // Of a service, the body is a stream still: that fails.
    let request = http::Request::get("/short-frames/0").body(Body::empty());
    let reply = app.oneshot(request.unwrap()).await.unwrap();
    let error = reply.into_body().collect().await.unwrap_err();
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
    // In either direction, of the library's own body or of another one: a timer has its turn.
    let limit = Duration::from_millis(50);
    let request = http::Request::get("/frames/0").body(Body::empty()).unwrap();
    let reply = app.clone().oneshot(request).await.unwrap();
    assert!(
        tokio::time::timeout(limit, reply.into_body().collect())
            .await
            .is_err()
    );
    let own = http::Request::get("/ready")
        .body(Body::stream(Ready(None)))
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
        let mut response = Response::new(Body::stream(Ready(None)));
        *response.status_mut() = problem.status();
        response
    });
    let app = app(api).await;
    let event = EventBuilder::new(Source::HttpApi)
        .set("/body", "%")
        .set("/isBase64Encoded", true)
        .to_string();
    let reply = app
        .handle_event(event.into(), lambda(SECOND))
        .await
        .unwrap();
    let reply: Value = serde_json::from_slice(&reply).unwrap();
    assert_eq!(reply["statusCode"], 400);
}

struct Slow(Credential);

impl Authenticator for Slow {
    fn scheme(&self) -> Scheme {
        Scheme::new("slow", self.0.clone())
    }

    async fn authenticate(&self, _: &Request) -> Result<Identity, Refusal> {
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
        let reply = timed(&app, Source::HttpApi, path, 3 * SECOND).await;
        assert_stopped(&reply, Duration::from_millis(2_500));
    }
}

/// How many are under way.
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
        panic!("as some do");
    }
}

#[api_handler(GET "/counted")]
async fn counted() -> &'static str {
    let _counted = Counted::new();
    pending().await
}

#[tokio::test(start_paused = true)]
async fn what_is_stopped_is_dropped_and_a_panic_then_changes_nothing() {
    let app = app(Api::new().routes(routes![counted])).await;
    let reply = timed(&app, Source::HttpApi, "/counted", 3 * SECOND).await;
    assert_stopped(&reply, Duration::from_millis(2_500));
    assert_eq!(UNDER_WAY.load(Ordering::SeqCst), 0);
}

#[api_handler(GET "/busy", timeout = "20ms")]
async fn busy() -> &'static str {
    // Never waits for anything but its turn.
    loop {
        tokio::task::consume_budget().await;
    }
}

/// On the real clock: a paused one only goes on when there is nothing to do.
#[tokio::test]
async fn a_handler_that_is_always_busy_is_stopped_at_a_point_where_it_could_wait() {
    let app = app(Api::new().routes(routes![busy])).await;
    assert_eq!(ask(&app, "GET", "/busy").await.status(), 504);
}

#[api_handler(GET "/left")]
async fn left(deadline: Deadline) -> String {
    deadline.remaining().as_secs().to_string()
}

#[tokio::test(start_paused = true)]
async fn a_mounted_application_knows_when_the_one_around_it_stops_a_handler() {
    let inner = app(Api::new().routes(routes![left])).await;
    let outer = Api::new().mount_service("/inner", inner);
    let app = app(outer.gateway_timeout(Duration::from_secs(10))).await;
    let (reply, _) = timed(
        &app,
        Source::HttpApi,
        "/inner/left",
        Duration::from_secs(60),
    )
    .await;
    let left: u32 = reply["body"].as_str().unwrap().parse().unwrap();
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
        let (reply, _) = timed(&app, Source::HttpApi, path, time * SECOND).await;
        let left: u32 = reply["body"].as_str().unwrap().parse().unwrap();
        // The system's clock goes on meanwhile.
        assert!((most - 8..=most).contains(&left), "{path}: {left}");
    }
    let reply = ask(&app, "GET", "/short-left").await;
    let left: u32 = crate::text(&reply).parse().unwrap();
    assert!((110..=120).contains(&left), "{left}");
}

#[tokio::test]
async fn settings_concern_the_whole_application() {
    let nested = Api::new()
        .gateway_timeout(SECOND)
        .deadline_margin(SECOND)
        .retry_after_timeout(SECOND);
    let found = faults(Api::new().nest("/v1", nested)).await;
    for name in ["gateway_timeout", "deadline_margin", "retry_after_timeout"] {
        let expected = format!("`{name}` is set on the API nested at `/v1`");
        assert!(
            found.iter().any(|fault| fault.contains(&expected)),
            "{found:?}"
        );
    }
    let found = faults(Api::new().gateway_timeout(Duration::ZERO)).await;
    assert_eq!(
        found,
        ["`gateway_timeout` is zero: no request could be answered"]
    );
}

/// What runs futures here is no tokio, or a tokio that knows no time.
#[test]
fn without_a_timer_nobody_is_stopped_and_nothing_panics() {
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
