mod callers;
#[cfg(all(feature = "docs", feature = "jwt"))]
mod docs;
mod events;
mod identities;
mod limits;
mod streams;

use super::*;
use crate::{
    Api, Invocation, LambdaContext,
    event::{DecodeOptions, decode},
    events::EventError,
    local::caller::LocalCaller,
};
use bytes::Bytes;
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpStream as Client},
    sync::Mutex,
};

/// A port of 127.0.0.1.
fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// A server whose handler responds with `response`, and the events that it saw.
pub(super) struct Fixture {
    port: u16,
    events: Arc<Mutex<Vec<Value>>>,
    /// The server stops when this is dropped.
    _stop: mpsc::Sender<()>,
}

impl Fixture {
    async fn start(source: Source, response: Value) -> Self {
        Self::start_naming(source, response, Callers::none(source)).await
    }

    async fn start_naming(source: Source, response: Value, callers: Callers) -> Self {
        let handle = move |_: Bytes, _: LambdaContext| {
            let response = response.to_string().into_bytes();
            async move { Ok::<_, EventError>(response) }
        };
        Self::start_with(source, callers, handle).await
    }

    async fn start_with(source: Source, callers: Callers, handle: impl Handle) -> Self {
        let mut server = Server::bind(local(0), source).await.unwrap();
        server.name(callers);
        Self::run(server, handle)
    }

    fn run(server: Server, handle: impl Handle) -> Self {
        let port = server.address.port();
        let events = Arc::new(Mutex::new(Vec::new()));
        let seen = events.clone();
        let handle = Arc::new(handle);
        let handle = move |event: Bytes, lambda: LambdaContext| {
            assert_eq!(lambda.request_id.len(), 36);
            seen.lock()
                .unwrap()
                .push(serde_json::from_slice(&event).unwrap());
            let handle = handle.clone();
            async move { handle.handle(event, lambda).await }
        };
        let (stop, stopped) = mpsc::channel(1);
        tokio::spawn(server.run(handle, stopped));
        Self {
            port,
            events,
            _stop: stop,
        }
    }

    /// Sends the bytes of a request, and waits for the whole response.
    async fn send(&self, request: String) -> String {
        let port = self.port;
        let exchange = move || {
            let mut client = Client::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
            client.write_all(request.as_bytes()).unwrap();
            let mut response = Vec::new();
            // A rejected body is not read: the connection may be reset after the response.
            let _ = client.read_to_end(&mut response);
            String::from_utf8(response).unwrap()
        };
        tokio::task::spawn_blocking(exchange).await.unwrap()
    }

    async fn get(&self, path: &str, headers: &str) -> String {
        let host = format!("localhost:{}", self.port);
        self.send(format!(
            "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}\r\n"
        ))
        .await
    }

    fn events(&self) -> Vec<Value> {
        self.events.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn base64_is_decoded_for_the_types_that_a_rest_api_lists() {
    let response = json!({"statusCode": 200, "body": "aGk=", "isBase64Encoded": true});
    for (source, types, accept, body) in [
        (Source::RestApi, &[][..], "image/png", "aGk="),
        (Source::RestApi, &["image/png"], "image/png", "hi"),
        (Source::RestApi, &["image/png"], "*/*", "aGk="),
        (Source::RestApi, &["*/*"], "text/html", "hi"),
        (Source::HttpApi, &[], "image/png", "hi"),
    ] {
        let mut server = Server::bind(local(0), source).await.unwrap();
        server.list(types.iter().map(ToString::to_string).collect());
        let response = response.clone();
        let server = Fixture::run(server, move |_: Bytes, _: LambdaContext| {
            let response = response.to_string().into_bytes();
            async move { Ok::<_, EventError>(response) }
        });
        let found = server.get("/", &format!("accept: {accept}\r\n")).await;
        let (_, found) = found.split_once("\r\n\r\n").unwrap();
        assert_eq!(found, body, "{source} {types:?} {accept}");
    }
}

fn hello() -> Value {
    json!({"statusCode": 200, "headers": {"x-a": "1", "content-length": "99"}, "body": "hello"})
}

#[tokio::test]
async fn a_request_goes_through_an_event_of_the_source_and_back() {
    let server = Fixture::start(Source::HttpApi, hello()).await;
    let response = server
        .get("/orders/7?a=1&a=2", "cookie: c=1\r\nuser-agent: test\r\n")
        .await;
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(response.contains("\r\nx-a: 1\r\n"), "{response}");
    assert!(response.contains("\r\ncontent-length: 5\r\n"), "{response}");
    assert!(response.ends_with("\r\n\r\nhello"), "{response}");
    let events = server.events();
    let [event] = events.as_slice() else {
        panic!("expected one event, found {events:?}");
    };
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["rawPath"], "/orders/7");
    assert_eq!(event["rawQueryString"], "a=1&a=2");
    assert_eq!(event["cookies"], json!(["c=1"]));
    assert_eq!(event["headers"]["x-forwarded-proto"], "http");
    assert_eq!(
        event["headers"]["x-forwarded-port"],
        server.port.to_string()
    );
    assert_eq!(event["requestContext"]["http"]["sourceIp"], "127.0.0.1");
    let id = event["requestContext"]["requestId"].as_str().unwrap();
    assert_eq!(id.len(), 36);
}

#[tokio::test]
async fn every_source_is_served() {
    for source in Source::ALL {
        let response = if source == Source::AlbMultiValue {
            json!({"statusCode": 200, "multiValueHeaders": {"x-a": ["1"]}, "body": "hello"})
        } else {
            hello()
        };
        let server = Fixture::start(source, response).await;
        let response = server.get("/", "").await;
        assert!(
            response.starts_with("HTTP/1.1 200 OK\r\n"),
            "{source}: {response}"
        );
        assert!(response.ends_with("hello"), "{source}: {response}");
        assert_eq!(server.events().len(), 1, "{source}");
    }
}

#[tokio::test]
async fn links_of_a_served_api_lead_back_to_the_server() {
    let handle = |event: Bytes, lambda: LambdaContext| async move {
        let decoded = decode(event, lambda, &DecodeOptions::default());
        let request = decoded.map_err(|error| error.into_parts().map(drop).unwrap_err())?;
        let invocation = Invocation::of(&request);
        let response = json!({
            "statusCode": 200,
            "headers": {
                "x-link": format!("{}{}", invocation.path_prefix(), request.uri()),
                "x-url": invocation.public_url().unwrap_or_default(),
            },
            "body": "",
        });
        Ok(response.to_string().into_bytes())
    };
    let sources = [Source::RestApi, Source::HttpApi, Source::HttpApiV1];
    for source in sources {
        let server = Fixture::start_with(source, Callers::none(source), handle).await;
        let response = server.get("/orders", "").await;
        assert!(
            response.contains("\r\nx-link: /orders\r\n"),
            "{source}: {response}"
        );
        let url = format!("\r\nx-url: http://127.0.0.1:{}\r\n", server.port);
        assert!(response.contains(&url), "{source}: {response}");
    }
    // With a caller, the domain is that of the gateway, without a stage in the URL.
    let api = Api::new().authenticate(crate::auth::gateway::Iam::from_apis(["a1b2c3"]));
    let caller = LocalCaller::parse("iam:arn:aws:iam::111122223333:user/alice").unwrap();
    let callers = Callers::new(&api, vec![caller], Source::RestApi);
    let server = Fixture::start_with(Source::RestApi, callers, handle).await;
    let response = server.get("/orders", "").await;
    assert!(response.contains("\r\nx-link: /orders\r\n"), "{response}");
}

#[tokio::test]
async fn foreign_hosts_and_origins_never_reach_the_function() {
    let server = Fixture::start(Source::HttpApi, hello()).await;
    let foreign_host = "GET / HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n";
    let rejected = [
        (server.send(foreign_host.to_owned()).await, "foreign_host"),
        (
            server.get("/", "origin: http://localhost:5173\r\n").await,
            "foreign_origin",
        ),
        (
            server.get("/", "sec-fetch-site: cross-site\r\n").await,
            "cross_site",
        ),
    ];
    for (response, code) in rejected {
        assert!(
            response.starts_with("HTTP/1.1 403 Forbidden\r\n"),
            "{response}"
        );
        assert!(response.contains("application/problem+json"), "{response}");
        assert!(response.contains(code), "{response}");
    }
    assert_eq!(server.events(), Vec::<Value>::new());
    let own = format!("origin: http://127.0.0.1:{}\r\n", server.port);
    let response = server.get("/", &own).await;
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
}

/// A server of an Api with these rules.
async fn with_cors(cors: crate::Cors) -> Fixture {
    let api = crate::Api::new()
        .fallback(async |_: crate::Request| "handled")
        .cors(cors);
    let (origins, loopback) = api.named_origins();
    let app = api.build().await.unwrap();
    let mut server = Server::bind(local(0), Source::HttpApi).await.unwrap();
    server.open_to(Vec::new(), origins, loopback);
    Fixture::run(server, super::super::handle::handler(app))
}

#[tokio::test]
async fn pages_that_cors_lists_are_allowed() {
    let vite = "http://localhost:5173";
    let server = with_cors(crate::Cors::new().allow_origins([vite])).await;
    for (page, is_allowed) in [
        (vite, true),
        ("http://localhost:5174", false),
        ("http://127.0.0.1:5173", false),
        ("https://evil.example", false),
    ] {
        let headers = format!("origin: {page}\r\nsec-fetch-site: same-site\r\n");
        let response = server.get("/", &headers).await;
        let permission = format!("access-control-allow-origin: {page}\r\n");
        assert_eq!(
            response.ends_with("handled"),
            is_allowed,
            "{page}: {response}"
        );
        assert_eq!(
            response.contains(&permission),
            is_allowed,
            "{page}: {response}"
        );
    }
    // Through the proxy of the page's server, which may keep its `host`.
    for host in [
        "localhost:5173".to_owned(),
        format!("localhost:{}", server.port),
    ] {
        for method in ["GET", "POST"] {
            let origin = match method {
                "POST" => format!("origin: {vite}\r\ncontent-length: 0\r\n"),
                _ => String::new(),
            };
            let request = format!(
                "{method} / HTTP/1.1\r\nhost: {host}\r\n{origin}\
                 sec-fetch-site: same-origin\r\nconnection: close\r\n\r\n"
            );
            let response = server.send(request).await;
            assert!(response.ends_with("handled"), "{method} {host}: {response}");
        }
    }
    let preflight = format!(
        "OPTIONS / HTTP/1.1\r\nhost: localhost:{}\r\norigin: {vite}\r\n\
         access-control-request-method: POST\r\nsec-fetch-site: same-site\r\n\
         connection: close\r\n\r\n",
        server.port
    );
    let response = server.send(preflight).await;
    let permission = format!("access-control-allow-origin: {vite}\r\n");
    assert!(response.contains(&permission), "{response}");
}

#[tokio::test]
async fn any_origin_allows_pages_of_this_machine_only() {
    for cors in [
        crate::Cors::new().allow_any_origin(),
        crate::Cors::new().allow_origins(["https://*.example.com"]),
    ] {
        let server = with_cors(cors).await;
        for (page, is_allowed) in [
            ("http://localhost:5173", true),
            ("http://127.0.0.1:3000", true),
            ("https://a.example.com", false),
            ("https://evil.example", false),
            ("null", false),
        ] {
            let headers = format!("origin: {page}\r\nsec-fetch-site: cross-site\r\n");
            let response = server.get("/", &headers).await;
            assert_eq!(
                response.ends_with("handled"),
                is_allowed,
                "{page}: {response}"
            );
        }
    }
}

#[tokio::test]
async fn a_body_that_stalls_is_a_408() {
    let mut server = Server::bind(local(0), Source::HttpApi).await.unwrap();
    server.body_patience = Duration::from_millis(20);
    let server = Fixture::run(server, |_: Bytes, _: LambdaContext| async {
        Ok::<_, EventError>(hello().to_string().into_bytes())
    });
    for body in [
        "content-length: 5\r\n\r\nab",
        "transfer-encoding: chunked\r\n\r\n5\r\nab",
    ] {
        let head = format!("POST / HTTP/1.1\r\nhost: localhost:{}\r\n", server.port);
        let response = server.send(format!("{head}{body}")).await;
        assert!(
            response.starts_with("HTTP/1.1 408 Request Timeout\r\n"),
            "{response}"
        );
        assert!(response.contains("\r\nconnection: close\r\n"), "{response}");
        assert!(response.contains("request_timeout"), "{response}");
    }
    assert_eq!(server.events(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_body_that_is_too_large_is_rejected_unread() {
    for (source, length) in [(Source::HttpApi, 6_291_457), (Source::Alb, 1_048_577)] {
        let server = Fixture::start(source, hello()).await;
        let head = format!(
            "POST / HTTP/1.1\r\nhost: localhost:{}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n",
            server.port
        );
        let response = server.send(head).await;
        assert!(
            response.starts_with("HTTP/1.1 413 "),
            "{source}: {response}"
        );
        assert_eq!(server.events(), Vec::<Value>::new());
    }
}

#[tokio::test]
async fn a_chunked_body_is_counted_while_it_is_read() {
    let server = Fixture::start(Source::Alb, hello()).await;
    let head = format!(
        "POST / HTTP/1.1\r\nhost: localhost:{}\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n",
        server.port
    );
    let body = "x".repeat(1_048_577);
    let large = format!("{head}{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    assert!(server.send(large).await.starts_with("HTTP/1.1 413 "));
    assert_eq!(server.events(), Vec::<Value>::new());
    let small = format!("{head}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    assert!(server.send(small).await.starts_with("HTTP/1.1 200 "));
    let events = server.events();
    assert_eq!(events[0]["body"], "YWJjZGU=");
    assert_eq!(events[0]["headers"]["content-length"], "5");
}

#[tokio::test]
async fn unreadable_responses_are_a_502_without_details() {
    let server = Fixture::start(Source::RestApi, json!({"body": "secret"})).await;
    let response = server.get("/", "").await;
    assert!(
        response.starts_with("HTTP/1.1 502 Bad Gateway\r\n"),
        "{response}"
    );
    assert!(response.contains("bad_gateway"), "{response}");
    assert!(!response.contains("secret"), "{response}");
}

#[tokio::test]
async fn a_response_to_head_has_no_body() {
    let server = Fixture::start(
        Source::HttpApi,
        json!({"statusCode": 200, "headers": {"content-length": "7"}, "body": ""}),
    )
    .await;
    let response = server
        .send(format!(
            "HEAD / HTTP/1.1\r\nhost: localhost:{}\r\nconnection: close\r\n\r\n",
            server.port
        ))
        .await;
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(response.contains("content-length: 7\r\n"), "{response}");
    assert!(response.ends_with("\r\n\r\n"), "{response}");
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let first = Server::bind(local(0), Source::HttpApi).await.unwrap();
    let Err(Failure(text)) = Server::bind(local(first.address.port()), Source::HttpApi).await
    else {
        panic!("the port was given out twice");
    };
    assert_eq!(
        text,
        format!(
            "port {} is in use; choose another with `--port`, or a free one with `--port 0`",
            first.address.port()
        )
    );
}

#[tokio::test]
async fn the_address_says_port_and_source() {
    let server = Server::bind(local(0), Source::HttpApi).await.unwrap();
    assert_eq!(
        server.address(),
        format!(
            "listening on http://127.0.0.1:{} (HTTP API events)",
            server.address.port()
        )
    );
}

#[tokio::test]
async fn shutdown_waits_for_inflight() {
    let server = Server::bind(local(0), Source::HttpApi).await.unwrap();
    let port = server.address.port();
    let (called, mut calls) = mpsc::channel(1);
    let go_on = Arc::new(tokio::sync::Notify::new());
    let waiting = go_on.clone();
    let handle = move |_: Bytes, _: LambdaContext| {
        let (called, waiting) = (called.clone(), waiting.clone());
        async move {
            called.send(()).await.unwrap();
            waiting.notified().await;
            Ok::<_, EventError>(hello().to_string().into_bytes())
        }
    };
    let (stop, stopped) = mpsc::channel(1);
    let running = tokio::spawn(server.run(handle, stopped));
    let client = tokio::task::spawn_blocking(move || {
        let mut client = Client::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        // A keep-alive connection.
        write!(client, "GET / HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n").unwrap();
        let mut response = String::new();
        client.read_to_string(&mut response).unwrap();
        response
    });
    calls.recv().await.unwrap();
    stop.send(()).await.unwrap();
    go_on.notify_one();
    let response = client.await.unwrap();
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(response.ends_with("hello"), "{response}");
    running.await.unwrap();
    assert!(Client::connect((Ipv4Addr::LOCALHOST, port)).is_err());
}

#[tokio::test]
async fn a_second_stop_does_not_wait_for_inflight() {
    let server = Server::bind(local(0), Source::HttpApi).await.unwrap();
    let port = server.address.port();
    let (called, mut calls) = mpsc::channel(1);
    let handle = move |_: Bytes, _: LambdaContext| {
        let called = called.clone();
        async move {
            called.send(()).await.unwrap();
            std::future::pending::<Result<Vec<u8>, EventError>>().await
        }
    };
    let (stop, stopped) = mpsc::channel(2);
    let running = tokio::spawn(server.run(handle, stopped));
    let mut client = Client::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    write!(client, "GET / HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n").unwrap();
    calls.recv().await.unwrap();
    stop.send(()).await.unwrap();
    stop.send(()).await.unwrap();
    running.await.unwrap();
}
