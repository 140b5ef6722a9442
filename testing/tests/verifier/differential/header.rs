//! What the header says.

use super::{Case, Cases, Stricter};
use crate::verifiers::{ALGORITHMS, Verifier, kid_of, oidc};
use lambda_api::auth::Algorithm;
use lambda_api_testing_internal::{IssuerExt as _, OddKey, TokenExt as _};
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Cases::new(Verifier::Oidc);
    algorithms(&mut cases);
    keys(&mut cases);
    types(&mut cases);
    critical(&mut cases);
    ignored(&mut cases);
    cases.list
}

fn algorithms(cases: &mut Cases) {
    let issuer = oidc();
    for algorithm in ALGORITHMS {
        let kid = kid_of(algorithm);
        let token = || issuer.token("alice").signed_by(&kid);
        match algorithm {
            Algorithm::Ps256 | Algorithm::Ps384 | Algorithm::Ps512 => {
                cases.unknown_algorithm(format!("signed with {algorithm}"), token());
            }
            _ => cases.accepted(format!("signed with {algorithm}"), token()),
        }
        cases.rejected(format!("{algorithm}, wrong key"), {
            issuer.token("alice").algorithm(algorithm).wrong_key()
        });
        cases.rejected(format!("{algorithm}, tampered"), token().tampered());
        // What is signed with one algorithm says to be signed with another.
        for other in ALGORITHMS.iter().filter(|other| **other != algorithm) {
            let name = format!("signed with {algorithm}, says {other}");
            cases.rejected(name, token().header("alg", other.name()));
        }
    }
    // A key signs with another algorithm of its kind than the one it is published for.
    for (published, used) in [
        (Algorithm::Rs256, Algorithm::Rs384),
        (Algorithm::Rs256, Algorithm::Rs512),
        (Algorithm::Rs256, Algorithm::Ps256),
        (Algorithm::Rs512, Algorithm::Rs256),
        (Algorithm::Ps256, Algorithm::Rs256),
        (Algorithm::Ps512, Algorithm::Rs512),
    ] {
        let name = format!("a key for {published} signs with {used}");
        let token = issuer.token("alice").signed_by(&kid_of(published));
        cases.rejected(name, token.algorithm(used));
    }

    let token = || issuer.token("alice");
    for alg in [
        json!("none"),
        json!("None"),
        json!("NONE"),
        json!("nOnE"),
        json!("HS256"),
        json!("HS384"),
        json!("HS512"),
        json!("ES512"),
        json!("ES256K"),
        json!("Ed25519"),
        json!("Ed448"),
        json!("ML-DSA-44"),
        json!("RSA-OAEP"),
        json!("dir"),
        json!("RS1"),
        json!("es256"),
        json!("ES256 "),
        json!(" ES256"),
        json!("ES256\u{0}"),
        json!("ES256,RS256"),
        json!(""),
        json!(null),
        json!(256),
        json!(true),
        json!(["ES256"]),
        json!({"alg": "ES256"}),
        json!("constructor"),
        json!("__proto__"),
        json!("toString"),
    ] {
        cases.rejected(format!("alg {alg}"), token().header("alg", alg));
    }
    cases.rejected("no alg", token().without_header("alg"));
    cases.rejected("unsigned", token().unsigned());
    cases.rejected(
        "unsigned with a signature",
        format!("{}AAAA", token().unsigned()),
    );
    cases.rejected("HS256 with the public key", token().hs256_with_public_key());
    cases.rejected("HS256 with a guess", token().hs256("secret"));
    cases.rejected("HS256 with nothing", token().hs256(""));
    let symmetric = token().hs256(OddKey::SECRET).header("kid", "symmetric");
    cases.rejected("HS256 with the secret that is published", symmetric);
}

fn keys(cases: &mut Cases) {
    let issuer = oidc();
    let token = || issuer.token("alice");
    cases.rejected("no kid among several keys", token().without_header("kid"));
    cases.rejected("unknown key", token().unknown_key());
    let kid = issuer.kid();
    for (name, wrong) in [
        ("is empty", json!("")),
        ("is a space", json!(" ")),
        ("is unknown", json!("unknown")),
        ("ends with a space", json!(format!("{kid} "))),
        ("is padded", json!(format!("{kid}="))),
        ("is in upper case", json!(kid.to_uppercase())),
        ("ends with a zero byte", json!(format!("{kid}\u{0}"))),
        ("is a path", json!("../../etc/passwd")),
        ("is a query", json!("' or 1=1")),
        ("is long", json!("k".repeat(5000))),
        ("is null", json!(null)),
        ("is a number", json!(1)),
        ("is true", json!(true)),
        ("is in a list", json!([kid])),
        ("is in an object", json!({"kid": kid})),
        ("is __proto__", json!("__proto__")),
        ("is constructor", json!("constructor")),
        ("is that of a secret", json!("symmetric")),
        ("is that of a key of no known type", json!("unknown-type")),
        ("is that of a short key", json!("short-rsa")),
    ] {
        cases.rejected(format!("a kid that {name}"), token().header("kid", wrong));
    }
    for (said, used) in [
        (Algorithm::Es256, Algorithm::Es384),
        (Algorithm::Es256, Algorithm::Rs256),
        (Algorithm::Rs256, Algorithm::Es256),
        (Algorithm::Rs256, Algorithm::Rs512),
        (Algorithm::Es384, Algorithm::Es256),
        (Algorithm::EdDsa, Algorithm::Es256),
    ] {
        let name = format!("signed with the key for {used}, names the one for {said}");
        let token = token().signed_by(&kid_of(used));
        cases.rejected(name, token.header("kid", kid_of(said)));
    }
    // An escape is another way to write the same.
    let (first, rest) = kid.split_at(1);
    let escaped = format!("\\u{:04x}{rest}", u32::from(first.as_bytes()[0]));
    let header = format!(r#"{{"alg":"ES256","kid":"{escaped}"}}"#);
    cases.accepted("kid with an escape", token().raw_header(header));
}

fn types(cases: &mut Cases) {
    let issuer = oidc();
    let token = || issuer.token("alice");
    cases.accepted("no typ", token().without_header("typ"));
    for typ in [
        "JWT",
        "jwt",
        "at+jwt",
        "application/at+jwt",
        "AT+JWT",
        "application/jwt",
    ] {
        cases.accepted(format!("typ {typ}"), token().header("typ", typ));
    }
    for typ in [
        "logout+jwt",
        "application/logout+jwt",
        "LOGOUT+JWT",
        "secevent+jwt",
        "application/secevent+jwt",
        "dpop+jwt",
        "token-introspection+jwt",
        "JWS",
        "JOSE",
        "",
        "JWT ",
    ] {
        let token = token().header("typ", typ);
        cases.stricter(Stricter::Type, format!("typ {typ}"), token);
    }
    for typ in [json!(null), json!(1), json!(["JWT"]), json!({})] {
        let token = token().header("typ", typ.clone());
        cases.stricter(Stricter::HeaderType, format!("typ {typ}"), token);
    }
}

fn critical(cases: &mut Cases) {
    let issuer = oidc();
    let token = || issuer.token("alice");
    for crit in [
        json!(["urn:example:unknown"]),
        json!(["exp"]),
        json!(["alg"]),
        json!(["b64"]),
        json!([]),
        json!([1]),
        json!("exp"),
        json!(null),
        json!({}),
        json!(false),
    ] {
        let name = format!("crit {crit}");
        cases.stricter(Stricter::Critical, name, token().header("crit", crit));
    }
    let both = token().header("crit", json!(["b64"]));
    let unencoded = || both.clone().header("b64", false);
    cases.stricter(
        Stricter::UnencodedPayload,
        "b64 false",
        token().header("b64", false),
    );
    cases.stricter(Stricter::Critical, "b64 false, critical", unencoded());
    let both = both.header("b64", true);
    cases.stricter(Stricter::Critical, "b64 true, critical", both);
}

/// A key that comes with the token says nothing about who made it.
fn ignored(cases: &mut Cases) {
    let issuer = oidc();
    let token = || issuer.token("alice");
    let jwks = issuer.jwks();
    let own = jwks["keys"].as_array().and_then(|keys| keys.last());
    let own = own.cloned().unwrap_or_default();
    let certificate = json!(["MIIB"]);
    let members: [(&str, Value); 10] = [
        ("jwk", own),
        ("jku", json!("https://attacker.example/keys")),
        ("x5u", json!("https://attacker.example/cert")),
        ("x5c", certificate),
        ("x5t", json!("AAAA")),
        ("x5t#S256", json!("AAAA")),
        ("cty", json!("JWT")),
        ("zip", json!("DEF")),
        ("enc", json!("A256GCM")),
        ("anything", json!({"at": ["all"]})),
    ];
    for (name, value) in members {
        cases.accepted(
            format!("{name}, ignored"),
            token().header(name, value.clone()),
        );
        let stranger = token().wrong_key().header(name, value.clone());
        cases.rejected(format!("{name}, and a wrong key"), stranger);
        let unknown = token().unknown_key().header(name, value);
        cases.rejected(format!("{name}, and an unknown key"), unknown);
    }
}
