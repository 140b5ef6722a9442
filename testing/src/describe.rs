//! What a program writes about itself.

use std::{env, ffi::OsStr, process::Command};

/// Runs a command of a compiled program that describes it, and returns its standard output.
///
/// `routes`, `openapi` and `template` need no variables of the environment, so the program gets none but `CARGO`
/// and `PATH`, with which `template` finds Cargo. In an integration test of the package that has the program, files are
/// relative to the package:
///
/// ```no_run
/// # const ORDERS: &str = "orders";
/// use lambda_api_testing::describe;
///
/// // const ORDERS: &str = env!("CARGO_BIN_EXE_orders");
///
/// // #[test]
/// fn the_committed_files_are_up_to_date() {
///     describe(ORDERS, &["openapi", "--check", "openapi.json"]);
///     describe(ORDERS, &["template", "--check", "template.yaml"]);
/// }
/// ```
///
/// Release builds have these commands only with the feature `local` of `lambda-api`.
///
/// # Panics
///
/// Panics with standard error if the command fails or cannot be started.
#[track_caller]
pub fn describe(program: impl AsRef<OsStr>, arguments: &[&str]) -> String {
    let program = program.as_ref();
    let mut command = Command::new(program);
    command.args(arguments).env_clear();
    let kept = ["CARGO", "PATH"].into_iter();
    command.envs(kept.filter_map(|name| Some((name, env::var_os(name)?))));
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("cannot run {}: {error}", program.display()));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{} {}: {}\n{errors}",
        program.display(),
        arguments.join(" "),
        output.status
    );
    String::from_utf8(output.stdout).expect("the output is UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_is_returned() {
        let tests = describe(env::current_exe().unwrap(), &["--list"]);
        assert!(tests.contains("the_output_is_returned: test\n"), "{tests}");
    }

    #[test]
    #[should_panic(expected = "--no-such-option: exit status: ")]
    fn a_command_that_fails_panics() {
        describe(env::current_exe().unwrap(), &["--no-such-option"]);
    }

    #[test]
    #[should_panic(expected = "cannot run no-such-program: ")]
    fn a_missing_program_is_named() {
        describe("no-such-program", &[]);
    }
}
