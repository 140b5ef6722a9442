//! One key of a set.

use super::{
    Algorithm, base64url,
    json::{self, Text, Value},
    key::Key,
};

/// How long the name of a key may be, in bytes.
pub(super) const MAX_KID: usize = 256;

/// Members that stand in private and in shared keys only
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
    pub(super) key: Key,
}

/// What a key says about itself. The outer `None` of a member: it is not there.
#[derive(Default)]
struct Members<'a> {
    kty: Option<Value<'a>>,
    kid: Option<Value<'a>>,
    alg: Option<Value<'a>>,
    usage: Option<Value<'a>>,
    key_ops: Option<Value<'a>>,
    crv: Option<Value<'a>>,
    n: Option<Value<'a>>,
    e: Option<Value<'a>>,
    x: Option<Value<'a>>,
    y: Option<Value<'a>>,
    private: bool,
}

/// Reads a key ([RFC 7517, section 4](https://www.rfc-editor.org/rfc/rfc7517#section-4)). `None` when it is malformed,
/// not for signatures, of an unknown kind, too weak, or no public key at all: a private key that is
/// published is known to everybody, and what it signs proves nothing.
pub(super) fn read(json: &str) -> Option<Jwk> {
    let mut members = Members::default();
    json::object(json.as_bytes(), |name, value| {
        let member = match name {
            "kty" => &mut members.kty,
            "kid" => &mut members.kid,
            "alg" => &mut members.alg,
            "use" => &mut members.usage,
            "key_ops" => &mut members.key_ops,
            "crv" => &mut members.crv,
            "n" => &mut members.n,
            "e" => &mut members.e,
            "x" => &mut members.x,
            "y" => &mut members.y,
            name => {
                members.private |= PRIVATE.contains(&name);
                return;
            }
        };
        *member = Some(value);
    })
    .ok()?;
    members.jwk()
}

impl Members<'_> {
    fn jwk(&self) -> Option<Jwk> {
        if self.private || !self.is_for_signatures() {
            return None;
        }
        let kid = match self.kid {
            Some(kid) => Some(kid.string()?.get().into_owned().into_boxed_str()),
            None => None,
        };
        if kid.as_ref().is_some_and(|kid| kid.len() > MAX_KID) {
            return None;
        }
        let algorithms = self.algorithms()?;
        let key = match *algorithms.first()? {
            Algorithm::Es256 | Algorithm::Es384 => {
                Key::ec(&bytes(self.x)?, &bytes(self.y)?, *algorithms.first()?)
            }
            Algorithm::EdDsa => Key::ed25519(&bytes(self.x)?),
            _ => Key::rsa(&bytes(self.n)?, &bytes(self.e)?, &algorithms),
        };
        Some(Jwk { kid, key: key? })
    }

    /// Whether neither `use` nor `key_ops` says otherwise
    /// ([RFC 7517, sections 4.2 and 4.3](https://www.rfc-editor.org/rfc/rfc7517#section-4.2)).
    fn is_for_signatures(&self) -> bool {
        let usage = match self.usage {
            Some(usage) => usage.string().is_some_and(|usage| usage.is("sig")),
            None => true,
        };
        let operations = match self.key_ops {
            Some(Value::Array(operations)) => {
                let mut verify = 0_usize;
                let strings = json::strings(operations, |operation| {
                    verify = verify.saturating_add(usize::from(operation.is("verify")));
                });
                strings.is_some() && verify == 1
            }
            Some(_) => false,
            None => true,
        };
        usage && operations
    }

    /// What the key may be used with: the kind of key decides, its curve, and `alg` when it is
    /// there ([RFC 7517, section 4.4](https://www.rfc-editor.org/rfc/rfc7517#section-4.4)).
    fn algorithms(&self) -> Option<Vec<Algorithm>> {
        let kty = self.kty?.string()?;
        let crv = || self.crv?.string();
        let is = |text: Option<Text<'_>>, other: &str| text.is_some_and(|text| text.is(other));
        let mut algorithms = if kty.is("RSA") {
            RSA.to_vec()
        } else if kty.is("EC") && is(crv(), "P-256") {
            vec![Algorithm::Es256]
        } else if kty.is("EC") && is(crv(), "P-384") {
            vec![Algorithm::Es384]
        } else if kty.is("OKP") && is(crv(), "Ed25519") {
            vec![Algorithm::EdDsa]
        } else {
            return None;
        };
        if let Some(alg) = self.alg {
            let alg = alg.string()?;
            algorithms.retain(|algorithm| alg.is(algorithm.name()));
        }
        Some(algorithms)
    }
}

fn bytes(member: Option<Value<'_>>) -> Option<Vec<u8>> {
    base64url::decode(&member?.string()?.get()).ok()
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
    fn keys_of_all_kinds_are_read_for_their_algorithms() {
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
    fn a_key_with_a_fault_is_passed_over() {
        let (rsa, p256, ed) = (Signer::rsa(), Signer::p256(), Signer::ed25519());
        let coordinate =
            |bytes: &[u8]| Json::from(base64_simd::URL_SAFE_NO_PAD.encode_to_string(bytes));
        let x = p256.jwk("k")["x"]
            .as_str()
            .map(str::to_owned)
            .expect("it has an x");
        let x_bytes = base64url::decode(&x).expect("it is base64url");
        let n = base64url::decode(rsa.jwk("k")["n"].as_str().expect("it has a modulus"))
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
    fn what_does_not_matter_is_ignored() {
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
    fn a_key_with_two_members_of_one_name_is_passed_over() {
        let jwk = Signer::p256().jwk("k").to_string();
        assert!(read(&jwk).is_some());
        assert!(read(&jwk.replacen('{', "{\"kty\":\"EC\",", 1)).is_none());
        assert!(read("{}").is_none());
    }
}
