//! One key of a set.

use super::{
    super::json::{self, Object},
    Algorithm, compact,
    key::Key,
};
use std::{borrow::Cow, sync::Arc};

/// How long the name of a key may be, in bytes.
pub(super) const MAX_KID: usize = 256;

/// Members of private and of shared keys
/// ([RFC 7518, sections 6.2.2, 6.3.2 and 6.4](https://www.rfc-editor.org/rfc/rfc7518#section-6)).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

const RSA: [Algorithm; 6] = [
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Ps256,
    Algorithm::Ps384,
    Algorithm::Ps512,
];

/// A public key of a JWK set.
#[derive(Debug)]
pub(super) struct Jwk {
    pub(super) kid: Option<Box<str>>,
    pub(super) key: Arc<Key>,
}

/// Reads a key ([RFC 7517, section 4](https://www.rfc-editor.org/rfc/rfc7517#section-4)). `None` if
/// it is malformed, not for signatures, of an unknown kind, too weak, or not public: a private key
/// that is published is known to everybody, and what it signs proves nothing.
pub(super) fn read(json: &str) -> Option<Jwk> {
    let jwk = Object::parse_signed(json).ok()?;
    if PRIVATE.iter().any(|name| jwk.member(name).is_some()) || !is_for_signatures(&jwk) {
        return None;
    }
    let kid = match jwk.member("kid") {
        Some(kid) => Some(json::string(kid).filter(|kid| kid.len() <= MAX_KID)?),
        None => None,
    };
    let bytes = |name| compact::decode(&string(&jwk, name)?).ok();
    let algorithms = algorithms(&jwk)?;
    let key = match *algorithms.first()? {
        algorithm @ (Algorithm::Es256 | Algorithm::Es384) => {
            Key::ec(&bytes("x")?, &bytes("y")?, algorithm)
        }
        Algorithm::EdDsa => Key::ed25519(&bytes("x")?),
        _ => Key::rsa(&bytes("n")?, &bytes("e")?, algorithms),
    };
    Some(Jwk {
        kid: kid.map(|kid| kid.into_owned().into_boxed_str()),
        key: Arc::new(key?),
    })
}

fn string<'a>(jwk: &Object<'a>, name: &str) -> Option<Cow<'a, str>> {
    json::string(jwk.member(name)?)
}

/// Whether neither `use` nor `key_ops` says otherwise
/// ([RFC 7517, sections 4.2 and 4.3](https://www.rfc-editor.org/rfc/rfc7517#section-4.2)).
fn is_for_signatures(jwk: &Object<'_>) -> bool {
    let usage = match jwk.member("use") {
        Some(usage) => json::string(usage).is_some_and(|usage| usage == "sig"),
        None => true,
    };
    let operations = match jwk.member("key_ops") {
        Some(operations) => json::strings(operations).is_some_and(|operations| {
            let verify = operations.iter().filter(|operation| *operation == "verify");
            verify.count() == 1
        }),
        None => true,
    };
    usage && operations
}

/// What the key may be used with, by its kind, its curve, and `alg` if it is present
/// ([RFC 7517, section 4.4](https://www.rfc-editor.org/rfc/rfc7517#section-4.4)).
fn algorithms(jwk: &Object<'_>) -> Option<Vec<Algorithm>> {
    let crv = string(jwk, "crv");
    let mut algorithms = match (&*string(jwk, "kty")?, crv.as_deref()) {
        ("RSA", _) => RSA.to_vec(),
        ("EC", Some("P-256")) => vec![Algorithm::Es256],
        ("EC", Some("P-384")) => vec![Algorithm::Es384],
        ("OKP", Some("Ed25519")) => vec![Algorithm::EdDsa],
        _ => return None,
    };
    if let Some(alg) = jwk.member("alg") {
        let alg = json::string(alg)?;
        algorithms.retain(|algorithm| alg == algorithm.name());
    }
    Some(algorithms)
}

#[cfg(test)]
mod tests {
    use super::{super::testing::Signer, *};
    use serde_json::{Value as Json, json};

    fn with(signer: &Signer, changes: &[(&str, Json)]) -> Option<Jwk> {
        let mut jwk = signer.jwk("k");
        let members = jwk.as_object_mut().expect("a key is an object");
        for (name, value) in changes {
            match value {
                Json::Null => members.remove(*name),
                value => members.insert((*name).to_owned(), value.clone()),
            };
        }
        read(&jwk.to_string())
    }

    #[test]
    fn keys_are_for_the_algorithms_of_their_kind() {
        for signer in [
            Signer::rsa(),
            Signer::p256(),
            Signer::p384(),
            Signer::ed25519(),
        ] {
            let jwk = with(&signer, &[("alg", Json::Null)]).expect("the key is good");
            assert_eq!(jwk.kid.as_deref(), Some("k"));
            for algorithm in Algorithm::ALL {
                let suits = signer.algorithms().contains(&algorithm);
                assert_eq!(jwk.key.is_for(algorithm), suits, "{algorithm}");
                let named = with(&signer, &[("alg", algorithm.name().into())]);
                assert_eq!(named.is_some(), suits, "{algorithm}");
                if let Some(jwk) = named {
                    let only: Vec<_> = Algorithm::ALL
                        .into_iter()
                        .filter(|a| jwk.key.is_for(*a))
                        .collect();
                    assert_eq!(only, [algorithm]);
                }
            }
        }
    }

    #[test]
    fn a_key_with_an_error_is_skipped() {
        let (rsa, p256, ed) = (Signer::rsa(), Signer::p256(), Signer::ed25519());
        let coordinate =
            |bytes: &[u8]| Json::from(base64_simd::URL_SAFE_NO_PAD.encode_to_string(bytes));
        let x = p256.jwk("k")["x"]
            .as_str()
            .map(str::to_owned)
            .expect("it has an x");
        let x_bytes = compact::decode(&x).expect("it is base64url");
        let n = compact::decode(rsa.jwk("k")["n"].as_str().expect("it has a modulus"))
            .expect("it is base64url");
        let even = {
            let mut n = n.clone();
            n[255] &= 0xfe;
            n
        };
        let short = {
            let mut n = n.clone();
            n[0] = 0x7f;
            n
        };
        let cases: Vec<(&Signer, Vec<(&str, Json)>)> = vec![
            (&rsa, vec![("kty", Json::Null)]),
            (&rsa, vec![("kty", "EC".into())]),
            (&rsa, vec![("kty", "rsa".into())]),
            (&rsa, vec![("kty", json!(["RSA"]))]),
            (&rsa, vec![("kty", "oct".into()), ("k", "AAAA".into())]),
            (&rsa, vec![("k", "AAAA".into())]),
            (&rsa, vec![("d", "AQAB".into())]),
            (&rsa, vec![("kid", json!(7))]),
            (&rsa, vec![("kid", "k".repeat(MAX_KID + 1).into())]),
            (&rsa, vec![("use", "enc".into())]),
            (&rsa, vec![("use", json!(["sig"]))]),
            (&rsa, vec![("key_ops", json!([]))]),
            (&rsa, vec![("key_ops", json!(["sign"]))]),
            (&rsa, vec![("key_ops", json!("verify"))]),
            (&rsa, vec![("key_ops", json!(["verify", "verify"]))]),
            (&rsa, vec![("key_ops", json!(["verify", 1]))]),
            (&rsa, vec![("alg", json!(256))]),
            (&rsa, vec![("alg", "RSA-OAEP-256".into())]),
            (&rsa, vec![("alg", "none".into())]),
            (&rsa, vec![("n", Json::Null)]),
            (&rsa, vec![("n", json!(5))]),
            (&rsa, vec![("n", "".into())]),
            (&rsa, vec![("n", coordinate(&n[1..]))]),
            (&rsa, vec![("n", coordinate(&short))]),
            (&rsa, vec![("n", coordinate(&even))]),
            (&rsa, vec![("n", coordinate(&[&[0], &n[..]].concat()))]),
            (&rsa, vec![("n", coordinate(&[&n[..]; 5].concat()))]),
            (&rsa, vec![("e", Json::Null)]),
            (&rsa, vec![("e", coordinate(&[1]))]),
            (&rsa, vec![("e", coordinate(&[0]))]),
            (&rsa, vec![("e", coordinate(&[2]))]),
            (&rsa, vec![("e", coordinate(&[0, 1, 0, 1]))]),
            (&rsa, vec![("e", coordinate(&[3; 9]))]),
            (&rsa, vec![("e", "AQAB=".into())]),
            (&p256, vec![("crv", Json::Null)]),
            (&p256, vec![("crv", "P-384".into())]),
            (&p256, vec![("crv", "secp256k1".into())]),
            (&p256, vec![("crv", "Ed25519".into())]),
            (&p256, vec![("x", Json::Null)]),
            (&p256, vec![("y", Json::Null)]),
            // A point that is not on the curve, but for a chance of nothing.
            (&p256, vec![("y", x.clone().into())]),
            (&p256, vec![("x", coordinate(&x_bytes[1..]))]),
            (
                &p256,
                vec![("x", coordinate(&[&[0], &x_bytes[..]].concat()))],
            ),
            (&p256, vec![("x", coordinate(&[0xff; 32]))]),
            (&ed, vec![("crv", "Ed448".into())]),
            (&ed, vec![("crv", "X25519".into())]),
            (&ed, vec![("kty", "EC".into())]),
            (&ed, vec![("x", coordinate(&[1; 31]))]),
            (&ed, vec![("x", coordinate(&[1; 33]))]),
        ];
        for (signer, changes) in cases {
            assert!(with(signer, &changes).is_none(), "{changes:?}");
        }
    }

    #[test]
    fn other_members_are_ignored() {
        for changes in [
            vec![("use", Json::Null)],
            vec![("kid", Json::Null)],
            vec![("key_ops", json!(["verify"]))],
            vec![
                ("x5c", json!(["AAAA"])),
                ("x5u", json!("https://evil.example")),
            ],
            vec![("issuer", json!({"any": ["thing"]}))],
        ] {
            assert!(with(&Signer::rsa(), &changes).is_some(), "{changes:?}");
        }
    }

    #[test]
    fn a_key_with_a_repeated_member_is_skipped() {
        let jwk = Signer::p256().jwk("k").to_string();
        assert!(read(&jwk).is_some());
        assert!(read(&jwk.replacen('{', "{\"kty\":\"EC\",", 1)).is_none());
        assert!(read("{}").is_none());
    }
}
