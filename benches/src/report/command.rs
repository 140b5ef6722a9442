//! Other programs: cargo, valgrind, and this one again.

use super::Error;
use std::{
    env,
    path::PathBuf,
    process::{Command, Output},
};

/// Runs a command; its output, unless it fails.
pub(super) fn run(command: &mut Command) -> Result<Output, Error> {
    let output = command
        .output()
        .map_err(|error| format!("{:?} does not run: {error}", command.get_program()))?;
    if output.status.success() {
        return Ok(output);
    }
    let log = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?} failed: {log}").into())
}

/// Where the programs of this build are.
pub(super) fn directory() -> Result<PathBuf, Error> {
    let program = env::current_exe()?;
    Ok(program
        .parent()
        .ok_or("a program is in a folder")?
        .to_owned())
}

/// cargo, for this package.
pub(super) fn cargo(command: &str) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.arg(command);
    cargo.args(["--locked", "--manifest-path"]);
    cargo.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    // What `cargo run` sets for this program is not meant for others.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    cargo
}

/// Builds the program that counts allocations, which `cargo run` does not.
pub(super) fn build_allocations() -> Result<(), Error> {
    let mut cargo = cargo("build");
    cargo.args(["--release", "--bin", "allocations"]);
    run(&mut cargo).map(drop)
}

/// The instructions of this program with some arguments, all of them.
pub(super) fn instructions(arguments: &[&str]) -> Result<u64, Error> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind.arg(env::current_exe()?).args(arguments);
    let output = run(in_lambda(&mut valgrind))?;
    collected(&String::from_utf8_lossy(&output.stderr))
}

/// What callgrind says at its end.
pub(super) fn collected(log: &str) -> Result<u64, Error> {
    let count = log
        .lines()
        .find_map(|line| line.split("Collected : ").nth(1));
    let count = count.ok_or_else(|| format!("callgrind did not count: {log}"))?;
    Ok(count.trim().parse()?)
}

/// With what the examples of lambda_http set, so that the stage is not part of the path.
pub(super) fn in_lambda(command: &mut Command) -> &mut Command {
    command.env("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "true")
}
