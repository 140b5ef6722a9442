//! From the first connection to the last.

use super::{PATIENCE, Server, body, status};
use lambda_api::{Api, State, api_handler, routes};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{sync::Notify, time::timeout};

/// What happened, and when the handler may go on.
#[derive(Clone, Default)]
struct Course {
    began: Arc<Notify>,
    go_on: Arc<Notify>,
    events: Arc<Mutex<Vec<&'static str>>>,
}

impl Course {
    fn note(&self, event: &'static str) {
        self.events.lock().unwrap().push(event);
    }

    fn events(&self) -> Vec<&'static str> {
        self.events.lock().unwrap().clone()
    }
}

#[api_handler(GET "/waits")]
async fn waits(State(course): State<Course>) -> &'static str {
    course.began.notify_one();
    course.go_on.notified().await;
    course.note("handler");
    "done"
}

#[api_handler(GET "/ready")]
async fn ready() -> &'static str {
    "ready"
}

fn api(course: &Course) -> Api {
    let (after, shutdown) = (course.clone(), course.clone());
    Api::new()
        .state(course.clone())
        .routes(routes![waits, ready])
        .after_response(move || {
            let after = after.clone();
            async move {
                // Other tasks run first; the server still waits for this one.
                tokio::task::yield_now().await;
                after.note("after_response");
            }
        })
        .on_shutdown(move || async move { shutdown.note("on_shutdown") })
}

const WAITS: &str = "GET /waits HTTP/1.1\r\nhost: a\r\n\r\n";
const READY: &str = "GET /ready HTTP/1.1\r\nhost: a\r\n\r\n";
const HEALTH: &str = "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n";

#[tokio::test]
async fn a_server_stops_after_its_responses() {
    let course = Course::default();
    let mut server = Server::start(api(&course)).await;
    let mut busy = server.connect().await;
    busy.write(WAITS).await;
    course.began.notified().await;
    // Its head has begun, so it may still come.
    let mut idle = server.connect().await;
    idle.write(READY).await;
    idle.read_until("ready").await;

    server.ask_to_stop();
    assert_eq!(idle.rest().await, "");
    // A client that does not know yet that the server stops gets its response.
    let late = server.send(READY).await;
    assert_eq!(body(&late), "ready");
    assert!(late.contains("connection: close\r\n"), "{late}");

    course.go_on.notify_one();
    let text = busy.rest().await;
    assert_eq!(body(&text), "done");
    assert!(text.contains("connection: close\r\n"), "{text}");
    server.stopped().await;
    let events = course.events();
    assert_eq!(events.last(), Some(&"on_shutdown"), "{events:?}");
    let after = events.iter().filter(|event| **event == "after_response");
    assert_eq!(after.count(), 3, "{events:?}");
}

#[tokio::test]
async fn draining_has_a_bound() {
    let course = Course::default();
    let bound = Duration::from_millis(50);
    let mut server = Server::start_with(api(&course), |serve| serve.drain_timeout(bound)).await;
    let mut client = server.connect().await;
    client.write(WAITS).await;
    course.began.notified().await;
    server.ask_to_stop();
    server.stopped().await;
    assert_eq!(client.rest().await, "");
    assert!(course.events().contains(&"on_shutdown"));
    assert!(!course.events().contains(&"handler"));
}

#[tokio::test]
async fn the_health_check_fails_while_the_server_drains() {
    let course = Course::default();
    let api = api(&course).authenticate(lambda_api::auth::gateway::Iam::from_any_api());
    let mut server = Server::start_with(api, |serve| serve.healthz("/healthz")).await;
    // Everything else needs authentication.
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    assert_eq!(status(&server.send(get("/ready")).await), 401);
    let text = server.send(get("/healthz")).await;
    assert_eq!((status(&text), body(&text)), (200, "ok\n"));
    let other = "POST /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    assert_eq!(status(&server.send(other).await), 401);

    let mut kept = server.connect().await;
    kept.write("GET /healthz HTTP/1.1\r\n").await;
    // The server has read it, since it has responded to what came later.
    assert_eq!(status(&server.send(get("/healthz")).await), 200);
    server.ask_to_stop();
    let text = server.send(HEALTH).await;
    assert_eq!((status(&text), body(&text)), (503, "draining\n"));
    kept.write("host: a\r\n\r\n").await;
    assert_eq!(status(&kept.rest().await), 503);
    server.stopped().await;
}

/// A load balancer that learns from it sends requests meanwhile.
#[tokio::test]
async fn a_server_goes_on_for_the_drain_delay() {
    let course = Course::default();
    let mut server = Server::start_with(api(&course), |serve| {
        serve
            .healthz("/healthz")
            .drain_delay(Duration::from_secs(1))
    })
    .await;
    server.ask_to_stop();
    let mut client = server.connect().await;
    client.write(HEALTH).await;
    let text = client.read_until("draining").await;
    assert_eq!(status(&text), 503);
    client.write(READY).await;
    let text = client.read_until("ready").await;
    assert!(!text.contains("connection: close"), "{text}");
    server.stopped().await;
    assert_eq!(client.rest().await, "");
    assert_eq!(course.events().last(), Some(&"on_shutdown"));
}

#[tokio::test]
async fn requests_wait_for_hooks_over_the_maximum() {
    let go_on = Arc::new(Notify::new());
    let wait = Arc::clone(&go_on);
    let api = Api::new().routes(routes![ready]).after_response(move || {
        let wait = Arc::clone(&wait);
        async move { wait.notified().await }
    });
    let server = Server::start_with(api, |serve| serve.max_connections(1)).await;
    let mut client = server.connect().await;
    client.write(READY).await;
    client.read_until("ready").await;
    client.write(READY).await;
    let early = timeout(Duration::from_millis(30), client.read_until("ready"));
    assert!(early.await.is_err());
    go_on.notify_one();
    client.read_until("ready").await;
    go_on.notify_one();
}

#[tokio::test]
async fn there_is_no_health_check_by_default() {
    let server = Server::start(api(&Course::default())).await;
    let text = server.get("/healthz").await;
    assert!(text.contains("route_not_found"), "{text}");
}

#[tokio::test]
async fn connections_over_the_maximum_wait() {
    let course = Course::default();
    let server = Server::start_with(api(&course), |serve| serve.max_connections(1)).await;
    let mut first = server.connect().await;
    first.write(WAITS).await;
    course.began.notified().await;
    let mut second = server.connect().await;
    second.write(READY).await;
    let early = timeout(Duration::from_millis(30), second.read_until("ready"));
    assert!(early.await.is_err());
    course.go_on.notify_one();
    first.read_until("done").await;
    drop(first);
    let late = timeout(PATIENCE, second.read_until("ready")).await;
    assert!(late.is_ok());
}
