use crate::{
    event::Source,
    events::EventError,
    local::serve::Server,
    websocket::{
        Delivery,
        emulate::{Hub, Routes},
    },
};
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{
    future::{Future, ready},
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{Notify, mpsc},
    task::JoinHandle,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        protocol::{
            CloseFrame, Role,
            frame::{
                Frame,
                coding::{CloseCode, Data, OpCode},
            },
        },
    },
};

type Socket = WebSocketStream<TcpStream>;

/// The local server of a function that responds with the body of each message, and its events.
struct Fixture {
    port: u16,
    hub: Hub,
    events: mpsc::UnboundedReceiver<Value>,
    stop: mpsc::Sender<()>,
    running: JoinHandle<()>,
}

impl Fixture {
    async fn start(keys: &[&str]) -> Self {
        Self::responding(
            keys,
            |event| json!({"statusCode": 200, "body": event["body"]}),
        )
        .await
    }

    async fn responding(keys: &[&str], respond: fn(&Value) -> Value) -> Self {
        Self::handling(keys, move |event, _| ready(respond(&event))).await
    }

    async fn handling<F: Future<Output = Value> + Send + 'static>(
        keys: &[&str],
        handle: impl Fn(Value, Hub) -> F + Send + Sync + 'static,
    ) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut server = Server::bind(address, Source::HttpApi).await.unwrap();
        let hub = Hub::default();
        let routes = Routes {
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            ..Routes::default()
        };
        let line = server.open_sockets(routes, hub.clone());
        let port = line.rsplit(':').next().unwrap().parse().unwrap();
        let (seen, events) = mpsc::unbounded_channel();
        let connections = hub.clone();
        let handle = move |event: Bytes, _| {
            let event: Value = serde_json::from_slice(&event).unwrap();
            seen.send(event.clone()).unwrap();
            let handled = handle(event, connections.clone());
            async move { Ok::<_, EventError>(handled.await.to_string().into_bytes()) }
        };
        let (stop, stopped) = mpsc::channel(1);
        let running = tokio::spawn(server.run(handle, stopped));
        Self {
            port,
            hub,
            events,
            stop,
            running,
        }
    }

    /// Sends a handshake with more headers. Returns the head of the response.
    async fn handshake(&self, path: &str, headers: &str) -> (String, TcpStream) {
        let port = self.port;
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .await
            .unwrap();
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost:{port}\r\nupgrade: websocket\r\n\
             connection: upgrade\r\nsec-websocket-version: 13\r\n\
             sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        (String::from_utf8(head).unwrap(), stream)
    }

    async fn connect(&self) -> Socket {
        let (head, stream) = self.handshake("/", "").await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        let accept = "\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
        assert!(head.contains(accept), "{head}");
        WebSocketStream::from_raw_socket(stream, Role::Client, None).await
    }

    /// A request of the Management API. Returns the status line and the body.
    async fn manage(&self, method: &str, path: &str, body: &str) -> (String, String) {
        self.manage_with(method, path, "", body).await
    }

    async fn manage_with(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> (String, String) {
        let port = self.port;
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .await
            .unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\
             {headers}content-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        let status = head.lines().next().unwrap();
        (status.to_owned(), body.to_owned())
    }

    async fn event(&mut self) -> Value {
        self.events.recv().await.unwrap()
    }
}

fn key(event: &Value) -> &str {
    event["requestContext"]["routeKey"].as_str().unwrap()
}

fn id(event: &Value) -> String {
    let id = event["requestContext"]["connectionId"].as_str();
    id.unwrap().to_owned()
}

async fn text(socket: &mut Socket) -> String {
    match socket.next().await {
        Some(Ok(Message::Text(text))) => text.to_string(),
        other => panic!("expected a text, found {other:?}"),
    }
}

async fn closed(socket: &mut Socket) -> u16 {
    match socket.next().await {
        Some(Ok(Message::Close(Some(frame)))) => frame.code.into(),
        other => panic!("expected the end, found {other:?}"),
    }
}

const ALL: &[&str] = &["$connect", "$disconnect", "$default", "send"];

#[tokio::test]
async fn a_socket_is_three_kinds_of_events() {
    let mut server = Fixture::start(ALL).await;
    let (_, stream) = server.handshake("/any?token=7", "x-a: 1\r\n").await;
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Client, None).await;
    let connect = server.event().await;
    assert_eq!(key(&connect), "$connect");
    assert_eq!(connect["headers"]["x-a"], "1");
    assert_eq!(connect["queryStringParameters"]["token"], "7");
    assert_eq!(
        connect["requestContext"]["identity"]["sourceIp"],
        "127.0.0.1"
    );

    let sent = r#"{"action":"send","text":"hi"}"#;
    socket.send(Message::text(sent)).await.unwrap();
    assert_eq!(text(&mut socket).await, sent);
    let message = server.event().await;
    assert_eq!(
        (key(&message), &message["body"]),
        ("send", &Value::from(sent))
    );

    let frame = CloseFrame {
        code: CloseCode::Normal,
        reason: "bye".into(),
    };
    socket.close(Some(frame)).await.unwrap();
    let end = server.event().await;
    assert_eq!(key(&end), "$disconnect");
    assert_eq!(end["requestContext"]["disconnectStatusCode"], 1000);
    assert_eq!(end["requestContext"]["disconnectReason"], "bye");
    assert_eq!(id(&connect), id(&end));
}

#[tokio::test]
async fn a_client_that_vanishes_is_disconnected() {
    let mut server = Fixture::start(&["$disconnect"]).await;
    drop(server.connect().await);
    let end = server.event().await;
    assert_eq!(end["requestContext"]["disconnectStatusCode"], 1006);
}

#[tokio::test]
async fn a_message_to_a_client_that_left_meanwhile_is_gone() {
    let left = Arc::new(Notify::new());
    let (sent, mut deliveries) = mpsc::unbounded_channel();
    let client = Arc::clone(&left);
    let handle = move |event: Value, hub: Hub| {
        let (sent, client) = (sent.clone(), Arc::clone(&client));
        async move {
            if key(&event) == "$default" {
                client.notified().await;
                sent.send(hub.post(&id(&event), "late".to_owned())).unwrap();
            }
            json!({"statusCode": 200})
        }
    };
    let mut server = Fixture::handling(&["$default", "$disconnect"], handle).await;
    let mut socket = server.connect().await;
    socket.send(Message::text("hi")).await.unwrap();
    assert_eq!(key(&server.event().await), "$default");
    socket.close(None).await.unwrap();
    while socket.next().await.is_some() {}
    left.notify_one();
    assert_eq!(deliveries.recv().await, Some(Delivery::Gone));
    assert_eq!(key(&server.event().await), "$disconnect");
}

#[tokio::test]
async fn the_function_can_reject_the_handshake() {
    let server = Fixture::responding(ALL, |_| json!({"statusCode": 401})).await;
    let (head, _) = server.handshake("/", "").await;
    assert!(head.starts_with("HTTP/1.1 401 "), "{head}");
}

#[tokio::test]
async fn the_function_can_choose_a_protocol() {
    let respond =
        |_: &Value| json!({"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "chat"}});
    let server = Fixture::responding(ALL, respond).await;
    let (head, _) = server
        .handshake("/", "sec-websocket-protocol: chat\r\n")
        .await;
    let expected = "\r\nsec-websocket-protocol: chat\r\n";
    assert!(head.contains(expected), "{head}");
}

#[tokio::test]
async fn a_page_of_another_origin_cannot_open_a_socket() {
    let mut server = Fixture::start(ALL).await;
    for headers in [
        "origin: https://evil.example\r\n",
        "origin: null\r\n",
        "sec-fetch-site: cross-site\r\n",
    ] {
        let (head, _) = server.handshake("/", headers).await;
        assert!(head.starts_with("HTTP/1.1 403 "), "{headers}: {head}");
    }
    let own = format!("origin: http://localhost:{}\r\n", server.port);
    let (head, _) = server.handshake("/", &own).await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    assert_eq!(key(&server.event().await), "$connect");
    assert!(server.events.try_recv().is_err());
}

#[tokio::test]
async fn the_quotas_of_api_gateway_end_a_connection() {
    let mut server = Fixture::start(&["$default", "$disconnect"]).await;
    for (message, expected) in [
        (Message::binary(vec![1]), 1003),
        // One frame.
        (Message::text("k".repeat(32 * 1024 + 1)), 1009),
    ] {
        let mut socket = server.connect().await;
        socket.send(message).await.unwrap();
        assert_eq!(closed(&mut socket).await, expected);
        let end = server.event().await;
        assert_eq!(end["requestContext"]["disconnectStatusCode"], expected);
    }
    let mut socket = server.connect().await;
    let largest = "k".repeat(32 * 1024);
    socket.send(Message::text(largest.clone())).await.unwrap();
    assert_eq!(text(&mut socket).await, largest);
}

#[tokio::test]
async fn a_message_may_have_several_frames() {
    let mut server = Fixture::start(&["$default", "$disconnect"]).await;
    let frame = |code, is_last| {
        let text = "k".repeat(32 * 1024);
        Message::Frame(Frame::message(text, OpCode::Data(code), is_last))
    };
    let send = async |socket: &mut Socket, count: usize| {
        for index in 0..count {
            let code = if index == 0 {
                Data::Text
            } else {
                Data::Continue
            };
            let is_last = index + 1 == count;
            socket.send(frame(code, is_last)).await.unwrap();
        }
    };
    let mut socket = server.connect().await;
    send(&mut socket, 4).await;
    assert_eq!(text(&mut socket).await.len(), 128 * 1024);
    assert_eq!(key(&server.event().await), "$default");
    send(&mut socket, 5).await;
    assert_eq!(closed(&mut socket).await, 1009);
    assert_eq!(key(&server.event().await), "$disconnect");
}

#[tokio::test]
async fn a_client_learns_why_its_message_is_rejected() {
    let server = Fixture::start(&["$default"]).await;
    let mut socket = server.connect().await;
    // More than the buffers of a connection.
    socket
        .send(Message::text("k".repeat(32 << 20)))
        .await
        .unwrap();
    assert_eq!(closed(&mut socket).await, 1009);
}

#[tokio::test]
async fn invalid_frames_end_a_connection() {
    let mut server = Fixture::start(&["$disconnect"]).await;
    for (data, code, expected) in [
        (vec![0xff], Data::Text, 1007),
        // A frame that continues nothing.
        (vec![], Data::Continue, 1002),
        (vec![], Data::Reserved(3), 1002),
    ] {
        let mut socket = server.connect().await;
        let frame = Frame::message(data, OpCode::Data(code), true);
        socket.send(Message::Frame(frame)).await.unwrap();
        assert_eq!(closed(&mut socket).await, expected);
        let end = server.event().await;
        assert_eq!(end["requestContext"]["disconnectStatusCode"], expected);
    }
}

#[tokio::test]
async fn a_ping_gets_a_pong_and_no_event() {
    let mut server = Fixture::start(&["$default"]).await;
    let mut socket = server.connect().await;
    socket.send(Message::Ping("a".into())).await.unwrap();
    let pong = socket.next().await.unwrap().unwrap();
    assert_eq!(pong, Message::Pong("a".into()));
    assert!(server.events.try_recv().is_err());
}

#[tokio::test]
async fn the_management_api_reaches_connections() {
    let mut server = Fixture::start(&["$default"]).await;
    let mut socket = server.connect().await;
    socket.send(Message::text("hi")).await.unwrap();
    assert_eq!(text(&mut socket).await, "hi");
    let id = id(&server.event().await);
    let encoded = id.replace('=', "%3D");
    assert_ne!(id, encoded);
    let path = format!("/@connections/{encoded}");

    let (status, _) = server.manage("POST", &path, "from a worker").await;
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert_eq!(text(&mut socket).await, "from a worker");
    let (_, facts) = server.manage("GET", &format!("/local{path}"), "").await;
    let facts: Value = serde_json::from_str(&facts).unwrap();
    assert_eq!(facts["identity"]["sourceIp"], "127.0.0.1");
    let larger = "k".repeat(128 * 1024 + 1);
    let (status, _) = server.manage("POST", &path, &larger).await;
    assert!(status.starts_with("HTTP/1.1 413 "), "{status}");

    let (status, _) = server.manage("DELETE", &path, "").await;
    assert_eq!(status, "HTTP/1.1 204 No Content");
    assert_eq!(closed(&mut socket).await, 1001);
    for method in ["POST", "GET", "DELETE"] {
        let (status, _) = server.manage(method, &path, "").await;
        assert_eq!(status, "HTTP/1.1 410 Gone", "{method}");
    }
}

#[tokio::test]
async fn the_management_api_is_for_programs_of_this_machine() {
    let mut server = Fixture::start(ALL).await;
    let mut socket = server.connect().await;
    let id = id(&server.event().await).replace('=', "%3D");
    let path = format!("/@connections/{id}");
    for header in [
        "x-forwarded-for: 192.0.2.1\r\n",
        "sec-fetch-site: same-origin\r\n",
    ] {
        for method in ["POST", "GET", "DELETE"] {
            let (status, _) = server.manage_with(method, &path, header, "").await;
            assert_eq!(status, "HTTP/1.1 403 Forbidden", "{method} {header}");
        }
    }
    server.manage("POST", &path, "the first message").await;
    assert_eq!(text(&mut socket).await, "the first message");
}

#[tokio::test]
async fn the_end_of_the_server_closes_connections() {
    let mut server = Fixture::start(&["$disconnect"]).await;
    let mut socket = server.connect().await;
    server.stop.send(()).await.unwrap();
    assert_eq!(closed(&mut socket).await, 1001);
    server.running.await.unwrap();
    assert_eq!(key(&server.events.try_recv().unwrap()), "$disconnect");
    let gone = server.hub.post("any", String::new());
    assert_eq!(gone, Delivery::Gone);
}

#[tokio::test]
async fn other_requests_are_not_taken() {
    let mut server = Fixture::start(ALL).await;
    for path in ["/", "/@connections/", "/a/b/@connections/c", "/connections"] {
        let (status, _) = server.manage("GET", path, "").await;
        assert_eq!(status, "HTTP/1.1 200 OK", "{path}");
        assert_eq!(server.event().await["rawPath"], path);
    }
}

#[test]
fn the_event_of_an_authorizer_is_shown_as_one() {
    for (event, expected) in [
        (json!({"requestContext": {"routeKey": "send"}}), "send"),
        (
            json!({"methodArn": "arn", "requestContext": {"routeKey": "$connect"}}),
            "$connect (authorizer)",
        ),
        (json!([]), ""),
    ] {
        assert_eq!(super::route_key(event.to_string().as_bytes()), expected);
    }
}
