//! Measurements from outside (processes, sizes and growth) and their budgets.

use super::{
    Error, Verdict,
    budgets::Budgets,
    growth::{Axis, Curve, curve},
    handlers,
    layers::{self, Added},
    process::{Process, Rounds, processes},
    several::{self, Several},
    size::{APIS, HELLOS, Program, Size, size},
    table::{Table, number},
};
use crate::in_process::Peer;

const ROUNDS: Rounds = Rounds {
    starts: 40,
    warm: 7,
    invocations: 2000,
};

/// The maximum number of crates of a hello world.
pub(super) const CRATES: f64 = 62.0;

const OURS: &str = "lambda-api";
const BARE: &str = "bare, on a struct";
const BARE_VALUE: &str = "bare, on `Value`";
const LIMIT: &str = "limit, a loop over std's TCP";
const AXUM: &str = "axum + lambda_http";
const MULTI: &str = "axum + lambda_http, multi-thread";

/// Prints the process measurements of some peers, or of all.
///
/// # Errors
/// Fails if a tool is missing or fails.
pub fn process(keys: &[&str]) -> Verdict {
    let programs = match keys {
        [] => APIS.to_vec(),
        keys => {
            let programs = keys.iter().map(|key| Program::of(key));
            let programs: Option<_> = programs.collect();
            programs.ok_or("unknown program")?
        }
    };
    println!("{}", process_table(&processes(&programs, ROUNDS)?));
    Ok(true)
}

pub(super) struct Outside {
    curves: Vec<Curve>,
    processes: Vec<Process>,
    several: Vec<Several>,
    layers: Vec<Added>,
    sizes: Vec<Size>,
    handlers: Option<Table>,
}

impl Outside {
    /// Measures everything; `full` includes clean builds of some programs.
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
        eprintln!("several at once");
        let several = several::all()?;
        let layers = layers::added()?;
        let mut sizes = Vec::new();
        for program in HELLOS {
            eprintln!("size of {}", program.name);
            sizes.push(size(program, full)?);
        }
        Ok(Self {
            curves,
            processes,
            several,
            layers,
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

    /// The size of a hello world with the smallest settings.
    fn hello(&self, name: &str) -> f64 {
        let mut sizes = self.sizes.iter();
        let found = sizes.find(|size| size.program.name == name);
        found.map_or(f64::NAN, |size| size.smallest as f64)
    }

    fn several(&self, name: &str, value: impl Fn(&Several) -> f64) -> f64 {
        let mut all = self.several.iter();
        let found = all.find(|one| one.program.name == name);
        found.map_or(f64::NAN, value)
    }

    pub(super) fn add_to(&self, budgets: &mut Budgets) {
        self.add_process(budgets);
        self.add_several(budgets);
        layers::add_to(budgets, &self.layers);
        let size = self.hello(OURS) / self.hello(BARE_VALUE);
        budgets.at_most("hello binary, fat LTO, abort", BARE_VALUE, 1.4, size);
        let mut sizes = self.sizes.iter();
        let hello = sizes.find(|size| size.program.name == OURS);
        let crates = hello.map_or(f64::NAN, |size| size.crates as f64);
        budgets.at_most("crates of a hello", "", CRATES, crates);
        let mut curves = self.curves.iter();
        let routes = curves.find(|curve| (curve.axis, curve.peer) == (Axis::Routes, Peer::Ours));
        budgets.at_most(
            "instructions with 10,000 routes",
            "those with 10",
            1.2,
            routes.map_or(f64::NAN, Curve::growth),
        );
    }

    fn add_process(&self, budgets: &mut Budgets) {
        let ratio = |value, peer| self.process(OURS, value) / self.process(peer, value);
        let mut at_most = |what: &str, of, budget, value| {
            budgets.at_most(what, of, budget, ratio(value, of));
        };
        let cpu: fn(&Process) -> f64 = |one| one.cpu_us;
        at_most("CPU of the process, (a)", BARE, 0.65, cpu);
        at_most("CPU of the process, (a)", AXUM, 0.5, cpu);
        at_most("CPU of the process, (a)", MULTI, 0.33, cpu);
        at_most("instructions of the process, (a)", LIMIT, 1.6, |one| {
            one.instructions
        });
        for (what, value) in [
            (
                "cold start to the first response, CPU",
                (|one| one.start_cpu_ms) as fn(&Process) -> f64,
            ),
            ("cold start to the first response, wall", |one| {
                one.response_ms
            }),
        ] {
            at_most(what, BARE, 1.05, value);
            at_most(what, AXUM, 1.0, value);
        }
        at_most("minor page faults at start", BARE, 1.3, |one| {
            one.start_faults
        });
        at_most("peak memory", BARE, 1.1, |one| one.peak_kb);
        let syscalls = self.process(OURS, |one| one.syscalls);
        budgets.at_most("system calls of an invocation", "", 6.1, syscalls);
    }

    fn add_several(&self, budgets: &mut Budgets) {
        let late = self.several(OURS, |one| one.late_ms);
        budgets.at_most(
            "64 in flight, one computes: late at p99, ms",
            "",
            10.0,
            late,
        );
        for (at, what) in ["64 in flight: CPU", "512 in flight: CPU"]
            .into_iter()
            .enumerate()
        {
            let cpu = |name| self.several(name, |one| one.cpu_us[at]);
            budgets.at_most(what, BARE, 0.9, cpu(OURS) / cpu(BARE));
        }
        let each = |name| self.several(name, Several::each_kb);
        let more = each(OURS) - each(BARE);
        budgets.at_most("memory for each in flight, above bare's, KB", "", 0.0, more);
    }

    pub(super) fn tables(&self) -> String {
        let mut text = format!(
            "\n### The process, with (a)\n\n{}\n### Several at once\n\nEach waits for 20 ms; late is what the slowest of a hundred take more while \
             another one computes for 100 ms, over and over.\n\n{}\n### Layers that change the body\n\n\
             Instructions that they add to (a).\n\n{}\n### A program that says hello\n\n{}\n### Growth\n\n\
             Instructions of an invocation, step by step. Bodies are base64.\n\n{}",
            process_table(&self.processes),
            several::table(&self.several),
            layers::table(&self.layers),
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
        "first response, ms",
        "CPU by then, ms",
        "page faults",
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
            format!("{:.2}", one.response_ms),
            format!("{:.2}", one.start_cpu_ms),
            number(one.start_faults),
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
