//! Responses that reach the client while they are made.

use super::*;
use crate::{
    Body, Request,
    local::handle::{Mode, handler, responding},
    response::Sender,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::{Notify, mpsc::UnboundedSender},
};

const STREAMING: [Source; 2] = [Source::FunctionUrl, Source::RestApi];

/// A server of an API whose handler returns a body of its own, and the senders of these bodies.
struct Streaming {
    server: Fixture,
    senders: mpsc::UnboundedReceiver<Sender>,
    app: crate::App,
}

impl Streaming {
    async fn start(source: Source) -> Self {
        let (sent, senders) = mpsc::unbounded_channel();
        let api = Api::new()
            .fallback(move |_: Request| body(&sent))
            .stream_on(STREAMING);
        let app = api.build().await.unwrap();
        let mut server = Server::bind(local(0), source).await.unwrap();
        server.stream(app.streams_to(source));
        let server = Fixture::run(server, handler(app.clone()));
        Self {
            server,
            senders,
            app,
        }
    }

    /// Sends a request, and returns the connection and the sender of the body.
    async fn request(&mut self, method: &str) -> (TcpStream, Sender) {
        let port = self.server.port;
        let mut client = TcpStream::connect(local(port)).await.unwrap();
        let request = format!("{method} / HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n");
        client.write_all(request.as_bytes()).await.unwrap();
        (client, self.senders.recv().await.unwrap())
    }
}

fn body(sent: &UnboundedSender<Sender>) -> impl Future<Output = Body> + Send + use<> {
    let (sender, body) = Body::channel();
    sent.send(sender).unwrap();
    async { body }
}

/// Reads until the text ends so.
async fn read_to(client: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    while !text.ends_with(end) {
        let mut buffer = [0; 1024];
        let length = client.read(&mut buffer).await.unwrap();
        assert!(length > 0, "{text:?} does not end with {end:?}");
        text.push_str(std::str::from_utf8(&buffer[..length]).unwrap());
    }
    text
}

#[tokio::test]
async fn each_part_reaches_the_client_at_once() {
    for source in STREAMING {
        let mut streaming = Streaming::start(source).await;
        let (mut client, mut sender) = streaming.request("GET").await;
        sender.send("one").await.unwrap();
        let head = read_to(&mut client, "3\r\none\r\n").await;
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(head.contains("\r\ntransfer-encoding: chunked\r\n"));
        sender.send("two").await.unwrap();
        assert_eq!(read_to(&mut client, "two\r\n").await, "3\r\ntwo\r\n");
        sender.finish();
        assert_eq!(read_to(&mut client, "\r\n\r\n").await, "0\r\n\r\n");
    }
}

#[tokio::test]
async fn a_source_that_does_not_stream_gets_a_whole_response() {
    let mut streaming = Streaming::start(Source::HttpApi).await;
    let (mut client, mut sender) = streaming.request("GET").await;
    sender.send("one").await.unwrap();
    sender.send("two").await.unwrap();
    sender.finish();
    let response = read_to(&mut client, "onetwo").await;
    assert!(response.contains("\r\ncontent-length: 6\r\n"), "{response}");
}

#[tokio::test]
async fn an_early_end_breaks_the_connection() {
    for source in STREAMING {
        let mut streaming = Streaming::start(source).await;
        let (mut client, mut sender) = streaming.request("GET").await;
        sender.send("one").await.unwrap();
        read_to(&mut client, "one\r\n").await;
        sender.abort(std::io::Error::other("the secret"));
        let mut rest = Vec::new();
        client.read_to_end(&mut rest).await.unwrap();
        assert_eq!(String::from_utf8(rest).unwrap(), "", "{source}");
    }
}

#[tokio::test]
async fn all_parts_before_an_error_reach_the_client() {
    let broken = async |_: Request| {
        let parts = [Ok("one"), Ok("two"), Err(std::io::Error::other("lost"))];
        Body::from_stream(futures_util::stream::iter(parts))
    };
    let api = Api::new().fallback(broken).stream_on(STREAMING);
    let app = api.build().await.unwrap();
    let server = Server::bind(local(0), Source::FunctionUrl).await.unwrap();
    let server = Fixture::run(server, handler(app));
    let response = server.get("/", "").await;
    let parts = "\r\n\r\n3\r\none\r\n3\r\ntwo\r\n";
    assert!(response.ends_with(parts), "{response}");
}

#[tokio::test]
async fn an_error_before_the_first_part_is_a_problem() {
    let mut streaming = Streaming::start(Source::FunctionUrl).await;
    let (mut client, sender) = streaming.request("GET").await;
    sender.abort(std::io::Error::other("the secret"));
    let response = read_to(&mut client, "}").await;
    assert!(response.starts_with("HTTP/1.1 500 "), "{response}");
    assert!(!response.contains("secret"), "{response}");
    assert!(response.contains("\r\ncontent-length: "), "{response}");
}

#[tokio::test]
async fn a_client_that_is_gone_drops_the_stream() {
    for source in STREAMING {
        let mut streaming = Streaming::start(source).await;
        let (mut client, mut sender) = streaming.request("GET").await;
        sender.send("one").await.unwrap();
        read_to(&mut client, "one\r\n").await;
        drop(client);
        sender.closed().await;
    }
}

#[tokio::test]
async fn a_client_that_is_gone_drops_the_handler() {
    for source in [Source::FunctionUrl, Source::HttpApi] {
        let (started, mut starts) = mpsc::channel::<mpsc::Sender<()>>(1);
        let handle = move |_: Bytes, _: LambdaContext| {
            let started = started.clone();
            async move {
                let (alive, mut never) = mpsc::channel(1);
                started.send(alive).await.unwrap();
                never.recv().await;
                Ok::<_, EventError>(Vec::new())
            }
        };
        let server = Fixture::start_with(source, Callers::none(source), handle).await;
        let mut client = TcpStream::connect(local(server.port)).await.unwrap();
        let request = format!("GET / HTTP/1.1\r\nhost: localhost:{}\r\n\r\n", server.port);
        client.write_all(request.as_bytes()).await.unwrap();
        let alive = starts.recv().await.unwrap();
        drop(client);
        alive.closed().await;
    }
}

#[tokio::test]
async fn a_head_request_has_the_head_alone() {
    let mut streaming = Streaming::start(Source::RestApi).await;
    let (mut client, sender) = streaming.request("HEAD").await;
    let head = read_to(&mut client, "\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    sender.closed().await;
}

#[tokio::test]
async fn a_stop_waits_for_streams_but_not_twice() {
    let mut streaming = Streaming::start(Source::FunctionUrl).await;
    let (stop, stopped) = mpsc::channel(2);
    let mut server = Server::bind(local(0), Source::FunctionUrl).await.unwrap();
    server.stream(true);
    streaming.server.port = server.address.port();
    let running = tokio::spawn(server.run(handler(streaming.app.clone()), stopped));
    let (mut client, mut sender) = streaming.request("GET").await;
    let (_other, endless) = streaming.request("GET").await;
    sender.send("one").await.unwrap();
    read_to(&mut client, "one\r\n").await;
    stop.send(()).await.unwrap();
    // The server does not listen any more, and the stream goes on.
    while TcpStream::connect(local(streaming.server.port))
        .await
        .is_ok()
    {
        tokio::task::yield_now().await;
    }
    sender.send("two").await.unwrap();
    sender.finish();
    assert!(read_to(&mut client, "0\r\n\r\n").await.contains("two"));
    stop.send(()).await.unwrap();
    running.await.unwrap();
    endless.closed().await;
}

#[tokio::test]
async fn a_stop_waits_for_a_stream_for_five_seconds() {
    let mut streaming = Streaming::start(Source::RestApi).await;
    let (stop, stopped) = mpsc::channel(1);
    let mut server = Server::bind(local(0), Source::RestApi).await.unwrap();
    server.stream(true);
    streaming.server.port = server.address.port();
    let running = tokio::spawn(server.run(handler(streaming.app.clone()), stopped));
    let (mut client, mut endless) = streaming.request("GET").await;
    endless.send("one").await.unwrap();
    read_to(&mut client, "one\r\n").await;
    // From here on, nothing but the clock moves.
    tokio::time::pause();
    let started = tokio::time::Instant::now();
    stop.send(()).await.unwrap();
    running.await.unwrap();
    assert_eq!(started.elapsed().as_secs(), 5);
    endless.closed().await;
}

#[tokio::test]
async fn functions_after_the_response_run_after_the_stream() {
    let (sent, mut senders) = mpsc::unbounded_channel();
    let ran = Arc::new(Notify::new());
    let hook = ran.clone();
    let api = Api::new()
        .fallback(move |_: Request| body(&sent))
        .after_response(move || {
            let hook = hook.clone();
            async move { hook.notify_one() }
        })
        .stream_on(STREAMING);
    let app = api.build().await.unwrap();
    let (handle, mut responded) = responding(app, Mode::OfSource);
    let event = br#"{"version": "2.0", "rawPath": "/", "requestContext": {
        "domainName": "abc.lambda-url.eu-west-1.on.aws", "http": {"method": "GET"}}}"#;
    let handled = tokio::spawn(async move {
        let lambda = LambdaContext::default();
        handle.handle(Bytes::from_static(event), lambda).await
    });
    let mut sender = senders.recv().await.unwrap();
    sender.send("one").await.unwrap();
    let Ok(crate::event::EventResponse::Stream(body)) = handled.await.unwrap() else {
        panic!("no stream");
    };
    let early = tokio::time::timeout(Duration::from_millis(1), ran.notified());
    assert!(early.await.is_err());
    // The client is gone.
    drop(body);
    ran.notified().await;
    assert_eq!(responded.recv().await, None);
}

#[tokio::test]
async fn the_address_says_whether_responses_are_streamed() {
    let mut server = Server::bind(local(0), Source::FunctionUrl).await.unwrap();
    server.stream(true);
    let line = server.address();
    assert!(
        line.ends_with("(function URL events, streamed responses)"),
        "{line}"
    );
}
