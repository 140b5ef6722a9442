//! What the README shows, which no hand writes.

use super::{
    Error,
    counted::Counted,
    outside::{AXUM, BARE, MULTI, OURS, Outside},
    process::Process,
    table::{Table, number},
};
use crate::{Work, in_process::Peer};
use std::{fmt::Display, fs};

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

/// Puts a text between the marks of this name.
pub(super) fn put(name: &str, text: &dyn Display) -> Result<(), Error> {
    let readme = fs::read_to_string(README)?;
    let (start, end) = (
        format!("<!-- {name} -->\n"),
        format!("<!-- end of {name} -->"),
    );
    let missing = || format!("README.md has no {start}");
    let (before, rest) = readme.split_once(&start).ok_or_else(missing)?;
    let (_, after) = rest.split_once(&end).ok_or_else(missing)?;
    fs::write(README, format!("{before}{start}\n{text}\n{end}{after}"))?;
    Ok(())
}

/// The few lines for those who do not read on.
pub(super) fn summary(counted: &Counted, outside: &Outside) -> Table {
    let mut table = Table::new(&["", "lambda-api", "axum + lambda_http", "at least"]);
    for (what, work) in [
        ("GET, 2 KB event: instructions", Work::Get),
        ("POST of 2 KB JSON: instructions", Work::Post),
        ("POST of 1 MB base64: instructions", Work::Upload),
    ] {
        let cell = |peer| number(counted.instructions(work, peer));
        table.row([
            what.to_owned(),
            cell(Peer::Ours),
            cell(Peer::Axum),
            format!("{} [1]", cell(Peer::Limit)),
        ]);
    }
    let cell = |peer| number(counted.allocations(Work::Get, peer));
    table.row([
        "GET, 2 KB event: allocations".to_owned(),
        cell(Peer::Ours),
        cell(Peer::Axum),
        format!("{} [1]", cell(Peer::Limit)),
    ]);
    let both = |value: fn(&Process) -> f64, digits: usize| {
        let cell = |name| format!("{:.digits$}", outside.process(name, value));
        [
            cell(OURS),
            format!("{}, {} [2]", cell(AXUM), cell(MULTI)),
            format!("{} [3]", cell(BARE)),
        ]
    };
    let cpu = both(|one| one.cpu_us, 0);
    table.row(
        ["GET, 2 KB event: CPU of the process, us".to_owned()]
            .into_iter()
            .chain(cpu),
    );
    let start = both(|one| one.reply_ms, 2);
    table.row(
        ["cold start to the first reply, ms".to_owned()]
            .into_iter()
            .chain(start),
    );
    table
}
