//! Valid and invalid tokens.

use crate::{
    ARN, CLIENT, Clock, NOON, OTHER, ask, at, issuer, rejection, request, through, verifier,
};
use lambda_api::{
    Api, api_handler,
    auth::{AlbOidc, AuthError, Authenticator, IdentityKind},
    event::Source,
    routes,
};
use lambda_api_testing::{TestClient, TestIssuer, TestToken};
use lambda_api_testing_internal::{IssuerExt as _, TokenExt as _};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_genuine_token_is_the_user_it_is_about() {
    let issuer = issuer();
    let token = issuer
        .token("alice")
        .claim("email", "alice@example.com")
        .groups(["admins", "staff"]);
    let token = token.to_string();
    for source in [Source::Alb, Source::AlbMultiValue] {
        let headers = [("x-amzn-oidc-data", token.as_str())];
        let identity = through(source, &verifier(&issuer), &headers).await.unwrap();
        assert_eq!(identity.subject(), "alice");
        assert_eq!(identity.issuer(), Some(issuer.issuer_url()));
        assert_eq!(identity.kind(), &IdentityKind::AlbOidc);
        assert!(identity.groups().eq(["admins", "staff"]));
        assert_eq!(identity.scopes().len(), 0);
        let claims: Value = identity.claims().unwrap();
        assert_eq!(claims["email"], "alice@example.com");
    }
}

#[tokio::test]
async fn only_an_alb_can_set_the_header() {
    let issuer = issuer();
    let verifier = verifier(&issuer);
    let token = issuer.token("alice").to_string();
    for source in Source::ALL {
        let headers = [("x-amzn-oidc-data", token.as_str())];
        let outcome = through(source, &verifier, &headers).await;
        if matches!(source, Source::Alb | Source::AlbMultiValue) {
            assert_eq!(outcome.unwrap().subject(), "alice");
        } else {
            assert_eq!(outcome.err(), Some(AuthError::UntrustedSource), "{source}");
        }
        let outcome = through(source, &verifier, &[]).await;
        assert_eq!(outcome.err(), Some(AuthError::Absent), "{source}");
    }
    assert_eq!(rejection(&verifier, token).await, None);
}

#[tokio::test]
async fn unsigned_headers_are_ignored() {
    let issuer = issuer();
    let token = issuer.token("alice").to_string();
    let headers = [
        ("x-amzn-oidc-identity", "alice"),
        ("x-amzn-oidc-accesstoken", token.as_str()),
        ("authorization", "Bearer abc"),
    ];
    let outcome = through(Source::Alb, &verifier(&issuer), &headers).await;
    assert_eq!(outcome.err(), Some(AuthError::Absent));
}

#[tokio::test]
async fn a_header_that_is_there_twice_is_rejected() {
    let issuer = issuer();
    let mut request = request(issuer.token("alice"));
    let second = issuer.token("bob").to_string().try_into().unwrap();
    request.headers_mut().append("x-amzn-oidc-data", second);
    let outcome = verifier(&issuer).authenticate(&request).await;
    assert_eq!(outcome.err(), Some(AuthError::RepeatedCredential));
}

#[tokio::test]
async fn a_token_with_one_error_is_rejected() {
    use AuthError::*;
    let issuer = issuer();
    let alice = || issuer.token("alice");
    let stranger = TestIssuer::alb(OTHER, CLIENT).at(at(NOON));
    let cases: Vec<(TestToken, AuthError)> = vec![
        (alice().tampered(), BadSignature),
        (alice().wrong_key(), BadSignature),
        (alice().unknown_key(), UnknownKey),
        (stranger.token("alice"), WrongSigner),
        // The `signer` is the expected one, but the key belongs to another load balancer.
        (stranger.token("alice").header("signer", ARN), UnknownKey),
        (
            stranger
                .token("alice")
                .header("signer", ARN)
                .header("kid", issuer.kid()),
            BadSignature,
        ),
        (alice().header("signer", crate::LISTENER), WrongSigner),
        (alice().header("signer", ARN.to_uppercase()), WrongSigner),
        (alice().header("signer", json!([ARN])), MalformedHeader),
        (alice().without_header("signer"), MalformedHeader),
        (alice().audience("another-client-id"), WrongClient),
        (alice().audience(""), WrongClient),
        (alice().audience(json!([CLIENT])), MalformedHeader),
        (alice().without_header("client"), MalformedHeader),
        (alice().without_header("iss"), MalformedHeader),
        (alice().unsigned(), NotAToken),
        (alice().hs256("secret"), AlgorithmNotAllowed),
        (alice().hs256_with_public_key(), AlgorithmNotAllowed),
        (alice().header("alg", "ES384"), AlgorithmNotAllowed),
        (alice().encrypted(), EncryptedToken),
        (alice().unpadded(), MalformedBase64),
        (
            alice().header("crit", json!(["exp"])),
            UnknownCriticalHeader,
        ),
        (alice().header("b64", false), UnknownCriticalHeader),
        (alice().header("typ", "logout+jwt"), WrongTokenType),
        (alice().without_header("kid"), MalformedKeyId),
        (alice().header("kid", ""), MalformedKeyId),
        (alice().header("kid", "../../secret"), MalformedKeyId),
        (alice().header("kid", 1), MalformedHeader),
        (alice().expired(), Expired),
        (alice().without_header("exp"), NoExpiry),
        (alice().header("exp", "1767268900"), MalformedHeader),
        (alice().header("exp", 1e300), MalformedHeader),
        (alice().header("exp", u64::MAX), MalformedHeader),
        (alice().header("exp", -1), MalformedHeader),
        (alice().claim("exp", NOON), Expired),
        (alice().claim("exp", "never"), MalformedClaims),
        (alice().claim("nbf", NOON + 31), NotYetValid),
        (alice().claim("iat", NOON + 31), NotYetValid),
        (alice().without("sub"), NoSubject),
        (alice().claim("sub", ""), NoSubject),
        (alice().claim("sub", 7), MalformedClaims),
        (alice().raw_payload("[]"), MalformedClaims),
        (
            alice().raw_payload(r#"{"sub":"alice","sub":"bob"}"#),
            DuplicateMember,
        ),
        (alice().raw_payload(b"{\"sub\":\"\xff\"}"), MalformedClaims),
        (
            alice().raw_header(r#"{"alg":"ES256","alg":"none"}"#),
            DuplicateMember,
        ),
        (alice().raw_header("ES256"), MalformedHeader),
        (alice().claim("x", "y".repeat(8000)), TokenTooLarge),
    ];
    let verifier = verifier(&issuer);
    for (number, (token, expected)) in cases.into_iter().enumerate() {
        let outcome = rejection(&verifier, &token.to_string()).await;
        assert_eq!(outcome, Some(expected), "case {number}: {token:?}");
    }
    assert_eq!(rejection(&verifier, alice()).await, None);
}

#[tokio::test]
async fn no_change_of_a_single_bit_is_accepted() {
    let issuer = issuer();
    let verifier = verifier(&issuer);
    let token = issuer.token("alice").to_string();
    let mut tried = 0;
    for at in 0..token.len() {
        for bit in 0..8 {
            let mut changed = token.clone().into_bytes();
            changed[at] ^= 1 << bit;
            let Ok(value) = http::HeaderValue::from_bytes(&changed) else {
                continue;
            };
            let mut request = request("");
            request.headers_mut().insert("x-amzn-oidc-data", value);
            let outcome = verifier.authenticate(&request).await;
            assert!(outcome.is_err(), "byte {at}, bit {bit}");
            tried += 1;
        }
    }
    assert!(tried > 5 * token.len(), "only {tried} changes were tried");
}

#[tokio::test]
async fn a_signature_has_one_spelling() {
    let issuer = issuer();
    let verifier = verifier(&issuer);
    let token = issuer.token("alice").to_string();
    let stripped = token.trim_end_matches('=');
    assert_eq!(token.len() - stripped.len(), 2);
    for changed in [
        stripped.to_owned(),
        format!("{stripped}="),
        format!("{token}="),
        format!("{token}=="),
        format!("{token}AAAA"),
        format!("{token}."),
        format!(".{token}"),
        token.replace('=', "%3D"),
    ] {
        assert!(rejection(&verifier, &changed).await.is_some(), "{changed}");
    }
}

#[tokio::test]
async fn a_token_ends_to_the_second() {
    let issuer = issuer();
    let clock = Clock::new();
    let verifier = verifier(&issuer).clock(clock.read());
    let token = issuer
        .token("alice")
        .expires_in(Duration::from_secs(120))
        .to_string();
    let lenient = verifier.clone().expiry_leeway(Duration::from_secs(10));
    for (second, expected, expected_lenient) in [
        (NOON + 119, None, None),
        (NOON + 120, Some(AuthError::Expired), None),
        (NOON + 129, Some(AuthError::Expired), None),
        (
            NOON + 130,
            Some(AuthError::Expired),
            Some(AuthError::Expired),
        ),
    ] {
        clock.set(second);
        assert_eq!(rejection(&verifier, &token).await, expected, "{second}");
        assert_eq!(
            rejection(&lenient, &token).await,
            expected_lenient,
            "{second}"
        );
    }
}

#[tokio::test]
async fn a_beginning_may_lie_a_little_ahead() {
    let issuer = issuer();
    let verifier = verifier(&issuer);
    let soon = issuer.token("alice").claim("nbf", NOON + 30).to_string();
    assert_eq!(rejection(&verifier, &soon).await, None);
    let strict = verifier.clone().leeway(Duration::ZERO);
    assert_eq!(
        rejection(&strict, &soon).await,
        Some(AuthError::NotYetValid)
    );
}

#[tokio::test]
async fn an_issuer_that_is_named_has_to_be_the_one() {
    let issuer = issuer();
    let named = verifier(&issuer).issuer(issuer.issuer_url());
    assert_eq!(rejection(&named, issuer.token("alice")).await, None);
    for token in [
        issuer.token("alice").issuer("https://id.example.org"),
        issuer
            .token("alice")
            .header("iss", "https://id.example.org"),
        issuer.token("alice").claim("iss", "https://id.example.org"),
    ] {
        assert_eq!(
            rejection(&named, token).await,
            Some(AuthError::UnknownIssuer)
        );
    }
    let any = issuer.token("alice").issuer("https://id.example.org");
    let identity = ask(&verifier(&issuer), any).await.unwrap();
    assert_eq!(identity.issuer(), Some("https://id.example.org"));
}

#[tokio::test]
async fn groups_are_those_of_the_claim_that_is_named() {
    let issuer = issuer();
    let verifier = verifier(&issuer).groups_claim("custom:teams");
    for (claim, expected) in [
        (json!(["a", "b"]), Ok(vec!["a", "b"])),
        (json!("a"), Ok(vec!["a"])),
        (json!([]), Ok(vec![])),
        // Without a group, the rules that need one fail.
        (json!(null), Ok(vec![])),
        (json!({"a": true}), Ok(vec![])),
        (json!(["a", 1]), Ok(vec![])),
    ] {
        let token = issuer
            .token("alice")
            .groups(["ignored"])
            .claim("custom:teams", claim);
        let outcome = ask(&verifier, token).await;
        let expected = expected.map(|groups| groups.into_iter().map(str::to_owned).collect());
        let groups = outcome.map(|identity| {
            let groups: Vec<_> = identity.groups().map(str::to_owned).collect();
            groups
        });
        assert_eq!(groups, expected);
    }
}

#[tokio::test]
async fn a_check_of_ones_own_has_the_last_word() {
    let issuer = issuer();
    let verifier = verifier(&issuer).check(|identity| match identity.subject() {
        "alice" => Ok(()),
        _ => Err(AuthError::Rejected("not alice")),
    });
    assert_eq!(rejection(&verifier, issuer.token("alice")).await, None);
    let rejected = rejection(&verifier, issuer.token("bob")).await;
    assert_eq!(rejected, Some(AuthError::Rejected("not alice")));
    let forged = rejection(&verifier, issuer.token("bob").wrong_key()).await;
    assert_eq!(forged, Some(AuthError::BadSignature));
    // After a rejection, the client is not asked for other credentials.
    let verifier = verifier.check(|_| Err(AuthError::Absent));
    let rejected = rejection(&verifier, issuer.token("alice")).await;
    assert_eq!(rejected, Some(AuthError::NotAccepted));
}

/// Returns the caller.
#[api_handler(GET "/me")]
async fn me(identity: lambda_api::Identity) -> String {
    identity.subject().to_owned()
}

#[tokio::test]
async fn an_api_behind_a_load_balancer_knows_its_users() {
    let issuer = TestIssuer::alb(ARN, CLIENT);
    let kid = issuer.kid();
    let pem = issuer.public_key_pem(&kid).unwrap();
    let users = AlbOidc::listener(ARN).client(CLIENT).key(kid, pem);
    let api = Api::new().authenticate(users).routes(routes![me]);
    let client = TestClient::new(api).await.via(Source::AlbMultiValue);

    let response = client
        .get("/me")
        .header("x-amzn-oidc-data", issuer.token("alice").to_string())
        .await;
    assert_eq!(
        (response.status().as_u16(), response.text()),
        (200, "alice")
    );
    let forged = issuer.token("alice").wrong_key().to_string();
    let response = client.get("/me").header("x-amzn-oidc-data", forged).await;
    assert_eq!(response.status(), 401);
    let response = client
        .get("/me")
        .header("x-amzn-oidc-identity", "alice")
        .await;
    assert_eq!(response.status(), 401);
}
