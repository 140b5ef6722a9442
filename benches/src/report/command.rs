//! Running other programs: cargo, valgrind, and this program itself.

use super::Error;
use std::{
    env,
    path::PathBuf,
    process::{Command, Output},
};

/// Runs a command and returns its output. Fails if the command fails.
pub(super) fn run(command: &mut Command) -> Result<Output, Error> {
    let output = command
        .output()
        .map_err(|error| format!("{:?} failed to start: {error}", command.get_program()))?;
    if output.status.success() {
        return Ok(output);
    }
    let log = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?} failed: {log}").into())
}

/// The directory of the programs of this build.
pub(super) fn directory() -> Result<PathBuf, Error> {
    let program = env::current_exe()?;
    Ok(program
        .parent()
        .ok_or("the program has no parent directory")?
        .to_owned())
}

/// Returns a cargo command for this package.
pub(super) fn cargo(command: &str) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.arg(command);
    cargo.args(["--locked", "--manifest-path"]);
    cargo.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    // Variables that `cargo run` sets for this program must not affect other ones.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    cargo
}

/// Builds the program that counts allocations, which `cargo run` does not build.
pub(super) fn build_allocations() -> Result<(), Error> {
    let mut cargo = cargo("build");
    cargo.args(["--release", "--bin", "allocations"]);
    run(&mut cargo).map(drop)
}

/// Counts all instructions of this program with these arguments.
pub(super) fn instructions(arguments: &[&str]) -> Result<u64, Error> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind.arg(env::current_exe()?).args(arguments);
    let output = run(in_lambda(&mut valgrind))?;
    collected(&String::from_utf8_lossy(&output.stderr))
}

/// Reads the count from the output of callgrind.
pub(super) fn collected(log: &str) -> Result<u64, Error> {
    let count = log
        .lines()
        .find_map(|line| line.split("Collected : ").nth(1));
    let count = count.ok_or_else(|| format!("callgrind did not count: {log}"))?;
    Ok(count.trim().parse()?)
}

/// Sets the variables that the examples of lambda_http set, so that the stage is removed from the
/// path.
pub(super) fn in_lambda(command: &mut Command) -> &mut Command {
    command.env("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "true")
}
