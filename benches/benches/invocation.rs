//! Time per invocation, event bytes to reply bytes, as a ratio to lambda-api's own.

use benches::{AxumOnLambdaHttp, EVENTS, Ours, Peer};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

const ROUNDS: usize = 40;
const INVOCATIONS: u32 = 500;

/// The mean time of some invocations.
fn time(runtime: &Runtime, peer: &impl Peer, event: &'static [u8]) -> Duration {
    let start = Instant::now();
    for _ in 0..INVOCATIONS {
        std::hint::black_box(runtime.block_on(peer.answer(event)));
    }
    start.elapsed() / INVOCATIONS
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e6
}

fn main() {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let (ours, axum) = (runtime.block_on(Ours::new()), AxumOnLambdaHttp::new());
    println!("median of {ROUNDS} rounds of {INVOCATIONS} invocations, in turns\n");
    println!(
        "{:28}{:>14}{:>22}{:>8}",
        "",
        Ours::NAME,
        AxumOnLambdaHttp::NAME,
        "ratio"
    );
    for (name, event) in EVENTS {
        // In turns, so that a slow moment of the machine meets all of them.
        let (mut own, mut other) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            own.push(time(&runtime, &ours, event));
            other.push(time(&runtime, &axum, event));
        }
        let (own, other) = (median(own), median(other));
        println!(
            "{name:28}{own:>11.2} us{other:>19.2} us{:>8.2}",
            other / own
        );
    }
}
