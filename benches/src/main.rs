//! The command line of the benchmarks.

use benches::report;
use std::process::ExitCode;

const USAGE: &str = "\
usage: benches COMMAND

  report [--quick | --full] [--write]
                     everything in tables; exit 1 when a budget is missed. --quick: counts alone;
                     --full: clean builds too; --write: into README.md, the guide, growth.svg, counts.tsv
  check [--update]   the counts against counts.tsv; exit 1 when one has grown
  counts [PEER..]    instructions and allocations per invocation
  process [PEER..]   programs as Lambda runs them, with work (a)
  start [PROGRAM..]  what a start costs, with 0, 30 and 1,000 routes, or of programs that are built
  several            programs with several invocations at once
  handlers           what one more handler costs to build
  features [--write] what each feature of lambda-api costs a hello: crates, a clean build, bytes;
                     --write: into the guide
  one PEER WORK N    N invocations, and the last response: for callgrind
  grow PEER AXIS STEP N
                     likewise, for the growth of costs
  layer PEER LAYER N likewise, with a layer";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["one", peer, work, n] => report::one(peer, work, n),
        ["grow", peer, axis, step, n] => report::grow(peer, axis, step, n),
        ["counts", ref peers @ ..] => report::counts(peers),
        ["check"] => report::check(false),
        ["check", "--update"] => report::check(true),
        ["process", ref peers @ ..] => report::process(peers),
        ["start", ref programs @ ..] => report::start(programs),
        ["several"] => report::several(),
        ["layer", peer, layer, n] => report::layer(peer, layer, n),
        ["handlers"] => report::handlers(),
        ["features", ref options @ ..] => report::features(options),
        ["report", ref options @ ..] => report::report(options),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
