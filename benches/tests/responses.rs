//! Checks that all peers give the same responses. Otherwise, the benchmarks would not be
//! comparable.
#![cfg(feature = "report")]

use benches::{Work, in_process::Peer};
use serde_json::Value;
use std::process::Command;

/// Runs the program, so that its environment can be set.
fn response(peer: Peer, work: Work) -> Value {
    let run = Command::new(env!("CARGO_BIN_EXE_benches"))
        .args(["one", peer.key(), work.letter(), "1"])
        .env("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "true")
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{}, {work}: {log}", peer.key());
    serde_json::from_slice(&run.stdout).unwrap()
}

#[test]
fn all_peers_give_the_same_responses() {
    for &work in Work::ALL {
        let expected = response(Peer::Ours, work);
        assert_eq!(expected["statusCode"], work.status(), "{work}: {expected}");
        for &peer in Peer::ALL.iter().filter(|peer| peer.does(work)) {
            let found = response(peer, work);
            let name = peer.key();
            assert_eq!(found["statusCode"], work.status(), "{work}, {name}");
            // The body of a 404 differs between peers.
            if work != Work::Nothing {
                assert_eq!(found["body"], expected["body"], "{work}, {name}");
                let is_base64 = found["isBase64Encoded"].as_bool().unwrap_or_default();
                assert_eq!(is_base64, work == Work::Download, "{work}, {name}");
            }
        }
    }
}

#[test]
fn a_peer_is_not_measured_with_work_that_it_does_not_do() {
    let run = Command::new(env!("CARGO_BIN_EXE_benches"))
        .args(["one", "limit", "f", "1"])
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(2));
}
