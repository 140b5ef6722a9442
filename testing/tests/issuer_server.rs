//! What `TestIssuer` serves, seen by a client that speaks HTTP by hand.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use lambda_api_testing::issuer::{Fault, JwksServer, TestIssuer};
use serde_json::{Value, json};
use std::{io, net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::Instant,
};

const POOL: &str = "eu-west-1_abc123";
const JWKS: &str = "/.well-known/jwks.json";
const DISCOVERY: &str = "/.well-known/openid-configuration";

fn pool() -> TestIssuer {
    TestIssuer::cognito(POOL, "app-client-id")
}

fn oidc() -> TestIssuer {
    TestIssuer::oidc("https://id.example.com", "orders-api")
}

#[derive(Debug)]
struct Reply {
    head: String,
    body: Vec<u8>,
}

impl Reply {
    fn status(&self) -> u16 {
        let status = self.head.split(' ').nth(1).expect("a status");
        status.parse().expect("a number")
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            (found == name).then_some(value)
        })
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

/// One request on a connection of its own, and all that comes back on it.
async fn get(url: &str) -> io::Result<Reply> {
    send("GET", url).await
}

async fn send(method: &str, url: &str) -> io::Result<Reply> {
    let (address, path) = parts(url);
    let mut stream = TcpStream::connect(address).await?;
    let request =
        format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await?;
    let end = reply.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.expect("a head that ends");
    let body = reply.split_off(end + 4);
    let head = String::from_utf8(reply).expect("a head in UTF-8");
    Ok(Reply { head, body })
}

fn parts(url: &str) -> (SocketAddr, String) {
    let rest = url.strip_prefix("http://").expect("plain HTTP");
    let (address, path) = rest.split_once('/').unwrap_or((rest, ""));
    (address.parse().expect("an address"), format!("/{path}"))
}

/// A reply that has to come.
async fn got(url: &str) -> Reply {
    get(url).await.expect("a reply")
}

fn url_of(server: &JwksServer, path: &str) -> String {
    format!("{}{path}", server.issuer_url())
}

#[tokio::test]
async fn the_served_set_is_the_one_in_memory_and_follows_rotations() {
    let issuer = pool();
    let server = issuer.serve().await;
    let reply = got(&server.url()).await;
    assert_eq!(reply.status(), 200);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.json(), issuer.jwks());
    issuer.publish(json!("odd"));
    issuer.add_key(lambda_api_testing::issuer::Algorithm::Es256);
    let reply = got(&server.url()).await;
    assert_eq!(reply.json(), issuer.jwks());
    assert_eq!(reply.json()["keys"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn it_listens_on_loopback_alone() {
    let server = pool().serve().await;
    assert_eq!(server.address().ip().to_string(), "127.0.0.1");
    assert_ne!(server.address().port(), 0);
}

#[tokio::test]
async fn a_token_is_verified_by_discovery_at_an_issuer_that_has_a_name() {
    let issuer = TestIssuer::oidc("tenant", "orders-api");
    let server = issuer.serve().await;
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
    let mut validation = Validation::new(Algorithm::ES256);
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
        let server = issuer.serve().await;
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
    let arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188";
    let issuer = TestIssuer::alb(arn, "app-client-id");
    let server = issuer.serve().await;
    let old = issuer.kid();
    let new = issuer.rotate();
    for kid in [&old, &new] {
        let reply = got(&format!("{}/{kid}", server.url())).await;
        assert_eq!(reply.status(), 200);
        let pem = String::from_utf8(reply.body).expect("a text");
        assert_eq!(Some(pem.clone()), issuer.public_key_pem(kid));
        DecodingKey::from_ec_pem(pem.as_bytes()).expect("an EC key in PEM");
    }
    issuer.retire_old_keys();
    assert_eq!(got(&format!("{}/{old}", server.url())).await.status(), 404);
    assert_eq!(got(&url_of(&server, JWKS)).await.status(), 404);
    assert_eq!(server.fetches_of(&format!("/{old}")), 2);
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_counted_all_the_same() {
    let server = pool().serve().await;
    for path in [
        "/",
        JWKS,
        "/eu-west-1_abc123",
        "/eu-west-1_abc1234/.well-known/jwks.json",
    ] {
        let url = format!("http://{}{path}", server.address());
        assert_eq!(got(&url).await.status(), 404, "{path}");
    }
    let post = send("POST", &server.url()).await.expect("a reply");
    assert_eq!(
        (post.status(), post.header("allow")),
        (405, Some("GET, HEAD"))
    );
    let head = send("HEAD", &server.url()).await.expect("a reply");
    assert_eq!((head.status(), head.body.len()), (200, 0));
    assert_eq!(server.fetches(), 6);
    assert_eq!(server.fetches_of(JWKS), 2);
}

#[tokio::test]
async fn faults_happen_one_after_the_other_and_then_no_more() {
    let issuer = oidc();
    let server = issuer.serve().await;
    server.inject(Fault::status(500).times(1));
    server.inject(Fault::garbage().times(1));
    server.inject(Fault::document(json!({"keys": []})).times(1));
    server.inject(Fault::redirect_to("http://127.0.0.1:1/keys").times(1));

    let reply = got(&server.url()).await;
    assert_eq!(
        (reply.status(), &reply.body[..]),
        (500, &b"Internal Server Error"[..])
    );
    let reply = got(&server.url()).await;
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert!(serde_json::from_slice::<Value>(&reply.body).is_err());
    assert!(String::from_utf8(reply.body).is_err());
    assert_eq!(got(&server.url()).await.json(), json!({"keys": []}));
    let reply = got(&server.url()).await;
    assert_eq!(reply.status(), 302);
    assert_eq!(reply.header("location"), Some("http://127.0.0.1:1/keys"));

    assert_eq!(got(&server.url()).await.json(), issuer.jwks());
    assert_eq!(server.fetches(), 5);
}

#[tokio::test]
async fn a_fault_of_one_path_leaves_the_others_alone() {
    let server = pool().serve().await;
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
    let server = oidc().serve().await;
    server.inject(Fault::reset().times(1));
    let error = get(&server.url()).await.expect_err("no reply");
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    assert_eq!(server.fetches(), 1);
    assert_eq!(got(&server.url()).await.status(), 200);
}

#[tokio::test]
async fn a_huge_reply_is_the_right_one_after_much_white_space() {
    let issuer = oidc();
    let server = issuer.serve().await;
    let length = 300_000;
    server.inject(Fault::huge(length).times(1));
    let reply = got(&server.url()).await;
    assert_eq!(reply.header("content-length"), Some("300000"));
    assert_eq!(reply.body.len(), length);
    assert!(reply.body.iter().take(200_000).all(|byte| *byte == b' '));
    assert_eq!(reply.json(), issuer.jwks());

    server.inject(Fault::huge_unannounced(length).times(1));
    let reply = got(&server.url()).await;
    assert_eq!(reply.header("content-length"), None);
    assert_eq!(reply.header("transfer-encoding"), Some("chunked"));
    assert!(reply.body.len() > length);
}

#[tokio::test]
async fn a_huge_reply_that_nobody_reads_ends_with_its_connection() {
    let server = oidc().serve().await;
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
async fn a_truncated_reply_is_shorter_than_it_says() {
    let issuer = oidc();
    let server = issuer.serve().await;
    server.inject(Fault::truncated());
    let reply = got(&server.url()).await;
    let announced: usize = reply
        .header("content-length")
        .expect("a length")
        .parse()
        .expect("a number");
    let document = issuer.jwks().to_string();
    assert_eq!(announced, document.len());
    assert_eq!(reply.body, &document.as_bytes()[..document.len() / 2]);
}

#[tokio::test]
async fn headers_are_added_and_replaced() {
    let server = oidc().serve().await;
    server.header("cache-control", "public, max-age=60");
    server.header("content-type", "text/html");
    let reply = got(&server.url()).await;
    assert_eq!(reply.header("cache-control"), Some("public, max-age=60"));
    assert_eq!(reply.header("content-type"), Some("text/html"));
    server.inject(Fault::status(500));
    let reply = got(&server.url()).await;
    assert_eq!(reply.header("cache-control"), None);
}

#[tokio::test]
async fn a_held_reply_waits_until_it_is_released() {
    let issuer = oidc();
    let server = issuer.serve().await;
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
async fn a_slow_reply_takes_the_time_of_the_clock() {
    let server = oidc().serve().await;
    server.inject(Fault::slow(Duration::from_secs(30)).times(1));
    server.inject(Fault::status(500).after(Duration::from_secs(7)).times(1));
    for (status, seconds) in [(200, 30), (500, 7)] {
        let begun = Instant::now();
        assert_eq!(got(&server.url()).await.status(), status);
        assert!(begun.elapsed() >= Duration::from_secs(seconds));
    }
}

#[tokio::test]
async fn several_requests_may_share_a_connection() {
    let server = oidc().serve().await;
    let (address, path) = parts(&server.url());
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let request = |connection: &str| {
        format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: {connection}\r\n\r\n")
    };
    let both = request("keep-alive") + &request("close");
    stream.write_all(both.as_bytes()).await.expect("sent");
    let mut replies = String::new();
    stream.read_to_string(&mut replies).await.expect("replies");
    assert_eq!(replies.matches("HTTP/1.1 200 OK").count(), 2);
    assert_eq!(server.fetches(), 2);
}

#[tokio::test]
async fn a_named_issuer_refuses_connections_until_it_is_served_and_when_it_stopped() {
    let issuer = TestIssuer::oidc("tenant", "orders-api");
    let url = format!("{}{JWKS}", issuer.issuer_url());
    let refused = |result: io::Result<Reply>| {
        let error = result.expect_err("no reply");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    };
    refused(get(&url).await);
    let server = issuer.serve().await;
    assert_eq!(server.url(), url);
    assert_eq!(got(&url).await.status(), 200);
    server.stop().await;
    refused(get(&url).await);
    let again = issuer.serve().await;
    assert_eq!(got(&url).await.status(), 200);
    assert_eq!(again.fetches(), 1);
}

#[tokio::test]
async fn stopping_closes_the_connections_that_are_open() {
    let server = oidc().serve().await;
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
    let server = oidc().serve().await;
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
    let issuer = TestIssuer::oidc("tenant", "orders-api");
    let _first = issuer.serve().await;
    let _second = issuer.serve().await;
}

#[tokio::test]
#[should_panic(expected = "there can be no header \"a b\"")]
async fn a_header_that_cannot_be_is_a_mistake() {
    oidc().serve().await.header("a b", "c");
}

#[test]
fn servers_move_between_threads() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<JwksServer>();
    fn assert_send(_: impl Send) {}
    let issuer = oidc();
    assert_send(issuer.serve());
}
