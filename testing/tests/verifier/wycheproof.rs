//! The cases of Wycheproof's JSON Web Signature and JSON Web Key vectors, under the names that they
//! have there, with keys and claims of our own.
//!
//! Theirs sign payloads that are not claims, and no package carries them. The vectors for the
//! signatures themselves (the paddings of RSA, the salts of PSS, the integers of ECDSA) are run by
//! `core/src/auth/jwt/wycheproof.rs`.

use crate::{
    by_hand::{self, base64url, decoded, negated},
    verifiers::{ALGORITHMS, AUDIENCE, URL, Verifier, judge, kid_of, noon, oidc, request},
};
use lambda_api::auth::Algorithm;
use lambda_api::auth::{Authenticator, Jwt};
use lambda_api_testing::TestIssuer;
use lambda_api_testing_internal::TokenExt as _;
use serde_json::{Value, json};

async fn rejected(name: &str, token: &str) {
    let verdict = judge(Verifier::Oidc, token).await;
    assert!(verdict.is_err(), "{name} was accepted: {token}");
}

async fn accepted(name: &str, token: &str) {
    let verdict = judge(Verifier::Oidc, token).await;
    assert_eq!(verdict, Ok(()), "{name}: {token}");
}

/// Groups `hs256`, `es256`, `rs256` and those of PSS: tcId 1 to 45.
#[tokio::test]
async fn what_is_missing_modified_or_too_much() {
    for algorithm in ALGORITHMS {
        let token = oidc().token("alice").signed_by(&kid_of(algorithm));
        let forged = |alg: &str| token.clone().header("alg", alg).to_string();
        let none = token.clone().unsigned().to_string();
        let confused = token.clone().hs256_with_public_key().to_string();
        let kidless = |alg: &str| {
            let header = base64url(json!({ "alg": alg }).to_string());
            let (_, rest) = none.split_once('.').expect("a header");
            format!("{header}.{rest}")
        };
        let token = token.to_string();
        accepted("acceptsValid", &token).await;
        let segments: Vec<_> = token.split('.').collect();
        let [h, p, s] = segments[..] else {
            panic!("three segments: {token}");
        };
        // Another first character, which is always another first byte.
        let other = |segment: &str| {
            let first = if segment.starts_with('X') { 'Y' } else { 'X' };
            format!("{first}{}", &segment[1..])
        };
        for (name, token) in [
            ("rejectsModifiedSignature", format!("{h}.{p}.{}", other(s))),
            ("rejectsMissingSignature", format!("{h}.{p}.")),
            ("rejectsMissingSignatureAndSeparator", format!("{h}.{p}")),
            ("rejectsModifiedPayload", format!("{h}.{}.{s}", other(p))),
            ("rejectsMissingPayload", format!("{h}..{s}")),
            ("rejectsMissingPayloadAndSeparator", format!("{h}.{s}")),
            ("rejectsModifiedHeader", format!("{}.{p}.{s}", other(h))),
            ("rejectsMissingHeader", format!(".{p}.{s}")),
            ("rejectsMissingHeaderAndSeparator", format!("{p}.{s}")),
            ("rejectsMissingHeaderAndSignature", format!(".{p}.")),
            ("rejectsMissingHeaderSignatureAndSeparators", p.to_owned()),
            ("rejectsEmptyString", String::new()),
            ("rejectsExtraEmptyComponent", format!("{token}.")),
            ("rejectsExtraComponent", format!("{token}.{s}")),
            ("rejectsNoneAlgorithmAndMissingSignature", none.clone()),
            ("algIsNone", kidless("none")),
            ("algIsNone, upper case", kidless("NONE")),
            ("algIsNone with a signature", forged("none")),
            ("rejectsValidJsonSerialization", {
                json!({"payload": p, "signatures": [{"protected": h, "signature": s}]}).to_string()
            }),
            ("rejectsSymmetryConfusionAttacks", confused),
        ] {
            rejected(&format!("{algorithm}, {name}"), &token).await;
        }
        // `UsingRS256` and the like.
        for other in ALGORITHMS.iter().filter(|other| **other != algorithm) {
            let name = format!("{algorithm}, says {other}");
            rejected(&name, &forged(other.name())).await;
        }
    }
}

/// tcId 32.
#[tokio::test]
async fn rejects_attacker_provided_embedded_jwk() {
    let attacker = TestIssuer::oidc(URL, AUDIENCE).with_algorithm(Algorithm::Es384);
    let jwk = attacker.jwks()["keys"][0].clone();
    let own = kid_of(Algorithm::Es384);
    for kid in [own.as_str(), "attacker"] {
        let token = attacker.clone().at(noon()).token("alice");
        let token = token.wrong_key().header("jwk", jwk.clone());
        rejected(
            "rejectsAttackerProvidedEmbeddedJwk",
            &token.header("kid", kid).to_string(),
        )
        .await;
    }
}

/// Group `base64`: tcId 357 to 377. Those of its cases that sign a text that is no base64url are
/// among those of the differential test.
#[tokio::test]
async fn base64_of_one_form_and_json_of_any() {
    let token = oidc().token("alice");
    let text = token.to_string();
    for at in [1, 10, text.find('.').expect("a dot"), text.len()] {
        for inserted in ["    ", "?", "####", "\u{e9}", "\r\n"] {
            let (before, after) = text.split_at(at);
            let name = format!("{inserted:?} inserted at {at}");
            rejected(&name, &format!("{before}{inserted}{after}")).await;
        }
    }
    let header = token.header_members().to_string();
    for (name, header) in [
        (
            "ValidSpacesInJsonHeader",
            header.replace(':', " : ").replace(',', " , "),
        ),
        (
            "ValidWhiteSpaceInJsonHeader",
            header.replace(',', ",\n\t\r "),
        ),
    ] {
        accepted(name, &token.clone().raw_header(header).to_string()).await;
    }
}

/// Group `SpecialCaseEs256`: tcId 378 to 401.
#[tokio::test]
async fn integers_of_es256_out_of_their_range() {
    let token = oidc().token("alice").to_string();
    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    let good = decoded(signature);
    let (r, s) = good.split_at(32);
    let order = negated(&[0; 32]);
    let number = |last: u8| {
        let mut number = vec![0; 32];
        number[31] = last;
        number
    };
    let numbers = [number(0), number(1), negated(&number(1)), order.clone()];
    for r in &numbers {
        for s in &numbers {
            let signature = base64url([&r[..], s].concat());
            rejected("r and s at the edges", &format!("{signed}.{signature}")).await;
        }
    }
    for (name, signature) in [
        ("SignatureTooLong", [&[0], r, &[0], s].concat()),
        ("TrailingZeros", [r, s, &[0, 0]].concat()),
        ("RisTooBig", [&[1], r, &[0], s].concat()),
        ("SisTooBig", [&[0], r, &[1], s].concat()),
        ("IntegerOverflow", [&[1; 32], r, &[0; 32], s].concat()),
        ("BufferOverflow", [&[0; 4096], r, &[0; 4096], s].concat()),
        ("r alone", r.to_vec()),
        ("nothing but zeros", vec![0; 64]),
    ] {
        rejected(name, &format!("{signed}.{}", base64url(signature))).await;
    }
}

/// What a changed key makes of a token that it would otherwise verify; another key is in the set
/// as well, so that the set can be used.
async fn with_key(algorithm: Algorithm, change: impl Fn(&mut Value)) -> bool {
    let issuer = TestIssuer::oidc(URL, AUDIENCE)
        .with_algorithm(algorithm)
        .at(noon());
    let mut key = issuer.jwks()["keys"][0].clone();
    change(&mut key);
    let set = json!({"keys": [by_hand::jwk(), key]}).to_string();
    let jwt = Jwt::new(URL).audience(AUDIENCE).jwks(set).clock(noon);
    let request = request(&issuer.token("alice").to_string()).expect("a request");
    jwt.authenticate(&request).await.is_ok()
}

fn first_byte(text: &Value, change: impl Fn(&mut Vec<u8>)) -> Value {
    let mut bytes = decoded(text.as_str().expect("a number"));
    change(&mut bytes);
    base64url(bytes).into()
}

/// The JSON Web Key vectors, and the groups `rfc7520WithKeyOps`, `rsa_encryption` and
/// `ec_key_for_encryption` of the others.
#[tokio::test]
async fn keys_are_for_what_they_say() {
    type Change = fn(&mut Value);
    let good: [(&str, Change); 5] = [
        ("acceptsValid", |_| {}),
        ("with key_ops", |key| key["key_ops"] = json!(["verify"])),
        ("without alg", |key| {
            drop(key.as_object_mut().map(|key| key.remove("alg")));
        }),
        ("without use", |key| {
            drop(key.as_object_mut().map(|key| key.remove("use")));
        }),
        ("with what nobody knows", |key| key["ext"] = json!(true)),
    ];
    let bad: [(&str, Change); 9] = [
        ("rejectsWrongUse", |key| key["use"] = json!("enc")),
        ("rejectsWrongKeyOps", |key| {
            key["key_ops"] = json!(["encrypt"]);
        }),
        ("mismatchedAlg", |key| key["alg"] = json!("RSA-OAEP")),
        ("symmetric alg", |key| key["alg"] = json!("HS256")),
        ("an alg that is none", |key| key["alg"] = json!("none")),
        ("wrong_kty", |key| key["kty"] = json!("XYZ")),
        ("rejectsAesKey", |key| key["kty"] = json!("oct")),
        ("a private key", |key| key["d"] = json!("AQAB")),
        ("another kid", |key| key["kid"] = json!("another")),
    ];
    for algorithm in ALGORITHMS {
        for (name, change) in good {
            assert!(with_key(algorithm, change).await, "{algorithm}, {name}");
        }
        for (name, change) in bad {
            assert!(!with_key(algorithm, change).await, "{algorithm}, {name}");
        }
    }
    let rsa: [(&str, Change); 6] = [
        ("rejectsPublicExponent1", |key| key["e"] = json!("AQ")),
        ("an even exponent", |key| key["e"] = json!("Ag")),
        ("rejects1024bitRsaKey", |key| {
            key["n"] = first_byte(&key["n"], |n| n.truncate(128));
        }),
        ("an even modulus", |key| {
            key["n"] = first_byte(&key["n"], |n| n[255] &= 0xfe);
        }),
        ("another modulus", |key| {
            key["n"] = first_byte(&key["n"], |n| n[100] ^= 1);
        }),
        ("a longer modulus", |key| {
            key["n"] = first_byte(&key["n"], |n| n.insert(0, 1));
        }),
    ];
    for (name, change) in rsa {
        assert!(!with_key(Algorithm::Rs256, change).await, "{name}");
    }
    let ec: [(&str, Change); 5] = [
        ("mismatchedAlgAndCurve", |key| key["alg"] = json!("ES384")),
        ("wrong_curve", |key| key["crv"] = json!("P-384")),
        ("wrong_curve, a similar one", |key| {
            key["crv"] = json!("secp256k1");
        }),
        ("invalid_point", |key| {
            key["y"] = first_byte(&key["y"], |y| y[31] ^= 1);
        }),
        ("rejectsModifiedKey", |key| {
            (key["x"], key["y"]) = (key["y"].clone(), key["x"].clone());
        }),
    ];
    for (name, change) in ec {
        assert!(!with_key(Algorithm::Es256, change).await, "{name}");
    }
}

/// `rejectsDuplicateKid` and `jws_mixedSymmetryKeyset`.
#[tokio::test]
async fn sets_that_can_be_read_in_two_ways() {
    let issuer = TestIssuer::oidc(URL, AUDIENCE).at(noon());
    let key = issuer.jwks()["keys"][0].clone();
    let mut other = by_hand::jwk();
    other["kid"] = key["kid"].clone();
    let secret = base64url("a secret of 32 bytes, or so more");
    let secret = json!({"kty": "oct", "alg": "HS256", "kid": "secret", "k": secret});
    let good = issuer.token("alice").to_string();
    let by_secret = issuer
        .token("alice")
        .hs256("a secret of 32 bytes, or so more");
    let by_secret = by_secret.header("kid", "secret").to_string();
    for (name, keys, token, expected) in [
        ("one of each kid", json!([by_hand::jwk(), key]), &good, true),
        ("rejectsDuplicateKid", json!([other, key]), &good, false),
        (
            "rejectsDuplicateKid, the other way",
            json!([key, other]),
            &good,
            false,
        ),
        (
            "mixed, by the secret",
            json!([secret, key]),
            &by_secret,
            false,
        ),
        ("mixed, by the other", json!([secret, key]), &good, true),
    ] {
        let set = json!({ "keys": keys }).to_string();
        let jwt = Jwt::new(URL).audience(AUDIENCE).jwks(set).clock(noon);
        let request = request(token).expect("a request");
        let verdict = jwt.authenticate(&request).await;
        assert_eq!(verdict.is_ok(), expected, "{name}");
    }
}
