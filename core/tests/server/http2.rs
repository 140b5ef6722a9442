//! HTTP/2 without TLS, with prior knowledge.

use super::{
    PATIENCE, Server, json,
    streams::{Signals, api as streaming},
};
use bytes::Bytes;
use http::{Request, Version};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use lambda_api::{Api, Limits, api_handler, routes};
use std::error::Error;
use std::time::Duration;
use tokio::{net::TcpStream, task::JoinHandle, time::timeout};

#[api_handler(POST "/echo")]
async fn echo(request: &lambda_api::Request) -> String {
    let body = String::from_utf8_lossy(request.body().bytes());
    let host = request.headers()["host"].to_str().unwrap_or_default();
    format!("{host} {} {body}", request.uri())
}

struct Client {
    sender: SendRequest<Full<Bytes>>,
    connection: JoinHandle<hyper::Result<()>>,
}

impl Client {
    async fn new(server: &Server) -> Self {
        let stream = TcpStream::connect(server.address).await.unwrap();
        let connected = handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
        let (sender, connection) = connected.unwrap();
        Self {
            sender,
            connection: tokio::spawn(connection),
        }
    }

    async fn send(
        &mut self,
        method: &str,
        uri: &str,
        body: &'static str,
    ) -> http::Response<hyper::body::Incoming> {
        let request = Request::builder().method(method).uri(uri);
        let request = request.body(Full::from(body)).unwrap();
        let response = timeout(PATIENCE, self.sender.send_request(request));
        response.await.expect("a response").unwrap()
    }
}

async fn text(response: http::Response<hyper::body::Incoming>) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn requests_share_a_connection() {
    let server = Server::start(Api::new().routes(routes![echo])).await;
    let mut client = Client::new(&server).await;
    for body in ["one", "two"] {
        let response = client.send("POST", "http://a.example/echo?q", body).await;
        assert_eq!(response.version(), Version::HTTP_2);
        assert_eq!(text(response).await, format!("a.example /echo?q {body}"));
    }
}

#[tokio::test]
async fn requests_over_a_limit_are_rejected() {
    let api = Api::new()
        .routes(routes![echo])
        .limits(Limits::default().body(3));
    let server = Server::start(api).await;
    let mut client = Client::new(&server).await;
    let response = client.send("POST", "http://a/echo", "four").await;
    assert_eq!(response.status(), 413);
    assert!(!response.headers().contains_key("connection"));
    assert_eq!(json(&text(response).await)["code"], "body_too_large");
    let long = format!("http://a/{}", "x".repeat(9_000));
    assert_eq!(client.send("GET", &long, "").await.status(), 414);
}

#[tokio::test]
async fn a_stream_that_fails_is_reset() {
    let signals = Signals::default();
    let server = Server::start(streaming(&signals)).await;
    let mut client = Client::new(&server).await;
    let response = client.send("GET", "http://a/stream/fails", "").await;
    assert_eq!(response.status(), 200);
    let mut body = response.into_body();
    let first = body.frame().await.unwrap().unwrap();
    assert_eq!(first.into_data().unwrap(), "one");
    signals.next.notify_one();
    let error = body.collect().await.unwrap_err();
    let reason = error.source().unwrap().to_string();
    assert!(reason.contains("internal error"), "{reason}");
    // The connection is still good.
    let response = client.send("GET", "http://a/panics/0", "").await;
    assert_eq!(response.status(), 500);
}

#[tokio::test]
async fn a_stream_that_fails_after_a_pause_is_reset_at_once() {
    let signals = Signals::default();
    let api = streaming(&signals).stream_timeout(Duration::from_millis(200));
    let server = Server::start(api).await;
    let mut client = Client::new(&server).await;
    let response = client.send("GET", "http://a/stream/fails", "").await;
    // Nothing else happens on the connection: the timers that look after it take longer.
    let collected = timeout(Duration::from_secs(5), response.into_body().collect()).await;
    collected.expect("an early end").unwrap_err();
}

#[tokio::test]
async fn a_response_that_is_dropped_drops_the_stream() {
    let signals = Signals::default();
    let server = Server::start(streaming(&signals)).await;
    let mut client = Client::new(&server).await;
    let response = client.send("GET", "http://a/endless", "").await;
    drop(response);
    signals.wait_for_drop().await;
}

#[tokio::test]
async fn a_server_that_stops_ends_its_connections() {
    let mut server = Server::start(Api::new().routes(routes![echo])).await;
    let mut client = Client::new(&server).await;
    assert_eq!(client.send("POST", "http://a/echo", "").await.status(), 200);
    server.ask_to_stop();
    server.stopped().await;
    let ended = timeout(PATIENCE, client.connection).await;
    ended.expect("the connection ends").unwrap().unwrap();
}

#[api_handler(GET "/held")]
async fn held(lambda_api::State(go_on): lambda_api::State<std::sync::Arc<tokio::sync::Notify>>) {
    go_on.notified().await;
}

#[tokio::test]
async fn http2_requests_over_the_maximum_wait() {
    let go_on = std::sync::Arc::new(tokio::sync::Notify::new());
    let api = Api::new()
        .state(std::sync::Arc::clone(&go_on))
        .routes(routes![held, echo]);
    let server = Server::start_with(api, |serve| serve.max_connections(1).healthz("/up")).await;
    let mut client = Client::new(&server).await;
    let mut begin = |method: &str, path: &str| {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://a{path}"));
        let request = request.body(Full::default()).unwrap();
        tokio::spawn(client.sender.send_request(request))
    };
    let first = begin("GET", "/held");
    let second = begin("POST", "/echo");
    // The health check is no request of the application, and comes last.
    let health = timeout(PATIENCE, begin("GET", "/up")).await;
    assert_eq!(health.unwrap().unwrap().unwrap().status(), 200);
    assert!(!second.is_finished());
    go_on.notify_one();
    assert_eq!(first.await.unwrap().unwrap().status(), 204);
    assert_eq!(second.await.unwrap().unwrap().status(), 200);
}
