//! `TestIssuer::verifier`: an API trusts the issuer of a test.

use crate::verifiers::{ALGORITHMS, AUDIENCE, CLIENT, POOL, URL, noon};
use lambda_api::auth::Algorithm;
use lambda_api::{
    Api, Identity, api_handler,
    auth::{AlbOidc, Algorithm as Allowed, AuthError, Cognito, Credential, Jwt},
    event::Source,
    routes,
};
use lambda_api_testing::{TestClient, TestIssuer};
use lambda_api_testing_internal::{IssuerExt as _, TokenExt as _, loopback_issuer};
use std::time::Duration;

const ARN: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188";

#[api_handler(GET "/me")]
async fn me(identity: Identity) -> String {
    let by = identity.authenticator();
    format!("{} by {by}", identity.subject())
}

fn api() -> Api {
    Api::new().routes(routes![me])
}

async fn client(api: Api, issuer: &TestIssuer) -> TestClient {
    TestClient::new(api.authenticate(issuer.verifier())).await
}

async fn assert_subject(client: &TestClient, token: impl Into<String>, expected: &str) {
    let response = client.get("/me").bearer(token.into()).await;
    response.assert_status(200).assert_text(expected);
}

async fn assert_rejected(client: &TestClient, token: impl Into<String>) {
    let response = client.get("/me").bearer(token.into()).await;
    response.assert_problem(401, "invalid_token");
}

#[tokio::test]
async fn without_authenticators_the_test_verifier_authenticates() {
    for (issuer, expected) in [
        (TestIssuer::oidc(URL, AUDIENCE), "alice by jwt"),
        (loopback_issuer("tenant", AUDIENCE), "alice by jwt"),
        (TestIssuer::cognito(POOL, CLIENT), "alice by cognito"),
        (
            TestIssuer::cognito("cn-north-1_x", CLIENT),
            "alice by cognito",
        ),
    ] {
        let client = client(api(), &issuer).await;
        assert_subject(&client, issuer.token("alice"), expected).await;
        assert_subject(&client, issuer.token("alice").id_token(), expected).await;
        client.get("/me").await.assert_problem(401, "unauthorized");
        client
            .get("/nothing")
            .await
            .assert_problem(401, "unauthorized");
        for bad in [
            issuer.token("alice").audience("another"),
            issuer.token("alice").expired(),
            issuer.token("alice").unsigned(),
            issuer.token("alice").wrong_key(),
            issuer.token("alice").unknown_key(),
            issuer.token("alice").issuer("https://attacker.example"),
        ] {
            assert_rejected(&client, bad).await;
        }
    }
}

#[tokio::test]
async fn a_load_balancer_is_an_issuer_too() {
    for api in [
        api(),
        api().authenticate(AlbOidc::listener(ARN).client(CLIENT)),
    ] {
        let issuer = TestIssuer::alb(ARN, CLIENT);
        // Behind no other source is the header the load balancer's.
        let client = client(api, &issuer).await.via(Source::Alb);
        let get = |token: String| client.get("/me").header("x-amzn-oidc-data", token);
        let good = get(issuer.token("alice").to_string()).await;
        good.assert_status(200).assert_text("alice by alb");
        let other = get(issuer.token("alice").wrong_key().to_string()).await;
        other.assert_status(401);
    }
}

#[tokio::test]
async fn every_algorithm_of_an_issuer_is_known() {
    for algorithm in ALGORITHMS {
        let issuer = TestIssuer::oidc(URL, AUDIENCE).with_algorithm(algorithm);
        let client = client(api(), &issuer).await;
        assert_subject(&client, issuer.token("alice"), "alice by jwt").await;
    }
}

#[tokio::test]
async fn an_authenticator_that_trusts_the_issuer_keeps_its_settings() {
    let strict = || {
        Jwt::new(URL)
            .audience("narrow")
            .algorithms([Allowed::Es256])
            .credential(Credential::header("x-token"))
            .name("staff")
            .check(|identity| match identity.subject() {
                "mallory" => Err(AuthError::Rejected("not mallory")),
                _ => Ok(()),
            })
    };
    let issuer = TestIssuer::oidc(URL, AUDIENCE);
    issuer.add_key(Algorithm::EdDsa);
    let client = client(api().authenticate(strict()), &issuer).await;
    let send = |token: lambda_api_testing::TestToken| {
        client.get("/me").header("x-token", token.to_string())
    };
    let token = |subject: &str| issuer.token(subject).audience("narrow");
    let good = send(token("alice")).await;
    good.assert_status(200).assert_text("alice by staff");
    for bad in [
        issuer.token("alice"),
        token("alice").algorithm(Algorithm::EdDsa),
        token("mallory"),
    ] {
        send(bad).await.assert_problem(401, "invalid_token");
    }
    // The stand-in, which looks at `authorization`, is not there.
    let elsewhere = client.get("/me").bearer(token("alice")).await;
    elsewhere.assert_problem(401, "unauthorized");
}

#[tokio::test]
async fn a_pool_that_takes_id_tokens_takes_no_others() {
    let issuer = TestIssuer::cognito(POOL, CLIENT);
    let pool = Cognito::user_pool(POOL).client(CLIENT).id_tokens();
    let client = client(api().authenticate(pool), &issuer).await;
    assert_subject(
        &client,
        issuer.token("alice").id_token(),
        "alice by cognito",
    )
    .await;
    assert_rejected(&client, issuer.token("alice")).await;
}

#[tokio::test]
async fn a_nested_api_that_trusts_the_issuer_gets_its_keys() {
    let issuer = TestIssuer::cognito(POOL, CLIENT);
    let pool = Cognito::user_pool(POOL).client(CLIENT);
    let nested = api().authenticate(pool);
    let outer = Api::new().nest("/nested", nested);
    let client = client(outer, &issuer).await;
    let response = client.get("/nested/me").bearer(issuer.token("alice")).await;
    response.assert_status(200).assert_text("alice by cognito");
    client.get("/nested/me").await.assert_status(401);
}

#[tokio::test]
async fn a_test_verifier_can_be_renamed() {
    let issuer = TestIssuer::oidc(URL, AUDIENCE);
    let client = TestClient::new(api().authenticate(issuer.verifier().name("staff"))).await;
    assert_subject(&client, issuer.token("alice"), "alice by staff").await;
}

#[tokio::test]
async fn build_fails_if_no_authenticator_trusts_the_issuer() {
    let issuer = TestIssuer::cognito(POOL, CLIENT);
    let mistyped = Cognito::user_pool("eu-west-1_abc124").client(CLIENT);
    let api = api().authenticate(mistyped).authenticate(issuer.verifier());
    let errors = api.build().await.expect_err("nobody trusts the issuer");
    let expected = "the keys of a test issuer are unused";
    assert!(errors.to_string().contains(expected), "{errors}");
}

#[tokio::test]
async fn the_time_is_the_issuers() {
    let issuer = TestIssuer::cognito(POOL, CLIENT).at(noon());
    let now = TestIssuer::cognito(POOL, CLIENT);
    let own = || Cognito::user_pool(POOL).client(CLIENT);
    for api in [api(), api().authenticate(own())] {
        let client = client(api, &issuer).await;
        assert_subject(&client, issuer.token("alice"), "alice by cognito").await;
        let earlier = issuer.clone().at(noon() - Duration::from_secs(3601));
        assert_rejected(&client, earlier.token("alice")).await;
        // It is good by the clock of the machine, and issued in the future.
        assert_rejected(&client, now.token("alice")).await;
    }
}

#[tokio::test]
async fn a_rotation_after_it_was_made_is_not_seen() {
    let issuer = TestIssuer::oidc("https://rotating.example", AUDIENCE);
    let before = client(api(), &issuer).await;
    let old = issuer.kid();
    issuer.rotate();
    assert_rejected(&before, issuer.token("alice")).await;
    assert_subject(
        &before,
        issuer.token("alice").signed_by(&old),
        "alice by jwt",
    )
    .await;
    let after = client(api(), &issuer).await;
    assert_subject(&after, issuer.token("alice"), "alice by jwt").await;
}
