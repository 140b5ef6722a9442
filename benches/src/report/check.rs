//! What has been reached, in a committed file, and a failure when a count has grown.
//!
//! Instructions depend on the compiler and on what the processor can do. So the file does not hold
//! them but their ratio to the limit's, which the same compiler has built and the same processor
//! has run; and where the compiler is another one than that of the file, more is tolerated.
//! Allocations are counted as they are.

use super::{
    Error, Verdict, command,
    count::{Count, count},
    table::{Table, number},
};
use crate::{Work, in_process::Peer};
use std::{collections::HashMap, fs, process::Command};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/counts.tsv");
const TOLERATED: f64 = 1.03;
const TOLERATED_ELSEWHERE: f64 = 1.10;

struct Reached {
    work: Work,
    ratio: f64,
    allocations: f64,
}

/// Compares the counts with those of the file, or writes the file.
///
/// # Errors
/// When valgrind or the file is missing.
pub fn check(update: bool) -> Verdict {
    command::build_allocations()?;
    let mut found = Vec::new();
    for work in Work::ALL.iter().filter(|work| !work.needs_token()) {
        found.push(reached(
            *work,
            count(Peer::Ours, *work)?,
            count(Peer::Limit, *work)?,
        ));
    }
    let compiler = compiler()?;
    if update {
        fs::write(FILE, file(&compiler, &found))?;
        println!("wrote {FILE}");
        return Ok(true);
    }
    compare(&fs::read_to_string(FILE)?, &compiler, &found)
}

fn reached(work: Work, ours: Count, limit: Count) -> Reached {
    Reached {
        work,
        ratio: ours.instructions / limit.instructions,
        allocations: ours.allocations,
    }
}

fn compiler() -> Result<String, Error> {
    let output = command::run(Command::new("rustc").arg("--version"))?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn file(compiler: &str, found: &[Reached]) -> String {
    let mut file = format!("# {compiler}\n# work\tinstructions to the limit's\tallocations\n");
    for Reached {
        work,
        ratio,
        allocations,
    } in found
    {
        file += &format!("{}\t{ratio:.3}\t{allocations}\n", work.letter());
    }
    file
}

fn compare(file: &str, compiler: &str, found: &[Reached]) -> Verdict {
    let same = file.lines().next() == Some(&format!("# {compiler}"));
    let tolerated = if same { TOLERATED } else { TOLERATED_ELSEWHERE };
    let kept: HashMap<&str, (f64, f64)> = file
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut cells = line.split('\t');
            let work = cells.next()?;
            Some((
                work,
                (cells.next()?.parse().ok()?, cells.next()?.parse().ok()?),
            ))
        })
        .collect();
    let mut table = Table::new(&["work", "of", "reached", "now", ""]);
    let mut all_well = true;
    for reached in found {
        let missing = || format!("counts.tsv has no {}", reached.work);
        let (ratio, allocations) = *kept.get(reached.work.letter()).ok_or_else(missing)?;
        for (what, before, now) in [
            ("instructions / limit", ratio, reached.ratio),
            ("allocations", allocations, reached.allocations),
        ] {
            let grown = now > before * tolerated;
            all_well &= !grown;
            table.row([
                reached.work.to_string(),
                what.to_owned(),
                number(before),
                number(now),
                if grown { "GROWN" } else { "" }.to_owned(),
            ]);
        }
    }
    println!("{table}");
    let percent = (tolerated - 1.0) * 100.0;
    println!("up to {percent:.0} % are tolerated: counts.tsv is of this compiler: {same}");
    if !all_well {
        println!("if it has to be: cargo run --release -p benches -- check --update");
    }
    Ok(all_well)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_found_and_a_little_is_tolerated() {
        let reached = |ratio, allocations| {
            [Reached {
                work: Work::Get,
                ratio,
                allocations,
            }]
        };
        let kept = file("rustc 1", &reached(2.0, 40.0));
        for (compiler, now, expected) in [
            ("rustc 1", reached(2.0, 40.0), true),
            ("rustc 1", reached(2.05, 41.0), true),
            ("rustc 1", reached(2.07, 40.0), false),
            ("rustc 1", reached(2.0, 42.0), false),
            ("rustc 2", reached(2.07, 40.0), true),
            ("rustc 2", reached(2.3, 40.0), false),
        ] {
            assert_eq!(compare(&kept, compiler, &now).unwrap(), expected);
        }
        assert!(compare("# rustc 1\n", "rustc 1", &reached(1.0, 1.0)).is_err());
    }
}
