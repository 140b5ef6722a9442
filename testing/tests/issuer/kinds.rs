//! What is peculiar to the tokens of user pools and load balancers.

use crate::verifier::{ARN, POOL, decoded, segments, validation, verify_with};
use jsonwebtoken::{Algorithm as Alg, DecodingKey};
use lambda_api_testing::{TestIssuer, TestToken};
use lambda_api_testing_internal::{IssuerExt as _, TokenExt as _};
use serde_json::{Value, json};
use std::time::SystemTime;

#[test]
fn access_tokens_of_a_user_pool_are_accepted_as_such() {
    let issuer = TestIssuer::cognito(POOL, "app-client-id");
    let token = issuer
        .token("alice")
        .scopes("orders/write")
        .groups(["admins", "staff"]);
    let mut validation = validation(&issuer);
    validation.validate_aud = false;
    let claims = verify_with(&issuer, &token.to_string(), &validation).expect("accepted");
    assert_eq!(claims["token_use"], "access");
    assert_eq!(claims["client_id"], "app-client-id");
    assert_eq!(claims.get("aud"), None);
    assert_eq!(claims["username"], "alice");
    assert_eq!(claims["scope"], "orders/write");
    assert_eq!(claims["cognito:groups"], json!(["admins", "staff"]));
    let other = issuer.token("alice").audience("other").claims();
    assert_eq!(other["client_id"], "other");
    let plain = issuer.token("alice").claims();
    assert_eq!(plain["scope"], "aws.cognito.signin.user.admin");
    assert_eq!(plain.get("cognito:groups"), None);
}

#[test]
fn id_tokens_of_a_user_pool_are_accepted_as_such() {
    let issuer = TestIssuer::cognito(POOL, "app-client-id");
    let token = issuer
        .token("alice")
        .id_token()
        .groups(["admins"])
        .to_string();
    let mut validation = validation(&issuer);
    validation.set_audience(&["app-client-id"]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let claims = verify_with(&issuer, &token, &validation).expect("accepted");
    assert_eq!(claims["token_use"], "id");
    assert_eq!(claims.get("client_id"), None);
    assert_eq!(claims.get("scope"), None);
    assert_eq!(claims["cognito:username"], "alice");
    let header: Value = serde_json::from_slice(&decoded(segments(&token)[0])).expect("JSON");
    assert_eq!(header, json!({"alg": "RS256", "kid": issuer.kid()}));
}

#[test]
fn another_pool_has_other_keys_and_the_same_pool_the_same() {
    let issuer = TestIssuer::cognito(POOL, "app-client-id");
    assert_eq!(
        TestIssuer::cognito(POOL, "other-client").jwks(),
        issuer.jwks()
    );
    let other = TestIssuer::cognito("eu-west-1_other", "app-client-id");
    assert_ne!(other.kid(), issuer.kid());
}

#[test]
fn a_load_balancer_signs_padded_segments() {
    let issuer = TestIssuer::alb(ARN, "app-client-id");
    let mut padded = 0;
    for name in ["a", "al", "ali", "alic"] {
        let token = issuer.token(name).claim("email", "alice@example.com");
        let text = token.to_string();
        let [header, payload, signature] = segments(&text)[..] else {
            panic!("expected three segments: {text}");
        };
        for segment in [header, payload, signature] {
            assert_eq!(segment.len() % 4, 0, "{segment}");
            padded += usize::from(segment.ends_with('='));
        }
        let kid = issuer.kid();
        let pem = issuer.public_key_pem(&kid).expect("published");
        let key = DecodingKey::from_ec_pem(pem.as_bytes()).expect("an EC key in PEM");
        let message = format!("{header}.{payload}");
        let verdict = |message: &str| {
            let signature = signature.trim_end_matches('=');
            jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, Alg::ES256)
                .expect("a verdict")
        };
        assert!(verdict(&message));
        if message.contains('=') {
            assert!(!verdict(&message.replace('=', "")), "the padding is signed");
        }
        let members: Value = serde_json::from_slice(&decoded(header)).expect("JSON");
        assert_eq!(members["alg"], "ES256");
        assert_eq!(members["kid"], kid);
        assert_eq!(members["signer"], ARN);
        assert_eq!(members["client"], "app-client-id");
        assert_eq!(members["iss"], "https://id.example.com");
        let claims = token.claims();
        assert_eq!(members["exp"], claims["exp"]);
        assert_eq!(claims["sub"], name);
    }
    assert!(padded > 4, "some segment other than signatures has padding");
}

#[test]
fn errors_of_a_load_balancer_are_in_its_header() {
    let issuer = TestIssuer::alb(ARN, "app-client-id").at(SystemTime::UNIX_EPOCH);
    let header = |token: TestToken| token.header_members();
    assert_eq!(header(issuer.token("alice"))["exp"], 120);
    assert_eq!(header(issuer.token("alice").expired())["exp"], 0);
    assert_eq!(
        header(issuer.token("alice").audience("other"))["client"],
        "other"
    );
    assert_eq!(
        header(issuer.token("alice").issuer("other"))["iss"],
        "other"
    );
    assert_eq!(
        header(issuer.token("alice").without_header("signer")).get("signer"),
        None
    );
    let unpadded = issuer.token("alice").unpadded().to_string();
    assert!(!unpadded.contains('='));
}

#[test]
fn the_kid_of_a_load_balancer_is_a_uuid() {
    let kid = TestIssuer::alb(ARN, "app-client-id").kid();
    let lengths: Vec<_> = kid.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12], "{kid}");
    assert!(
        kid.bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
    );
}
