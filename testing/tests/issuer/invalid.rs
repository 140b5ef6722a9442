//! Tokens with one error each.

use crate::verifier::{URL, decoded, oidc, segments, verify};
use jsonwebtoken::{
    Algorithm as Alg, DecodingKey, Validation, decode, errors::ErrorKind, jwk::JwkSet,
};
use lambda_api_testing::TestToken;
use lambda_api_testing_internal::{IssuerExt as _, OddKey, TokenExt as _};
use serde_json::{Value, json};

#[test]
fn each_error_is_rejected_for_what_it_is() {
    let issuer = oidc();
    let token = || issuer.token("alice");
    type Expected = fn(&ErrorKind) -> bool;
    let cases: [(&str, TestToken, Expected); 17] = [
        ("expired", token().expired(), |e| {
            matches!(e, ErrorKind::ExpiredSignature)
        }),
        ("not yet valid", token().not_yet_valid(), |e| {
            matches!(e, ErrorKind::ImmatureSignature)
        }),
        ("other audience", token().audience("other"), |e| {
            matches!(e, ErrorKind::InvalidAudience)
        }),
        (
            "other audiences",
            token().audience(json!(["a", "b"])),
            |e| matches!(e, ErrorKind::InvalidAudience),
        ),
        (
            "other issuer",
            token().issuer("https://id.example.org"),
            |e| matches!(e, ErrorKind::InvalidIssuer),
        ),
        ("no exp", token().without("exp"), |e| missing(e, "exp")),
        ("no aud", token().without("aud"), |e| missing(e, "aud")),
        ("no iss", token().without("iss"), |e| missing(e, "iss")),
        ("wrong key", token().wrong_key(), |e| {
            matches!(e, ErrorKind::InvalidSignature)
        }),
        ("unknown key", token().unknown_key(), |e| {
            matches!(e, ErrorKind::Signing(_))
        }),
        ("tampered", token().tampered(), |e| {
            matches!(e, ErrorKind::InvalidSignature)
        }),
        // `none` is no algorithm that this verifier could read.
        ("unsigned", token().unsigned(), |e| {
            matches!(e, ErrorKind::Json(_))
        }),
        ("public key", token().hs256_with_public_key(), |e| {
            matches!(e, ErrorKind::InvalidAlgorithm)
        }),
        ("secret", token().hs256(OddKey::SECRET), |e| {
            matches!(e, ErrorKind::InvalidAlgorithm)
        }),
        ("says ES384", token().header("alg", "ES384"), |e| {
            matches!(e, ErrorKind::InvalidAlgorithm)
        }),
        ("a list", token().raw_payload("[1]"), |e| {
            matches!(e, ErrorKind::Json(_))
        }),
        ("padded", token().padded(), |e| {
            matches!(e, ErrorKind::Base64(_))
        }),
    ];
    for (name, token, expected) in cases {
        match verify(&issuer, &token.to_string()) {
            Ok(claims) => panic!("{name}: accepted with {claims}"),
            Err(error) => assert!(expected(&error), "{name}: {error:?}"),
        }
    }
}

fn missing(error: &ErrorKind, claim: &str) -> bool {
    matches!(error, ErrorKind::MissingRequiredClaim(found) if found == claim)
}

#[test]
fn hs256_with_public_key_fools_verifiers_that_trust_alg() {
    let issuer = oidc();
    let pem = issuer.public_key_pem(&issuer.kid()).expect("published");
    let mut naive = Validation::new(Alg::HS256);
    naive.set_audience(&["orders-api"]);
    let token = issuer.token("alice").hs256_with_public_key().to_string();
    let secret = DecodingKey::from_secret(pem.as_bytes());
    assert!(decode::<Value>(&token, &secret, &naive).is_ok());
}

#[test]
fn a_wrong_key_signs_well_under_a_published_kid() {
    let issuer = oidc();
    let wrong = issuer.token("alice").wrong_key();
    let unknown = issuer.token("alice").unknown_key();
    assert_eq!(wrong.header_members()["kid"], issuer.kid());
    assert_ne!(unknown.header_members()["kid"], issuer.kid());
    for token in [wrong, unknown] {
        assert_eq!(decoded(segments(&token.to_string())[2]).len(), 64);
    }
}

#[test]
fn unsigned_tokens_have_alg_none_and_no_signature() {
    let token = oidc().token("alice").unsigned().to_string();
    let [header, payload, signature] = segments(&token)[..] else {
        panic!("expected three segments: {token}");
    };
    let header: Value = serde_json::from_slice(&decoded(header)).expect("JSON");
    assert_eq!(header["alg"], "none");
    assert!(!payload.is_empty());
    assert_eq!(signature, "");
}

#[test]
fn a_tampered_token_has_the_signature_of_another_payload() {
    for (payload, tampered) in [
        (None, json!("not-alice")),
        (Some(r#"{"sub":7}"#), json!("mallory")),
    ] {
        let mut token = oidc().token("alice").tampered();
        if let Some(payload) = payload {
            token = token.raw_payload(payload);
        }
        let text = token.to_string();
        let claims: Value = serde_json::from_slice(&decoded(segments(&text)[1])).expect("JSON");
        assert_eq!(claims["sub"], tampered);
    }
    let text = oidc()
        .token("alice")
        .raw_payload("no object")
        .tampered()
        .to_string();
    assert_eq!(decoded(segments(&text)[1]), b"no object ");
}

#[test]
fn raw_parts_are_signed_as_they_are() {
    let issuer = oidc();
    let header = format!(
        r#"{{"alg":"ES256","kid":"{}","b64":true,"b64":false}}"#,
        issuer.kid()
    );
    let payload = format!(
        r#"{{"sub":"alice","sub":"mallory","iss":"{URL}","aud":"orders-api","exp":99999999999}}"#
    );
    let token = issuer
        .token("alice")
        .raw_header(header.as_str())
        .raw_payload(payload.as_str());
    let text = token.to_string();
    let [first, second, signature] = segments(&text)[..] else {
        panic!("expected three segments: {text}");
    };
    assert_eq!(decoded(first), header.as_bytes());
    assert_eq!(decoded(second), payload.as_bytes());
    let set: JwkSet = serde_json::from_value(issuer.jwks()).expect("a set");
    let key = DecodingKey::from_jwk(&set.keys[0]).expect("a key");
    let message = format!("{first}.{second}");
    let valid = jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, Alg::ES256);
    assert!(valid.expect("a verdict"));
    assert_eq!(token.claims()["sub"], "mallory");
    assert_eq!(
        issuer.token("a").raw_payload(*b"\xff\0").claims(),
        Value::Null
    );
}

#[test]
fn headers_can_be_set_and_taken_away() {
    let issuer = oidc();
    let token = issuer
        .token("alice")
        .header("crit", json!(["urn:example:unknown"]))
        .header("typ", "logout+jwt")
        .without_header("kid");
    let text = token.to_string();
    let header: Value = serde_json::from_slice(&decoded(segments(&text)[0])).expect("JSON");
    let expected = json!({"alg": "ES256", "crit": ["urn:example:unknown"], "typ": "logout+jwt"});
    assert_eq!(header, expected);
    assert_eq!(token.header_members(), expected);
}

#[test]
fn encrypted_tokens_have_five_segments_and_enc() {
    let token = oidc().token("alice").encrypted().to_string();
    let segments = segments(&token);
    assert_eq!(segments.len(), 5);
    assert!(segments.iter().all(|segment| !decoded(segment).is_empty()));
    let header: Value = serde_json::from_slice(&decoded(segments[0])).expect("JSON");
    assert_eq!(header["enc"], "A256GCM");
}
