//! Callers without an identity, where a handler or a layer asks for one.

#![allow(missing_docs, reason = "handlers of tests")]

use lambda_api::{
    Api, ApiError, Claims, Identity, Request, api_handler,
    auth::{ClaimsRejection, IdentityRejection},
    extract::extract,
    middleware::from_fn,
    routes,
};
use lambda_api_testing::{TestClient, TestIssuer};
use serde::Deserialize;

const URL: &str = "https://id.example.com";
const AUDIENCE: &str = "orders-api";

#[derive(Debug, Deserialize)]
struct User {
    sub: String,
}

#[api_handler(GET "/greeting", public)]
async fn greeting(user: Option<Claims<User>>) -> String {
    user.map_or_else(|| "nobody".to_owned(), |user| user.0.sub)
}

#[api_handler(GET "/why", public)]
async fn why(user: Result<Claims<User>, ClaimsRejection>) -> String {
    match user {
        Ok(user) => user.0.sub,
        Err(rejection) => format!("{} {}", rejection.status(), rejection.code()),
    }
}

#[api_handler(GET "/open", public)]
async fn open() -> &'static str {
    "open"
}

fn api() -> Api {
    Api::new().routes(routes![greeting, why, open])
}

#[tokio::test]
async fn public_routes_have_claims_of_valid_credentials_only() {
    let issuer = TestIssuer::oidc(URL, AUDIENCE);
    let client = TestClient::new(api().authenticate(issuer.verifier())).await;
    client.get("/greeting").await.assert_text("nobody");
    let good = client.get("/greeting").bearer(issuer.token("alice")).await;
    good.assert_text("alice");
    let bad = issuer.token("alice").expired();
    let rejected = client.get("/greeting").bearer(bad).await;
    rejected.assert_problem(401, "invalid_token");
    let challenge = rejected.header("www-authenticate");
    assert!(challenge.is_some_and(|text| text.starts_with("Bearer ")));
}

#[tokio::test]
async fn handlers_can_read_the_rejection() {
    let issuer = TestIssuer::oidc(URL, AUDIENCE);
    let client = TestClient::new(api().authenticate(issuer.verifier())).await;
    let absent = client.get("/why").await;
    absent.assert_text("401 Unauthorized unauthorized");
    let bad = client
        .get("/why")
        .bearer(issuer.token("alice").tampered())
        .await;
    bad.assert_text("401 Unauthorized invalid_token");
}

#[tokio::test]
async fn unverified_requests_have_no_identity() {
    let rejection: IdentityRejection = extract::<Identity>(&Request::default()).await.unwrap_err();
    assert_eq!(
        (rejection.auth_error(), rejection.status().as_u16()),
        (None, 500)
    );
    let claims = extract::<Claims<User>>(&Request::default()).await;
    let rejection = claims.unwrap_err();
    assert_eq!(rejection.status(), 500);
    assert!(
        !rejection.is_absent(),
        "a missing authenticator must not count as an absent credential"
    );
    assert!(rejection.cause().is_none());

    // On the way to a public route, a credential in the request has not been verified.
    let asks = from_fn(
        |request: Request, next: lambda_api::middleware::Next| async move {
            let asked = extract::<Identity>(&request).await;
            assert!(asked.is_err_and(|rejection| rejection.auth_error().is_none()));
            next.run(request).await
        },
    );
    let issuer = TestIssuer::oidc(URL, AUDIENCE);
    let api = api().layer(asks).authenticate(issuer.verifier());
    let client = TestClient::new(api).await;
    let response = client.get("/open").bearer(issuer.token("alice")).await;
    response.assert_text("open");
}
