//! Hundreds of thousands of invocations of one process: no response is lost, and its memory does not
//! grow.
//!
//! `cargo test` runs a short one. The whole one takes minutes, and means a release build:
//!
//! ```console
//! $ cargo test --release -p faults --test soak -- --ignored --nocapture
//! ```
//!
//! What is sent follows from a seed, and is the same each time. Each invocation has a request id, a
//! trace id and a lineage of its own. Variables choose how much is sent:
//!
//! | variable | default | |
//! |---|---|---|
//! | `SOAK_INVOCATIONS` | 300,000 | how many in all |
//! | `SOAK_CONCURRENCY` | 1 | how many at once |
//! | `SOAK_LARGE_ONE_IN` | 500 | one of so many has nearly 6 MB, in its event or its response; 0: none |
//! | `SOAK_TRACE_ENVIRONMENT` | 0 | 1: trace ids are in the environment, of which glibc keeps a copy |
//!
//! The figures, and what they mean, are in the documentation of `lambda_api::run`, under "Memory".

mod memory;
mod traffic;

use lambda_api::bytes::Bytes;
use lambda_api_testing::{
    FakeLambda,
    fake_lambda::{Invoke, Outcome, Pending},
};
use memory::Memory;
use std::{
    collections::VecDeque,
    env,
    time::{Duration, Instant},
};
use traffic::{Expected, Largest, Sender};

const PROGRAM: &str = env!("CARGO_BIN_EXE_faults");

/// How it went.
#[derive(Debug, Default)]
struct Soaked {
    responses: u64,
    errors: u64,
    problems: u64,
    bytes_in: u64,
    bytes_out: u64,
    largest: usize,
    lost: Vec<String>,
}

impl Soaked {
    fn note(&mut self, expected: &Expected, outcome: Outcome) {
        match outcome {
            Outcome::Response(response) => {
                self.responses += 1;
                self.bytes_out += response.bytes().len() as u64;
                self.largest = self.largest.max(response.bytes().len());
                match expected.check(&response) {
                    Ok(200) => {}
                    Ok(_) => self.problems += 1,
                    Err(error) => self.lost.push(error),
                }
            }
            Outcome::Error(error) if expected.may_be_an_error(&error) => self.errors += 1,
            other => self.lost.push(format!("{expected:?}: {other}")),
        }
    }
}

/// How a soak is done.
struct Plan {
    invocations: u64,
    concurrency: u32,
    largest: Largest,
    /// The trace id of each invocation is put into the environment, and glibc keeps a copy for ever.
    trace_environment: bool,
}

/// Invokes the program, with a few more invocations waiting than it can take at once.
async fn soak(plan: &Plan) -> (Soaked, Memory) {
    let Plan {
        invocations,
        concurrency,
        ..
    } = *plan;
    let mut lambda = FakeLambda::start(PROGRAM)
        .concurrency(concurrency)
        .kept_lines(1000)
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        // Records of what is hostile, and nothing else, would fill the log.
        .env("AWS_LAMBDA_LOG_LEVEL", "WARN")
        .limit(Duration::from_secs(300));
    if plan.trace_environment {
        lambda = lambda.env("FAULTS_TRACE_ENVIRONMENT", "1");
    }
    let lambda = lambda.await;
    let (mut soaked, mut memory) = (Soaked::default(), Memory::new(invocations));
    let mut sender = Sender::new(plan.largest);
    let mut waiting = VecDeque::<(Expected, Pending)>::new();
    for n in 0..invocations {
        if waiting.len() > 2 * concurrency as usize
            && let Some((expected, pending)) = waiting.pop_front()
        {
            soaked.note(&expected, pending.await);
        }
        let (event, expected) = sender.next();
        soaked.bytes_in += event.len() as u64;
        soaked.largest = soaked.largest.max(event.len());
        waiting.push_back((expected, lambda.invoke(identified(n, event))));
        memory.sample(n, lambda.process_id());
    }
    for (expected, pending) in waiting {
        soaked.note(&expected, pending.await);
    }
    assert_eq!(soaked.lost, [""; 0]);
    assert_eq!(soaked.responses + soaked.errors, invocations);
    assert_eq!(lambda.starts(), 1, "the process has ended");
    assert_eq!(lambda.rejected_calls(), [""; 0]);
    (soaked, memory)
}

/// The event with ids that no other one has.
fn identified(n: u64, event: Bytes) -> Invoke {
    let id = format!("8476a536-e9f4-11e8-9739-{n:012x}");
    let trace_id = traffic::trace_id(&id);
    Invoke::new(event)
        .request_id(&id)
        .header("lambda-runtime-trace-id", &trace_id)
}

#[tokio::test]
async fn a_short_soak_loses_nothing() {
    for concurrency in [1, 4] {
        let plan = Plan {
            invocations: 1000,
            concurrency,
            // A debug build takes a second for each.
            largest: Largest {
                first: 2,
                one_in: 1_000_000,
            },
            trace_environment: false,
        };
        let (soaked, memory) = soak(&plan).await;
        assert!(soaked.errors > 0 && soaked.problems > 0, "{soaked:?}");
        assert!(soaked.largest > 5 << 20, "{soaked:?}");
        memory.assert_lowest_does_not_rise();
    }
}

#[tokio::test]
#[ignore = "takes minutes, and means a release build"]
async fn a_long_soak_loses_nothing_and_memory_does_not_grow() {
    let number = |name: &str, default| match env::var(name) {
        Ok(text) => text.parse().expect(name),
        Err(_) => default,
    };
    let plan = Plan {
        invocations: number("SOAK_INVOCATIONS", 300_000),
        concurrency: u32::try_from(number("SOAK_CONCURRENCY", 1)).expect("a small number"),
        largest: match number("SOAK_LARGE_ONE_IN", 500) {
            0 => Largest::NONE,
            one_in => Largest { first: 10, one_in },
        },
        trace_environment: number("SOAK_TRACE_ENVIRONMENT", 0) == 1,
    };
    let began = Instant::now();
    let (soaked, memory) = soak(&plan).await;
    println!("{soaked:#?}\nin {:?}\n{memory}", began.elapsed());
    if plan.trace_environment {
        println!("{:?} bytes each", memory.growth());
    } else if plan.largest == Largest::NONE {
        memory.assert_flat();
    } else {
        memory.assert_lowest_does_not_rise();
    }
}
