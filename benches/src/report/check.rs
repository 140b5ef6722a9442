//! Compares counts with those in a committed file, and fails if one has grown.
//!
//! Instruction counts depend on the compiler and on the processor. The file therefore contains
//! ratios to another program that was built by the same compiler and run on the same processor. If
//! the compiler differs from that of the file, the tolerance is higher. Allocations and crates are
//! absolute counts.

use super::{
    Error, Verdict, command,
    count::count,
    features, layers,
    outside::CRATES,
    process, runtime,
    size::{Program, crates},
    table::{Table, number},
};
use crate::{Work, in_process::Peer};
use std::{collections::HashMap, fs, process::Command};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/counts.tsv");
const TOLERATED: f64 = 1.03;
const TOLERATED_ELSEWHERE: f64 = 1.10;

/// The name of a count and its value.
type Reached = (String, f64);

/// Compares the counts with those of the file, or updates the file.
///
/// # Errors
/// Fails if valgrind or the file is missing.
pub fn check(update: bool) -> Verdict {
    let found = found()?;
    let compiler = compiler()?;
    if update {
        fs::write(FILE, file(&compiler, &found))?;
        println!("wrote {FILE}");
        return Ok(true);
    }
    compare(&fs::read_to_string(FILE)?, &compiler, &found)
}

fn found() -> Result<Vec<Reached>, Error> {
    command::build_allocations()?;
    let mut found = Vec::new();
    for work in Work::ALL.iter().filter(|work| !work.needs_token()) {
        let (ours, limit) = (count(Peer::Ours, *work)?, count(Peer::Limit, *work)?);
        let ratio = ours.instructions / limit.instructions;
        found.push((format!("{work}: instructions / limit"), ratio));
        found.push((format!("{work}: allocations"), ours.allocations));
    }
    for added in layers::added()? {
        let what = format!("{}: instructions / without it", added.name());
        found.push((what, added.factor()));
    }
    let instructions = |key: &str| {
        let program = Program::of(key).ok_or("unknown program")?;
        process::instructions(program, &runtime()?)
    };
    let ratio = instructions("ours")? / instructions("limit")?;
    found.push(("process, (a): instructions / limit".to_owned(), ratio));
    let crates = crates(Program::hello())? as f64;
    found.push(("hello: crates".to_owned(), crates));
    found.extend(features::counted()?);
    Ok(found)
}

fn compiler() -> Result<String, Error> {
    let output = command::run(Command::new("rustc").arg("--version"))?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn file(compiler: &str, found: &[Reached]) -> String {
    let mut file = format!("# {compiler}\n");
    for (what, value) in found {
        file += &format!("{what}\t{}\n", (value * 1e3).round() / 1e3);
    }
    file
}

fn compare(file: &str, compiler: &str, found: &[Reached]) -> Verdict {
    let same = file.lines().next() == Some(&format!("# {compiler}"));
    let tolerated = if same { TOLERATED } else { TOLERATED_ELSEWHERE };
    let lines = file.lines().filter_map(|line| line.split_once('\t'));
    let kept: HashMap<&str, &str> = lines.collect();
    let mut table = Table::new(&["", "reached", "now", ""]);
    let mut all_well = true;
    for (what, now) in found {
        let missing = || format!("counts.tsv has no {what:?}");
        let before: f64 = kept.get(what.as_str()).ok_or_else(missing)?.parse()?;
        // The number of crates does not depend on the compiler.
        let most = match what.as_str() {
            "hello: crates" => CRATES,
            what if what.ends_with(": crates") => before,
            _ => before * tolerated,
        };
        let grown = *now > most;
        all_well &= !grown;
        table.row([
            what.clone(),
            number(before),
            number(*now),
            if grown { "GROWN" } else { "" }.to_owned(),
        ]);
    }
    println!("{table}");
    let percent = (tolerated - 1.0) * 100.0;
    println!("tolerance: {percent:.0} %; counts.tsv was made with this compiler: {same}");
    if !all_well {
        println!("to accept the new counts: cargo run --release -p benches -- check --update");
    }
    Ok(all_well)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_found_and_a_little_is_tolerated() {
        let reached = |value| [("(a): instructions / limit".to_owned(), value)];
        let kept = file("rustc 1", &reached(2.0));
        for (compiler, now, expected) in [
            ("rustc 1", 2.0, true),
            ("rustc 1", 2.05, true),
            ("rustc 1", 2.07, false),
            ("rustc 2", 2.07, true),
            ("rustc 2", 2.3, false),
        ] {
            let verdict = compare(&kept, compiler, &reached(now)).unwrap();
            assert_eq!(verdict, expected, "{compiler}, {now}");
        }
        assert!(compare("# rustc 1\n", "rustc 1", &reached(1.0)).is_err());
    }

    #[test]
    fn crates_have_a_limit_of_their_own() {
        let reached = |value| [("hello: crates".to_owned(), value)];
        let kept = file("rustc 1", &reached(CRATES - 1.0));
        for (now, expected) in [(CRATES, true), (CRATES + 1.0, false)] {
            assert_eq!(compare(&kept, "rustc 2", &reached(now)).unwrap(), expected);
        }
    }
}
