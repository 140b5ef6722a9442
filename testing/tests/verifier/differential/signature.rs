//! Signatures that are changed.

use super::{Case, Cases};
use crate::{
    by_hand::{base64url, decoded, negated},
    verifiers::{Verifier, kid_of, oidc},
};
use lambda_api::auth::Algorithm;
use lambda_api_testing_internal::TokenExt as _;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Cases::new(Verifier::Oidc);
    for algorithm in [
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::EdDsa,
        Algorithm::Rs256,
        Algorithm::Rs512,
    ] {
        changed(&mut cases, algorithm);
        flipped(&mut cases, algorithm);
    }
    ecdsa(&mut cases);
    of_another_token(&mut cases);
    cases.list
}

fn parts(algorithm: Algorithm) -> (String, Vec<u8>) {
    let token = oidc()
        .token("alice")
        .signed_by(&kid_of(algorithm))
        .to_string();
    let (signed, signature) = token.rsplit_once('.').expect("a token has dots");
    (signed.to_owned(), decoded(signature))
}

fn changed(cases: &mut Cases, algorithm: Algorithm) {
    let (signed, good) = parts(algorithm);
    let length = good.len();
    let (left, right) = good.split_at(length / 2);
    for (name, signature) in [
        ("of zeros", vec![0; length]),
        ("of ones", vec![1; length]),
        ("of all bits", vec![0xff; length]),
        ("of one byte", vec![1]),
        ("without its first byte", good[1..].to_vec()),
        ("without its last byte", good[..length - 1].to_vec()),
        ("cut in half", left.to_vec()),
        ("with a zero before it", [&[0], &good[..]].concat()),
        ("with a zero after it", [&good[..], &[0]].concat()),
        ("twice", [&good[..], &good[..]].concat()),
        ("with its halves swapped", [right, left].concat()),
        (
            "with zeros for its first half",
            [&vec![0; length / 2], right].concat(),
        ),
        (
            "with zeros for its second half",
            [left, &vec![0; length - length / 2]].concat(),
        ),
        ("backwards", good.iter().rev().copied().collect()),
        ("inverted", good.iter().map(|byte| !byte).collect()),
    ] {
        let name = format!("{algorithm}, a signature {name}");
        cases.rejected(name, format!("{signed}.{}", base64url(&signature)));
    }
}

/// Single bits, at places that are spread over the token and the same in each run.
fn flipped(cases: &mut Cases, algorithm: Algorithm) {
    let (signed, good) = parts(algorithm);
    let (header, payload) = signed.split_once('.').expect("a header and a payload");
    for step in 0..12 {
        let flip = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            let bit = step * (bytes.len() * 8 - 1) / 11;
            bytes[bit / 8] ^= 0x80 >> (bit % 8);
            base64url(&bytes)
        };
        for (part, token) in [
            (
                "header",
                format!("{}.{payload}.{}", flip(&decoded(header)), base64url(&good)),
            ),
            (
                "payload",
                format!("{header}.{}.{}", flip(&decoded(payload)), base64url(&good)),
            ),
            ("signature", format!("{signed}.{}", flip(&good))),
        ] {
            cases.rejected(
                format!("{algorithm}, bit {step} of 12 of the {part} flipped"),
                token,
            );
        }
    }
}

fn ecdsa(cases: &mut Cases) {
    let (signed, good) = parts(Algorithm::Es256);
    let (r, s) = good.split_at(32);
    let integer = |number: &[u8]| {
        let sign: &[u8] = if number[0] < 0x80 { &[] } else { &[0] };
        let length = u8::try_from(sign.len() + number.len()).expect("short");
        [&[2, length], sign, number].concat()
    };
    let integers = [integer(r), integer(s)].concat();
    let length = u8::try_from(integers.len()).expect("short");
    let der = [&[0x30, length], &integers[..]].concat();
    cases.rejected(
        "ES256, a signature in DER",
        format!("{signed}.{}", base64url(&der)),
    );
    // RFC 7515 does not forbid it, so this is a second signature of the same claims, and good.
    // What is signed cannot be changed by it.
    let other = [r, &negated(s)].concat();
    cases.accepted(
        "ES256, the negated s",
        format!("{signed}.{}", base64url(&other)),
    );
    let order = decoded("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE");
    for (name, r, s) in [
        ("r is the order", &order[..], s),
        ("s is the order", r, &order[..]),
        ("both are the order", &order[..], &order[..]),
    ] {
        let signature = base64url([r, s].concat());
        cases.rejected(format!("ES256, {name}"), format!("{signed}.{signature}"));
    }
}

fn of_another_token(cases: &mut Cases) {
    for algorithm in [Algorithm::Es256, Algorithm::Rs256] {
        let (signed, _) = parts(algorithm);
        let bob = oidc()
            .token("bob")
            .signed_by(&kid_of(algorithm))
            .to_string();
        let (_, signature) = bob.rsplit_once('.').expect("a signature");
        let name = format!("{algorithm}, the signature of another token");
        cases.rejected(name, format!("{signed}.{signature}"));
    }
}
