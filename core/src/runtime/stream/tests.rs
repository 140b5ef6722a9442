//! Sends to a server on loopback.

use super::{super::client::Address, *};
use crate::BoxError;
use bytes::Bytes;
use http_body::Frame;
use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    task::Context,
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::Instant,
};

/// A body that counts its frames, and waits without end where its script says `None`.
struct Script {
    parts: VecDeque<Option<Result<&'static str, BoxError>>>,
    read: Arc<AtomicUsize>,
    /// Dropped with the body.
    _alive: Arc<()>,
}

impl http_body::Body for Script {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.parts.pop_front() {
            Some(Some(part)) => {
                self.read.fetch_add(1, Ordering::Relaxed);
                Poll::Ready(Some(part.map(|text| Frame::data(text.into()))))
            }
            Some(None) => {
                self.parts.push_front(None);
                Poll::Pending
            }
            None => Poll::Ready(None),
        }
    }
}

struct Watch {
    read: Arc<AtomicUsize>,
    alive: Arc<()>,
}

impl Watch {
    fn read(&self) -> usize {
        self.read.load(Ordering::Relaxed)
    }

    fn is_dropped(&self) -> bool {
        Arc::strong_count(&self.alive) == 1
    }
}

fn body(parts: impl IntoIterator<Item = Option<Result<&'static str, BoxError>>>) -> (Body, Watch) {
    let (read, alive) = (Arc::default(), Arc::new(()));
    let script = Script {
        parts: parts.into_iter().collect(),
        read: Arc::clone(&read),
        _alive: Arc::clone(&alive),
    };
    (Body::new(script), Watch { read, alive })
}

fn part(text: &'static str) -> Option<Result<&'static str, BoxError>> {
    Some(Ok(text))
}

const ACCEPTED: &str = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";

async fn listen() -> (TcpListener, Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    (listener, Client::new(Address::parse(&host).unwrap()))
}

async fn accept(listener: &TcpListener) -> TcpStream {
    listener.accept().await.unwrap().0
}

/// Sends a stream that has the longest time.
async fn stream(client: &mut Client, body: Body) -> (Delivery, usize) {
    let mut sent = 0;
    let limit = sending_limit(None, None);
    let delivery = client.stream(&ID, limit, body, &mut sent).await;
    (delivery, sent)
}

/// Reads until the text ends so.
async fn read_to(stream: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    while !text.ends_with(end) {
        let mut part = [0; 4096];
        let length = stream.read(&mut part).await.unwrap();
        assert!(length > 0, "{text:?} does not end with {end:?}");
        text.push_str(std::str::from_utf8(&part[..length]).unwrap());
    }
    text
}

static ID: LazyLock<InvokeId> = LazyLock::new(|| InvokeId {
    request_id: "id-1".to_owned(),
    invocation_id: Some("x-1".to_owned()),
});

#[tokio::test]
async fn parts_are_chunks_behind_the_head() {
    let (listener, mut client) = listen().await;
    let server = async {
        let mut stream = accept(&listener).await;
        for _ in 0..2 {
            let request = read_to(&mut stream, chunks::END).await;
            let (head, body) = request.split_once("\r\n\r\n").unwrap();
            assert_eq!(
                head,
                format!(
                    "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nhost: {}\r\n{}\
                     lambda-runtime-invocation-id: x-1",
                    listener.local_addr().unwrap(),
                    chunks::HEADERS
                )
            );
            assert_eq!(
                body,
                "2\r\n{}\r\n8\r\n\0\0\0\0\0\0\0\0\r\na\r\n0123456789\r\n1\r\n!\r\n0\r\n\r\n"
            );
            stream.write_all(ACCEPTED.as_bytes()).await.unwrap();
        }
    };
    let client = async {
        for _ in 0..2 {
            // An empty part would be the end.
            let parts = ["{}\0\0\0\0\0\0\0\0", "0123456789", "", "!"].map(part);
            let (delivery, sent) = stream(&mut client, body(parts).0).await;
            assert!(matches!(delivery, Delivery::Accepted), "{delivery:?}");
            assert_eq!(sent, 21);
        }
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn a_body_in_memory_is_one_chunk_and_is_sent_again() {
    for (whole, expected) in [
        ("headbody", "8\r\nheadbody\r\n0\r\n\r\n"),
        (
            "{}\0\0\0\0\0\0\0\0body",
            "2\r\n{}\r\n8\r\n\0\0\0\0\0\0\0\0\r\n4\r\nbody\r\n0\r\n\r\n",
        ),
        ("", "0\r\n\r\n"),
    ] {
        let (listener, mut client) = listen().await;
        let server = async {
            for is_lost in [true, false] {
                let mut stream = accept(&listener).await;
                let request = read_to(&mut stream, chunks::END).await;
                assert_eq!(request.split_once("\r\n\r\n").unwrap().1, expected);
                if !is_lost {
                    stream.write_all(ACCEPTED.as_bytes()).await.unwrap();
                }
            }
        };
        let sending = stream(&mut client, Body::from(whole));
        let ((), (delivery, sent)) = tokio::join!(server, sending);
        assert!(matches!(delivery, Delivery::Accepted), "{delivery:?}");
        assert_eq!(sent, whole.len());
    }
}

#[tokio::test]
async fn an_error_of_the_body_is_in_the_trailers() {
    let late = StreamError {
        kind: "StreamTimedOut",
    };
    for (error, kind) in [
        (BoxError::from(late), "StreamTimedOut"),
        (BoxError::from("secret"), "StreamFailed"),
    ] {
        let (listener, mut client) = listen().await;
        let server = async {
            let mut stream = accept(&listener).await;
            let request = read_to(&mut stream, "\r\n\r\n").await;
            let mut rest = request.split_once("\r\n\r\n").unwrap().1.to_owned();
            if !rest.ends_with("\r\n\r\n") {
                rest += &read_to(&mut stream, "\r\n\r\n").await;
            }
            stream.write_all(ACCEPTED.as_bytes()).await.unwrap();
            rest
        };
        let (body, watch) = body([part("head"), Some(Err(error))]);
        let sending = stream(&mut client, body);
        let (received, (delivery, sent)) = tokio::join!(server, sending);
        assert!(matches!(delivery, Delivery::Accepted), "{delivery:?}");
        assert_eq!(sent, 4);
        assert!(watch.is_dropped());
        let begin = format!(
            "4\r\nhead\r\n0\r\nLambda-Runtime-Function-Error-Type: Runtime.{kind}\r\n\
             Lambda-Runtime-Function-Error-Body: "
        );
        let document = received.strip_prefix(&begin).expect(&received).trim_end();
        let document = base64_simd::STANDARD.decode_to_vec(document).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&document).unwrap();
        assert_eq!(document["errorType"], kind);
        assert_eq!(
            document["errorMessage"],
            "the response ended early; the log has the reason"
        );
    }
}

#[tokio::test]
async fn a_response_in_the_middle_ends_the_body() {
    for (response, expected) in [
        (
            "HTTP/1.1 413 X\r\ncontent-length: 0\r\n\r\n",
            "Rejected(413)",
        ),
        ("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n", "TooLate"),
        (
            "HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n",
            "Lost(\"unexpected status 500\")",
        ),
        (
            "",
            "Lost(\"the connection was lost: unexpected end of file\")",
        ),
    ] {
        let (listener, mut client) = listen().await;
        let (body, watch) = body([part("head"), None]);
        let server = async {
            let mut stream = accept(&listener).await;
            read_to(&mut stream, "head\r\n").await;
            stream.write_all(response.as_bytes()).await.unwrap();
        };
        let sending = stream(&mut client, body);
        let ((), (delivery, sent)) = tokio::join!(server, sending);
        assert_eq!(format!("{delivery:?}"), expected);
        assert_eq!((sent, watch.read()), (4, 1), "{expected}");
        assert!(watch.is_dropped(), "{expected}");

        // The next call has a new connection.
        let server = async {
            let mut stream = accept(&listener).await;
            read_to(&mut stream, chunks::END).await;
            stream.write_all(ACCEPTED.as_bytes()).await.unwrap();
        };
        let sending = stream(&mut client, self::body([part("head")]).0);
        let ((), (delivery, _)) = tokio::join!(server, sending);
        assert!(matches!(delivery, Delivery::Accepted), "{delivery:?}");
    }
}

#[tokio::test]
async fn an_early_acceptance_does_not_end_the_body() {
    for is_lost in [false, true] {
        let (listener, mut client) = listen().await;
        let (release, released) = tokio::sync::oneshot::channel::<()>();
        let rest = futures_util::stream::once(async {
            if released.await.is_err() {
                std::future::pending::<()>().await;
            }
            Ok::<_, BoxError>("rest")
        });
        let first = futures_util::stream::once(async { Ok("head") });
        let body = Body::from_stream(futures_util::StreamExt::chain(first, rest));
        let server = async {
            let mut stream = accept(&listener).await;
            read_to(&mut stream, "head\r\n").await;
            stream.write_all(ACCEPTED.as_bytes()).await.unwrap();
            if is_lost {
                return;
            }
            release.send(()).expect("a body that waits");
            // The next request may follow at once, since this one has its response.
            let received = read_to(&mut stream, "[1]").await;
            assert!(
                received.starts_with("4\r\nrest\r\n0\r\n\r\nPOST "),
                "{received}"
            );
            stream.write_all(ACCEPTED.as_bytes()).await.unwrap();
        };
        let client = async {
            let (delivery, sent) = stream(&mut client, body).await;
            if is_lost {
                assert!(matches!(delivery, Delivery::Lost(_)), "{delivery:?}");
                return;
            }
            assert!(matches!(delivery, Delivery::Accepted), "{delivery:?}");
            assert_eq!(sent, 8);
            let delivery = client.respond(&ID, None, b"[1]").await;
            assert!(matches!(delivery, Delivery::Accepted), "{delivery:?}");
        };
        tokio::join!(server, client);
    }
}

#[tokio::test]
async fn a_stale_connection_is_replaced_before_the_body_is_read() {
    let unasked = "HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n";
    for after in ["", unasked] {
        let (listener, mut client) = listen().await;
        let server = async {
            let mut stream = accept(&listener).await;
            read_to(&mut stream, "\r\n\r\n").await;
            let both = [ACCEPTED, after].concat();
            stream.write_all(both.as_bytes()).await.unwrap();
        };
        let call = client.respond(&ID, None, b"");
        let ((), delivery) = tokio::join!(server, call);
        assert!(matches!(delivery, Delivery::Accepted), "{delivery:?}");
        // The server has closed the connection, and the client has not looked at it since.
        let (body, watch) = body(["head", "body"].map(part));
        let server = async {
            let mut stream = accept(&listener).await;
            let request = read_to(&mut stream, chunks::END).await;
            assert!(request.contains("4\r\nhead\r\n4\r\nbody\r\n"), "{request}");
            stream.write_all(ACCEPTED.as_bytes()).await.unwrap();
        };
        let sending = stream(&mut client, body);
        let ((), (delivery, sent)) = tokio::join!(server, sending);
        assert!(matches!(delivery, Delivery::Accepted), "{delivery:?}");
        assert_eq!((sent, watch.read()), (8, 2));
    }
}

#[tokio::test]
async fn a_connection_that_cannot_be_opened_leaves_the_body_unread() {
    let (listener, mut client) = listen().await;
    drop(listener);
    let (body, watch) = body([part("head")]);
    let (delivery, sent) = stream(&mut client, body).await;
    assert!(
        matches!(&delivery, Delivery::Lost(error) if error.contains("connection failed")),
        "{delivery:?}"
    );
    assert_eq!((sent, watch.read()), (0, 0));
}

const LARGE: &str = match std::str::from_utf8(&[b'x'; 1 << 20]) {
    Ok(text) => text,
    Err(_) => "",
};

#[tokio::test(start_paused = true)]
async fn a_write_that_stalls_ends_when_its_body_would() {
    let deadline = Some(SystemTime::now() + Duration::from_secs(60));
    for (end, expected) in [(None, 59_000..=60_000), (Some(5), 5_000..=5_010)] {
        let (listener, mut client) = listen().await;
        let (body, watch) = body((0..100).map(|_| part(LARGE)));
        let started = Instant::now();
        let end = end.map(|secs| SendingEnd(started + Duration::from_secs(secs)));
        let limit = sending_limit(deadline, end);
        // The server accepts the connection, and reads nothing.
        let mut sent = 0;
        let delivery = client.stream(&ID, limit, body, &mut sent).await;
        assert!(matches!(delivery, Delivery::NotRead), "{delivery:?}");
        let elapsed = started.elapsed().as_millis();
        assert!(expected.contains(&elapsed), "{elapsed}");
        // One part waits; no more was read.
        assert_eq!(watch.read(), sent / LARGE.len() + 1);
        assert!(watch.read() < 100, "all of it was read");
        assert!(watch.is_dropped());

        // It was not whole, and the next call has a new connection.
        let server = async {
            let mut stalled = accept(&listener).await;
            let mut received = Vec::new();
            // What is left may be a reset.
            let _ = stalled.read_to_end(&mut received).await;
            assert!(!received.ends_with(chunks::END.as_bytes()));
            let mut stream = accept(&listener).await;
            read_to(&mut stream, "[1]").await;
            stream.write_all(ACCEPTED.as_bytes()).await.unwrap();
        };
        let ((), delivery) = tokio::join!(server, client.respond(&ID, None, b"[1]"));
        assert!(matches!(delivery, Delivery::Accepted), "{delivery:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_in_memory_that_stalls_is_sent_once() {
    let (listener, mut client) = listen().await;
    let started = Instant::now();
    let limit = sending_limit(None, Some(SendingEnd(started + Duration::from_secs(5))));
    let (body, mut sent) = (Body::from(LARGE.repeat(32)), 0);
    let delivery = client.stream(&ID, limit, body, &mut sent).await;
    assert!(matches!(delivery, Delivery::NotRead), "{delivery:?}");
    let elapsed = started.elapsed().as_millis();
    assert!((5_000..=5_010).contains(&elapsed), "{elapsed}");
    accept(&listener).await;
    let second = std::future::poll_fn(|cx| Poll::Ready(listener.poll_accept(cx)));
    assert!(second.await.is_pending(), "it was sent again");
}

#[tokio::test]
async fn a_server_that_closes_its_half_after_a_202_gets_the_rest() {
    const LAST: &str = "HTTP/1.1 202 Accepted\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    let (listener, mut client) = listen().await;
    let (release, released) = tokio::sync::oneshot::channel::<()>();
    let rest = futures_util::stream::once(async {
        let _ = released.await;
        Ok::<_, BoxError>("rest")
    });
    let first = futures_util::stream::once(async { Ok("head") });
    let body = Body::from_stream(futures_util::StreamExt::chain(first, rest));
    let server = async {
        let mut stream = accept(&listener).await;
        read_to(&mut stream, "head\r\n").await;
        stream.write_all(LAST.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        release.send(()).expect("a body that waits");
        assert_eq!(
            read_to(&mut stream, chunks::END).await,
            "4\r\nrest\r\n0\r\n\r\n"
        );
    };
    let ((), (delivery, sent)) = tokio::join!(server, stream(&mut client, body));
    assert!(matches!(delivery, Delivery::Accepted), "{delivery:?}");
    assert_eq!(sent, 8);
}
