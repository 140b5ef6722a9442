//! `allocations PEER WORK` prints the number of allocations of one invocation and their bytes. It
//! is a separate program, so that the counting allocator does not affect the other measurements.

use benches::{Work, in_process};
use in_process::Peer;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::{alloc::System, process::ExitCode};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const INVOCATIONS: usize = 10;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [peer, work] = &arguments[..] else {
        eprintln!("usage: allocations PEER WORK");
        return ExitCode::from(2);
    };
    let (Some(peer), Some(work)) = (Peer::of(peer), Work::of(work)) else {
        eprintln!("unknown peer or work");
        return ExitCode::from(2);
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime");
    let (event, context) = (work.event(), in_process::context());
    let api = peer.api(work, &runtime);
    // The first invocations fill caches.
    api.repeat(&runtime, &event, &context, 3);
    let region = Region::new(ALLOCATOR);
    api.repeat(&runtime, &event, &context, INVOCATIONS);
    let change = region.change();
    let grown = usize::try_from(change.bytes_reallocated).unwrap_or_default();
    println!(
        "{} {} {}",
        change.allocations as f64 / INVOCATIONS as f64,
        change.reallocations as f64 / INVOCATIONS as f64,
        (change.bytes_allocated + grown) as f64 / INVOCATIONS as f64,
    );
    ExitCode::SUCCESS
}
