//! Response bodies that are sent while they are made.

use super::{PATIENCE, Server, body, json, status};
use bytes::Bytes;
use http_body::{Body as _, Frame};
use lambda_api::{Api, Body, BoxError, State, api_handler, routes};
use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};
use tokio::{io::AsyncReadExt, sync::Notify, time::timeout};

/// What test and handlers tell each other.
#[derive(Clone, Default)]
pub(super) struct Signals {
    /// The next part of a stream may be made.
    pub(super) next: Arc<Notify>,
    /// A handler began to wait.
    waits: Arc<Notify>,
    /// A handler or a stream was dropped.
    dropped: Arc<Notify>,
    after: Arc<AtomicUsize>,
}

impl Signals {
    pub(super) async fn wait_for_drop(&self) {
        let dropped = timeout(PATIENCE, self.dropped.notified()).await;
        dropped.expect("it is dropped");
    }
}

struct TellDrop(Signals);

impl Drop for TellDrop {
    fn drop(&mut self) {
        self.0.dropped.notify_one();
    }
}

/// Sends `one`, then `two` when it may, and then what the path says.
#[api_handler(GET "/stream/{end}")]
async fn stream(end: String, State(signals): State<Signals>) -> Body {
    let (mut sender, body) = Body::channel();
    tokio::spawn(async move {
        let tell = TellDrop(signals);
        let _ = sender.send("one").await;
        tell.0.next.notified().await;
        let _ = sender.send("two").await;
        match end.as_str() {
            "complete" => sender.finish(),
            "fails" => sender.abort(BoxError::from("on purpose")),
            _ => sender.closed().await,
        }
    });
    body
}

/// A body whose frames come from a function.
struct Frames<F>(usize, F);

impl<F: FnMut(usize) -> Poll<Option<Result<&'static str, BoxError>>> + Unpin> http_body::Body
    for Frames<F>
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let at = self.0;
        self.0 += 1;
        (self.1)(at).map_ok(|text| Frame::data(text.into()))
    }
}

#[api_handler(GET "/panics/{at}")]
async fn panics(at: usize) -> Body {
    let frames = Frames(0, move |now| {
        assert!(now < at, "on purpose");
        Poll::Ready(Some(Ok("part")))
    });
    assert!(!frames.is_end_stream());
    Body::new(frames)
}

/// Sends data for as long as the client reads.
#[api_handler(GET "/endless")]
async fn endless(State(signals): State<Signals>) -> Body {
    let tell = TellDrop(signals);
    Body::new(Frames(0, move |_| {
        tell.0.after.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(Some(Ok("0123456789abcdef")))
    }))
}

#[api_handler(GET "/waits")]
async fn waits(State(signals): State<Signals>) {
    let tell = TellDrop(signals);
    tell.0.waits.notify_one();
    std::future::pending::<()>().await;
}

pub(super) fn api(signals: &Signals) -> Api {
    Api::new()
        .state(signals.clone())
        .routes(routes![stream, panics, endless, waits])
}

pub(super) fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
}

#[tokio::test]
async fn a_part_is_sent_before_the_next_one_is_made() {
    let signals = Signals::default();
    let server = Server::start(api(&signals)).await;
    let mut client = server.connect().await;
    client.write(get("/stream/complete")).await;
    let begin = client.read_until("3\r\none\r\n").await;
    assert!(begin.contains("transfer-encoding: chunked"), "{begin}");
    assert!(!begin.contains("two"), "{begin}");
    signals.next.notify_one();
    assert_eq!(client.rest().await, "3\r\ntwo\r\n0\r\n\r\n");
}

#[tokio::test]
async fn a_stream_that_fails_has_no_last_chunk() {
    let signals = Signals::default();
    let server = Server::start(api(&signals)).await;
    signals.next.notify_one();
    let text = server.send(get("/stream/fails")).await;
    assert_eq!(status(&text), 200);
    assert_eq!(body(&text), "3\r\none\r\n3\r\ntwo\r\n");
    let text = server.send(get("/panics/2")).await;
    assert_eq!(body(&text), "4\r\npart\r\n4\r\npart\r\n");
}

/// In HTTP/1.0, the end of the connection is that of the body.
#[tokio::test]
async fn a_stream_that_fails_resets_an_old_client() {
    let server = Server::start(api(&Signals::default())).await;
    let mut client = server.connect().await;
    client.write("GET /panics/2 HTTP/1.0\r\n\r\n").await;
    let mut read = Vec::new();
    let ended = timeout(PATIENCE, client.0.read_to_end(&mut read)).await;
    let error = ended.expect("the connection ends").unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_failure_before_the_first_part_is_a_problem() {
    let server = Server::start(api(&Signals::default())).await;
    let text = server.send(get("/panics/0")).await;
    assert_eq!(status(&text), 500);
    assert_eq!(json(body(&text))["code"], "internal_error");
}

#[tokio::test]
async fn a_client_that_leaves_drops_the_handler() {
    let signals = Signals::default();
    let server = Server::start(api(&signals)).await;
    let mut client = server.connect().await;
    client.write(get("/waits")).await;
    signals.waits.notified().await;
    drop(client);
    signals.wait_for_drop().await;
}

#[tokio::test]
async fn a_client_that_leaves_drops_the_stream() {
    for path in ["/stream/open", "/endless"] {
        let signals = Signals::default();
        let server = Server::start(api(&signals)).await;
        let mut client = server.connect().await;
        client.write(get(path)).await;
        client.read_until("\r\n\r\n").await;
        drop(client);
        signals.next.notify_one();
        signals.wait_for_drop().await;
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut() {
    let signals = Signals::default();
    let soon = std::time::Duration::from_millis(50);
    let server = Server::start_with(api(&signals), |serve| serve.idle_timeout(soon)).await;
    let mut client = server.connect().await;
    client.write(get("/endless")).await;
    client.read_until("\r\n\r\n").await;
    // The client stays, and reads no further: the producer waits, and then the stream is dropped.
    signals.wait_for_drop().await;
    let parts = signals.after.load(Ordering::Relaxed);
    assert!(parts * 16 < 64 << 20, "{parts} parts");
    drop(client);
}
