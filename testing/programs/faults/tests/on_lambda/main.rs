//! What becomes of a function that goes wrong, seen from Lambda.

#[cfg(unix)]
mod abort;
mod concurrency;
mod deadline;
mod end;
mod environment;
mod invocation;
#[cfg(unix)]
mod lifecycle;
mod log;
mod mixed;
mod panic;
mod runtime_api;
mod start;
mod streams;

use lambda_api::event::Source;
use lambda_api_testing::{EventBuilder, FakeLambda, fake_lambda::FakeLambdaBuilder};

const PROGRAM: &str = env!("CARGO_BIN_EXE_faults");

fn faults() -> FakeLambdaBuilder {
    FakeLambda::start(PROGRAM)
}

fn get(path: &str) -> EventBuilder {
    EventBuilder::new(Source::HttpApi).path(path)
}
