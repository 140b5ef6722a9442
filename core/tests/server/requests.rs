//! Requests as HTTP/1.1 sends them.

use super::{Server, body, json, status};
use lambda_api::{Api, Limits, Request, api_handler, routes};
use std::time::Duration;

#[api_handler(ANY "/echo/{text}")]
async fn echo(text: String, request: &Request) -> String {
    let body = String::from_utf8_lossy(request.body().bytes());
    let host = request
        .headers()
        .get("host")
        .map(|host| host.to_str().unwrap_or_default());
    format!(
        "{} {text} {} {} {body}",
        request.method(),
        host.unwrap_or("-"),
        request.uri()
    )
}

#[api_handler(GET "/waits", timeout = "10ms")]
async fn waits() {
    std::future::pending::<()>().await;
}

#[api_handler(GET "/late")]
async fn late() {
    std::future::pending::<()>().await;
}

#[api_handler(GET "/panics")]
async fn panics() {
    panic!("on purpose")
}

fn api() -> Api {
    Api::new().routes(routes![echo, waits, late, panics])
}

#[tokio::test]
async fn requests_of_one_connection_get_their_responses() {
    let server = Server::start(api()).await;
    let text = server
        .send(
            "GET /echo/one?a HTTP/1.1\r\nhost: a\r\n\r\n\
             POST /echo/two HTTP/1.1\r\nhost: b\r\ncontent-length: 4\r\n\r\nbody\
             PUT /echo/three HTTP/1.1\r\nhost: c\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n\
             HEAD /echo/four HTTP/1.1\r\nhost: d\r\nconnection: close\r\n\r\n",
        )
        .await;
    let responses: Vec<_> = text.split("HTTP/1.1 ").skip(1).collect();
    let bodies: Vec<_> = responses.iter().map(|response| body(response)).collect();
    let expected = [
        "GET one a /echo/one?a ",
        "POST two b /echo/two body",
        "PUT three c /echo/three abc",
        "",
    ];
    assert_eq!(bodies, expected);
    assert!(responses[3].contains("connection: close\r\n"), "{text}");
}

#[tokio::test]
async fn unusual_targets_are_paths_or_rejected() {
    let server = Server::start(api()).await;
    let table = [
        (
            "GET http://a/echo/x?q HTTP/1.1\r\nhost: a\r\n",
            Ok("GET x a /echo/x?q "),
        ),
        (
            "GET /echo/%78 HTTP/1.1\r\nhost: a\r\n",
            Ok("GET x a /echo/x "),
        ),
        ("GET /echo/x HTTP/1.0\r\n", Ok("GET x - /echo/x ")),
        (
            "GET /echo/../x HTTP/1.1\r\nhost: a\r\n",
            Err((404, "nothing at this path")),
        ),
        ("GET /echo/x HTTP/1.1\r\n", Err((400, "`host` is missing"))),
        (
            "GET /echo/x HTTP/1.1\r\nhost: a\r\nhost: a\r\n",
            Err((400, "more than one `host`")),
        ),
        (
            "GET /echo/x HTTP/1.1\r\nhost: a b\r\n",
            Err((400, "`host` is invalid")),
        ),
        (
            "GET http://b/echo/x HTTP/1.1\r\nhost: a\r\n",
            Err((400, "differ")),
        ),
        ("OPTIONS * HTTP/1.1\r\nhost: a\r\n", Err((400, "`*`"))),
        (
            "CONNECT a:80 HTTP/1.1\r\nhost: a:80\r\n",
            Err((400, "CONNECT")),
        ),
    ];
    for (head, expected) in table {
        let response = server
            .send(format!("{head}connection: close\r\n\r\n"))
            .await;
        match expected {
            Ok(text) => assert_eq!(body(&response), text, "{head}"),
            Err((code, detail)) => {
                assert_eq!(status(&response), code, "{head}");
                let problem = json(body(&response));
                let found = problem["detail"].as_str().unwrap();
                assert!(found.contains(detail), "{head}: {found}");
                assert_eq!(problem["request_id"].as_str().map(str::len), Some(36));
            }
        }
    }
}

/// Requests that two servers may read differently. What follows must not become a second request.
#[tokio::test]
async fn smuggled_requests_are_not_seen() {
    const HIDDEN: &str = "GET /echo/hidden HTTP/1.1\r\nhost: a\r\n\r\n";
    let server = Server::start(api()).await;
    let heads = [
        "content-length: 0\r\ncontent-length: 39\r\n",
        "content-length: 0, 39\r\n",
        "content-length: +0\r\n",
        "content-length: -1\r\n",
        "content-length: 0x0\r\n",
        "transfer-encoding: gzip\r\n",
        "transfer-encoding: chunked, identity\r\n",
        "transfer-encoding: xchunked\r\n",
        "transfer-encoding : chunked\r\n",
        " transfer-encoding: chunked\r\n",
        "a: b\r\n c: d\r\n",
        "a\0: b\r\n",
        "a: b\rc: d\r\n",
    ];
    for head in heads {
        let request = format!("POST /echo/x HTTP/1.1\r\nhost: a\r\n{head}\r\n{HIDDEN}");
        let text = server.send(request).await;
        assert_eq!(status(&text), 400, "{head:?}: {text}");
        assert!(!text.contains("hidden"), "{head:?}: {text}");
    }
    let chunks = [
        "G\r\n",
        "1\r\nabc\r\n",
        "-1\r\n",
        "0x1\r\na\r\n0\r\n\r\n",
        "fffffffffffffffff\r\n",
    ];
    for chunk in chunks {
        let request = format!(
            "POST /echo/x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n{chunk}{HIDDEN}"
        );
        let text = server.send(request).await;
        assert_eq!(status(&text), 400, "{chunk:?}: {text}");
        assert!(!text.contains("hidden"), "{chunk:?}: {text}");
    }
}

/// RFC 9112, section 6.3: `transfer-encoding` overrides `content-length`.
#[tokio::test]
async fn chunks_decide_the_length_of_a_body() {
    let server = Server::start(api()).await;
    for lengths in [
        "content-length: 39\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 39\r\n",
    ] {
        let text = server
            .send(format!(
                "POST /echo/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{lengths}\r\n1\r\nb\r\n0\r\n\r\n"
            ))
            .await;
        assert_eq!(body(&text), "POST x a /echo/x b");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_not_read_to_its_end() {
    let server = Server::start(api().limits(Limits::default().body(10))).await;
    let heads = [
        "content-length: 1000000000\r\n\r\n",
        "expect: 100-continue\r\ncontent-length: 11\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\nb\r\n12345678901\r\n",
    ];
    for head in heads {
        let request = format!("POST /echo/x HTTP/1.1\r\nhost: a\r\n{head}");
        // The rest of the body is never sent.
        let text = server.send(request).await;
        assert_eq!(status(&text), 413, "{head}");
        assert!(text.contains("connection: close\r\n"), "{text}");
        assert_eq!(json(body(&text))["code"], "body_too_large");
    }
}

#[tokio::test]
async fn heads_over_the_limits_are_431_or_414() {
    let server = Server::start(api()).await;
    let many = |count: usize| "a: b\r\n".repeat(count);
    let table = [
        (format!("/echo/x HTTP/1.1\r\n{}", many(130)), 431),
        (format!("/echo/x HTTP/1.1\r\n{}", many(5_000)), 431),
        (
            format!("/echo/x HTTP/1.1\r\na: {}\r\n", "b".repeat(65_536)),
            431,
        ),
        (
            format!("/echo/x HTTP/1.1\r\na: {}\r\n", "b".repeat(300_000)),
            431,
        ),
        (format!("/echo/{} HTTP/1.1\r\n", "x".repeat(9_000)), 414),
        (format!("/echo/{} HTTP/1.1\r\n", "x".repeat(70_000)), 414),
    ];
    for (rest, code) in table {
        let request = format!("GET {rest}host: a\r\nconnection: close\r\n\r\n");
        let text = server.send(&request).await;
        assert_eq!(status(&text), code, "{} bytes: {text}", request.len());
    }
}

#[tokio::test]
async fn a_rejected_request_is_the_last_one() {
    const NEXT: &str = "GET /echo/next HTTP/1.1\r\nhost: a\r\n\r\n";
    let server = Server::start(api()).await;
    let long = "x".repeat(9_000);
    let table = [
        ("GET /echo/x HTTP/1.1\r\n\r\n".to_owned(), 400),
        (
            "GET /echo/x HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n".to_owned(),
            400,
        ),
        // The body is never sent.
        (
            format!("POST /{long} HTTP/1.1\r\nhost: a\r\ncontent-length: 3000000\r\n\r\n"),
            414,
        ),
    ];
    for (request, code) in table {
        let text = server.send(format!("{request}{NEXT}")).await;
        assert_eq!(status(&text), code, "{text}");
        assert!(text.contains("connection: close\r\n"), "{text}");
        assert!(!text.contains("next"), "{text}");
    }
}

#[tokio::test]
async fn a_setting_may_be_as_long_as_a_duration_can_be() {
    let long = Duration::MAX;
    let api = api().shutdown_timeout(long).on_shutdown(async || {});
    let mut server = Server::start_with(api, |serve| {
        serve
            .header_timeout(long)
            .body_timeout(long)
            .request_timeout(long)
            .idle_timeout(long)
            .drain_timeout(long)
    })
    .await;
    let post = "POST /echo/x HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n";
    let text = server
        .send(format!("{post}connection: close\r\n\r\nbody"))
        .await;
    assert_eq!(body(&text), "POST x a /echo/x body");
    server.ask_to_stop();
    server.stopped().await;
}

#[tokio::test]
async fn slow_heads_and_bodies_are_cut() {
    let soon = Duration::from_millis(50);
    let server = Server::start_with(api(), |serve| {
        serve
            .header_timeout(soon)
            .body_timeout(soon)
            .idle_timeout(soon)
    })
    .await;
    let table = [
        ("", ""),
        ("PRI * HTTP/2.0\r\n", ""),
        ("GET /echo/x HTTP/1.1\r\nhost: a\r\n", "HTTP/1.1 408"),
        (
            "POST /echo/x HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nbody",
            "HTTP/1.1 408",
        ),
        ("GET /echo/x HTTP/1.1\r\nhost: a\r\n\r\n", "HTTP/1.1 200"),
        (
            "GET /echo/x HTTP/1.1\r\nhost: a\r\n\r\nGET /",
            "HTTP/1.1 200",
        ),
    ];
    for (bytes, begin) in table {
        let text = server.send(bytes).await;
        assert!(text.starts_with(begin), "{bytes:?}: {text:?}");
        assert_eq!(text.is_empty(), begin.is_empty(), "{bytes:?}: {text:?}");
    }
}

#[tokio::test]
async fn a_slow_handler_is_a_504_and_a_panic_a_500() {
    let server = Server::start_with(api(), |serve| {
        serve.request_timeout(Duration::from_millis(30))
    })
    .await;
    for (path, code) in [
        ("/waits", "timed_out"),
        ("/late", "timed_out"),
        ("/panics", "internal_error"),
    ] {
        assert_eq!(json(&server.get(path).await)["code"], code, "{path}");
    }
}

#[tokio::test]
async fn an_invalid_setting_is_an_error_of_the_start() {
    type Set = fn(lambda_api::server::Serve) -> lambda_api::server::Serve;
    let table: [(Set, &str); 7] = [
        (
            |serve| serve.trusted_proxies(["0.0.0.0/0"]),
            "trusted_proxies: expected the addresses of proxies",
        ),
        (
            |serve| serve.drain_delay(Duration::from_secs(25)),
            "drain_delay: expected less than the `drain_timeout` of 25s",
        ),
        (
            |serve| serve.trusted_proxies(["10.0.0.1", "lb"]),
            "trusted_proxies: expected an address",
        ),
        (
            |serve| serve.max_connections(0),
            "max_connections: expected at least 1",
        ),
        (
            |serve| serve.header_timeout(Duration::ZERO),
            "header_timeout: expected more than 0 s",
        ),
        (|serve| serve.healthz("healthz"), "healthz: expected a path"),
        (
            |serve| serve.healthz("/h?").max_connections(0),
            "healthz: expected a path",
        ),
    ];
    for (set, begin) in table {
        let server = Server::start_with(Api::new(), set).await;
        let error = server.running.await.unwrap().unwrap_err();
        assert!(error.to_string().starts_with(begin), "{error}");
    }
}
