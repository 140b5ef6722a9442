//! Tokens of `TestIssuer`, judged by a verifier that is not of this project.

use jsonwebtoken::{
    Algorithm as Alg, DecodingKey, Validation, decode, decode_header,
    errors::ErrorKind,
    jwk::{Jwk, JwkSet, KeyAlgorithm, ThumbprintHash},
};
use lambda_api_testing::issuer::{Algorithm, OddKey, TestIssuer, TestToken};
use serde_json::{Value, json};
use std::{
    str::FromStr,
    time::{Duration, SystemTime},
};

const URL: &str = "https://id.example.com";
const POOL: &str = "eu-west-1_abc123";
const ARN: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188";

fn oidc() -> TestIssuer {
    TestIssuer::oidc(URL, "orders-api")
}

/// Verifies with the published key that the header names, for this issuer and audience.
fn verify(issuer: &TestIssuer, token: &str) -> Result<Value, ErrorKind> {
    let mut validation = validation(issuer);
    validation.set_audience(&["orders-api"]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    verify_with(issuer, token, &validation)
}

fn validation(issuer: &TestIssuer) -> Validation {
    let mut validation = Validation {
        leeway: 0,
        validate_nbf: true,
        ..Validation::default()
    };
    validation.set_issuer(&[issuer.issuer_url()]);
    validation
}

fn verify_with(
    issuer: &TestIssuer,
    token: &str,
    validation: &Validation,
) -> Result<Value, ErrorKind> {
    let header = decode_header(token).map_err(jsonwebtoken::errors::Error::into_kind)?;
    let kid = header.kid.expect("the header has a kid");
    let set: JwkSet = serde_json::from_value(issuer.jwks()).expect("the set can be read");
    let Some(jwk) = set.find(&kid) else {
        return Err(ErrorKind::Signing("no such key".to_owned()));
    };
    let mut validation = validation.clone();
    validation.algorithms = vec![algorithm(jwk)];
    let key = DecodingKey::from_jwk(jwk).expect("the key can be read");
    match decode::<Value>(token, &key, &validation) {
        Ok(data) => Ok(data.claims),
        Err(error) => Err(error.into_kind()),
    }
}

fn algorithm(jwk: &Jwk) -> Alg {
    let name: KeyAlgorithm = jwk.common.key_algorithm.expect("a key has an alg");
    Alg::from_str(&name.to_string()).expect("the alg is one of signatures")
}

fn segments(token: &str) -> Vec<&str> {
    token.split('.').collect()
}

fn decoded(segment: &str) -> Vec<u8> {
    let unpadded = segment.trim_end_matches('=');
    base64_simd::URL_SAFE_NO_PAD
        .decode_to_vec(unpadded)
        .expect("a segment is base64url")
}

#[test]
fn a_token_without_faults_is_accepted_with_every_algorithm() {
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
fn each_fault_is_refused_for_what_it_is() {
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
fn hs256_with_the_public_key_deceives_a_verifier_that_trusts_alg() {
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
fn an_unsigned_token_says_so_and_has_no_signature() {
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
fn an_encrypted_token_has_five_segments_and_names_its_encryption() {
    let token = oidc().token("alice").encrypted().to_string();
    let segments = segments(&token);
    assert_eq!(segments.len(), 5);
    assert!(segments.iter().all(|segment| !decoded(segment).is_empty()));
    let header: Value = serde_json::from_slice(&decoded(segments[0])).expect("JSON");
    assert_eq!(header["enc"], "A256GCM");
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
fn of_two_changes_the_later_one_counts() {
    let issuer = oidc();
    let back = issuer.token("alice").without("sub").claim("sub", "bob");
    assert_eq!(back.claims()["sub"], "bob");
    let gone = issuer.token("alice").claim("sub", "bob").without("sub");
    assert_eq!(gone.claims().get("sub"), None);
    let told = issuer
        .token("alice")
        .id_token()
        .access_token()
        .scopes("a")
        .scopes("b c");
    assert_eq!(told.claims()["scope"], "b c");
}

#[test]
fn identifiers_differ_from_token_to_token_and_are_the_same_in_each_run() {
    let ids = || {
        let issuer = oidc();
        [(); 3].map(|()| issuer.token("alice").claims()["jti"].clone())
    };
    let [first, second, third] = ids();
    assert!(first != second && second != third && third != first);
    assert_eq!(ids(), [first, second, third]);
}

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
fn faults_of_a_load_balancer_are_in_its_header() {
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
fn a_further_key_signs_what_it_is_told_to() {
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
#[should_panic(
    expected = "https://id.example.com has no key for RS256; `add_key` would give it one"
)]
fn an_algorithm_without_a_key_is_a_mistake() {
    let _ = oidc()
        .token("alice")
        .algorithm(Algorithm::Rs256)
        .to_string();
}

#[test]
#[should_panic(expected = "has no key \"nobody's\"")]
fn a_key_that_never_was_is_a_mistake() {
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
fn the_symmetric_key_verifies_what_is_signed_with_its_secret() {
    let issuer = oidc();
    issuer.publish_odd(OddKey::Symmetric);
    let token = issuer
        .token("alice")
        .hs256(OddKey::SECRET)
        .header("kid", "symmetric");
    // A verifier that takes any key of the set, and the algorithm from it, accepts it.
    assert!(verify(&issuer, &token.to_string()).is_ok());
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
