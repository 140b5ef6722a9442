//! What a server does when it is told to fail.

use crate::{
    http::{get, got, parts},
    verifier::{DISCOVERY, JWKS, POOL, oidc},
};
use lambda_api_testing::TestIssuer;
use lambda_api_testing_internal::{Fault, IssuerExt as _};
use serde_json::{Value, json};
use std::{io, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::Instant,
};

#[tokio::test]
async fn faults_happen_one_after_the_other_and_then_no_more() {
    let issuer = oidc();
    let server = issuer.serve();
    server.inject(Fault::status(500).times(1));
    server.inject(Fault::garbage().times(1));
    server.inject(Fault::document(json!({"keys": []})).times(1));
    server.inject(Fault::redirect_to("http://127.0.0.1:1/keys").times(1));

    let response = got(&server.url()).await;
    assert_eq!(
        (response.status(), &response.body[..]),
        (500, &b"Internal Server Error"[..])
    );
    let response = got(&server.url()).await;
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert!(serde_json::from_slice::<Value>(&response.body).is_err());
    assert!(String::from_utf8(response.body).is_err());
    assert_eq!(got(&server.url()).await.json(), json!({"keys": []}));
    let response = got(&server.url()).await;
    assert_eq!(response.status(), 302);
    assert_eq!(response.header("location"), Some("http://127.0.0.1:1/keys"));

    assert_eq!(got(&server.url()).await.json(), issuer.jwks());
    assert_eq!(server.fetches(), 5);
}

#[tokio::test]
async fn a_fault_of_one_path_leaves_the_others_alone() {
    let server = TestIssuer::cognito(POOL, "app-client-id").serve();
    server.inject(Fault::status(503).at(JWKS));
    assert_eq!(got(&server.discovery_url()).await.status(), 200);
    assert_eq!(got(&server.url()).await.status(), 503);
    assert_eq!(got(&server.url()).await.status(), 503);
    server.recover();
    assert_eq!(got(&server.url()).await.status(), 200);
    assert_eq!(server.fetches_of(JWKS), 3);
    assert_eq!(server.fetches_of(DISCOVERY), 1);
}

#[tokio::test]
async fn a_reset_connection_is_reset_and_not_only_closed() {
    let server = oidc().serve();
    server.inject(Fault::reset().times(1));
    let error = get(&server.url()).await.expect_err("no response");
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    assert_eq!(server.fetches(), 1);
    assert_eq!(got(&server.url()).await.status(), 200);
}

#[tokio::test]
async fn a_huge_response_is_parsed_after_white_space() {
    let issuer = oidc();
    let server = issuer.serve();
    let length = 300_000;
    server.inject(Fault::huge(length).times(1));
    let response = got(&server.url()).await;
    assert_eq!(response.header("content-length"), Some("300000"));
    assert_eq!(response.body.len(), length);
    assert!(response.body.iter().take(200_000).all(|byte| *byte == b' '));
    assert_eq!(response.json(), issuer.jwks());

    server.inject(Fault::huge_unannounced(length).times(1));
    let response = got(&server.url()).await;
    assert_eq!(response.header("content-length"), None);
    assert_eq!(response.header("transfer-encoding"), Some("chunked"));
    assert!(response.body.len() > length);
}

#[tokio::test]
async fn an_unread_huge_response_ends_with_its_connection() {
    let server = oidc().serve();
    server.inject(Fault::huge(usize::MAX).times(1));
    let (address, path) = parts(&server.url());
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut some = [0; 64 * 1024];
    stream.read_exact(&mut some).await.expect("a beginning");
    drop(stream);
    assert_eq!(got(&server.url()).await.status(), 200);
}

#[tokio::test]
async fn a_truncated_response_is_shorter_than_announced() {
    let issuer = oidc();
    let server = issuer.serve();
    server.inject(Fault::truncated());
    let response = got(&server.url()).await;
    let announced: usize = response
        .header("content-length")
        .expect("a length")
        .parse()
        .expect("a number");
    let document = issuer.jwks().to_string();
    assert_eq!(announced, document.len());
    assert_eq!(response.body, &document.as_bytes()[..document.len() / 2]);
}

#[tokio::test]
async fn headers_are_added_and_replaced() {
    let server = oidc().serve();
    server.header("cache-control", "public, max-age=60");
    server.header("content-type", "text/html");
    let response = got(&server.url()).await;
    assert_eq!(response.header("cache-control"), Some("public, max-age=60"));
    assert_eq!(response.header("content-type"), Some("text/html"));
    server.inject(Fault::status(500));
    let response = got(&server.url()).await;
    assert_eq!(response.header("cache-control"), None);
}

#[tokio::test]
async fn a_held_response_waits_until_it_is_released() {
    let issuer = oidc();
    let server = issuer.serve();
    server.hold();
    let url = server.url();
    let fetches: Vec<_> = (0..3)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { got(&url).await })
        })
        .collect();
    server.wait_for_fetches(3).await;
    assert_eq!(server.fetches(), 3);
    assert!(fetches.iter().all(|fetch| !fetch.is_finished()));
    server.release();
    for fetch in fetches {
        assert_eq!(fetch.await.expect("no panic").json(), issuer.jwks());
    }
    assert_eq!(got(&url).await.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_slow_response_takes_the_time_of_the_clock() {
    let server = oidc().serve();
    server.inject(Fault::slow(Duration::from_secs(30)).times(1));
    server.inject(Fault::status(500).after(Duration::from_secs(7)).times(1));
    for (status, seconds) in [(200, 30), (500, 7)] {
        let begun = Instant::now();
        assert_eq!(got(&server.url()).await.status(), status);
        assert!(begun.elapsed() >= Duration::from_secs(seconds));
    }
}

#[tokio::test]
#[should_panic(expected = "there can be no header \"a b\"")]
async fn an_invalid_header_panics() {
    oidc().serve().header("a b", "c");
}
