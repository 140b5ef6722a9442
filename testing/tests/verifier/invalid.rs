//! Issuers that fail: how often they are asked, what callers get, and that it passes by itself.

use crate::{
    by_hand::base64url,
    verifiers::{AUDIENCE, CLIENT, NOON, POOL, noon, request},
};
use lambda_api::{
    Api, Identity, api_handler,
    auth::{AuthError, Cognito, Jwt},
    routes,
};
use lambda_api_testing::{TestClient, TestIssuer, TestToken};
use lambda_api_testing_internal::{
    Fault, IssuerExt as _, JwksServer, OddKey, TokenExt as _, loopback_issuer,
};
use serde_json::json;
use std::{
    fmt::Display,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};
use tokio::task::JoinSet;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// The wall clock of a verifier, which goes when it is told to.
#[derive(Clone)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn at_noon() -> Self {
        Self(Arc::new(AtomicU64::new(NOON)))
    }

    fn pass(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    fn read(&self) -> impl Fn() -> SystemTime + Send + Sync + use<> {
        let clock = self.clone();
        move || SystemTime::UNIX_EPOCH + Duration::from_secs(clock.0.load(Ordering::SeqCst))
    }
}

fn issuer() -> TestIssuer {
    TestIssuer::cognito(POOL, CLIENT).at(noon())
}

/// Good for two days.
fn token(issuer: &TestIssuer) -> TestToken {
    issuer
        .token("alice")
        .expires_in(Duration::from_secs(48 * HOUR))
}

fn verifier(server: &JwksServer, clock: &Clock) -> Cognito {
    let pool = Cognito::user_pool(POOL).client(CLIENT);
    pool.jwks_url(server.url())
        .allow_loopback_http()
        .clock(clock.read())
}

#[api_handler(GET "/me")]
async fn me(identity: Identity) -> String {
    identity.subject().to_owned()
}

async fn client(authenticator: impl lambda_api::auth::Authenticator) -> TestClient {
    TestClient::new(Api::new().authenticate(authenticator).routes(routes![me])).await
}

async fn assert_let_in(client: &TestClient, token: TestToken) {
    let response = client.get("/me").bearer(token).await;
    response.assert_status(200).assert_text("alice");
}

async fn assert_rejected(client: &TestClient, token: TestToken) {
    let response = client.get("/me").bearer(token).await;
    response.assert_problem(401, "invalid_token");
}

/// The token cannot be verified: that is not an error of the caller.
async fn assert_unavailable(client: &TestClient, token: TestToken) {
    let response = client.get("/me").bearer(token).await;
    response
        .assert_problem(503, "authentication_unavailable")
        .assert_header("retry-after", "10");
    assert_eq!(response.header("www-authenticate"), None);
}

/// Many requests at once.
async fn at_once<F>(requests: usize, one: impl Fn(usize) -> F) -> Vec<Result<Identity, AuthError>>
where
    F: Future<Output = Result<Identity, AuthError>> + Send + 'static,
{
    let mut running: JoinSet<_> = (0..requests).map(one).collect();
    let mut outcomes = Vec::new();
    while let Some(outcome) = running.join_next().await {
        outcomes.push(outcome.expect("no panic"));
    }
    outcomes
}

fn authenticate<T: Display>(
    verifier: &Arc<Cognito>,
    token: &T,
) -> impl Future<Output = Result<Identity, AuthError>> + Send + use<T> {
    use lambda_api::auth::Authenticator as _;
    let (verifier, request) = (Arc::clone(verifier), request(&token.to_string()));
    async move {
        let request = request.expect("a request");
        verifier.authenticate(&request).await
    }
}

#[tokio::test]
async fn invalid_key_sets_are_unavailable_until_fixed() {
    for (name, error, fetches) in [
        ("an error", Fault::status(500), 1),
        ("not found", Fault::status(404), 1),
        ("too many requests", Fault::status(429), 1),
        ("another success", Fault::status(204), 1),
        ("garbage", Fault::garbage(), 1),
        ("no set", Fault::document(json!({"keys": "none"})), 1),
        ("a list", Fault::document(json!([])), 1),
        ("a web page", Fault::document(json!("<html>")), 1),
        ("one that is too long", Fault::huge(151 * 1024), 1),
        ("one that never ends", Fault::huge(usize::MAX), 1),
        (
            "one that is too long and does not say so",
            Fault::huge_unannounced(usize::MAX),
            1,
        ),
        (
            "a redirect",
            Fault::redirect_to("http://127.0.0.1:1/keys"),
            1,
        ),
        // A connection that breaks is tried once more.
        ("half of it", Fault::truncated(), 2),
        ("a reset", Fault::reset(), 2),
    ] {
        let (issuer, clock) = (issuer(), Clock::at_noon());
        let server = issuer.serve();
        let client = client(verifier(&server, &clock)).await;
        server.inject(error);
        for _ in 0..20 {
            assert_unavailable(&client, token(&issuer)).await;
        }
        assert_eq!(server.fetches(), fetches, "{name}");
        client.get("/me").await.assert_problem(401, "unauthorized");

        server.recover();
        assert_unavailable(&client, token(&issuer)).await;
        clock.pass(10);
        assert_let_in(&client, token(&issuer)).await;
        assert_let_in(&client, token(&issuer)).await;
        assert_eq!(server.fetches(), fetches + 1, "{name}");
    }
}

#[tokio::test]
async fn an_empty_key_set_rejects_all_tokens() {
    let (issuer, clock) = (issuer(), Clock::at_noon());
    let server = issuer.serve();
    let client = client(verifier(&server, &clock)).await;
    server.inject(Fault::document(json!({"keys": []})));
    assert_rejected(&client, token(&issuer)).await;
    server.recover();
    clock.pass(10);
    assert_let_in(&client, token(&issuer)).await;
    assert_eq!(server.fetches(), 2);
}

#[tokio::test]
async fn an_issuer_recovers_without_a_restart() {
    // By its name it has a port of its own, where nobody listens yet; and discovery.
    let issuer = loopback_issuer("tenant", AUDIENCE).at(noon());
    let clock = Clock::at_noon();
    let jwt = Jwt::new(issuer.issuer_url()).audience(AUDIENCE);
    let client = client(jwt.allow_loopback_http().clock(clock.read())).await;
    for _ in 0..20 {
        assert_unavailable(&client, token(&issuer)).await;
    }
    let server = issuer.serve();
    clock.pass(10);
    assert_let_in(&client, token(&issuer)).await;
    assert_eq!(server.fetches(), 2, "the metadata, and the keys");

    // Down again, with keys that are known: for an hour nobody notices.
    server.stop().await;
    clock.pass(HOUR - 1);
    assert_let_in(&client, token(&issuer)).await;
    // Then they are stale, and serve on.
    for _ in 0..20 {
        clock.pass(HOUR);
        assert_let_in(&client, token(&issuer)).await;
    }
    // A key that is not known cannot be asked for.
    assert_unavailable(&client, token(&issuer).unknown_key()).await;
    // They serve for a day and no longer.
    clock.pass(4 * HOUR);
    assert_unavailable(&client, token(&issuer)).await;

    let server = issuer.serve();
    clock.pass(10);
    assert_let_in(&client, token(&issuer)).await;
    assert!(server.fetches() <= 2, "{}", server.fetches());
}

#[tokio::test]
async fn metadata_of_another_issuer_are_not_believed() {
    let issuer = loopback_issuer("tenant", AUDIENCE).at(noon());
    let (server, clock) = (issuer.serve(), Clock::at_noon());
    let jwt = Jwt::new(issuer.issuer_url()).audience(AUDIENCE);
    let client = client(jwt.allow_loopback_http().clock(clock.read())).await;
    let discovery = "/.well-known/openid-configuration";
    for metadata in [
        json!({"issuer": "https://attacker.example", "jwks_uri": server.url()}),
        json!({"issuer": format!("{}/", issuer.issuer_url()), "jwks_uri": server.url()}),
        json!({"jwks_uri": server.url()}),
        json!({"issuer": issuer.issuer_url()}),
        json!({"issuer": issuer.issuer_url(), "jwks_uri": "http://attacker.example/keys"}),
        json!({"issuer": issuer.issuer_url(), "jwks_uri": "file:///etc/passwd"}),
    ] {
        server.inject(Fault::document(metadata).at(discovery));
        assert_unavailable(&client, token(&issuer)).await;
        server.recover();
        clock.pass(10);
    }
    assert_eq!(server.fetches_of("/.well-known/jwks.json"), 0);
    assert_let_in(&client, token(&issuer)).await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_issuer_is_waited_for_only_so_long() {
    let (issuer, clock) = (issuer(), Clock::at_noon());
    let server = issuer.serve();
    let client = client(verifier(&server, &clock)).await;
    server.hold();
    let begun = tokio::time::Instant::now();
    assert_unavailable(&client, token(&issuer)).await;
    let waited = begun.elapsed();
    assert!(waited <= Duration::from_secs(6), "{waited:?}");
    let fetches = server.fetches();
    assert!((1..=2).contains(&fetches), "{fetches}");
    // Who comes next does not wait.
    let begun = tokio::time::Instant::now();
    assert_unavailable(&client, token(&issuer)).await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(server.fetches(), fetches);
}

#[tokio::test]
async fn concurrent_requests_share_one_fetch() {
    let (issuer, clock) = (issuer(), Clock::at_noon());
    let server = issuer.serve();
    let (verifier, token) = (Arc::new(verifier(&server, &clock)), token(&issuer));
    server.hold();
    let all = at_once(200, |_| authenticate(&verifier, &token));
    let (outcomes, ()) = tokio::join!(all, async {
        server.wait_for_fetches(1).await;
        server.release();
    });
    assert_eq!(outcomes.len(), 200);
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(server.fetches(), 1);
}

#[tokio::test]
async fn a_cancelled_request_keeps_the_shared_fetch() {
    let (issuer, clock) = (issuer(), Clock::at_noon());
    let server = issuer.serve();
    let (verifier, token) = (Arc::new(verifier(&server, &clock)), token(&issuer));
    server.hold();
    let first = tokio::spawn(authenticate(&verifier, &token));
    server.wait_for_fetches(1).await;
    let second = tokio::spawn(authenticate(&verifier, &token));
    first.abort();
    assert!(first.await.expect_err("it was aborted").is_cancelled());
    server.release();
    let identity = second.await.expect("no panic").expect("a good token");
    assert_eq!(identity.subject(), "alice");
    assert_eq!(server.fetches(), 1);
}

#[tokio::test]
async fn a_new_key_is_fetched_when_a_token_names_it() {
    let (issuer, clock) = (issuer(), Clock::at_noon());
    let server = issuer.serve();
    let client = client(verifier(&server, &clock)).await;
    let old = issuer.kid();
    assert_let_in(&client, token(&issuer)).await;
    issuer.rotate();
    clock.pass(10);
    assert_let_in(&client, token(&issuer)).await;
    assert_let_in(&client, token(&issuer).signed_by(&old)).await;
    assert_eq!(server.fetches(), 2);

    // A key that is not published any more is believed for an hour, and not longer.
    issuer.retire_old_keys();
    assert_let_in(&client, token(&issuer).signed_by(&old)).await;
    clock.pass(HOUR);
    assert_rejected(&client, token(&issuer).signed_by(&old)).await;
    assert_let_in(&client, token(&issuer)).await;
    assert_eq!(server.fetches(), 3);
}

#[tokio::test]
async fn a_thousand_unknown_keys_a_second_are_one_fetch_in_ten() {
    let (issuer, clock) = (issuer(), Clock::at_noon());
    let server = issuer.serve();
    let verifier = Arc::new(verifier(&server, &clock));
    let good = token(&issuer).to_string();
    let (_, claims_and_signature) = good.split_once('.').expect("a header");
    for second in 0..30 {
        let unknown: Vec<_> = (0..1000)
            .map(|number| {
                let kid = format!("unknown {second} {number}");
                let header = base64url(json!({"alg": "RS256", "kid": kid}).to_string());
                format!("{header}.{claims_and_signature}")
            })
            .collect();
        let outcomes = at_once(1001, |at| match unknown.get(at) {
            Some(unknown) => authenticate(&verifier, unknown),
            None => authenticate(&verifier, &good),
        })
        .await;
        let rejected = outcomes
            .iter()
            .filter(|it| matches!(it, Err(AuthError::UnknownKey)));
        assert_eq!(rejected.count(), 1000, "second {second}");
        let let_in = outcomes.iter().filter(|outcome| outcome.is_ok());
        assert_eq!(let_in.count(), 1, "second {second}");
        clock.pass(1);
    }
    // In the seconds 0, 10 and 20.
    assert_eq!(server.fetches(), 3);
}

#[tokio::test]
async fn an_invalid_token_causes_no_fetch() {
    let (issuer, clock) = (issuer(), Clock::at_noon());
    let server = issuer.serve();
    let client = client(verifier(&server, &clock)).await;
    for bad in [
        token(&issuer).issuer("https://attacker.example"),
        token(&issuer).without("iss"),
        token(&issuer).unsigned(),
        token(&issuer).hs256("secret"),
        token(&issuer).encrypted(),
        token(&issuer).header("crit", json!(["exp"])),
        token(&issuer).header("kid", "k".repeat(1000)),
        token(&issuer).raw_payload("[]"),
        token(&issuer).raw_header("{}"),
    ] {
        assert_rejected(&client, bad).await;
    }
    client.get("/me").await.assert_problem(401, "unauthorized");
    assert_eq!(server.fetches(), 0);
}

#[tokio::test]
async fn the_updated_issuer_is_fetched_only_when_named() {
    let (issuer, clock) = (issuer(), Clock::at_noon());
    let server = issuer.serve();
    let client = client(verifier(&server, &clock)).await;
    let updated = issuer
        .updated_issuer_url()
        .expect("a pool has one")
        .to_owned();
    assert_let_in(&client, token(&issuer).issuer(updated)).await;
    assert_let_in(&client, token(&issuer)).await;
    // With a URL of one's own, both have the same keys.
    assert_eq!(server.fetches(), 1);
}

#[tokio::test]
async fn odd_keys_in_a_set_are_skipped() {
    for odd in OddKey::ALL {
        let issuer = TestIssuer::oidc("https://odd.example", AUDIENCE).at(noon());
        issuer.publish_odd(odd);
        let (server, clock) = (issuer.serve(), Clock::at_noon());
        let jwt = Jwt::new(issuer.issuer_url()).audience(AUDIENCE);
        let jwt = jwt
            .jwks_url(server.url())
            .allow_loopback_http()
            .clock(clock.read());
        let client = client(jwt).await;
        match odd {
            // Two keys of one name are for one algorithm: it cannot be known which is meant.
            OddKey::DuplicateKid => assert_rejected(&client, token(&issuer)).await,
            _ => assert_let_in(&client, token(&issuer)).await,
        }
        let secret = token(&issuer)
            .hs256(OddKey::SECRET)
            .header("kid", "symmetric");
        assert_rejected(&client, secret).await;
        assert_rejected(&client, token(&issuer).wrong_key()).await;
        assert_eq!(server.fetches(), 1, "{odd:?}");
    }
}
