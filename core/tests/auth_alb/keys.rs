//! Fetching and caching of keys.

use crate::{ARN, CLIENT, Clock, NOON, OTHER, at, issuer, rejection};
use lambda_api::auth::Algorithm;
use lambda_api::auth::{AlbOidc, AuthError};
use lambda_api_testing::TestIssuer;
use lambda_api_testing_internal::{Fault, IssuerExt as _, JwksServer, TokenExt as _};
use serde_json::json;
use std::time::Duration;

fn verifier(server: &JwksServer, clock: &Clock) -> AlbOidc {
    let verifier = AlbOidc::listener(ARN).client(CLIENT).clock(clock.read());
    verifier.keys_url(server.url()).allow_loopback_http()
}

/// A key id that no server has.
fn invented(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

#[tokio::test]
async fn a_key_is_fetched_when_a_token_names_it_and_kept() {
    let issuer = issuer();
    let server = issuer.serve();
    let verifier = verifier(&server, &Clock::new());
    for _ in 0..3 {
        assert_eq!(rejection(&verifier, issuer.token("alice")).await, None);
    }
    assert_eq!(server.paths(), [format!("/{}", issuer.kid())]);

    let old = issuer.kid();
    let new = issuer.rotate();
    assert_eq!(rejection(&verifier, issuer.token("alice")).await, None);
    assert_eq!(
        rejection(&verifier, issuer.token("alice").signed_by(&old)).await,
        None
    );
    assert_eq!(server.paths(), [format!("/{old}"), format!("/{new}")]);
}

#[tokio::test]
async fn requests_at_one_time_share_a_fetch() {
    let issuer = issuer();
    let server = issuer.serve();
    let verifier = verifier(&server, &Clock::new());
    server.hold();
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            let (verifier, token) = (verifier.clone(), issuer.token("alice").to_string());
            tokio::spawn(async move { rejection(&verifier, token).await })
        })
        .collect();
    server.wait_for_fetches(1).await;
    server.release();
    for request in waiting {
        assert_eq!(request.await.unwrap(), None);
    }
    assert_eq!(server.fetches(), 1);
}

#[tokio::test]
async fn a_rejected_token_causes_no_fetch() {
    let issuer = issuer();
    let server = issuer.serve();
    let verifier = verifier(&server, &Clock::new());
    let alice = || issuer.token("alice");
    let stranger = TestIssuer::alb(OTHER, CLIENT).at(at(NOON));
    for token in [
        stranger.token("alice"),
        alice().audience("another-client-id"),
        alice().expired(),
        alice().without_header("exp"),
        alice().header("kid", "a"),
        alice().header("kid", format!("{}/..", issuer.kid())),
        alice().header("crit", json!(["x"])),
        alice().hs256_with_public_key(),
    ] {
        assert!(rejection(&verifier, &token.to_string()).await.is_some());
    }
    assert_eq!(server.fetches(), 0);
}

#[tokio::test]
async fn a_flood_of_unknown_keys_is_a_few_fetches() {
    let issuer = issuer();
    let server = issuer.serve();
    let clock = Clock::new();
    let verifier = verifier(&server, &clock);
    assert_eq!(rejection(&verifier, issuer.token("alice")).await, None);

    let mut unknown = 0;
    for number in 0..1000 {
        let token = issuer.token("mallory").header("kid", invented(number));
        match rejection(&verifier, token).await {
            Some(AuthError::UnknownKey) => unknown += 1,
            other => assert_eq!(other, Some(AuthError::KeysUnavailable)),
        }
    }
    assert_eq!(unknown, 9);
    assert_eq!(server.fetches(), 10);
    // A caller whose key is cached is not affected.
    assert_eq!(rejection(&verifier, issuer.token("alice")).await, None);

    // After ten seconds a new key can be fetched again. Unused fetches of a minute do not
    // accumulate.
    issuer.rotate();
    let alice = || issuer.token("alice").expires_in(Duration::from_secs(1000));
    assert_eq!(
        rejection(&verifier, alice()).await,
        Some(AuthError::KeysUnavailable)
    );
    clock.set(NOON + 10);
    assert_eq!(rejection(&verifier, alice()).await, None);
    clock.set(NOON + 70);
    let before = server.fetches();
    for number in 1000..2000 {
        let token = alice().header("kid", invented(number));
        assert!(rejection(&verifier, token).await.is_some());
    }
    assert_eq!(server.fetches() - before, 10);
}

/// Returns for how many seconds a valid user is rejected while attackers send tokens with `keys`
/// unknown key ids per second, each of them `times` times.
async fn kept_out(keys: usize, times: usize) -> u64 {
    let issuer = issuer();
    let server = issuer.serve();
    let clock = Clock::new();
    let verifier = verifier(&server, &clock);
    let alice = || {
        issuer
            .token("alice")
            .expires_in(Duration::from_secs(10_000))
            .to_string()
    };
    let mut number = 0;
    let mut since = None;
    for second in 0..600 {
        clock.set(NOON + second);
        for _ in 0..keys {
            number += 1;
            let token = issuer
                .token("mallory")
                .expires_in(Duration::from_secs(10_000))
                .header("kid", invented(number))
                .to_string();
            for _ in 0..times {
                assert!(rejection(&verifier, token.as_str()).await.is_some());
            }
        }
        // The attack has already started, and continues.
        if second >= 20 {
            let since = *since.get_or_insert(second);
            if rejection(&verifier, alice()).await.is_none() {
                // Attackers cannot cause more fetches than the rate limits allow.
                let fetches = server.fetches() as u64;
                assert!(fetches <= 10 + 6 * (second + 1), "{fetches} in {second} s");
                return second - since;
            }
        }
    }
    panic!("the valid user is still rejected");
}

#[tokio::test]
async fn invented_key_ids_keep_no_user_out() {
    for (keys, times, at_most) in [(3, 1, 1), (100, 1, 1), (3, 2, 2), (3, 4, 4), (1, 30, 32)] {
        let seconds = kept_out(keys, times).await;
        assert!(
            seconds <= at_most,
            "{keys} keys, {times} times: {seconds} s"
        );
    }
}

#[tokio::test]
async fn a_key_that_is_gone_is_not_trusted_any_more() {
    for (status, expected) in [
        (404, Some(AuthError::UnknownKey)),
        (410, Some(AuthError::UnknownKey)),
        // These statuses do not mean that the key is gone.
        (403, None),
        (503, None),
    ] {
        let issuer = issuer();
        let server = issuer.serve();
        let clock = Clock::new();
        let verifier = verifier(&server, &clock);
        let alice = || {
            issuer
                .token("alice")
                .expires_in(Duration::from_secs(100_000))
        };
        assert_eq!(rejection(&verifier, alice()).await, None);
        server.inject(Fault::status(status));
        clock.set(NOON + 3601);
        // The request waits for a refresh only for a moment.
        let first = rejection(&verifier, alice()).await;
        server.wait_for_fetches(2).await;
        if first.is_none() && expected.is_some() {
            tokio::time::timeout(Duration::from_secs(30), async {
                while rejection(&verifier, alice()).await.is_none() {
                    tokio::task::yield_now().await;
                }
            })
            .await
            .unwrap();
        }
        clock.set(NOON + 7200);
        assert_eq!(rejection(&verifier, alice()).await, expected, "{status}");
        server.recover();
        clock.set(NOON + 7300);
        assert_eq!(rejection(&verifier, alice()).await, None, "{status}");
    }
}

#[tokio::test]
async fn keys_that_prove_nothing_make_room_first() {
    let issuer = issuer();
    let server = issuer.serve();
    let clock = Clock::new();
    let verifier = verifier(&server, &clock);
    let alice = || issuer.token("alice").expires_in(Duration::from_secs(1000));
    assert_eq!(rejection(&verifier, alice()).await, None);
    // Existing keys of other load balancers in the region, whose signatures are rejected.
    for number in 1..=50 {
        clock.set(NOON + number);
        let other = issuer.add_key(Algorithm::Es256);
        let rejected = rejection(&verifier, alice().header("kid", other)).await;
        assert_eq!(rejected, Some(AuthError::BadSignature));
    }
    assert_eq!(rejection(&verifier, alice()).await, None);
    assert_eq!(server.fetches_of(&format!("/{}", issuer.kid())), 1);
    assert_eq!(server.fetches(), 51);
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_again_after_a_while() {
    let issuer = issuer();
    let server = issuer.serve();
    let clock = Clock::new();
    let verifier = verifier(&server, &clock);
    let token = issuer.token("alice").header("kid", invented(1)).to_string();
    for (second, fetches) in [(0, 1), (1, 1), (9, 1), (10, 2), (11, 2)] {
        clock.set(NOON + second);
        assert_eq!(
            rejection(&verifier, &token).await,
            Some(AuthError::UnknownKey),
            "{second}"
        );
        assert_eq!(server.fetches(), fetches, "{second}");
    }
}

#[tokio::test]
async fn without_keys_every_token_is_rejected_until_they_load() {
    let issuer = issuer();
    let server = issuer.serve();
    let clock = Clock::new();
    let alice = || issuer.token("alice").expires_in(Duration::from_secs(1000));
    let p384 = TestIssuer::oidc("https://id.example.com", "a").with_algorithm(Algorithm::Es384);
    let p384 = p384.public_key_pem(&p384.kid()).unwrap();
    for error in [
        Fault::status(500),
        Fault::garbage(),
        Fault::document(json!(p384)),
        Fault::huge(200 * 1024),
        Fault::redirect_to("https://id.example.com/"),
        Fault::truncated(),
    ] {
        let verifier = verifier(&server, &clock);
        let name = format!("{error:?}");
        server.inject(error);
        clock.set(NOON);
        assert_eq!(
            rejection(&verifier, alice()).await,
            Some(AuthError::KeysUnavailable),
            "{name}"
        );
        server.recover();
        clock.set(NOON + 10);
        assert_eq!(rejection(&verifier, alice()).await, None, "{name}");
    }
}

#[tokio::test]
async fn keys_outlive_the_place_they_came_from_by_a_day() {
    let issuer = issuer();
    let server = issuer.serve();
    let clock = Clock::new();
    let verifier = verifier(&server, &clock);
    let alice = || {
        issuer
            .token("alice")
            .expires_in(Duration::from_secs(1_000_000))
    };
    assert_eq!(rejection(&verifier, alice()).await, None);
    server.inject(Fault::status(503));
    clock.set(NOON + 23 * 3600);
    assert_eq!(rejection(&verifier, alice()).await, None);
    clock.set(NOON + 25 * 3600);
    assert_eq!(
        rejection(&verifier, alice()).await,
        Some(AuthError::KeysUnavailable)
    );
}
