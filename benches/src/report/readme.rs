//! The generated parts of documents.

use super::{
    Error,
    counted::Counted,
    table::{Table, number},
};
use crate::{Work, in_process::Peer};
use std::{fmt::Display, fs};

/// The README of the benchmarks.
pub(super) const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
/// The README of the repository.
pub(super) const MAIN_README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
/// The guide's page on costs.
pub(super) const COSTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../core/src/guide/costs.md");

/// Inserts a text between the marks with this name in a document.
pub(super) fn put(document: &str, name: &str, text: &dyn Display) -> Result<(), Error> {
    let readme = fs::read_to_string(document)?;
    let start = format!("<!-- {name} -->\n");
    let end = format!("<!-- end of {name} -->");
    let missing = || format!("{document} has no {start}");
    let (before, rest) = readme.split_once(&start).ok_or_else(missing)?;
    let (_, after) = rest.split_once(&end).ok_or_else(missing)?;
    fs::write(document, format!("{before}{start}\n{text}\n{end}{after}"))?;
    Ok(())
}

/// The six-line summary, which three documents contain. It has no timings, so that it is the same in
/// each run.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_have_their_marks() {
        for (document, name) in [
            (README, "summary"),
            (README, "report"),
            (MAIN_README, "summary"),
            (COSTS, "summary"),
            (COSTS, "features"),
        ] {
            let text = fs::read_to_string(document).unwrap();
            let start = text.find(&format!("<!-- {name} -->\n"));
            let end = text.find(&format!("<!-- end of {name} -->"));
            assert!(start.is_some() && start < end, "{document}: {name}");
        }
    }
}
