//! The time per invocation, from event bytes to response bytes, as ratios to lambda-api.

use benches::{
    Work,
    in_process::{Peer, Repeat, context},
};
use bytes::Bytes;
use std::{
    env,
    process::{Command, ExitCode},
    time::{Duration, Instant},
};
use tokio::runtime::{Builder, Runtime};

const ROUNDS: usize = 40;

/// The variable with which the examples of lambda_http remove the stage from the path.
const NO_STAGE: &str = "AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH";

struct Timed {
    peer: Peer,
    api: Box<dyn Repeat>,
    times: Vec<Duration>,
}

fn time(runtime: &Runtime, api: &dyn Repeat, event: &Bytes, n: usize) -> Duration {
    let context = context();
    let start = Instant::now();
    api.repeat(runtime, event, &context, n);
    start.elapsed() / u32::try_from(n).expect("a small number")
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e6
}

fn main() -> ExitCode {
    if env::var_os(NO_STAGE).is_none() {
        let mut again = Command::new(env::current_exe().expect("a program"));
        let status = again.env(NO_STAGE, "true").status().expect("it runs again");
        return if status.success() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        };
    }
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    println!("median of {ROUNDS} rounds, in turns: us, and as a ratio to lambda-api\n");
    print!("{:30}", "");
    for peer in Peer::ALL {
        print!("{:>24}", peer.name());
    }
    println!();
    for &work in Work::ALL {
        let event = work.event();
        let n = if event.len() > 100_000 { 5 } else { 200 };
        let mut all: Vec<Timed> = Peer::ALL
            .iter()
            .filter(|peer| peer.does(work))
            .map(|&peer| Timed {
                peer,
                api: peer.api(work, &runtime),
                times: Vec::new(),
            })
            .collect();
        // Interleaved, so that a slow moment of the machine affects all of them.
        for _ in 0..ROUNDS {
            for one in &mut all {
                one.times.push(time(&runtime, &*one.api, &event, n));
            }
        }
        let medians: Vec<(Peer, f64)> = all
            .iter_mut()
            .map(|one| (one.peer, median(&mut one.times)))
            .collect();
        let of = |peer: Peer| medians.iter().find(|one| one.0 == peer).map(|one| one.1);
        let ours = of(Peer::Ours).expect("lambda-api does everything");
        print!("{:30}", work.to_string());
        for &peer in Peer::ALL {
            match of(peer) {
                Some(time) => print!("{time:>16.2} {:>7.2}", time / ours),
                None => print!("{:>24}", "-"),
            }
        }
        println!();
    }
    ExitCode::SUCCESS
}
