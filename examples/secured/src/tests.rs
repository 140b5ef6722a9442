//! The whole API, with tokens of an issuer that exists for the tests.

use super::api;
use lambda_api::event::{Source, emulate::Caller};
use lambda_api_testing::{TestClient, TestIssuer};
use serde_json::json;

const POOL: &str = "eu-west-1_abc123";
const CLIENT: &str = "app-client-id";
const API_ID: &str = "a1b2c3d4e5";

fn issuer() -> TestIssuer {
    TestIssuer::cognito(POOL, CLIENT)
}

/// The API as it is deployed, with the keys of the test issuer. Its responses are those that the document
/// promises.
async fn client() -> TestClient {
    let settings = [
        ("COGNITO_POOL", POOL),
        ("COGNITO_CLIENT", CLIENT),
        ("LAMBDA_API_IDS", API_ID),
    ];
    let api = api()
        .environment(settings)
        .authenticate(issuer().verifier());
    TestClient::new(api).conforming().await
}

#[tokio::test]
async fn all_missing_settings_are_errors() {
    // Without this one, the errors of debug and release builds differ.
    let settings = [("LAMBDA_API_IDS", API_ID)];
    let errors = api().environment(settings).build().await.err().unwrap();
    let errors: Vec<_> = errors.iter().collect();
    assert_eq!(
        errors,
        [
            "the authenticator `cognito`: the environment variable `COGNITO_POOL` for `user_pool` is \
             missing or empty",
            "the authenticator `cognito`: the environment variable `COGNITO_CLIENT` for `client` is \
             missing or empty",
        ]
    );
}

#[tokio::test]
async fn health_is_public() {
    client().await.get("/health").await.assert_status(200);
}

#[tokio::test]
async fn the_logo_is_a_public_image() {
    let logo = client().await.get("/logo").await;
    logo.assert_status(200)
        .assert_header("content-type", "image/gif");
    assert!(logo.bytes().starts_with(b"GIF89a"));
}

#[tokio::test]
async fn pool_tokens_identify_the_caller() {
    let token = issuer()
        .token("alice")
        .scopes("orders/read orders/write")
        .groups(["staff"]);
    let me = client().await.get("/me").bearer(token).await;
    me.assert_status(200).assert_json(&json!({
        "subject": "alice",
        "scopes": ["orders/read", "orders/write"],
        "groups": ["staff"],
    }));
}

#[tokio::test]
async fn no_token_and_bad_tokens_get_a_401() {
    let client = client().await;
    client.get("/me").await.assert_problem(401, "unauthorized");
    client
        .get("/nothing")
        .await
        .assert_problem(401, "unauthorized");
    for token in [
        issuer().token("alice").expired(),
        issuer().token("alice").tampered(),
        issuer().token("alice").unsigned(),
        issuer().token("alice").wrong_key(),
        issuer().token("alice").id_token(),
        TestIssuer::cognito("eu-west-1_other", CLIENT).token("alice"),
        TestIssuer::cognito(POOL, "another-client").token("alice"),
    ] {
        let response = client.get("/me").bearer(token).await;
        response.assert_problem(401, "invalid_token");
    }
}

#[tokio::test]
async fn administrators_are_a_group() {
    let client = client().await;
    let admin = issuer().token("alice").groups(["admins"]);
    client.get("/admin").bearer(admin).await.assert_status(200);
    let other = issuer().token("bob").groups(["staff"]);
    client
        .get("/admin")
        .bearer(other)
        .await
        .assert_problem(403, "forbidden");
}

#[tokio::test]
async fn placing_an_order_needs_the_scope() {
    let client = client().await;
    let token = issuer().token("alice").scopes("orders/write");
    let placed = client.post("/orders").bearer(token).await;
    placed
        .assert_status(201)
        .assert_json(&json!({"customer": "alice"}));
    let rejected = client.post("/orders").bearer(issuer().token("bob")).await;
    rejected
        .assert_problem(403, "insufficient_scope")
        .assert_header(
            "www-authenticate",
            r#"Bearer realm="api", error="insufficient_scope", scope="orders/write""#,
        );
}

#[tokio::test]
async fn other_programs_are_known_by_their_role() {
    const ROLE: &str = "arn:aws:sts::123456789012:assumed-role/reports/session";
    let client = client().await.via(Source::RestApi);
    let of = |api_id: &'static str| {
        client
            .get("/internal")
            .gateway(move |gateway| gateway.caller(Caller::iam(ROLE)).api_id(api_id))
    };
    of(API_ID).await.assert_status(200);
    of("another-api").await.assert_problem(401, "invalid_token");
    client
        .get("/internal")
        .await
        .assert_problem(401, "unauthorized");
    // A token does not replace a role.
    let token = issuer().token("alice").groups(["admins"]);
    client
        .get("/internal")
        .bearer(token)
        .await
        .assert_problem(401, "unauthorized");
}

#[tokio::test]
async fn one_page_may_call_the_api() {
    const ORIGIN: &str = "https://app.example.com";
    let client = client().await;
    let preflight = |origin| {
        client
            .request("OPTIONS", "/orders")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
    };
    preflight(ORIGIN)
        .await
        .assert_header("access-control-allow-origin", ORIGIN);
    preflight("https://other.example.com")
        .await
        .assert_no_header("access-control-allow-origin");
    // The page can read a rejection.
    let rejected = client.get("/me").header("origin", ORIGIN).await;
    rejected
        .assert_problem(401, "unauthorized")
        .assert_header("access-control-allow-origin", ORIGIN);
}
