//! Events that programs on this machine post.

use super::*;
use crate::{Request, events::Event, local::handle::handler};

/// A server whose Api responds to events with a member `ping`, and to all requests.
async fn server() -> Fixture {
    let api = Api::new()
        .fallback(async |_: Request| "a response")
        .on_other_event(|event: &Event| event.has_key("ping").then(|| json!({"pong": 1})));
    let mut server = Server::bind(local(0), Source::HttpApi).await.unwrap();
    server.open_to(Vec::new(), vec!["http://localhost:5173".to_owned()], false);
    Fixture::run(server, handler(api.build().await.unwrap()))
}

async fn post(server: &Fixture, headers: &str, event: &str) -> String {
    let (port, length) = (server.port, event.len());
    let request = format!(
        "POST /_events HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\
         content-length: {length}\r\n{headers}\r\n{event}"
    );
    server.send(request).await
}

const JSON: &str = "content-type: application/json\r\n";

#[tokio::test]
async fn a_posted_event_gets_what_the_function_returns() {
    let server = server().await;
    let response = post(&server, JSON, r#"{"ping": 7}"#).await;
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(response.contains("\r\ncontent-type: application/json\r\n"));
    assert!(response.ends_with("\r\n\r\n{\"pong\":1}"), "{response}");
    assert_eq!(server.events(), [json!({"ping": 7})]);
}

#[tokio::test]
async fn an_event_that_fails_has_its_error() {
    let server = server().await;
    let response = post(&server, JSON, r#"{"Records": [7]}"#).await;
    assert!(response.starts_with("HTTP/1.1 502 "), "{response}");
    assert!(response.contains("\r\nx-amz-function-error: Unhandled\r\n"));
    let (_, body) = response.split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["errorType"], "UnsupportedEvent");
    let message = body["errorMessage"].as_str().unwrap();
    assert!(message.ends_with("found `Records`"), "{message}");
}

#[tokio::test]
async fn a_posted_http_event_gets_the_response_as_json() {
    let server = server().await;
    let event =
        r#"{"version": "2.0", "rawPath": "/", "requestContext": {"http": {"method": "GET"}}}"#;
    let response = post(&server, JSON, event).await;
    let (_, body) = response.split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["statusCode"], 200);
    assert_eq!(body["body"], "a response");
}

#[tokio::test]
async fn only_programs_on_this_machine_post_events() {
    let server = server().await;
    let own = format!("origin: http://localhost:{}\r\n{JSON}", server.port);
    for (headers, code) in [
        ("", "unsupported_media_type"),
        ("content-type: text/plain\r\n", "unsupported_media_type"),
        (
            "content-type: application/jsonp\r\n",
            "unsupported_media_type",
        ),
        (&own, "from_browser"),
        (
            &format!("origin: http://localhost:5173\r\n{JSON}"),
            "from_browser",
        ),
        (
            &format!("origin: https://evil.test\r\n{JSON}"),
            "foreign_origin",
        ),
        (
            &format!("referer: http://localhost/\r\n{JSON}"),
            "from_browser",
        ),
        (&format!("sec-fetch-site: none\r\n{JSON}"), "from_browser"),
        (
            &format!("sec-fetch-site: cross-site\r\n{JSON}"),
            "cross_site",
        ),
        (
            &format!("x-forwarded-for: 127.0.0.1\r\n{JSON}"),
            "forwarded",
        ),
        (&format!("cf-ray: 1\r\n{JSON}"), "forwarded"),
    ] {
        let response = post(&server, headers, r#"{"ping": 7}"#).await;
        assert!(response.starts_with("HTTP/1.1 4"), "{headers} {response}");
        assert!(response.contains(code), "{headers} {response}");
    }
    let rebound = "POST /_events HTTP/1.1\r\nhost: evil.test\r\nconnection: close\r\n\
                   content-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    let response = server.send(rebound.to_owned()).await;
    assert!(response.contains("foreign_host"), "{response}");
    let response = server.get("/_events", "").await;
    assert!(response.starts_with("HTTP/1.1 405 "), "{response}");
    assert!(response.contains("\r\nallow: POST\r\n"), "{response}");
    assert_eq!(server.events(), [] as [Value; 0]);
}

#[tokio::test]
async fn a_preflight_for_events_is_not_allowed() {
    let server = server().await;
    let port = server.port;
    let preflight = format!(
        "OPTIONS /_events HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\
         origin: http://localhost:5173\r\naccess-control-request-method: POST\r\n\
         access-control-request-headers: content-type\r\n\r\n"
    );
    let response = server.send(preflight).await;
    assert!(response.starts_with("HTTP/1.1 403 "), "{response}");
    assert!(!response.contains("access-control-allow"), "{response}");
}

#[tokio::test]
async fn a_route_of_the_program_keeps_the_path() {
    let api = Api::new().fallback(async |_: Request| "a response");
    let mut server = Server::bind(local(0), Source::HttpApi).await.unwrap();
    server.take_events(false);
    let server = Fixture::run(server, handler(api.build().await.unwrap()));
    let response = post(&server, JSON, r#"{"ping": 7}"#).await;
    assert!(response.ends_with("\r\n\r\na response"), "{response}");
}

#[tokio::test]
async fn the_address_for_events_is_a_loopback_address() {
    for (bound, expected) in [
        (
            "127.0.0.1:9000",
            Some("events at POST http://127.0.0.1:9000/_events\n"),
        ),
        (
            "[::1]:9000",
            Some("events at POST http://[::1]:9000/_events\n"),
        ),
        (
            "0.0.0.0:9000",
            Some("events at POST http://127.0.0.1:9000/_events\n"),
        ),
        ("192.0.2.1:9000", None),
    ] {
        let mut server = Server::bind(local(0), Source::HttpApi).await.unwrap();
        server.address = bound.parse().unwrap();
        assert_eq!(server.events_address().as_deref(), expected);
    }
}
