//! Where keys come from.

use crate::{ARN, CLIENT, Clock, NOON, OTHER, at, issuer, refusal};
use lambda_api::auth::{AlbOidc, Refusal};
use lambda_api_testing::{
    TestIssuer,
    issuer::{Algorithm, Fault, JwksServer},
};
use serde_json::json;
use std::time::Duration;

fn verifier(server: &JwksServer, clock: &Clock) -> AlbOidc {
    let verifier = AlbOidc::listener(ARN).client(CLIENT).clock(clock.read());
    verifier.keys_url(server.url()).allow_loopback_http()
}

/// A key id that nobody has.
fn invented(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

#[tokio::test]
async fn a_key_is_fetched_when_a_token_names_it_and_kept() {
    let issuer = issuer();
    let server = issuer.serve().await;
    let verifier = verifier(&server, &Clock::new());
    for _ in 0..3 {
        assert_eq!(refusal(&verifier, issuer.token("alice")).await, None);
    }
    assert_eq!(server.paths(), [format!("/{}", issuer.kid())]);

    let old = issuer.kid();
    let new = issuer.rotate();
    assert_eq!(refusal(&verifier, issuer.token("alice")).await, None);
    assert_eq!(
        refusal(&verifier, issuer.token("alice").signed_by(&old)).await,
        None
    );
    assert_eq!(server.paths(), [format!("/{old}"), format!("/{new}")]);
}

#[tokio::test]
async fn requests_at_one_time_share_a_fetch() {
    let issuer = issuer();
    let server = issuer.serve().await;
    let verifier = verifier(&server, &Clock::new());
    server.hold();
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            let (verifier, token) = (verifier.clone(), issuer.token("alice").to_string());
            tokio::spawn(async move { refusal(&verifier, token).await })
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
async fn what_is_to_be_refused_anyway_causes_no_fetch() {
    let issuer = issuer();
    let server = issuer.serve().await;
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
        assert!(refusal(&verifier, &token.to_string()).await.is_some());
    }
    assert_eq!(server.fetches(), 0);
}

#[tokio::test]
async fn a_flood_of_unknown_keys_is_a_few_fetches() {
    let issuer = issuer();
    let server = issuer.serve().await;
    let clock = Clock::new();
    let verifier = verifier(&server, &clock);
    assert_eq!(refusal(&verifier, issuer.token("alice")).await, None);

    let mut unknown = 0;
    for number in 0..1000 {
        let token = issuer.token("mallory").header("kid", invented(number));
        match refusal(&verifier, token).await {
            Some(Refusal::UnknownKey) => unknown += 1,
            other => assert_eq!(other, Some(Refusal::KeysUnavailable)),
        }
    }
    assert_eq!(unknown, 9);
    assert_eq!(server.fetches(), 10);
    // Who has a key that is known does not notice.
    assert_eq!(refusal(&verifier, issuer.token("alice")).await, None);

    // Ten seconds later a new key can be had again, and a minute of it is not hoarded.
    issuer.rotate();
    let alice = || issuer.token("alice").expires_in(Duration::from_secs(1000));
    assert_eq!(
        refusal(&verifier, alice()).await,
        Some(Refusal::KeysUnavailable)
    );
    clock.set(NOON + 10);
    assert_eq!(refusal(&verifier, alice()).await, None);
    clock.set(NOON + 70);
    let before = server.fetches();
    for number in 1000..2000 {
        let token = alice().header("kid", invented(number));
        assert!(refusal(&verifier, token).await.is_some());
    }
    assert_eq!(server.fetches() - before, 10);
}

/// For how many seconds genuine users are kept out by strangers who ask for so many keys in each
/// second, each of them so often.
async fn kept_out(keys: usize, times: usize) -> u64 {
    let issuer = issuer();
    let server = issuer.serve().await;
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
                assert!(refusal(&verifier, token.as_str()).await.is_some());
            }
        }
        // They have begun earlier, and go on.
        if second >= 20 {
            let since = *since.get_or_insert(second);
            if refusal(&verifier, alice()).await.is_none() {
                // Nobody brings more about than the lanes let through.
                let fetches = server.fetches() as u64;
                assert!(fetches <= 10 + 6 * (second + 1), "{fetches} in {second} s");
                return second - since;
            }
        }
    }
    panic!("nobody is let in");
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
        (404, Some(Refusal::UnknownKey)),
        (410, Some(Refusal::UnknownKey)),
        // These say nothing about the key.
        (403, None),
        (503, None),
    ] {
        let issuer = issuer();
        let server = issuer.serve().await;
        let clock = Clock::new();
        let verifier = verifier(&server, &clock);
        let alice = || {
            issuer
                .token("alice")
                .expires_in(Duration::from_secs(100_000))
        };
        assert_eq!(refusal(&verifier, alice()).await, None);
        server.inject(Fault::status(status));
        clock.set(NOON + 3601);
        // A refresh is waited for a moment only.
        let first = refusal(&verifier, alice()).await;
        server.wait_for_fetches(2).await;
        if first.is_none() && expected.is_some() {
            tokio::time::timeout(Duration::from_secs(30), async {
                while refusal(&verifier, alice()).await.is_none() {
                    tokio::task::yield_now().await;
                }
            })
            .await
            .unwrap();
        }
        clock.set(NOON + 7200);
        assert_eq!(refusal(&verifier, alice()).await, expected, "{status}");
        server.recover();
        clock.set(NOON + 7300);
        assert_eq!(refusal(&verifier, alice()).await, None, "{status}");
    }
}

#[tokio::test]
async fn keys_that_prove_nothing_make_room_first() {
    let issuer = issuer();
    let server = issuer.serve().await;
    let clock = Clock::new();
    let verifier = verifier(&server, &clock);
    let alice = || issuer.token("alice").expires_in(Duration::from_secs(1000));
    assert_eq!(refusal(&verifier, alice()).await, None);
    // Keys that are there, of other load balancers in the region: what they sign is not believed.
    for number in 1..=50 {
        clock.set(NOON + number);
        let other = issuer.add_key(Algorithm::Es256);
        let refused = refusal(&verifier, alice().header("kid", other)).await;
        assert_eq!(refused, Some(Refusal::BadSignature));
    }
    assert_eq!(refusal(&verifier, alice()).await, None);
    assert_eq!(server.fetches_of(&format!("/{}", issuer.kid())), 1);
    assert_eq!(server.fetches(), 51);
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_again_after_a_while() {
    let issuer = issuer();
    let server = issuer.serve().await;
    let clock = Clock::new();
    let verifier = verifier(&server, &clock);
    let token = issuer.token("alice").header("kid", invented(1)).to_string();
    for (second, fetches) in [(0, 1), (1, 1), (9, 1), (10, 2), (11, 2)] {
        clock.set(NOON + second);
        assert_eq!(
            refusal(&verifier, &token).await,
            Some(Refusal::UnknownKey),
            "{second}"
        );
        assert_eq!(server.fetches(), fetches, "{second}");
    }
}

#[tokio::test]
async fn without_keys_nobody_is_let_in_until_they_are_there() {
    let issuer = issuer();
    let server = issuer.serve().await;
    let clock = Clock::new();
    let alice = || issuer.token("alice").expires_in(Duration::from_secs(1000));
    let p384 = TestIssuer::oidc("https://id.example.com", "a").with_algorithm(Algorithm::Es384);
    let p384 = p384.public_key_pem(&p384.kid()).unwrap();
    for fault in [
        Fault::status(500),
        Fault::garbage(),
        Fault::document(json!(p384)),
        Fault::huge(200 * 1024),
        Fault::redirect_to("https://id.example.com/"),
        Fault::truncated(),
    ] {
        let verifier = verifier(&server, &clock);
        let name = format!("{fault:?}");
        server.inject(fault);
        clock.set(NOON);
        assert_eq!(
            refusal(&verifier, alice()).await,
            Some(Refusal::KeysUnavailable),
            "{name}"
        );
        server.recover();
        clock.set(NOON + 10);
        assert_eq!(refusal(&verifier, alice()).await, None, "{name}");
    }
}

#[tokio::test]
async fn keys_outlive_the_place_they_came_from_by_a_day() {
    let issuer = issuer();
    let server = issuer.serve().await;
    let clock = Clock::new();
    let verifier = verifier(&server, &clock);
    let alice = || {
        issuer
            .token("alice")
            .expires_in(Duration::from_secs(1_000_000))
    };
    assert_eq!(refusal(&verifier, alice()).await, None);
    server.inject(Fault::status(503));
    clock.set(NOON + 23 * 3600);
    assert_eq!(refusal(&verifier, alice()).await, None);
    clock.set(NOON + 25 * 3600);
    assert_eq!(
        refusal(&verifier, alice()).await,
        Some(Refusal::KeysUnavailable)
    );
}
