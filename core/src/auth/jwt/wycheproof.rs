//! The vectors of [Wycheproof](https://github.com/C2SP/wycheproof) for signatures, through our keys.
//! Those for JSON Web Signature and JSON Web Key are in `testing/tests/verifier/wycheproof.rs`.

use super::{Algorithm, jwk};
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
    rejected: usize,
    wrong: Vec<String>,
}

impl Tally {
    /// Nothing was wrong, and so many vectors were there.
    #[track_caller]
    fn assert(&self, accepted: usize, rejected: usize) {
        assert_eq!(self.wrong, Vec::<String>::new());
        assert_eq!((self.accepted, self.rejected), (accepted, rejected));
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
            (TestResult::Invalid | TestResult::Acceptable, false) => self.rejected += 1,
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
fn rsa_with_pkcs_1_is_as_wycheproof_says() {
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
fn pss_with_other_parameters_is_rejected() {
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
fn ecdsa_of_another_form_is_rejected() {
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
fn ed25519_is_as_wycheproof_says_without_ed448() {
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
