//! Options of the command line.

/// The name of an option, and its value after `=`.
pub(super) fn option(argument: &str) -> (&str, Option<&str>) {
    match argument.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (argument, None),
    }
}

/// The value of an option, and the arguments after it.
pub(super) fn value<'a, 'b>(
    name: &str,
    inline: Option<&'b str>,
    rest: &'a [&'b str],
) -> Result<(&'b str, &'a [&'b str]), String> {
    match (inline, rest) {
        (Some(value), rest) => Ok((value, rest)),
        (None, [value, rest @ ..]) => Ok((value, rest)),
        (None, []) => Err(format!("`{name}` needs a value")),
    }
}

/// The error of a repeated option.
pub(super) fn doubled_option(name: &str) -> String {
    format!("`{name}` is given twice")
}

/// The error of an unknown argument.
pub(super) fn unexpected(command: &str, found: &str) -> String {
    format!("`{command}` does not know {found:?}")
}
