//! The command `report`: everything in tables, and whether the budgets are met.

use super::{
    Error, Verdict,
    budgets::Budgets,
    check, command,
    count::{Count, count},
    growth::{Axis, Curve, curve},
    plot,
    process::{Process, Rounds, processes},
    size::{APIS, HELLOS, Program, Size, size},
    table::{Table, number},
};
use crate::{Work, in_process::Peer};
use std::fs;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
const PLOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/growth.svg");

#[derive(Clone, Copy, Debug, Default)]
struct Options {
    quick: bool,
    full: bool,
    write: bool,
}

/// Measures, and shows it.
///
/// # Errors
/// When a tool is missing or fails.
pub fn report(options: &[&str]) -> Verdict {
    let mut chosen = Options::default();
    for option in options {
        match *option {
            "--quick" => chosen.quick = true,
            "--full" => chosen.full = true,
            "--write" => chosen.write = true,
            other => return Err(format!("there is no option {other}").into()),
        }
    }
    let mut budgets = Budgets::default();
    let mut text = in_process(chosen, &mut budgets)?;
    if !chosen.quick {
        text += &outside(chosen, &mut budgets)?;
    }
    let text = format!("### Budgets\n\n{}\n{text}", budgets.table());
    println!("{text}");
    if chosen.write {
        write(&text)?;
        check(true)?;
    }
    Ok(budgets.are_met())
}

/// Shows the processes of some peers, or of all.
///
/// # Errors
/// When a tool is missing or fails.
pub fn process(keys: &[&str]) -> Verdict {
    let programs = match keys {
        [] => APIS.to_vec(),
        keys => {
            let programs = keys.iter().map(|key| Program::of(key));
            let programs: Option<_> = programs.collect();
            programs.ok_or("there is no such program")?
        }
    };
    println!("{}", process_table(&processes(&programs, ROUNDS)?));
    Ok(true)
}

const ROUNDS: Rounds = Rounds {
    starts: 40,
    warm: 7,
    invocations: 2000,
};

/// The counts of all work.
struct Counts(Vec<(Work, Peer, Count)>);

impl Counts {
    fn of(&self, work: Work, peer: Peer) -> Option<Count> {
        let mut all = self.0.iter();
        let found = all.find(|count| (count.0, count.1) == (work, peer));
        found.map(|count| count.2)
    }

    fn ratio(&self, work: Work, peer: Peer) -> f64 {
        match (self.of(work, Peer::Ours), self.of(work, peer)) {
            (Some(ours), Some(peer)) => ours.instructions / peer.instructions,
            _ => f64::NAN,
        }
    }

    fn table(&self, peers: &[Peer], cell: impl Fn(Count) -> String) -> Table {
        let head: Vec<&str> = ["work"]
            .into_iter()
            .chain(peers.iter().map(|peer| peer.name()))
            .collect();
        let mut table = Table::new(&head);
        for work in Work::ALL {
            let cells = peers
                .iter()
                .map(|peer| self.of(*work, *peer).map_or("-".to_owned(), &cell));
            table.row([work.to_string()].into_iter().chain(cells));
        }
        table
    }
}

fn in_process(options: Options, budgets: &mut Budgets) -> Result<String, Error> {
    command::build_allocations()?;
    let peers: Vec<Peer> = match options.quick {
        true => vec![Peer::Limit, Peer::Ours, Peer::Axum],
        false => Peer::ALL.to_vec(),
    };
    let mut counts = Counts(Vec::new());
    for &work in Work::ALL {
        for &peer in peers.iter().chain([&Peer::Signature]) {
            if peer.does(work) {
                eprintln!("{work}, {}", peer.name());
                counts.0.push((work, peer, count(peer, work)?));
            }
        }
    }
    for (works, of_axum, of_limit) in [
        (&[Work::Get, Work::Rest, Work::Nothing][..], 0.27, 1.45),
        (&[Work::Post], 0.38, 1.05),
        (&[Work::Download], 0.14, 2.2),
        (&[Work::Upload], 0.14, 0.55),
    ] {
        for &work in works {
            let what = format!("instructions, {work}");
            budgets.at_most(
                &what,
                "axum + lambda_http",
                of_axum,
                counts.ratio(work, Peer::Axum),
            );
            budgets.at_most(&what, "limit", of_limit, counts.ratio(work, Peer::Limit));
        }
    }
    let allocations = counts
        .of(Work::Get, Peer::Ours)
        .map_or(f64::NAN, |get| get.allocations);
    budgets.at_most("allocations, (a)", "", 40.0, allocations);
    let more = |peer| match (counts.of(Work::Token, peer), counts.of(Work::Get, peer)) {
        (Some(token), Some(get)) => token.instructions - get.instructions,
        _ => f64::NAN,
    };
    let signature = counts.of(Work::Token, Peer::Signature);
    let signature = signature.map_or(f64::NAN, |signature| signature.instructions);
    budgets.at_most(
        "(f) minus (a), instructions",
        "bare signature check",
        1.1,
        more(Peer::Ours) / signature,
    );

    let mut text = format!(
        "### Instructions of an invocation\n\n{}\n\
         The signature of (f) alone: {}; (f) minus (a): {} with lambda-api, {} with axum.\n\n",
        counts.table(&peers, |count| number(count.instructions)),
        number(signature),
        number(more(Peer::Ours)),
        number(more(Peer::Axum)),
    );
    text += &format!(
        "### Allocations of an invocation\n\nTheir number, and the bytes of them.\n\n{}",
        counts.table(&peers, |count| {
            format!("{}, {}", number(count.allocations), bytes(count.bytes))
        }),
    );
    Ok(text)
}

fn bytes(bytes: f64) -> String {
    match bytes {
        1e6.. => format!("{:.1} MB", bytes / 1e6),
        _ => format!("{:.1} kB", bytes / 1e3),
    }
}

fn outside(options: Options, budgets: &mut Budgets) -> Result<String, Error> {
    let mut curves = Vec::new();
    for axis in Axis::ALL {
        for &peer in axis.peers() {
            eprintln!("{}, {}", axis.key(), peer.name());
            curves.push(curve(axis, peer)?);
        }
    }
    eprintln!("processes");
    let processes = processes(&APIS, ROUNDS)?;
    let mut sizes = Vec::new();
    for program in HELLOS {
        eprintln!("size of {}", program.name);
        sizes.push(size(program, options.full)?);
    }
    process_budgets(budgets, &processes);
    let hello = |bin: &str| {
        let mut sizes = sizes.iter().filter(|size| size.program.name == bin);
        sizes.next().map_or(f64::NAN, |size| size.smallest as f64)
    };
    budgets.at_most(
        "hello binary, fat LTO, abort",
        "bare `lambda_runtime`",
        1.25,
        hello("lambda-api") / hello("bare, on `Value`"),
    );
    let routes = curves
        .iter()
        .find(|curve| (curve.axis, curve.peer) == (Axis::Routes, Peer::Ours));
    budgets.at_most(
        "10 -> 10,000 routes, instructions",
        "that of 10",
        1.2,
        routes.map_or(f64::NAN, Curve::growth),
    );
    if options.write {
        fs::write(PLOT, plot::svg(&curves))?;
    }
    let mut handlers = String::new();
    if options.full {
        eprintln!("handlers");
        let table = super::handlers::handlers()?;
        handlers =
            format!("\n### One more handler\n\nRelease builds of the program alone.\n\n{table}");
    }
    Ok(format!(
        "\n### The process, with (a)\n\n{}\n### A program that says hello\n\n{}\n### Growth\n\n\
         Instructions of an invocation, step by step.\n\n{}{handlers}",
        process_table(&processes),
        size_table(&sizes),
        growth_table(&curves)
    ))
}

fn process_budgets(budgets: &mut Budgets, processes: &[Process]) {
    let of = |name: &str, value: fn(&Process) -> f64| {
        let mut processes = processes.iter().filter(|one| one.program.name == name);
        processes.next().map_or(f64::NAN, value)
    };
    let (ours, axum, bare) = ("lambda-api", "axum + lambda_http", "bare, on `Value`");
    let multi = "axum + lambda_http, multi-thread";
    let cpu = |one: &Process| one.cpu_us;
    let reply = |one: &Process| one.reply_ms;
    let peak = |one: &Process| one.peak_kb;
    budgets.at_most(
        "syscalls per invocation",
        "",
        8.1,
        of(ours, |one| one.syscalls),
    );
    budgets.at_most(
        "process CPU, (a)",
        "axum, current-thread",
        0.5,
        of(ours, cpu) / of(axum, cpu),
    );
    budgets.at_most(
        "process CPU, (a)",
        "axum, multi-thread",
        0.33,
        of(ours, cpu) / of(multi, cpu),
    );
    budgets.at_most(
        "cold start to first reply",
        "bare `lambda_runtime`",
        1.05,
        of(ours, reply) / of(bare, reply),
    );
    budgets.at_most(
        "cold start to first reply",
        "axum, multi-thread",
        0.75,
        of(ours, reply) / of(multi, reply),
    );
    budgets.at_most(
        "peak memory",
        "bare `lambda_runtime`",
        1.1,
        of(ours, peak) / of(bare, peak),
    );
}

fn process_table(processes: &[Process]) -> Table {
    let mut table = Table::new(&[
        "program",
        "CPU, us",
        "wall, us",
        "instructions",
        "system calls",
        "peak, MB",
        "first `/next`, ms",
        "first reply, ms",
    ]);
    for one in processes {
        table.row([
            one.program.name.to_owned(),
            format!("{:.1}", one.cpu_us),
            format!("{:.1}", one.wall_us),
            number(one.instructions),
            format!("{:.2}", one.syscalls),
            format!("{:.2}", one.peak_kb / 1024.0),
            format!("{:.2}", one.next_ms),
            format!("{:.2}", one.reply_ms),
        ]);
    }
    table
}

fn size_table(sizes: &[Size]) -> Table {
    let mut table = Table::new(&[
        "program",
        "fat LTO, abort: MB",
        "release: MB",
        "crates",
        "clean build, s",
    ]);
    for size in sizes {
        table.row([
            size.program.name.to_owned(),
            format!("{:.2}", size.smallest as f64 / 1e6),
            format!("{:.2}", size.release as f64 / 1e6),
            size.crates.to_string(),
            size.build.map_or("-".to_owned(), |build| {
                format!("{:.0}", build.as_secs_f64())
            }),
        ]);
    }
    table
}

fn growth_table(curves: &[Curve]) -> Table {
    let mut table = Table::new(&["", "peer", "steps", "instructions", "last / first"]);
    for curve in curves {
        let steps: Vec<String> = curve
            .costs
            .iter()
            .map(|cost| number(cost.0 as f64))
            .collect();
        let costs: Vec<String> = curve.costs.iter().map(|cost| number(cost.1)).collect();
        table.row([
            curve.axis.key().to_owned(),
            curve.peer.name().to_owned(),
            steps.join(" / "),
            costs.join(" / "),
            number(curve.growth()),
        ]);
    }
    table
}

/// Puts the tables into the README, between its marks.
fn write(text: &str) -> Result<(), Error> {
    let readme = fs::read_to_string(README)?;
    let (start, end) = ("<!-- report -->\n", "<!-- end of report -->");
    let (before, rest) = readme.split_once(start).ok_or("README.md has no mark")?;
    let (_, after) = rest.split_once(end).ok_or("README.md has no end mark")?;
    fs::write(README, format!("{before}{start}\n{text}\n{end}{after}"))?;
    Ok(())
}
