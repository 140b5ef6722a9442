//! The settings of a verifier, and their errors.

use crate::{ARN, CLIENT, LISTENER, NOON, OTHER, at, issuer, rejection, verifier};
use lambda_api::__private::{LendKeys, TestKeys};
use lambda_api::auth::{AlbOidc, AuthError, Authenticator};
use lambda_api_testing::TestIssuer;
use lambda_api_testing_internal::{IssuerExt as _, TokenExt as _};
use std::time::Duration;

#[tokio::test]
async fn several_clients_and_load_balancers_may_be_let_in() {
    let one = issuer();
    let two = TestIssuer::alb(OTHER, "second-client-id").at(at(NOON));
    let verifier = AlbOidc::listener(LISTENER)
        .or_listener(OTHER)
        .client(CLIENT);
    let verifier = [&one, &two].into_iter().fold(verifier, |verifier, issuer| {
        let kid = issuer.kid();
        let pem = issuer.public_key_pem(&kid).unwrap();
        verifier.key(kid, pem)
    });
    let verifier = verifier.clock(|| at(NOON));
    assert_eq!(rejection(&verifier, one.token("alice")).await, None);
    let rejected = rejection(&verifier, two.token("bob")).await;
    assert_eq!(rejected, Some(AuthError::WrongClient));
    let verifier = verifier.client("second-client-id");
    assert_eq!(rejection(&verifier, one.token("alice")).await, None);
    assert_eq!(rejection(&verifier, two.token("bob")).await, None);
}

#[tokio::test]
async fn any_client_must_be_explicit() {
    let issuer = issuer();
    let kid = issuer.kid();
    let pem = issuer.public_key_pem(&kid).unwrap();
    let verifier = AlbOidc::listener(ARN)
        .any_client()
        .key(kid, pem)
        .clock(|| at(NOON));
    let token = issuer.token("alice").audience("whoever");
    assert_eq!(rejection(&verifier, token).await, None);
    let token = issuer.token("alice").without_header("client");
    assert_eq!(
        rejection(&verifier, token).await,
        Some(AuthError::MalformedHeader)
    );
}

#[tokio::test]
async fn with_keys_of_its_own_nothing_is_fetched() {
    let issuer = issuer();
    let server = issuer.serve();
    let verifier = verifier(&issuer)
        .keys_url(server.url())
        .allow_loopback_http();
    assert_eq!(rejection(&verifier, issuer.token("alice")).await, None);
    issuer.rotate();
    let rejected = rejection(&verifier, issuer.token("alice")).await;
    assert_eq!(rejected, Some(AuthError::UnknownKey));
    assert_eq!(server.fetches(), 0);
}

#[tokio::test]
async fn a_test_issuer_lends_its_keys_to_who_trusts_it() {
    let issuer = issuer();
    let keys = |issuer_arn: &str| TestKeys {
        issuer: issuer_arn.to_owned(),
        jwks: issuer.jwks().to_string(),
        now: Some(at(NOON)),
    };
    let real = AlbOidc::listener(LISTENER).client(CLIENT);
    let lent = real.with_test_keys(&keys(ARN)).unwrap();
    assert!(lent.config_errors().is_empty());
    assert_eq!(rejection(&lent, issuer.token("alice")).await, None);
    // Everything else is unchanged.
    for (token, expected) in [
        (issuer.token("alice").audience("x"), AuthError::WrongClient),
        (issuer.token("alice").wrong_key(), AuthError::BadSignature),
        (issuer.token("alice").unknown_key(), AuthError::UnknownKey),
        (issuer.token("alice").expired(), AuthError::Expired),
    ] {
        assert_eq!(rejection(&lent, token).await, Some(expected));
    }
    assert!(real.with_test_keys(&keys(LISTENER)).is_some());
    for other in [OTHER, "https://id.example.com", ""] {
        assert!(real.with_test_keys(&keys(other)).is_none(), "{other}");
    }
}

#[test]
fn invalid_settings_fail_the_build() {
    let good = || AlbOidc::listener(LISTENER).client(CLIENT);
    let pem = issuer().public_key_pem(&issuer().kid()).unwrap();
    assert_eq!(good().config_errors(), [""; 0]);
    let china = ARN
        .replace("arn:aws:", "arn:aws-cn:")
        .replace("eu-west-1", "cn-north-1");
    assert_eq!(
        AlbOidc::listener(china).any_client().config_errors(),
        [""; 0]
    );
    let unknown = ARN.replace("arn:aws:", "arn:aws-iso:");
    let kid = issuer().kid();
    for (verifier, expected) in [
        (
            AlbOidc::listener("shop").client(CLIENT),
            "ALB: `shop` is not the ARN of an application load balancer or of its listener",
        ),
        (
            AlbOidc::listener(LISTENER).or_listener("").client(CLIENT),
            "ALB: `` is not the ARN of an application load balancer or of its listener",
        ),
        (good().client(""), "ALB: the id of a client is empty"),
        (
            good().any_client(),
            "ALB: `client` and `any_client` cannot be combined",
        ),
        (good().issuer(""), "ALB: the issuer is empty"),
        (
            good().leeway(Duration::from_secs(301)),
            "ALB: a leeway of 301s is too much: at most 300s are allowed",
        ),
        (
            good().expiry_leeway(Duration::from_secs(301)),
            "ALB: a leeway of 301s is too much: at most 300s are allowed",
        ),
        (
            AlbOidc::listener(&unknown).client(CLIENT),
            "ALB: the URL of the keys in the partition `aws-iso` is not known: set `keys_url`",
        ),
        (
            good().keys_url("http://127.0.0.1:9000"),
            "ALB: `keys_url`: the URL does not begin with `https://`",
        ),
        (
            good()
                .keys_url("http://id.example.com")
                .allow_loopback_http(),
            "ALB: `keys_url`: the URL is http, which is allowed to loopback only",
        ),
        (
            // The URL of a key is longer.
            good().keys_url(format!("https://id.example.com/{}", "k".repeat(2000))),
            "ALB: `keys_url`: the URL is longer than 2048 characters",
        ),
        (
            good().key(&kid, &pem).key(&kid, &pem),
            &format!("ALB: the key id `{kid}` is repeated"),
        ),
        (
            good().key("main", &pem),
            "ALB: the key id `main` is not a UUID",
        ),
        (
            good().key(&kid, "-----BEGIN PUBLIC KEY-----"),
            &format!("ALB: the key `{kid}` is not a public key on P-256 in PEM"),
        ),
    ] {
        assert_eq!(verifier.config_errors(), [expected]);
    }
    let elsewhere = AlbOidc::listener(unknown)
        .client(CLIENT)
        .keys_url("https://id.example.com/");
    assert_eq!(elsewhere.config_errors(), [""; 0]);
    let loopback = good()
        .keys_url("http://127.0.0.1:9000/")
        .allow_loopback_http();
    assert_eq!(loopback.config_errors(), [""; 0]);
}

#[tokio::test]
async fn an_empty_client_accepts_no_token() {
    let issuer = issuer();
    let verifier = verifier(&issuer).client("");
    let rejected = rejection(&verifier, issuer.token("alice").audience("")).await;
    let invalid = AuthError::Unavailable("the verifier has invalid settings");
    assert_eq!(rejected, Some(invalid));
}

#[test]
fn the_scheme_is_bearer_in_a_header_of_its_own() {
    let verifier = AlbOidc::listener(ARN).client(CLIENT);
    assert_eq!(verifier.scheme().name(), "alb");
    assert_eq!(verifier.name("staff").scheme().name(), "staff");
}

#[test]
fn a_log_shows_no_keys() {
    let text = format!("{:?}", verifier(&issuer()));
    assert!(
        text.contains(LISTENER) && !text.contains("PUBLIC KEY"),
        "{text}"
    );
}

#[test]
fn its_futures_can_move_between_threads() {
    fn assert_send<T: Send>(_: T) {}
    let verifier = AlbOidc::listener(ARN).client(CLIENT);
    let request = crate::request("token");
    assert_send(verifier.authenticate(&request));
}
