//! The command of a program that does not read its command line.

#[cfg(any(debug_assertions, feature = "local"))]
use crate::local;

/// The warning about the command of this process, which is ignored. `variable` makes the program a
/// server; without one, `run` serves locally.
#[cfg(any(debug_assertions, feature = "local"))]
pub(super) fn ignored(variable: Option<&str>) -> Option<String> {
    let first = std::env::args_os().nth(1);
    warning(first.as_deref().and_then(|first| first.to_str()), variable)
}

/// A release build has no commands.
#[cfg(all(feature = "server", not(any(debug_assertions, feature = "local"))))]
pub(super) fn ignored(_: Option<&str>) -> Option<String> {
    None
}

#[cfg(any(debug_assertions, feature = "local"))]
fn warning(first: Option<&str>, variable: Option<&str>) -> Option<String> {
    let command = first.filter(|first| local::is_command(first))?;
    Some(match variable {
        Some(variable) => format!(
            "`{command}` is ignored: `{variable}` is set, so this program is an HTTP server"
        ),
        None => format!(
            "`{command}` is ignored: `lambda_api::run` does not read the command line; a program whose \
             `main` is marked `#[lambda_api::main]` and returns the Api has this command"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::warning;

    #[test]
    fn a_warning_says_why_a_command_is_ignored() {
        for command in ["invoke", "routes", "serve"] {
            for (variable, why) in [
                (None, "#[lambda_api::main]"),
                (Some("PORT"), "`PORT` is set"),
            ] {
                let warning = warning(Some(command), variable).expect(command);
                assert!(
                    warning.contains(command) && warning.contains(why),
                    "{warning}"
                );
            }
        }
        for other in [None, Some("--config"), Some("import"), Some("")] {
            assert_eq!(warning(other, None), None, "{other:?}");
        }
    }
}
