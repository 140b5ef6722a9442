//! What is seen from outside: processes, sizes and growth, and what was promised of them.

use super::{
    Error, Verdict,
    budgets::Budgets,
    growth::{Axis, Curve, curve},
    handlers,
    process::{Process, Rounds, processes},
    size::{APIS, HELLOS, Program, Size, size},
    table::{Table, number},
};
use crate::in_process::Peer;

const ROUNDS: Rounds = Rounds {
    starts: 40,
    warm: 7,
    invocations: 2000,
};

const OURS: &str = "lambda-api";
const BARE: &str = "bare, on `Value`";
const AXUM: &str = "axum + lambda_http";
const MULTI: &str = "axum + lambda_http, multi-thread";

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

pub(super) struct Outside {
    curves: Vec<Curve>,
    processes: Vec<Process>,
    sizes: Vec<Size>,
    handlers: Option<Table>,
}

impl Outside {
    /// Measures it; `full` builds some programs from nothing.
    pub(super) fn new(full: bool) -> Result<Self, Error> {
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
            sizes.push(size(program, full)?);
        }
        Ok(Self {
            curves,
            processes,
            sizes,
            handlers: full.then(handlers::table).transpose()?,
        })
    }

    pub(super) fn curves(&self) -> &[Curve] {
        &self.curves
    }

    fn process(&self, name: &str, value: fn(&Process) -> f64) -> f64 {
        let mut processes = self.processes.iter();
        let found = processes.find(|one| one.program.name == name);
        found.map_or(f64::NAN, value)
    }

    /// The size of a program that says hello, at its smallest.
    fn hello(&self, name: &str) -> f64 {
        let mut sizes = self.sizes.iter();
        let found = sizes.find(|size| size.program.name == name);
        found.map_or(f64::NAN, |size| size.smallest as f64)
    }

    pub(super) fn add_to(&self, budgets: &mut Budgets) {
        let ratio = |value, peer| self.process(OURS, value) / self.process(peer, value);
        let syscalls = self.process(OURS, |one| one.syscalls);
        budgets.at_most("system calls of an invocation", "", 8.1, syscalls);
        for (what, of, budget, found) in [
            (
                "CPU of the process, (a)",
                "axum, current-thread",
                0.5,
                ratio(|one| one.cpu_us, AXUM),
            ),
            (
                "CPU of the process, (a)",
                "axum, multi-thread",
                0.33,
                ratio(|one| one.cpu_us, MULTI),
            ),
            (
                "cold start to the first reply",
                BARE,
                1.05,
                ratio(|one| one.reply_ms, BARE),
            ),
            (
                "cold start to the first reply",
                "axum, multi-thread",
                0.75,
                ratio(|one| one.reply_ms, MULTI),
            ),
            ("peak memory", BARE, 1.1, ratio(|one| one.peak_kb, BARE)),
            (
                "hello binary, fat LTO, abort",
                BARE,
                1.25,
                self.hello(OURS) / self.hello(BARE),
            ),
        ] {
            budgets.at_most(what, of, budget, found);
        }
        let mut curves = self.curves.iter();
        let routes = curves.find(|curve| (curve.axis, curve.peer) == (Axis::Routes, Peer::Ours));
        budgets.at_most(
            "instructions with 10,000 routes",
            "those with 10",
            1.2,
            routes.map_or(f64::NAN, Curve::growth),
        );
    }

    pub(super) fn tables(&self) -> String {
        let mut text = format!(
            "\n### The process, with (a)\n\n{}\n### A program that says hello\n\n{}\n### Growth\n\n\
             Instructions of an invocation, step by step. Bodies are base64.\n\n{}",
            process_table(&self.processes),
            size_table(&self.sizes),
            growth_table(&self.curves)
        );
        if let Some(handlers) = &self.handlers {
            text += &format!(
                "\n### One more handler\n\nRelease builds of the program alone, in which 10 and \
                 300 handlers differ in nothing but path and name.\n\n{handlers}"
            );
        }
        text
    }
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
        let build = size
            .build
            .map(|build| format!("{:.0}", build.as_secs_f64()));
        table.row([
            size.program.name.to_owned(),
            format!("{:.2}", size.smallest as f64 / 1e6),
            format!("{:.2}", size.release as f64 / 1e6),
            size.crates.to_string(),
            build.unwrap_or("-".to_owned()),
        ]);
    }
    table
}

fn growth_table(curves: &[Curve]) -> Table {
    let mut table = Table::new(&["", "peer", "steps", "instructions", "last / first"]);
    for curve in curves {
        let joined = |values: Vec<String>| values.join(" / ");
        table.row([
            curve.axis.key().to_owned(),
            curve.peer.name().to_owned(),
            joined(
                curve
                    .costs
                    .iter()
                    .map(|cost| number(cost.0 as f64))
                    .collect(),
            ),
            joined(curve.costs.iter().map(|cost| number(cost.1)).collect()),
            number(curve.growth()),
        ]);
    }
    table
}
