//! The vectors of [Wycheproof](https://github.com/C2SP/wycheproof), through our keys.

use super::{super::Refusal, Algorithm, KeySet, base64url, compact, header::HeaderRules, jwk};
use base64_simd::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use wycheproof::{
    TestResult,
    ecdsa::{self, TestName as Ecdsa},
    eddsa::{self, TestName as Eddsa},
    rsa_pkcs1_verify::{self as pkcs1, TestName as Pkcs1},
    rsa_pss_verify::{self as pss, TestName as Pss},
};

/// What happened to the vectors of some sets.
#[derive(Debug, Default)]
struct Tally {
    accepted: usize,
    refused: usize,
    wrong: Vec<String>,
}

impl Tally {
    /// Nothing was wrong, and so many vectors were there.
    #[track_caller]
    fn assert(&self, accepted: usize, refused: usize) {
        assert_eq!(self.wrong, Vec::<String>::new());
        assert_eq!((self.accepted, self.refused), (accepted, refused));
    }

    /// Checks a signature with a key, the way a token is checked.
    fn check(
        &mut self,
        name: &str,
        (jwk, algorithm): (&Value, Algorithm),
        (message, signature): (&[u8], &[u8]),
        expected: TestResult,
    ) {
        let key = jwk::read(&jwk.to_string()).map(|jwk| jwk.key);
        let good = key.is_some_and(|key| key.verify(algorithm, message, signature).is_ok());
        match (expected, good) {
            (TestResult::Valid, true) => self.accepted += 1,
            // What may be accepted, such as a padding that leaves something out, need not be.
            (TestResult::Invalid | TestResult::Acceptable, false) => self.refused += 1,
            _ => self.wrong.push(format!("{name}: expected {expected:?}")),
        }
    }
}

fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode_to_string(bytes)
}

/// A number without leading zeros, as a JWK has it.
fn integer(bytes: &[u8]) -> String {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    base64url(&bytes[zeros..])
}

/// A coordinate in the length of its curve, as a JWK has it.
fn coordinate(bytes: &[u8], length: usize) -> String {
    let number: Vec<_> = bytes
        .iter()
        .copied()
        .skip_while(|byte| *byte == 0)
        .collect();
    let padding = vec![0; length - number.len()];
    base64url(&[padding, number].concat())
}

#[test]
fn rsa_with_pkcs_1_is_checked_as_wycheproof_says() {
    let mut tally = Tally::default();
    for (name, algorithm) in [
        (Pkcs1::Rsa2048Sha256, Algorithm::Rs256),
        (Pkcs1::Rsa2048Sha384, Algorithm::Rs384),
        (Pkcs1::Rsa2048Sha512, Algorithm::Rs512),
        (Pkcs1::Rsa3072Sha256, Algorithm::Rs256),
        (Pkcs1::Rsa3072Sha384, Algorithm::Rs384),
        (Pkcs1::Rsa3072Sha512, Algorithm::Rs512),
        (Pkcs1::Rsa4096Sha256, Algorithm::Rs256),
        (Pkcs1::Rsa4096Sha384, Algorithm::Rs384),
        (Pkcs1::Rsa4096Sha512, Algorithm::Rs512),
        (Pkcs1::Rsa8192Sha256, Algorithm::Rs256),
        (Pkcs1::Rsa8192Sha384, Algorithm::Rs384),
        (Pkcs1::Rsa8192Sha512, Algorithm::Rs512),
    ] {
        let set = pkcs1::TestSet::load(name).expect("the vectors can be read");
        for group in set.test_groups {
            let (n, e) = (integer(&group.key.n), integer(&group.key.e));
            let jwk = json!({"kty": "RSA", "n": n, "e": e, "alg": algorithm.name()});
            for test in group.tests {
                let name = format!("{name:?} {}, {}", test.tc_id, test.comment);
                tally.check(
                    &name,
                    (&jwk, algorithm),
                    (&test.msg, &test.sig),
                    test.result,
                );
            }
        }
    }
    tally.assert(89, 3017);
}

#[test]
fn rsa_with_pss_is_checked_as_wycheproof_says() {
    let mut tally = Tally::default();
    for (name, algorithm) in [
        (Pss::RsaPss2048Sha256Mgf1SaltLen32, Algorithm::Ps256),
        (Pss::RsaPss2048Sha384Mgf1SaltLen48, Algorithm::Ps384),
        (Pss::RsaPss3072Sha256Mgf1SaltLen32, Algorithm::Ps256),
        (Pss::RsaPss4096Sha256Mgf1SaltLen32, Algorithm::Ps256),
        (Pss::RsaPss4096Sha384Mgf1SaltLen48, Algorithm::Ps384),
        (Pss::RsaPss4096Sha512Mgf1SaltLen64, Algorithm::Ps512),
    ] {
        let set = pss::TestSet::load(name).expect("the vectors can be read");
        for group in set.test_groups {
            let (n, e) = (integer(&group.key.n), integer(&group.key.e));
            let jwk = json!({"kty": "RSA", "n": n, "e": e, "alg": algorithm.name()});
            for test in group.tests {
                let name = format!("{name:?} {}, {}", test.tc_id, test.comment);
                tally.check(
                    &name,
                    (&jwk, algorithm),
                    (&test.msg, &test.sig),
                    test.result,
                );
            }
        }
    }
    tally.assert(511, 274);
}

/// Salts of another length than that of the hash, and other hashes for the mask: RFC 7518,
/// section 3.5, allows neither. What is valid of these is valid for somebody else.
#[test]
fn pss_with_other_parameters_is_refused() {
    let mut tally = Tally::default();
    for (set_name, algorithm) in [
        (Pss::RsaPss2048Sha256Mgf1SaltLen0, Algorithm::Ps256),
        (Pss::RsaPss2048Sha256Mgf1Sha1_20, Algorithm::Ps256),
        (Pss::RsaPss2048Sha512_256Mgf1SaltLen32, Algorithm::Ps256),
        (Pss::RsaPss4096Sha512Mgf1SaltLen32, Algorithm::Ps512),
        (Pss::RsaPss2048Sha1Mgf1SaltLen20, Algorithm::Ps256),
        (Pss::RsaPss2048Shake256, Algorithm::Ps512),
    ] {
        let set = pss::TestSet::load(set_name).expect("the vectors can be read");
        for group in set.test_groups {
            let (n, e) = (integer(&group.key.n), integer(&group.key.e));
            let jwk = json!({"kty": "RSA", "n": n, "e": e});
            for test in group.tests {
                let name = format!("{set_name:?} {}, {}", test.tc_id, test.comment);
                // Invalid there, for its salt is of 32 bytes: which is PS256.
                let ours = set_name == Pss::RsaPss2048Sha256Mgf1SaltLen0
                    && test.comment == "s_len changed to 32";
                let expected = if ours {
                    TestResult::Valid
                } else {
                    TestResult::Invalid
                };
                tally.check(&name, (&jwk, algorithm), (&test.msg, &test.sig), expected);
            }
        }
    }
    tally.assert(1, 774);
}

#[test]
fn ecdsa_is_checked_as_wycheproof_says() {
    let mut tally = Tally::default();
    for (name, curve, length, algorithm) in [
        (
            Ecdsa::EcdsaSecp256r1Sha256P1363,
            "P-256",
            32,
            Algorithm::Es256,
        ),
        (
            Ecdsa::EcdsaSecp384r1Sha384P1363,
            "P-384",
            48,
            Algorithm::Es384,
        ),
    ] {
        let set = ecdsa::TestSet::load(name).expect("the vectors can be read");
        for group in set.test_groups {
            let x = coordinate(&group.key.affine_x, length);
            let y = coordinate(&group.key.affine_y, length);
            let jwk = json!({"kty": "EC", "crv": curve, "x": x, "y": y});
            for test in group.tests {
                let name = format!("{name:?} {}, {}", test.tc_id, test.comment);
                tally.check(
                    &name,
                    (&jwk, algorithm),
                    (&test.msg, &test.sig),
                    test.result,
                );
            }
        }
    }
    tally.assert(366, 176);
}

/// Signatures in DER, which RFC 7518, section 3.4, does not have; other hashes and other curves.
#[test]
fn ecdsa_of_another_form_is_refused() {
    let mut tally = Tally::default();
    for (name, curve, length, algorithm) in [
        (Ecdsa::EcdsaSecp256r1Sha256, "P-256", 32, Algorithm::Es256),
        (
            Ecdsa::EcdsaSecp256r1Sha512P1363,
            "P-256",
            32,
            Algorithm::Es256,
        ),
        (Ecdsa::EcdsaSecp384r1Sha384, "P-384", 48, Algorithm::Es384),
        (
            Ecdsa::EcdsaSecp384r1Sha512P1363,
            "P-384",
            48,
            Algorithm::Es384,
        ),
        (
            Ecdsa::EcdsaSecp256k1Sha256P1363,
            "secp256k1",
            32,
            Algorithm::Es256,
        ),
        (
            Ecdsa::EcdsaSecp256k1Sha256P1363,
            "P-256",
            32,
            Algorithm::Es256,
        ),
        (
            Ecdsa::EcdsaSecp521r1Sha512P1363,
            "P-521",
            66,
            Algorithm::Es384,
        ),
        (
            Ecdsa::EcdsaBrainpool256r1Sha256P1363,
            "P-256",
            32,
            Algorithm::Es256,
        ),
    ] {
        let set = ecdsa::TestSet::load(name).expect("the vectors can be read");
        for group in set.test_groups {
            let x = coordinate(&group.key.affine_x, length);
            let y = coordinate(&group.key.affine_y, length);
            let jwk = json!({"kty": "EC", "crv": curve, "x": x, "y": y});
            for test in group.tests {
                let name = format!("{name:?} {}, {}", test.tc_id, test.comment);
                let invalid = TestResult::Invalid;
                tally.check(&name, (&jwk, algorithm), (&test.msg, &test.sig), invalid);
            }
        }
    }
    tally.assert(0, 2721);
}

#[test]
fn ed25519_is_checked_as_wycheproof_says_and_ed448_is_refused() {
    let mut tally = Tally::default();
    for (name, curve) in [(Eddsa::Ed25519, "Ed25519"), (Eddsa::Ed448, "Ed448")] {
        let set = eddsa::TestSet::load(name).expect("the vectors can be read");
        for group in set.test_groups {
            let jwk = json!({"kty": "OKP", "crv": curve, "x": base64url(&group.key.pk)});
            for test in group.tests {
                let expected = match name {
                    Eddsa::Ed25519 => test.result,
                    _ => TestResult::Invalid,
                };
                let name = format!("{name:?} {}, {}", test.tc_id, test.comment);
                tally.check(
                    &name,
                    (&jwk, Algorithm::EdDsa),
                    (&test.msg, &test.sig),
                    expected,
                );
            }
        }
    }
    tally.assert(88, 150);
}

/// The vectors for JSON Web Signature and JSON Web Key, which no package carries. With a copy of
/// Wycheproof's `testvectors_v1` in `WYCHEPROOF`, this runs them as they are:
/// `WYCHEPROOF=DIR cargo test -p lambda-api --features jwt wycheproof -- --include-ignored`. The
/// same cases with keys of our own run always, in `testing/tests/verifier/wycheproof.rs`.
#[test]
#[ignore = "needs a copy of Wycheproof"]
fn json_web_signatures_and_keys_are_checked_as_wycheproof_says() {
    let directory = std::env::var_os("WYCHEPROOF").expect("WYCHEPROOF is a directory");
    let directory = std::path::PathBuf::from(directory);
    let mut wrong = Vec::new();
    for (file, tests, on_purpose) in [
        ("json_web_signature_test.json", 401, &SIGNATURES_REFUSED[..]),
        ("json_web_key_test.json", 26, &KEYS_REFUSED[..]),
    ] {
        let text = std::fs::read(directory.join(file)).expect("the vectors are there");
        let vectors: Value = serde_json::from_slice(&text).expect("the vectors are JSON");
        let mut count = 0;
        for group in vectors["testGroups"].as_array().expect("groups") {
            let set = set(group);
            for test in group["tests"].as_array().expect("tests") {
                count += 1;
                let id = test["tcId"].as_u64().expect("a number");
                let valid = test["result"] == "valid";
                let refused = on_purpose.iter().find(|(ids, _)| ids.contains(&id));
                let verdict = check(&set, test["jws"].as_str().expect("a token"));
                if verdict.is_ok() != (valid && refused.is_none()) {
                    wrong.push(format!("{file} {id} {}: {verdict:?}", test["comment"]));
                }
                assert!(valid || refused.is_none(), "{id} is refused anyway");
            }
        }
        assert_eq!(count, tests, "{file}");
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// What is valid there and refused here, and why.
const SIGNATURES_REFUSED: [(&[u64], &str); 4] = [
    (
        &[1, 348, 352, 357, 358, 359, 372, 373, 376, 377],
        "HMAC: a secret that verifies can sign as well",
    ),
    (
        &[259, 264, 268, 272, 320, 325],
        "an empty payload, which holds no claims",
    ),
    (&[346, 350], "PS384 with a key that is published for PS256"),
    (
        &[347, 351],
        "ES512, and a key that is published for `ES521`",
    ),
];

const KEYS_REFUSED: [(&[u64], &str); 1] = [(
    &[2, 13, 14, 15],
    "HMAC: a secret that verifies can sign as well",
)];

/// The public half of a group's key or keys.
fn set(group: &Value) -> KeySet {
    let key = group.get("public").or(group.get("private")).expect("a key");
    let mut keys = match key.get("keys") {
        Some(Value::Array(keys)) => keys.clone(),
        _ => vec![key.clone()],
    };
    for key in &mut keys {
        for private in ["d", "p", "q", "dp", "dq", "qi"] {
            key.as_object_mut().expect("an object").remove(private);
        }
    }
    KeySet::read(json!({ "keys": keys }).to_string().as_bytes()).expect("a set")
}

/// All that is checked of a token before its claims are read.
fn check(set: &KeySet, token: &str) -> Result<(), Refusal> {
    let rules = HeaderRules {
        algorithms: Algorithm::ALL.to_vec(),
        types: Vec::new(),
        #[cfg(debug_assertions)]
        local: None,
    };
    let compact = compact::split(token)?;
    let header = base64url::decode(compact.header)?;
    let header = rules.read(&header)?;
    base64url::decode(compact.payload)?;
    let signature = base64url::decode(compact.signature)?;
    let key = set.find(header.kid.as_deref(), header.algorithm)?;
    key.verify(header.algorithm, compact.signed.as_bytes(), &signature)
}
