//! Tokens without errors.

use crate::verifier::{URL, oidc, segments, verify};
use jsonwebtoken::decode_header;
use lambda_api::auth::Algorithm;
use lambda_api::{Api, api_handler, routes};
use lambda_api_testing::{TestClient, TestIssuer, TestToken};
use std::time::{Duration, SystemTime};

#[test]
fn a_token_without_errors_is_accepted_with_every_algorithm() {
    for algorithm in [
        Algorithm::Rs256,
        Algorithm::Rs384,
        Algorithm::Rs512,
        Algorithm::Ps256,
        Algorithm::Ps384,
        Algorithm::Ps512,
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::EdDsa,
    ] {
        let issuer = oidc().with_algorithm(algorithm);
        let token = issuer.token("alice").to_string();
        let claims = verify(&issuer, &token).unwrap_or_else(|e| panic!("{algorithm}: {e:?}"));
        assert_eq!(claims["sub"], "alice");
        let header = decode_header(&token).expect("a header");
        assert_eq!(
            format!("{:?}", header.alg).to_uppercase(),
            algorithm.name().to_uppercase()
        );
        assert_eq!(issuer.jwks()["keys"][0]["alg"], algorithm.name());
    }
}

#[test]
fn the_times_are_those_of_the_clock() {
    let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_268_800);
    let issuer = oidc().at(noon);
    let claims = |token: TestToken| token.claims();
    let good = claims(issuer.token("alice"));
    assert_eq!(good["iat"], 1_767_268_800);
    assert_eq!(good["auth_time"], 1_767_268_800);
    assert_eq!(good["exp"], 1_767_272_400);
    assert_eq!(good.get("nbf"), None);
    let short = claims(issuer.token("alice").expires_in(Duration::from_secs(5)));
    assert_eq!(short["exp"], 1_767_268_805);
    let expired = claims(issuer.token("alice").expired());
    assert_eq!(expired["iat"], 1_767_261_600);
    assert_eq!(expired["exp"], 1_767_265_200);
    let early = claims(issuer.token("alice").not_yet_valid());
    assert_eq!(early["nbf"], 1_767_272_400);
    assert_eq!(early["exp"], 1_767_276_000);
    let dawn = issuer.clone().at(SystemTime::UNIX_EPOCH);
    assert_eq!(claims(dawn.token("alice").expired())["exp"], 0);
    assert_eq!(
        issuer.token("alice").claims()["iat"],
        1_767_268_800,
        "a clone's clock is its own"
    );
}

#[test]
fn the_later_of_two_changes_wins() {
    let issuer = oidc();
    let back = issuer.token("alice").without("sub").claim("sub", "bob");
    assert_eq!(back.claims()["sub"], "bob");
    let gone = issuer.token("alice").claim("sub", "bob").without("sub");
    assert_eq!(gone.claims().get("sub"), None);
    let told = issuer.token("alice").scopes("a").scopes("b c");
    assert_eq!(told.claims()["scope"], "b c");
}

#[test]
fn token_ids_are_unique_and_reproducible() {
    let ids = || {
        let issuer = oidc();
        [(); 3].map(|()| issuer.token("alice").claims()["jti"].clone())
    };
    let [first, second, third] = ids();
    assert!(first != second && second != third && third != first);
    assert_eq!(ids(), [first, second, third]);
}

#[test]
fn neither_an_issuer_nor_a_token_shows_a_secret_when_debugged() {
    let issuer = oidc();
    let token = issuer.token("alice");
    let shown = format!("{issuer:?} {token:?}");
    assert!(shown.contains(URL) && shown.contains("alice"), "{shown}");
    let text = token.to_string();
    assert!(!shown.contains(segments(&text)[2]));
    assert_eq!(String::from(&token).len(), String::from(token).len());
}

#[test]
fn issuers_and_tokens_move_between_threads() {
    fn assert_send_sync<T: Send + Sync + Clone>() {}
    assert_send_sync::<TestIssuer>();
    assert_send_sync::<TestToken>();
}

#[api_handler(GET "/credential")]
async fn credential(#[header] authorization: String) -> String {
    authorization
}

#[tokio::test]
async fn a_client_sends_a_token_as_its_bearer() {
    let issuer = oidc();
    let client = TestClient::new(Api::new().routes(routes![credential])).await;
    let response = client
        .get("/credential")
        .bearer(issuer.token("alice"))
        .await;
    let text = response.text();
    let token = text.strip_prefix("Bearer ").expect("a bearer token");
    assert_eq!(verify(&issuer, token).expect("accepted")["sub"], "alice");
}
