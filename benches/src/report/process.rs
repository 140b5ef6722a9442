//! A program as Lambda runs it: CPU, memory, system calls and startup.

use super::{
    Error,
    command::{self, collected},
    count::per_step,
    size::Program,
};
use crate::Work;
use lambda_api_testing::FakeLambda;
use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};
use tokio::runtime::Runtime;

/// The number of repetitions of timings; the median is reported.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rounds {
    pub(super) starts: usize,
    pub(super) warm: usize,
    pub(super) invocations: usize,
}

/// The cost of a program with work (a).
#[derive(Clone, Debug)]
pub(super) struct Process {
    pub(super) program: Program,
    pub(super) cpu_us: f64,
    pub(super) wall_us: f64,
    pub(super) instructions: f64,
    pub(super) syscalls: f64,
    pub(super) peak_kb: f64,
    /// From the start of the process to the first request of `/next`.
    pub(super) next_ms: f64,
    /// From there to the end of the first response.
    pub(super) response_ms: f64,
    /// The CPU time until then.
    pub(super) start_cpu_ms: f64,
    /// The minor page faults until then.
    pub(super) start_faults: f64,
}

/// The values of one program, by round.
struct Rounded {
    program: Program,
    path: PathBuf,
    cpu: Vec<f64>,
    wall: Vec<f64>,
    peak: Vec<f64>,
    next: Vec<f64>,
    response: Vec<f64>,
    start_cpu: Vec<f64>,
    start_faults: Vec<f64>,
}

pub(super) fn processes(programs: &[Program], rounds: Rounds) -> Result<Vec<Process>, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut all = Vec::new();
    for &program in programs {
        let path = program.build()?;
        all.push(Rounded {
            program,
            path,
            cpu: Vec::new(),
            wall: Vec::new(),
            peak: Vec::new(),
            next: Vec::new(),
            response: Vec::new(),
            start_cpu: Vec::new(),
            start_faults: Vec::new(),
        });
    }
    // Interleaved, so that a slow moment of the machine affects all of them.
    for _ in 0..rounds.starts {
        for one in &mut all {
            one.start(&runtime)?;
        }
    }
    for _ in 0..rounds.warm {
        for one in &mut all {
            one.warm(&runtime, rounds.invocations)?;
        }
    }
    all.into_iter().map(|one| one.summary(&runtime)).collect()
}

fn event() -> String {
    String::from_utf8_lossy(&Work::Get.event()).into_owned()
}

async fn lambda(program: &Path, variables: &[(&str, &Path)]) -> FakeLambda {
    let mut lambda = FakeLambda::start(program).env("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "true");
    for (name, value) in variables {
        lambda = lambda.env(name, value);
    }
    lambda.await
}

async fn invoke(lambda: &FakeLambda, times: usize) {
    let event = event();
    for _ in 0..times {
        let response = lambda.invoke(event.as_str()).await.response();
        assert!(!response.bytes().is_empty());
    }
}

impl Rounded {
    fn start(&mut self, runtime: &Runtime) -> Result<(), Error> {
        let start = runtime.block_on(cold_start(&self.path))?;
        self.next.push(start.next_ms);
        self.response.push(start.response_ms);
        self.start_cpu.push(start.cpu_ms);
        self.start_faults.push(start.faults);
        Ok(())
    }

    fn warm(&mut self, runtime: &Runtime, invocations: usize) -> Result<(), Error> {
        runtime.block_on(async {
            let lambda = lambda(&self.path, &[]).await;
            let process = lambda.process_id().ok_or("a process")?;
            invoke(&lambda, invocations / 10).await;
            let (start, before) = (Instant::now(), cpu(process)?);
            invoke(&lambda, invocations).await;
            let (wall, cpu) = (start.elapsed(), cpu(process)? - before);
            let invocations = invocations as f64;
            self.wall.push(wall.as_secs_f64() * 1e6 / invocations);
            self.cpu.push(cpu.as_secs_f64() * 1e6 / invocations);
            self.peak.push(peak(process)?);
            Ok(())
        })
    }

    fn summary(self, runtime: &Runtime) -> Result<Process, Error> {
        Ok(Process {
            program: self.program,
            instructions: under(Tool::Callgrind, &self.path, runtime)?,
            syscalls: syscalls(&self.path, runtime)?,
            cpu_us: median(self.cpu),
            wall_us: median(self.wall),
            peak_kb: median(self.peak),
            next_ms: median(self.next),
            response_ms: median(self.response),
            start_cpu_ms: median(self.start_cpu),
            start_faults: median(self.start_faults),
        })
    }
}

/// The cost until the end of the first response.
#[derive(Clone, Copy, Debug)]
pub(super) struct ColdStart {
    /// The time until the first request of `/next`.
    pub(super) next_ms: f64,
    pub(super) response_ms: f64,
    pub(super) cpu_ms: f64,
    /// The minor page faults.
    pub(super) faults: f64,
}

pub(super) async fn cold_start(program: &Path) -> Result<ColdStart, Error> {
    let lambda = lambda(program, &[]).await;
    let process = lambda.process_id().ok_or("a process")?;
    invoke(&lambda, 1).await;
    // The process requests the next event. The kernel updates its CPU time when it waits.
    thread::sleep(Duration::from_millis(5));
    let init = lambda.cold_start();
    let first_response = lambda.first_response().unwrap_or_default();
    Ok(ColdStart {
        next_ms: milliseconds(init),
        response_ms: milliseconds(init + first_response),
        cpu_ms: milliseconds(cpu(process)?),
        faults: minor_faults(process)?,
    })
}

/// Returns the cost of an invocation under a tool.
fn under(tool: Tool, path: &Path, runtime: &Runtime) -> Result<f64, Error> {
    per_step(|n| runtime.block_on(tool.cost(path, n)), 20, 120)
}

/// Returns the instructions of a process per invocation.
pub(super) fn instructions(program: Program, runtime: &Runtime) -> Result<f64, Error> {
    under(Tool::Callgrind, &program.build()?, runtime)
}

/// Returns NaN if strace is missing or not permitted.
fn syscalls(path: &Path, runtime: &Runtime) -> Result<f64, Error> {
    if Command::new("strace")
        .args(["-c", "true"])
        .output()
        .is_ok_and(|run| run.status.success())
    {
        return under(Tool::Strace, path, runtime);
    }
    eprintln!("NOTICE: strace failed to run: system calls are not counted");
    Ok(f64::NAN)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Returns the CPU time of all threads of a process.
pub(super) fn cpu(process: u32) -> Result<Duration, Error> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let text = fs::read_to_string(thread?.path().join("schedstat"))?;
        let had = text.split(' ').next().ok_or("an empty schedstat")?;
        nanoseconds += had.parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// Returns the peak resident memory of a process, in kB.
pub(super) fn peak(process: u32) -> Result<f64, Error> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
    Ok(peak.ok_or("no VmHWM")?.parse()?)
}

/// Returns the minor page faults of a process until it requests its first event.
pub(super) async fn faults_at_start(program: &Path) -> Result<f64, Error> {
    let lambda = lambda(program, &[]).await;
    minor_faults(lambda.process_id().ok_or("a process")?)
}

/// Returns the minor page faults of a process.
fn minor_faults(process: u32) -> Result<f64, Error> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // After the name, which may contain any character: state, five ids, flags, minor faults.
    let (_, fields) = stat.rsplit_once(')').ok_or("a name")?;
    let faults = fields.split_whitespace().nth(7).ok_or("minor faults")?;
    Ok(faults.parse()?)
}

/// A tool that counts events of a process from outside.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tool {
    Callgrind,
    /// Only instructions of the program's own `main` and the functions it calls.
    CallgrindMain,
    Strace,
}

impl Tool {
    fn script(self) -> &'static str {
        match self {
            Self::Callgrind => {
                "exec valgrind --tool=callgrind --callgrind-out-file=/dev/null \
                 --log-file=\"$BENCHES_LOG\" \"$BENCHES_PROGRAM\"\n"
            }
            Self::CallgrindMain => {
                "main=$(basename \"$BENCHES_PROGRAM\" | tr - _)::main\n\
                 exec valgrind --tool=callgrind \"--toggle-collect=$main\" \
                 --callgrind-out-file=/dev/null --log-file=\"$BENCHES_LOG\" \"$BENCHES_PROGRAM\"\n"
            }
            Self::Strace => {
                "exec strace -f -c -U calls,name -o \"$BENCHES_LOG\" \"$BENCHES_PROGRAM\"\n"
            }
        }
    }

    /// Returns the count of a process that handles this many invocations.
    pub(super) async fn cost(self, program: &Path, invocations: usize) -> Result<u64, Error> {
        let directory = command::directory()?;
        let (script, log) = (
            directory.join("benches-tool"),
            directory.join("benches-log"),
        );
        executable(&script, &format!("#!/bin/sh\n{}", self.script()))?;
        let lambda = lambda(
            &script,
            &[("BENCHES_LOG", &log), ("BENCHES_PROGRAM", program)],
        )
        .await;
        invoke(&lambda, invocations).await;
        // The process requests the next event, which takes a moment under a tool.
        thread::sleep(Duration::from_millis(300));
        let process = lambda.process_id().ok_or("a process")?;
        let process = child_of(process)?.unwrap_or(process);
        command::run(Command::new("kill").arg(process.to_string()))?;
        lambda.ended().await;
        let log = fs::read_to_string(log)?;
        match self {
            Self::Callgrind | Self::CallgrindMain => collected(&log),
            Self::Strace => calls(&log),
        }
    }
}

fn executable(path: &Path, text: &str) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

/// strace runs the program as a child process; valgrind runs it in its own process.
fn child_of(process: u32) -> Result<Option<u32>, Error> {
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children"))?;
    Ok(children
        .split_whitespace()
        .next()
        .map(str::parse)
        .transpose()?)
}

/// Reads the last line of strace's table.
fn calls(log: &str) -> Result<u64, Error> {
    let total = log.lines().find(|line| line.ends_with(" total"));
    let total = total.and_then(|line| line.split_whitespace().next());
    Ok(total
        .ok_or_else(|| format!("strace did not count: {log}"))?
        .parse()?)
}
