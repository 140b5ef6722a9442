use lambda_api::{
    Api, Claims, Identity,
    auth::{ApiKeys, Cognito, Jwt, KeyHash, gateway::JwtAuthorizer},
    authorizer,
    authorizer::Allow,
    events,
};
use lambda_api_testing::{AuthorizerEvent, TestClient, TestIssuer};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct User {
    sub: String,
}

#[authorizer]
async fn by_claims(Claims(user): Claims<User>) -> Allow {
    Allow::all_routes(user.sub)
}

#[authorizer]
async fn by_identity(user: Identity) -> Allow {
    Allow::all_routes(user.subject())
}

#[authorizer]
async fn by_anyone(user: Option<Identity>) -> Allow {
    let user = user.as_ref().map_or("anonymous", Identity::subject);
    Allow::all_routes(user)
}

const POOL: &str = "eu-west-1_abc123";
const URL: &str = "https://id.example.com";
const KEY: &str = "0123456789abcdef0123456789abcdef";

fn with_bearer(token: &str) -> [AuthorizerEvent; 5] {
    [
        AuthorizerEvent::token(format!("Bearer {token}")),
        AuthorizerEvent::request().bearer(token),
        AuthorizerEvent::http().bearer(token),
        AuthorizerEvent::http_v1().bearer(token),
        AuthorizerEvent::websocket().bearer(token),
    ]
}

#[tokio::test]
async fn tokens_are_verified_before_the_handler() {
    let cognito = TestIssuer::cognito(POOL, "client");
    let oidc = TestIssuer::oidc(URL, "orders");
    let pool = || Api::new().authenticate(Cognito::user_pool(POOL).client("client"));
    let issuer = || Api::new().authenticate(Jwt::new(URL).audience("orders"));
    for (api, issuer, other) in [(pool(), &cognito, &oidc), (issuer(), &oidc, &cognito)] {
        let api = api
            .authenticate(issuer.verifier())
            .events(events![by_claims]);
        let client = TestClient::new(api).await;
        let valid = issuer.token("alice").to_string();
        let expired = issuer.token("alice").expired().to_string();
        let foreign = other.token("alice").to_string();
        for event in with_bearer(&valid) {
            let response = client.authorize(&event).await;
            assert_eq!(
                (response.status(), response.principal()),
                (200, Some("alice")),
                "{event:?}"
            );
        }
        for token in [&*expired, &*foreign, "x.y.z", ""] {
            for event in with_bearer(token) {
                assert_eq!(client.authorize(&event).await.status(), 401, "{event:?}");
            }
        }
        for event in [
            AuthorizerEvent::request(),
            AuthorizerEvent::http(),
            AuthorizerEvent::websocket(),
        ] {
            assert_eq!(client.authorize(&event).await.status(), 401, "{event:?}");
        }
    }
}

#[tokio::test]
async fn api_keys_are_verified_before_the_handler() {
    let keys = || ApiKeys::from_keys([(KeyHash::of(KEY), Identity::new("alice"))]);
    let api = Api::new().authenticate(keys()).events(events![by_identity]);
    let client = TestClient::new(api).await;
    for event in [
        AuthorizerEvent::token(KEY),
        AuthorizerEvent::request().header("X-Api-Key", KEY),
        AuthorizerEvent::http().header("x-api-key", KEY),
        AuthorizerEvent::websocket().header("x-api-key", KEY),
    ] {
        let response = client.authorize(&event).await;
        assert_eq!(
            (response.status(), response.principal()),
            (200, Some("alice")),
            "{event:?}"
        );
    }
    for event in [
        AuthorizerEvent::token(KEY.replace('0', "1")),
        AuthorizerEvent::request().bearer(KEY),
        AuthorizerEvent::request(),
        AuthorizerEvent::request()
            .header("x-api-key", KEY)
            .header("x-api-key", KEY),
    ] {
        assert_eq!(client.authorize(&event).await.status(), 401, "{event:?}");
    }
}

#[tokio::test]
async fn an_unavailable_check_is_no_401() {
    let keys =
        ApiKeys::new(|_| async { Err::<Option<(KeyHash, Identity)>, _>("the store is down") });
    let api = Api::new().authenticate(keys).events(events![by_identity]);
    let client = TestClient::new(api).await;
    assert_eq!(
        client.authorize(AuthorizerEvent::token(KEY)).await.status(),
        500
    );
}

#[tokio::test]
async fn an_optional_identity_needs_no_credential() {
    let keys = ApiKeys::from_keys([(KeyHash::of(KEY), Identity::new("alice"))]);
    let api = Api::new().authenticate(keys).events(events![by_anyone]);
    let client = TestClient::new(api).await;
    let request = AuthorizerEvent::request;
    for (event, status, principal) in [
        (request(), 200, Some("anonymous")),
        (request().header("x-api-key", KEY), 200, Some("alice")),
        (
            request().header("x-api-key", KEY.replace('0', "1")),
            401,
            None,
        ),
    ] {
        let response = client.authorize(&event).await;
        assert_eq!(
            (response.status(), response.principal()),
            (status, principal)
        );
    }
}

#[derive(Debug, Deserialize)]
struct Employee {
    #[expect(dead_code, reason = "its absence is the test")]
    badge: u32,
}

#[authorizer]
async fn of_employees(_: Claims<Employee>) -> Allow {
    Allow::all_routes("an employee")
}

#[tokio::test]
async fn claims_that_do_not_fit_are_denied() {
    let issuer = TestIssuer::oidc(URL, "orders");
    let api = Api::new()
        .authenticate(issuer.verifier())
        .events(events![of_employees]);
    let client = TestClient::new(api).await;
    let token = issuer.token("alice").to_string();
    let response = client
        .authorize(AuthorizerEvent::http().bearer(&token))
        .await;
    assert_eq!(
        (response.status(), response.principal()),
        (403, Some("alice"))
    );
    let token = issuer.token("alice").claim("badge", 7).to_string();
    assert_eq!(
        client
            .authorize(AuthorizerEvent::http().bearer(&token))
            .await
            .status(),
        200
    );
}

#[tokio::test]
async fn a_gateway_does_not_vouch_for_the_caller() {
    let issuer = TestIssuer::oidc(URL, "orders");
    let api = Api::new()
        .authenticate(
            JwtAuthorizer::from_any_api()
                .name("gateway")
                .add_issuer(URL),
        )
        .authenticate(Jwt::new(URL).audience("orders"))
        .authenticate(issuer.verifier())
        .events(events![by_identity]);
    let client = TestClient::new(api).await;
    let mut event = AuthorizerEvent::http().to_value();
    event["requestContext"]["authorizer"] = serde_json::json!({"jwt": {"claims": {"sub": "mallory", "iss": "https://id.example.com"}, "scopes": null}});
    client.event(event).await.assert_failed("Unauthorized");
}
