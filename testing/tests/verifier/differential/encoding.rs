//! Segments, and how they are encoded.

use super::{Case, Cases, Stricter};
use crate::{
    by_hand::{base64url, sign, with_unused_bits},
    verifiers::{ALGORITHMS, Verifier, kid_of, oidc},
};
use lambda_api_testing_internal::TokenExt as _;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Cases::new(Verifier::Oidc);
    segments(&mut cases);
    characters(&mut cases);
    signatures(&mut cases);
    signed_as_they_are(&mut cases);
    cases.list
}

fn token() -> String {
    oidc().token("alice").to_string()
}

fn parts() -> (String, String, String) {
    let token = token();
    let mut parts = token.split('.').map(str::to_owned);
    let mut next = || parts.next().expect("three segments");
    (next(), next(), next())
}

fn segments(cases: &mut Cases) {
    let (header, payload, signature) = parts();
    for (name, token) in [
        ("nothing", String::new()),
        ("one segment", header.clone()),
        ("two segments", format!("{header}.{payload}")),
        ("two segments and a dot", format!("{header}.{payload}.")),
        (
            "four segments",
            format!("{header}.{payload}.{signature}.{signature}"),
        ),
        (
            "a dot at the end",
            format!("{header}.{payload}.{signature}."),
        ),
        (
            "a dot at the beginning",
            format!(".{header}.{payload}.{signature}"),
        ),
        (
            "two dots in a row",
            format!("{header}..{payload}.{signature}"),
        ),
        ("no header", format!(".{payload}.{signature}")),
        ("no payload", format!("{header}..{signature}")),
        ("dots alone", "..".to_owned()),
        ("another order", format!("{payload}.{header}.{signature}")),
        ("the header twice", format!("{header}.{header}.{signature}")),
        (
            "the payload as signature",
            format!("{header}.{payload}.{payload}"),
        ),
        (
            "five segments",
            format!("{header}.{payload}.{signature}.{payload}.{signature}"),
        ),
        (
            "an encrypted token",
            oidc().token("alice").encrypted().to_string(),
        ),
        ("twice the token", format!("{0},{0}", token())),
        ("JSON instead of the compact form", {
            let parts = (&payload, &header, &signature);
            let (payload, header, signature) = parts;
            format!(r#"{{"payload":"{payload}","protected":"{header}","signature":"{signature}"}}"#)
        }),
    ] {
        cases.rejected(name, token);
    }
}

fn characters(cases: &mut Cases) {
    let token = token();
    let dots: Vec<_> = token.match_indices('.').map(|(at, _)| at).collect();
    let places = [
        ("at the beginning", 0),
        ("in the header", 7),
        ("before the first dot", dots[0]),
        ("after the first dot", dots[0] + 1),
        ("in the payload", dots[0] + 7),
        ("before the second dot", dots[1]),
        ("after the second dot", dots[1] + 1),
        ("in the signature", dots[1] + 7),
        ("at the end", token.len()),
    ];
    for (place, at) in places {
        for inserted in [
            "+", "/", "%", "\t", "\n", "\0", "!", "é", "===", ".", "%3D", "&", "A",
        ] {
            let (before, after) = token.split_at(at);
            let name = format!("{inserted:?} {place}");
            cases.rejected(name, format!("{before}{inserted}{after}"));
        }
    }
    for (place, at) in [("first", dots[0]), ("second", dots[1])] {
        for padding in ["=", "=="] {
            let (before, after) = token.split_at(at);
            let name = format!("{padding} before the {place} dot");
            cases.rejected(name, format!("{before}{padding}{after}"));
        }
    }
}

/// Another text of the same signature.
fn signatures(cases: &mut Cases) {
    for algorithm in ALGORITHMS {
        if algorithm.name().starts_with("PS") {
            continue;
        }
        let token = oidc()
            .token("alice")
            .signed_by(&kid_of(algorithm))
            .to_string();
        for padding in ["=", "=="] {
            let name = format!("{algorithm}, {padding} after the signature");
            cases.stricter(Stricter::Encoding, name, format!("{token}{padding}"));
        }
        for bits in 1..=3 {
            if let Some(token) = with_unused_bits(&token, bits) {
                let name = format!("{algorithm}, bits that are not used: {bits}");
                cases.stricter(Stricter::Encoding, name, token);
            }
        }
    }
}

/// The signature is good for the text, and the text is no base64url.
fn signed_as_they_are(cases: &mut Cases) {
    let token = oidc().token("alice");
    let claims = token.claims();
    let header = base64url(format!(
        r#"{{"alg":"ES256","kid":"{}"}}"#,
        crate::by_hand::KID
    ));
    let text = |length: usize| {
        let text = claims.to_string();
        // White space, until the length is of the wanted kind.
        let missing = (3 + length - text.len() % 3) % 3;
        format!("{text}{}", " ".repeat(missing))
    };
    let payload = base64url(text(0));
    cases.accepted("by hand", sign(&header, &payload));
    let one_over = base64url(text(1));
    cases.accepted(
        "by hand, a payload of another length",
        sign(&header, &one_over),
    );
    for (name, header, payload) in [
        ("a padded payload", header.clone(), format!("{one_over}==")),
        (
            "a payload with half of its padding",
            header.clone(),
            format!("{one_over}="),
        ),
        (
            "padding that is not needed",
            header.clone(),
            format!("{payload}="),
        ),
        ("a padded header", format!("{header}="), payload.clone()),
        (
            "bits that are not used in the payload",
            header.clone(),
            with_unused_bits(&one_over, 1).expect("there are such bits"),
        ),
    ] {
        cases.stricter(
            Stricter::Encoding,
            format!("{name}, signed so"),
            sign(&header, &payload),
        );
    }
    for (name, header, payload) in [
        (
            "white space in the payload",
            header.clone(),
            format!("{payload} "),
        ),
        (
            "a line break in the payload",
            header.clone(),
            format!("{payload}\n"),
        ),
        (
            "a sign in the payload",
            header.clone(),
            format!("{payload}!"),
        ),
        ("no payload", header.clone(), String::new()),
        ("no header", String::new(), payload.clone()),
    ] {
        cases.rejected(format!("{name}, signed so"), sign(&header, &payload));
    }
}
