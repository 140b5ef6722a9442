//! The decisions, as API Gateway reads them.

use super::api;
use lambda_api_testing::{AuthorizerEvent, TestClient, TestIssuer};

const POOL: &str = "eu-west-1_abc123";
const CLIENT: &str = "app-client-id";

async fn client() -> (TestClient, TestIssuer) {
    let issuer = TestIssuer::cognito(POOL, CLIENT);
    let api = api()
        .environment([("COGNITO_POOL", POOL), ("COGNITO_CLIENT", CLIENT)])
        .authenticate(issuer.verifier());
    (TestClient::new(api).await, issuer)
}

/// The same request in every kind of event.
fn events(token: &str) -> [AuthorizerEvent; 4] {
    [
        AuthorizerEvent::token(format!("Bearer {token}")),
        AuthorizerEvent::request().bearer(token),
        AuthorizerEvent::http().bearer(token),
        AuthorizerEvent::http_v1().bearer(token),
    ]
}

#[tokio::test]
async fn users_may_call_what_is_theirs() {
    let (client, issuer) = client().await;
    let token = issuer.token("alice").to_string();
    for event in events(&token) {
        let response = client.authorize(event.path("/products/7")).await;
        assert_eq!(
            (response.status(), response.principal()),
            (200, Some("alice"))
        );
        assert_eq!(response.context("admin").unwrap(), false);
        for (method, path, expected) in [
            ("GET", "/products", true),
            ("DELETE", "/products/7", false),
            ("PUT", "/users/alice/address", true),
            ("GET", "/users/bob/address", false),
            ("GET", "/admin/users/alice/address", false),
        ] {
            assert_eq!(
                response.is_allowed(method, path),
                expected,
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn admins_may_call_everything() {
    let (client, issuer) = client().await;
    let token = issuer.token("root").groups(["admins"]).to_string();
    for event in events(&token) {
        let response = client
            .authorize(event.method("DELETE").path("/users/bob/address"))
            .await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.context("admin").unwrap(), true);
    }
}

#[tokio::test]
async fn others_get_401() {
    let (client, issuer) = client().await;
    let expired = issuer.token("alice").expired().to_string();
    for token in [&*expired, "x"] {
        for event in events(token) {
            assert_eq!(client.authorize(&event).await.status(), 401);
        }
    }
    assert_eq!(
        client
            .authorize(AuthorizerEvent::websocket())
            .await
            .status(),
        401
    );
}

#[tokio::test]
async fn an_id_with_a_wildcard_opens_nothing() {
    let (client, issuer) = client().await;
    let token = issuer.token("*").to_string();
    for event in events(&token) {
        let response = client.authorize(event.path("/users/bob/address")).await;
        assert_eq!(response.status(), 500);
    }
}
