//! `POST /init/error`, and no Runtime API at all.

use crate::{PROGRAM, faults};
use http::StatusCode;
use lambda_api_testing::fake_lambda::{Call, Fault, LogLine};
use std::process::Command;

#[tokio::test]
async fn an_undelivered_init_error_does_not_block() {
    for fault in [
        Fault::Reset,
        Fault::Status(StatusCode::INTERNAL_SERVER_ERROR),
        Fault::Cut,
    ] {
        let failing = faults().env("FAULTS_START", "error");
        let exit = failing.inject(Call::InitError, fault).try_start().await;
        let exit = exit.unwrap_err();
        assert_eq!(exit.code(), Some(1), "{fault:?}");
        let told = |line: &LogLine| line.contains("no table is named");
        assert!(exit.logs().iter().any(told), "{exit:?}");
    }
}

/// The program, without a Runtime API.
fn alone_in_the_world(concurrency: u32) -> Command {
    // A port that was ours a moment ago.
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let mut program = Command::new(PROGRAM);
    program
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{port}"))
        .env("AWS_LAMBDA_MAX_CONCURRENCY", concurrency.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "faults")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1");
    program
}

#[test]
fn a_runtime_api_that_is_not_there_ends_the_process() {
    for concurrency in [1, 4] {
        let output = alone_in_the_world(concurrency).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let log = String::from_utf8(output.stdout).unwrap();
        assert!(log.contains("the Lambda runtime failed"), "{log}");
        // A few records of each poller, and never a busy loop.
        let lines = log.lines().count();
        assert!(
            (7..=6 * concurrency as usize + 1).contains(&lines),
            "{lines}: {log}"
        );
    }
}

#[test]
fn the_address_is_all_that_the_environment_has_to_name() {
    let mut program = alone_in_the_world(1);
    for name in ["NAME", "MEMORY_SIZE", "VERSION"] {
        program.env_remove(format!("AWS_LAMBDA_FUNCTION_{name}"));
    }
    let output = program.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let log = String::from_utf8(output.stdout).unwrap();
    assert!(log.contains("receiving the next event failed"), "{log}");
}
