//! Which keys sign, and which are published.

use crate::verifier::{POOL, decoded, oidc, verify, verify_with};
use jsonwebtoken::{
    Algorithm as Alg, DecodingKey, Validation, decode,
    errors::ErrorKind,
    jwk::{JwkSet, ThumbprintHash},
};
use lambda_api::auth::Algorithm;
use lambda_api_testing::TestIssuer;
use lambda_api_testing_internal::{IssuerExt as _, OddKey, TokenExt as _};
use serde_json::Value;

#[test]
fn a_kid_is_the_thumbprint_of_its_key() {
    for algorithm in [
        Algorithm::Rs256,
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::EdDsa,
    ] {
        let issuer = oidc().with_algorithm(algorithm);
        let set: JwkSet = serde_json::from_value(issuer.jwks()).expect("a set");
        let thumbprint = set.keys[0].thumbprint(ThumbprintHash::SHA256);
        assert_eq!(
            issuer.kid(),
            thumbprint.expect("a thumbprint"),
            "{algorithm}"
        );
    }
}

#[test]
fn tokens_of_an_old_key_are_accepted_until_it_is_retired() {
    let issuer = oidc();
    let old_kid = issuer.kid();
    let old = issuer.token("alice").to_string();
    let new_kid = issuer.rotate();
    assert_ne!(new_kid, old_kid);
    let new = issuer.token("alice").to_string();
    assert!(verify(&issuer, &old).is_ok());
    assert!(verify(&issuer, &new).is_ok());
    assert!(
        verify(
            &issuer,
            &issuer.token("alice").signed_by(&old_kid).to_string()
        )
        .is_ok()
    );
    issuer.clone().retire_old_keys();
    assert!(verify(&issuer, &old).is_err());
    assert!(verify(&issuer, &new).is_ok());
    assert_eq!(issuer.public_key_pem(&old_kid), None);
    let late = issuer.token("alice").signed_by(&old_kid).to_string();
    assert!(verify(&issuer, &late).is_err());
}

#[test]
fn added_keys_sign_only_on_request() {
    let issuer = oidc();
    let kid = issuer.add_key(Algorithm::EdDsa);
    assert_ne!(issuer.kid(), kid);
    let by_kid = issuer.token("alice").signed_by(&kid);
    let by_algorithm = issuer.token("alice").algorithm(Algorithm::EdDsa);
    for token in [by_kid, by_algorithm] {
        assert_eq!(token.header_members()["kid"], kid.as_str());
        assert!(verify(&issuer, &token.to_string()).is_ok());
    }
}

#[test]
fn one_rsa_key_signs_with_other_algorithms_than_its_own() {
    let issuer = TestIssuer::cognito(POOL, "app-client-id");
    let token = issuer
        .token("alice")
        .algorithm(Algorithm::Ps256)
        .to_string();
    let key = DecodingKey::from_rsa_pem(
        issuer
            .public_key_pem(&issuer.kid())
            .expect("published")
            .as_bytes(),
    );
    let mut validation = Validation::new(Alg::PS256);
    validation.validate_aud = false;
    assert!(decode::<Value>(&token, &key.expect("an RSA key in PEM"), &validation).is_ok());
    validation.algorithms = vec![Alg::RS256];
    assert!(matches!(
        verify_with(&issuer, &token, &validation),
        Err(ErrorKind::InvalidAlgorithm)
    ));
}

#[test]
#[should_panic(expected = "https://id.example.com has no key for RS256: `add_key` adds one")]
fn an_algorithm_without_a_key_panics() {
    let _ = oidc()
        .token("alice")
        .algorithm(Algorithm::Rs256)
        .to_string();
}

#[test]
#[should_panic(expected = "has no key \"nobody's\"")]
fn an_unknown_key_panics() {
    let _ = oidc().token("alice").signed_by("nobody's").to_string();
}

#[test]
fn odd_keys_come_first_and_leave_the_good_one_as_it_is() {
    for odd in OddKey::ALL {
        let issuer = oidc();
        let good = issuer.jwks()["keys"][0].clone();
        issuer.publish_odd(odd);
        let jwks = issuer.jwks();
        assert_eq!(jwks["keys"][1], good, "{odd:?}");
        let key = &jwks["keys"][0];
        match odd {
            OddKey::NotAnObject => assert!(key.is_string()),
            OddKey::WithoutType => assert_eq!(key.get("kty"), None),
            OddKey::UnknownType => assert_eq!(key["kty"], "XYZ"),
            OddKey::Symmetric => assert_eq!(decoded(text(key, "k")), OddKey::SECRET),
            OddKey::ShortRsa => assert_eq!(decoded(text(key, "n")).len(), 128),
            OddKey::LongRsa => assert_eq!(decoded(text(key, "n")).len(), 2048),
            OddKey::OtherCurve => {
                assert_eq!(key["crv"], "P-521");
                assert_eq!(decoded(text(key, "x")).len(), 66);
                assert_eq!(decoded(text(key, "y")).len(), 66);
            }
            OddKey::PointOffCurve => assert_eq!(key["x"], key["y"]),
            OddKey::WrongCurveName => {
                assert_eq!(key["crv"], "P-256");
                assert_eq!(decoded(text(key, "x")).len(), 48);
            }
            OddKey::WithoutKid => assert_eq!(key.get("kid"), None),
            OddKey::DuplicateKid => {
                assert_eq!(key["kid"], good["kid"]);
                assert_ne!(key["x"], good["x"]);
            }
            OddKey::ForEncryption => {
                assert_eq!(key["x"], good["x"]);
                assert_eq!(key["use"], "enc");
            }
            OddKey::WrongAlgorithm => {
                assert_eq!(key["x"], good["x"]);
                assert_eq!(key["alg"], "ES384");
            }
            _ => panic!("{odd:?} is not looked at"),
        }
    }
}

fn text<'a>(key: &'a Value, name: &str) -> &'a str {
    key[name].as_str().expect("a text")
}

#[test]
fn the_symmetric_key_verifies_its_signatures() {
    let issuer = oidc();
    issuer.publish_odd(OddKey::Symmetric);
    let token = issuer
        .token("alice")
        .hs256(OddKey::SECRET)
        .header("kid", "symmetric");
    // A verifier that takes any key of the set, and the algorithm from it, accepts it.
    assert!(verify(&issuer, &token.to_string()).is_ok());
}
