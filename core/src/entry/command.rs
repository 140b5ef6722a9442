//! The command of a program that does not read its command line.

#[cfg(any(debug_assertions, feature = "local"))]
use crate::local;

/// The warning about the command of this process, which is ignored.
#[cfg(any(debug_assertions, feature = "local"))]
pub(super) fn ignored() -> Option<String> {
    let first = std::env::args_os().nth(1);
    warning(first.as_deref().and_then(|first| first.to_str()))
}

/// A release build has no commands.
#[cfg(all(feature = "server", not(any(debug_assertions, feature = "local"))))]
pub(super) fn ignored() -> Option<String> {
    None
}

/// The warning about a command that `run` ignores.
#[cfg(any(debug_assertions, feature = "local"))]
fn warning(first: Option<&str>) -> Option<String> {
    let command = first.filter(|first| local::is_command(first))?;
    Some(format!(
        "`{command}` is ignored: `lambda_api::run` does not read the command line; a program whose \
         `main` is marked `#[lambda_api::main]` and returns the Api has this command, unless the \
         environment makes it a server"
    ))
}

#[cfg(test)]
mod tests {
    use super::warning;

    #[test]
    fn run_says_that_it_ignores_a_command() {
        for command in ["invoke", "routes", "serve"] {
            let warning = warning(Some(command)).expect(command);
            assert!(warning.contains(command) && warning.contains("#[lambda_api::main]"));
        }
        for other in [None, Some("--config"), Some("import"), Some("")] {
            assert_eq!(warning(other), None, "{other:?}");
        }
    }
}
