//! Concurrent invocations: the cost of each, and the delay that a CPU-bound one causes for the
//! others.

use super::{
    Error, Verdict,
    process::{cpu, median, peak},
    size::{Program, SEVERAL},
    table::Table,
};
use crate::Work;
use lambda_api_testing::FakeLambda;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{runtime::Builder, task::JoinSet};

const FEW: u32 = 64;
const MANY: u32 = 512;

/// The time for which a handler waits.
const WAIT: Duration = Duration::from_millis(20);
/// The time for which a handler computes.
const COMPUTE: Duration = Duration::from_millis(100);

const ROUNDS: usize = 5;
/// The number of invocations of a round.
const INVOCATIONS: usize = 4096;

/// The measurements of a program with concurrent invocations.
#[derive(Clone, Debug)]
pub(super) struct Several {
    pub(super) program: Program,
    /// The CPU time of an invocation with 64 and with 512 in flight.
    pub(super) cpu_us: [f64; 2],
    pub(super) peak_kb: [f64; 2],
    /// The delay at p99 while another invocation computes.
    pub(super) late_ms: f64,
}

impl Several {
    /// The memory per invocation in flight.
    pub(super) fn each_kb(&self) -> f64 {
        (self.peak_kb[1] - self.peak_kb[0]) / f64::from(MANY - FEW)
    }
}

/// Prints the table.
///
/// # Errors
/// Fails if a program cannot be built.
pub fn several() -> Verdict {
    println!("{}", table(&all()?));
    Ok(true)
}

pub(super) fn all() -> Result<Vec<Several>, Error> {
    let paths = SEVERAL.map(|program| program.build());
    let paths: Vec<PathBuf> = paths.into_iter().collect::<Result<_, _>>()?;
    let runtime = Builder::new_current_thread().build()?;
    let few = runtime.block_on(loads(&paths, FEW))?;
    let many = runtime.block_on(loads(&paths, MANY))?;
    let mut late_ms = vec![Vec::new(); paths.len()];
    for _ in 0..ROUNDS {
        for (path, late_ms) in paths.iter().zip(&mut late_ms) {
            late_ms.push(runtime.block_on(late(path)));
        }
    }
    let all = SEVERAL.into_iter().zip(few.into_iter().zip(many));
    let all = all
        .zip(late_ms)
        .map(|((program, (few, many)), late_ms)| Several {
            program,
            cpu_us: [few.0, many.0],
            peak_kb: [few.1, many.1],
            late_ms: median(late_ms),
        });
    Ok(all.collect())
}

/// Returns for each program the CPU time of an invocation in us and the peak memory in kB, with
/// this many in flight. Interleaved, so that a slow moment of the machine affects all of them.
async fn loads(paths: &[PathBuf], in_flight: u32) -> Result<Vec<(f64, f64)>, Error> {
    let senders = in_flight as usize;
    let mut all = Vec::new();
    for path in paths {
        let lambda = FakeLambda::start(path).concurrency(in_flight).await;
        wait_for(&lambda, senders, 2).await;
        let process = lambda.process_id().ok_or("a process")?;
        all.push((lambda, process, Vec::new()));
    }
    for _ in 0..ROUNDS {
        for (lambda, process, costs) in &mut all {
            let before = cpu(*process)?;
            let took = wait_for(lambda, senders, INVOCATIONS / senders).await;
            let cpu = cpu(*process)? - before;
            costs.push(cpu.as_secs_f64() * 1e6 / took.len() as f64);
        }
    }
    let all = all.into_iter();
    all.map(|(_lambda, process, costs)| Ok((median(costs), peak(process)?)))
        .collect()
}

/// Returns the delay at p99 of invocations that wait, in ms, while another one computes repeatedly.
async fn late(path: &Path) -> f64 {
    let lambda = FakeLambda::start(path).concurrency(FEW).await;
    let computing = event("compute", COMPUTE);
    let other = lambda.clone();
    let mut computes = JoinSet::new();
    computes.spawn(async move {
        loop {
            other.invoke(computing.as_str()).await.response();
        }
    });
    let mut took = wait_for(&lambda, FEW as usize - 1, 100).await;
    took.sort();
    let slow = took[took.len() * 99 / 100];
    slow.saturating_sub(WAIT).as_secs_f64() * 1e3
}

/// Starts this many senders, each of which waits for its response before it sends again. Returns
/// the time of each response.
async fn wait_for(lambda: &FakeLambda, senders: usize, times: usize) -> Vec<Duration> {
    let mut all = JoinSet::new();
    for _ in 0..senders {
        let (lambda, event) = (lambda.clone(), event("wait", WAIT));
        all.spawn(async move {
            let mut took = Vec::with_capacity(times);
            for _ in 0..times {
                took.push(lambda.invoke(event.as_str()).await.response().took());
            }
            took
        });
    }
    all.join_all().await.into_iter().flatten().collect()
}

/// The GET of (a) with another path.
fn event(route: &str, time: Duration) -> String {
    let event = String::from_utf8_lossy(&Work::Get.event()).into_owned();
    event.replace("/orders/7", &format!("/{route}/{}", time.as_millis()))
}

pub(super) fn table(all: &[Several]) -> Table {
    let mut table = Table::new(&[
        "program",
        "CPU with 64, us",
        "with 512, us",
        "peak with 64, MB",
        "with 512, MB",
        "KB for each",
        "late at p99, ms",
    ]);
    for one in all {
        let [few, many] = one.peak_kb.map(|peak| format!("{:.2}", peak / 1024.0));
        table.row([
            one.program.name.to_owned(),
            format!("{:.1}", one.cpu_us[0]),
            format!("{:.1}", one.cpu_us[1]),
            few,
            many,
            format!("{:.1}", one.each_kb()),
            format!("{:.1}", one.late_ms),
        ]);
    }
    table
}
