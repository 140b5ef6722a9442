//! Clients that read or write slowly, or not at all.

use super::{Client, PATIENCE, Server, status};
use bytes::Bytes;
use http::Request;
use http_body::Frame;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use lambda_api::{Api, Body, BoxError, State, api_handler, routes};
use std::{
    collections::VecDeque,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::AsyncReadExt,
    net::{TcpSocket, TcpStream},
    sync::Notify,
    time::{sleep, timeout},
};

/// More than the sockets of this machine hold.
const BIG: usize = 24 << 20;

const PART: usize = 16 << 10;

/// What the test and the handlers tell each other.
#[derive(Clone, Default)]
struct Signals {
    dropped: Arc<Notify>,
    hooks: Arc<Notify>,
}

struct Parts(VecDeque<Result<Bytes, BoxError>>, Signals);

impl http_body::Body for Parts {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Poll::Ready(self.0.pop_front().map(|part| part.map(Frame::data)))
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        self.1.dropped.notify_one();
    }
}

#[api_handler(GET "/big/{kind}")]
async fn big(kind: String, State(signals): State<Signals>) -> Body {
    let bytes = Bytes::from(vec![b'x'; BIG]);
    match kind.as_str() {
        "whole" => bytes.into(),
        "fails" => {
            // Small ones, which hyper takes for as long as it has room.
            let parts = bytes.chunks(PART).map(|part| Ok(bytes.slice_ref(part)));
            let failed = BoxError::from("on purpose");
            Body::new(Parts(parts.chain([Err(failed)]).collect(), signals))
        }
        _ => Body::new(Parts([Ok(bytes.clone()), Ok(bytes)].into(), signals)),
    }
}

#[api_handler(GET "/small")]
async fn small() -> &'static str {
    "small"
}

#[api_handler(GET "/waits")]
async fn waits() {
    std::future::pending::<()>().await;
}

fn api(signals: &Signals) -> Api {
    Api::new()
        .state(signals.clone())
        .routes(routes![big, small, waits])
}

fn get(path: &str, connection: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: {connection}\r\n\r\n")
}

/// A client whose socket holds little.
async fn narrow(server: &Server) -> Client {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(64 << 10).unwrap();
    Client(socket.connect(server.address).await.unwrap())
}

/// Reads all, with a pause after each part.
async fn read_slowly(client: &mut Client, pause: Duration) -> Vec<u8> {
    let reading = async {
        let mut all = Vec::new();
        let mut next = BIG / 16;
        while client.0.read_buf(&mut all).await.unwrap_or(0) > 0 {
            if all.len() >= next {
                next += BIG / 16;
                sleep(pause).await;
            }
        }
        all
    };
    timeout(PATIENCE, reading).await.expect("all")
}

/// Without a record of its own, the connection would look idle, and a second head slow.
#[tokio::test]
async fn a_steady_reader_gets_all_of_two_responses() {
    let server = Server::start_with(api(&Signals::default()), |serve| {
        serve
            .idle_timeout(Duration::from_millis(400))
            .header_timeout(Duration::from_millis(50))
    })
    .await;
    let mut client = narrow(&server).await;
    client.write(get("/big/whole", "keep-alive")).await;
    client.write(get("/small", "close")).await;
    let all = read_slowly(&mut client, Duration::from_millis(80)).await;
    let at = all.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let body = &all[at..at + BIG];
    assert_eq!(body.iter().position(|byte| *byte != b'x'), None);
    let rest = String::from_utf8_lossy(&all[at + BIG..]).into_owned();
    assert!(status(&rest) == 200 && rest.ends_with("small"), "{rest}");
}

#[tokio::test]
async fn hooks_run_when_the_response_is_sent() {
    let signals = Signals::default();
    let hooks = Arc::clone(&signals.hooks);
    let api = api(&signals).after_response(move || {
        let hooks = Arc::clone(&hooks);
        async move { hooks.notify_one() }
    });
    let server = Server::start(api).await;
    let mut client = narrow(&server).await;
    client.write(get("/big/whole", "close")).await;
    client.read_until("\r\n\r\n").await;
    let early = timeout(Duration::from_millis(50), signals.hooks.notified()).await;
    assert!(early.is_err());
    read_slowly(&mut client, Duration::ZERO).await;
    let ran = timeout(PATIENCE, signals.hooks.notified()).await;
    ran.expect("the hooks run");
}

#[tokio::test]
async fn what_precedes_a_failure_is_sent() {
    let server = Server::start(api(&Signals::default())).await;
    let mut client = narrow(&server).await;
    client.write(get("/big/fails", "close")).await;
    let all = read_slowly(&mut client, Duration::from_millis(2)).await;
    let at = all.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let sent = all[at..].iter().filter(|byte| **byte == b'x').count();
    assert_eq!(sent, BIG);
    assert!(!all.ends_with(b"0\r\n\r\n"));
}

type Sender = http2::SendRequest<Empty<Bytes>>;

async fn connect_http2(server: &Server, window: u32) -> Sender {
    let stream = TcpStream::connect(server.address).await.unwrap();
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_millis(10))
        .keep_alive_while_idle(true)
        .initial_stream_window_size(window);
    let (sender, connection) = builder.handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn send(sender: &mut Sender, path: &str) -> http::Response<hyper::body::Incoming> {
    let request = Request::get(format!("http://a{path}")).body(Empty::new());
    let response = timeout(PATIENCE, sender.send_request(request.unwrap()));
    response.await.expect("a response").unwrap()
}

#[tokio::test]
async fn a_stream_without_a_window_is_reset() {
    let signals = Signals::default();
    let server = Server::start_with(api(&signals), |serve| {
        serve.idle_timeout(Duration::from_millis(50))
    })
    .await;
    let mut sender = connect_http2(&server, 0).await;
    // This one keeps the connection from being idle.
    let mut other = sender.clone();
    let waits = tokio::spawn(async move { send(&mut other, "/waits").await });
    let stream = send(&mut sender, "/big/parts").await;
    let whole = send(&mut sender, "/big/whole").await;
    let dropped = timeout(PATIENCE, signals.dropped.notified()).await;
    dropped.expect("the stream is dropped");
    for response in [stream, whole] {
        let body = timeout(PATIENCE, response.into_body().collect()).await;
        assert!(body.expect("the end").is_err());
    }
    assert_eq!(send(&mut sender, "/none").await.status(), 404);
    waits.abort();
}

/// The time of a head begins with its first byte, and PINGs are no heads.
#[tokio::test]
async fn a_quiet_connection_is_no_slow_head() {
    let server = Server::start_with(api(&Signals::default()), |serve| {
        serve.header_timeout(Duration::from_millis(30))
    })
    .await;
    let mut new = server.connect().await;
    let mut http2 = connect_http2(&server, 65_535).await;
    assert_eq!(send(&mut http2, "/small").await.status(), 200);
    sleep(Duration::from_millis(120)).await;
    assert_eq!(send(&mut http2, "/small").await.status(), 200);
    new.write(get("/small", "close")).await;
    assert_eq!(status(&new.rest().await), 200);
}
