//! What the README shows, which no hand writes.

use super::{
    Error,
    counted::Counted,
    table::{Table, number},
};
use crate::{Work, in_process::Peer};
use std::{fmt::Display, fs};

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

/// Puts a text between the marks of this name.
pub(super) fn put(name: &str, text: &dyn Display) -> Result<(), Error> {
    let readme = fs::read_to_string(README)?;
    let start = format!("<!-- {name} -->\n");
    let end = format!("<!-- end of {name} -->");
    let missing = || format!("README.md has no {start}");
    let (before, rest) = readme.split_once(&start).ok_or_else(missing)?;
    let (_, after) = rest.split_once(&end).ok_or_else(missing)?;
    fs::write(README, format!("{before}{start}\n{text}\n{end}{after}"))?;
    Ok(())
}

/// The six lines for those who do not read on, which the main README has as well. No times: what is
/// here is the same in each run.
pub(super) fn summary(counted: &Counted) -> Table {
    let mut table = Table::new(&[
        "instructions / allocations of an invocation",
        "lambda-api",
        "axum + lambda_http",
        "limit",
    ]);
    for (what, work) in [
        ("GET with path and query, 2 KB event", Work::Get),
        ("the same, REST API", Work::Rest),
        ("POST of 2 KB JSON", Work::Post),
        ("GET of 100 KB binary", Work::Download),
        ("POST of 1 MB base64", Work::Upload),
        ("404", Work::Nothing),
    ] {
        let cell = |peer| {
            let instructions = number(counted.instructions(work, peer));
            let allocations = number(counted.allocations(work, peer));
            format!("{instructions} / {allocations}")
        };
        table.row([
            what.to_owned(),
            cell(Peer::Ours),
            cell(Peer::Axum),
            cell(Peer::Limit),
        ]);
    }
    table
}
