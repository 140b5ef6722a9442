//! One token has one text: every other one is rejected.

use crate::{
    by_hand::{base64url, decoded, negated, with_unused_bits},
    verifiers::{self, ALGORITHMS, Verifier, kid_of, oidc},
};
use lambda_api::auth::Algorithm;
use lambda_api_testing_internal::TokenExt as _;

/// A good token with no claims but those it needs, judged to be one.
async fn good(algorithm: Algorithm, subject: &str) -> String {
    let token = oidc().token(subject).signed_by(&kid_of(algorithm));
    let claims = ["client_id", "iat", "auth_time", "jti"];
    let token = claims
        .iter()
        .fold(token, |token, claim| token.without(claim));
    let token = token.to_string();
    let verdict = verifiers::judge(Verifier::Oidc, &token).await;
    assert_eq!(verdict, Ok(()), "{algorithm}");
    token
}

async fn rejected(algorithm: Algorithm, what: &str, good: &str, token: &str) {
    assert_ne!(good, token, "{algorithm}: {what}: nothing was changed");
    let verdict = verifiers::judge(Verifier::Oidc, token).await;
    assert!(
        verdict.is_err(),
        "{algorithm}: {what} was accepted: {token}"
    );
}

/// The bits of what is encoded, one after the other: header, payload, signature.
#[tokio::test]
async fn no_bit_of_a_token_can_be_changed() {
    for algorithm in ALGORITHMS {
        let token = good(algorithm, "alice").await;
        let segments: Vec<_> = token.split('.').collect();
        for (position, segment) in segments.iter().enumerate() {
            let bytes = decoded(segment);
            for bit in 0..bytes.len() * 8 {
                let mut changed = bytes.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                let changed = base64url(&changed);
                let mut segments = segments.clone();
                segments[position] = &changed;
                let what = format!("bit {bit} of segment {position}");
                rejected(algorithm, &what, &token, &segments.join(".")).await;
            }
        }
    }
}

/// The bits of the text itself, dots included.
#[tokio::test]
async fn no_bit_of_the_text_of_a_token_can_be_changed() {
    for algorithm in ALGORITHMS {
        let token = good(algorithm, "alice").await;
        for at in 0..token.len() {
            // The eighth one makes a text that is no ASCII, and so no character of a token.
            for bit in 0..7 {
                let mut changed = token.clone().into_bytes();
                changed[at] ^= 1 << bit;
                let changed = String::from_utf8(changed).expect("ASCII");
                let what = format!("bit {bit} of character {at}");
                rejected(algorithm, &what, &token, &changed).await;
            }
        }
    }
}

/// The texts that a lenient reader of base64 takes for the same bytes.
#[tokio::test]
async fn no_other_text_of_the_same_bytes_is_accepted() {
    for algorithm in ALGORITHMS {
        let token = good(algorithm, "alice").await;
        let ends = token.match_indices('.').map(|(at, _)| at);
        let ends: Vec<_> = ends.chain([token.len()]).collect();
        for (position, end) in ends.into_iter().enumerate() {
            let (before, after) = token.split_at(end);
            let what = |what: &str| format!("{what} at the end of segment {position}");
            for more in [
                "=", "==", "===", "A", "AA", "AAA", "AAAA", "-", "_", "+", "/", ".", "~",
            ] {
                let token_and_more = format!("{before}{more}{after}");
                rejected(algorithm, &what(more), &token, &token_and_more).await;
            }
            for bits in 1..=15 {
                let Some(changed) = with_unused_bits(before, bits) else {
                    break;
                };
                if changed != before {
                    let changed = format!("{changed}{after}");
                    rejected(algorithm, &what("unused bits"), &token, &changed).await;
                }
            }
            let (shorter, _) = before.split_at(end - 1);
            rejected(
                algorithm,
                &what("a character less"),
                &token,
                &format!("{shorter}{after}"),
            )
            .await;
        }
        let standard = token.replace('-', "+").replace('_', "/");
        if standard != token {
            rejected(algorithm, "the alphabet of base64", &token, &standard).await;
        }
    }
}

#[tokio::test]
async fn characters_cannot_be_dropped_doubled_or_swapped() {
    for algorithm in [Algorithm::Es256, Algorithm::Rs256, Algorithm::EdDsa] {
        let token = good(algorithm, "alice").await;
        for at in 0..token.len() {
            let (before, rest) = token.split_at(at);
            let (character, after) = rest.split_at(1);
            let less = format!("{before}{after}");
            rejected(algorithm, "a character less", &token, &less).await;
            let twice = format!("{before}{character}{rest}");
            rejected(algorithm, "a character twice", &token, &twice).await;
            if let Some(next) = after.get(..1).filter(|next| *next != character) {
                let exchanged = format!("{before}{next}{character}{}", &after[1..]);
                rejected(algorithm, "two characters exchanged", &token, &exchanged).await;
            }
        }
    }
}

#[tokio::test]
async fn segments_of_two_good_tokens_make_no_third_one() {
    for algorithm in ALGORITHMS {
        let (one, other) = (
            good(algorithm, "alice").await,
            good(algorithm, "mallory").await,
        );
        let segments =
            |token: &str| -> Vec<String> { token.split('.').map(str::to_owned).collect() };
        let (one, other) = (segments(&one), segments(&other));
        for choice in 1..7 {
            let mixed: Vec<_> = (0..3)
                .map(|at| {
                    if choice >> at & 1 == 0 {
                        &one[at]
                    } else {
                        &other[at]
                    }
                })
                .map(String::as_str)
                .collect();
            let mixed = mixed.join(".");
            // The headers are the same, and then it is one of the two.
            if mixed != one.join(".") && mixed != other.join(".") {
                rejected(algorithm, "a mixture", &one.join("."), &mixed).await;
            }
        }
    }
}

/// With `(r, s)`, `(r, n - s)` is a signature of the same bytes too: so ECDSA is, and RFC 7518
/// forbids neither. Whoever has a token can write this second one, which says the same and is
/// valid as long; so a list of revoked tokens must name their `jti`, and not their text.
#[tokio::test]
async fn the_other_signature_of_ecdsa_is_one() {
    let token = good(Algorithm::Es256, "alice").await;
    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    let signature = decoded(signature);
    let (r, s) = signature.split_at(32);
    let other = base64url([r, &negated(s)].concat());
    let verdict = verifiers::judge(Verifier::Oidc, &format!("{signed}.{other}")).await;
    assert_eq!(verdict, Ok(()));
}
