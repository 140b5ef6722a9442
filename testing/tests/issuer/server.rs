//! What a server serves, and how long.

use crate::{
    http::{ServerResponse, get, got, parts, send},
    verifier::{ARN, DISCOVERY, JWKS, POOL, oidc},
};
use jsonwebtoken::{Algorithm as Alg, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use lambda_api::auth::Algorithm;
use lambda_api_testing::TestIssuer;
use lambda_api_testing_internal::{IssuerExt as _, JwksServer, loopback_issuer};
use serde_json::{Value, json};
use std::io;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

fn pool() -> TestIssuer {
    TestIssuer::cognito(POOL, "app-client-id")
}

fn url_of(server: &JwksServer, path: &str) -> String {
    format!("{}{path}", server.issuer_url())
}

#[tokio::test]
async fn the_served_set_is_the_one_in_memory_and_follows_rotations() {
    let issuer = pool();
    let server = issuer.serve();
    let response = got(&server.url()).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert_eq!(response.json(), issuer.jwks());
    issuer.publish(json!("odd"));
    issuer.add_key(Algorithm::Es256);
    let response = got(&server.url()).await;
    assert_eq!(response.json(), issuer.jwks());
    assert_eq!(response.json()["keys"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn it_listens_on_loopback_alone() {
    let server = pool().serve();
    assert_eq!(server.address().ip().to_string(), "127.0.0.1");
    assert_ne!(server.address().port(), 0);
}

#[tokio::test]
async fn loopback_issuers_are_found_by_discovery() {
    let issuer = loopback_issuer("tenant", "orders-api");
    let server = issuer.serve();
    assert_eq!(server.issuer_url(), issuer.issuer_url());
    let found = got(&format!("{}{DISCOVERY}", issuer.issuer_url()))
        .await
        .json();
    assert_eq!(found["issuer"], issuer.issuer_url());
    assert_eq!(
        found["id_token_signing_alg_values_supported"],
        json!(["ES256"])
    );
    let jwks = got(found["jwks_uri"].as_str().expect("a URL")).await;

    let set: JwkSet = serde_json::from_slice(&jwks.body).expect("a set");
    let token = issuer.token("alice").to_string();
    let kid = decode_header(&token).expect("a header").kid.expect("a kid");
    let key = DecodingKey::from_jwk(set.find(&kid).expect("published")).expect("a key");
    let mut validation = Validation::new(Alg::ES256);
    validation.set_issuer(&[issuer.issuer_url()]);
    validation.set_audience(&["orders-api"]);
    let claims = decode::<Value>(&token, &key, &validation)
        .expect("accepted")
        .claims;
    assert_eq!(claims["sub"], "alice");
    assert_eq!(
        server.paths(),
        [
            "/tenant".to_owned() + DISCOVERY,
            "/tenant".to_owned() + JWKS
        ]
    );
}

#[tokio::test]
async fn an_issuer_with_a_url_keeps_it_wherever_it_is_served() {
    for (issuer, path) in [(pool(), "/eu-west-1_abc123"), (oidc(), "")] {
        let server = issuer.serve();
        assert_eq!(
            parts(&server.discovery_url()).1,
            format!("{path}{DISCOVERY}")
        );
        let found = got(&server.discovery_url()).await.json();
        assert_eq!(found["issuer"], issuer.issuer_url());
        assert_eq!(found["jwks_uri"], server.url());
    }
}

#[tokio::test]
async fn a_load_balancer_serves_the_pem_of_each_key() {
    let issuer = TestIssuer::alb(ARN, "app-client-id");
    let server = issuer.serve();
    let old = issuer.kid();
    let new = issuer.rotate();
    for kid in [&old, &new] {
        let response = got(&format!("{}/{kid}", server.url())).await;
        assert_eq!(response.status(), 200);
        let pem = String::from_utf8(response.body).expect("a text");
        assert_eq!(Some(pem.clone()), issuer.public_key_pem(kid));
        DecodingKey::from_ec_pem(pem.as_bytes()).expect("an EC key in PEM");
    }
    issuer.retire_old_keys();
    assert_eq!(got(&format!("{}/{old}", server.url())).await.status(), 404);
    assert_eq!(got(&url_of(&server, JWKS)).await.status(), 404);
    assert_eq!(server.fetches_of(&format!("/{old}")), 2);
}

#[tokio::test]
async fn unknown_urls_are_404_and_counted() {
    let server = pool().serve();
    for path in [
        "/",
        JWKS,
        "/eu-west-1_abc123",
        "/eu-west-1_abc1234/.well-known/jwks.json",
    ] {
        let url = format!("http://{}{path}", server.address());
        assert_eq!(got(&url).await.status(), 404, "{path}");
    }
    let post = send("POST", &server.url()).await.expect("a response");
    assert_eq!(
        (post.status(), post.header("allow")),
        (405, Some("GET, HEAD"))
    );
    let head = send("HEAD", &server.url()).await.expect("a response");
    assert_eq!((head.status(), head.body.len()), (200, 0));
    assert_eq!(server.fetches(), 6);
    assert_eq!(server.fetches_of(JWKS), 2);
}

#[tokio::test]
async fn several_requests_may_share_a_connection() {
    let server = oidc().serve();
    let (address, path) = parts(&server.url());
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let request = |connection: &str| {
        format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: {connection}\r\n\r\n")
    };
    let both = request("keep-alive") + &request("close");
    stream.write_all(both.as_bytes()).await.expect("sent");
    let mut responses = String::new();
    stream
        .read_to_string(&mut responses)
        .await
        .expect("responses");
    assert_eq!(responses.matches("HTTP/1.1 200 OK").count(), 2);
    assert_eq!(server.fetches(), 2);
}

#[tokio::test]
async fn a_loopback_issuer_listens_only_while_served() {
    let issuer = loopback_issuer("tenant", "orders-api");
    let url = format!("{}{JWKS}", issuer.issuer_url());
    let rejected = |result: io::Result<ServerResponse>| {
        let error = result.expect_err("no response");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    };
    rejected(get(&url).await);
    let server = issuer.serve();
    assert_eq!(server.url(), url);
    assert_eq!(got(&url).await.status(), 200);
    server.stop().await;
    rejected(get(&url).await);
    let again = issuer.serve();
    assert_eq!(got(&url).await.status(), 200);
    assert_eq!(again.fetches(), 1);
}

#[tokio::test]
async fn stopping_closes_the_connections_that_are_open() {
    let server = oidc().serve();
    server.hold();
    let mut stream = TcpStream::connect(server.address())
        .await
        .expect("a connection");
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .expect("sent");
    server.wait_for_fetches(1).await;
    server.stop().await;
    let mut rest = Vec::new();
    let ended = stream.read_to_end(&mut rest).await;
    assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
}

#[tokio::test]
async fn a_dropped_server_ends() {
    let server = oidc().serve();
    let address = server.address();
    drop(server);
    // The runtime ends it in a moment of its own.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
#[should_panic(expected = "cannot be served")]
async fn a_named_issuer_is_served_once_at_a_time() {
    let issuer = loopback_issuer("tenant", "orders-api");
    let _first = issuer.serve();
    let _second = issuer.serve();
}

#[test]
fn servers_move_between_threads() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<JwksServer>();
}
