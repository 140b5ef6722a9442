//! Standard output of commands, and their failures.

use std::io::{self, Write};

/// Failure of a command, for standard error.
#[derive(Debug)]
pub(super) struct Failure(pub(super) String);

/// Writes a text to standard output.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    write(&[text.as_bytes()])
}

/// Writes to standard output and flushes it.
pub(super) fn write(parts: &[&[u8]]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    parts
        .iter()
        .try_for_each(|part| out.write_all(part))
        .and_then(|()| out.flush())
        .map_err(|error| Failure(format!("standard output cannot be written: {error}")))
}
