//! `cargo run --release -p benches -- report`, and what it is made of.

use benches::{
    Work, context,
    peers::{AxumOnLambdaHttp, Direct, Limit, Ours, Peer},
};
use std::process::{Command, ExitCode};

const USAGE: &str = "usage: benches one PEER WORK N | benches instructions [PEER..]";

/// Answers the same event `n` times, and shows one reply.
fn repeat(peer: &impl Peer, work: Work, n: usize) -> Vec<u8> {
    let (event, context) = (work.event(), context());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut reply = Vec::new();
        for _ in 0..n {
            reply = std::hint::black_box(peer.answer(event.clone(), &context).await);
        }
        reply
    })
}

fn one(peer: &str, work: Work, n: usize) -> Option<Vec<u8>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    Some(match peer {
        "ours" => repeat(&runtime.block_on(Ours::new()), work, n),
        "direct" => repeat(&runtime.block_on(Direct::new()), work, n),
        "axum" => repeat(&AxumOnLambdaHttp::new(), work, n),
        "limit" => repeat(&Limit, work, n),
        _ => return None,
    })
}

fn under_callgrind(peer: &str, work: Work, n: usize) -> u64 {
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().expect("a program"))
        .args(["one", peer, work.letter(), &n.to_string()])
        .env("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "true")
        .output()
        .expect("valgrind runs");
    let log = String::from_utf8_lossy(&run.stderr);
    let total = log
        .lines()
        .find_map(|line| line.split("Collected : ").nth(1));
    total.expect("a count").trim().parse().expect("a number")
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["one", peer, work, n] => {
            let reply = Work::of(work)
                .zip(n.parse().ok())
                .and_then(|(work, n)| one(peer, work, n));
            println!("{}", String::from_utf8_lossy(&reply.expect(USAGE)));
        }
        ["instructions", ref peers @ ..] => {
            let peers = if peers.is_empty() {
                &["ours", "direct", "axum", "limit"][..]
            } else {
                peers
            };
            for work in Work::ALL {
                print!("{:28}", work.to_string());
                for peer in peers {
                    let (few, more) = (5, 15);
                    let count =
                        under_callgrind(peer, work, more) - under_callgrind(peer, work, few);
                    print!("{peer:>10} {:>10}", count / (more - few) as u64);
                }
                println!();
            }
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
