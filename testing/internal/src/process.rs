//! Compiled programs, run to their end.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

/// What a program wrote, and its exit code.
#[derive(Debug)]
pub struct Run {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub log: String,
}

/// Runs a program with an input, outside of Lambda.
///
/// # Panics
/// Panics if the program cannot be started, or does not write UTF-8.
pub fn run(command: &mut Command, input: &[u8]) -> Run {
    let command = command.env_remove("AWS_LAMBDA_RUNTIME_API");
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = piped.stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A program that reads nothing may have ended already.
    let _ = stdin.write_all(input);
    drop(stdin);
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run {
        code: status.code(),
        out: text(stdout),
        log: text(stderr),
    }
}
