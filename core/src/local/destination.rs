//! Where a generated text goes.

use super::{
    diff::diff,
    log,
    output::{Failure, print},
};
use std::fs;

/// Standard output, or the file of `--out` or `--check`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Destination {
    #[default]
    Print,
    /// The file to write.
    Out(String),
    /// The file to compare with.
    Check(String),
}

impl Destination {
    /// The destination of these options.
    pub(super) fn new(out: Option<String>, check: Option<String>) -> Result<Self, String> {
        match (out, check) {
            (None, None) => Ok(Self::Print),
            (Some(file), None) => Ok(Self::Out(file)),
            (None, Some(file)) => Ok(Self::Check(file)),
            (Some(_), Some(_)) => Err("`--out` and `--check` exclude each other".to_owned()),
        }
    }

    /// Prints a text, writes it, or compares it with the file. `command` with `--out` writes the file.
    pub(super) fn deliver(&self, text: &str, command: &str) -> Result<(), Failure> {
        match self {
            Self::Print => print(text),
            Self::Out(file) => fs::write(file, text)
                .map_err(|error| Failure(format!("{file} cannot be written: {error}"))),
            Self::Check(file) => {
                let known = read(file)?;
                compare(file, &known, text, command)
            }
        }
    }
}

/// The content of a file.
fn read(file: &str) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| Failure(format!("{file} cannot be read: {error}")))
}

/// A document to read: a file, or standard input if it is `-`. Some tools write a byte order mark.
#[cfg(feature = "openapi")]
pub(super) fn read_input(file: &str) -> Result<String, Failure> {
    let text = match file {
        "-" => std::io::read_to_string(std::io::stdin())
            .map_err(|error| Failure(format!("standard input cannot be read: {error}")))?,
        file => read(file)?,
    };
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}

/// The value of an option such as `--out`.
pub(super) fn parse_file(name: &str, value: &str) -> Result<String, String> {
    match value {
        "" => Err(format!("`{name}` needs a file, found \"\"")),
        file => Ok(file.to_owned()),
    }
}

/// Fails if the content of a file, `known`, is not `text`, and shows the difference. `command` with
/// `--out` writes the file.
pub(super) fn compare(file: &str, known: &str, text: &str, command: &str) -> Result<(), Failure> {
    // Git may have changed the ends of lines, and an editor the end of the file.
    let (known, text) = (known.replace("\r\n", "\n"), text.replace("\r\n", "\n"));
    if known.trim_end() == text.trim_end() {
        return Ok(());
    }
    log::line(&diff(&known, &text));
    Err(Failure(format!(
        "{file} is out of date: write it again with `{command} --out {file}`"
    )))
}
