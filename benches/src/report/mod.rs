//! Measurements and reports.

mod budgets;
mod check;
mod command;
mod count;
mod counted;
mod features;
mod growth;
mod handlers;
mod layers;
mod outside;
mod plot;
mod process;
mod readme;
mod several;
mod size;
mod start;
mod table;
mod whole;

pub use check::check;
pub use features::features;
pub use growth::grow;
pub use handlers::handlers;
pub use layers::layer;
pub use outside::process;
pub use several::several;
pub use start::start;
pub use whole::report;

use crate::{
    Work,
    in_process::{self, Peer},
};
use table::{Table, number};
use tokio::runtime::{Builder, Runtime};

/// The error of a measurement.
pub type Error = Box<dyn std::error::Error>;

/// Whether all budgets are met.
pub type Verdict = Result<bool, Error>;

fn runtime() -> Result<Runtime, Error> {
    Ok(Builder::new_current_thread().build()?)
}

fn peer(key: &str) -> Result<Peer, Error> {
    Peer::of(key).ok_or_else(|| format!("unknown peer {key:?}").into())
}

/// Handles an event many times and prints the last response.
///
/// # Errors
/// Fails if the peer or the work is unknown.
pub fn one(key: &str, work: &str, n: &str) -> Verdict {
    let peer = peer(key)?;
    let work = Work::of(work).ok_or("unknown work")?;
    if !peer.does(work) {
        return Err(format!("{key} does not support {work}").into());
    }
    let runtime = runtime()?;
    let api = peer.api(work, &runtime);
    let response = api.repeat(&runtime, &work.event(), &in_process::context(), n.parse()?);
    println!("{}", String::from_utf8_lossy(&response));
    Ok(true)
}

/// Prints the counts of some peers, or of all.
///
/// # Errors
/// Fails if valgrind is missing or fails.
pub fn counts(keys: &[&str]) -> Verdict {
    let peers = match keys {
        [] => Peer::ALL.to_vec(),
        keys => keys.iter().map(|key| peer(key)).collect::<Result<_, _>>()?,
    };
    command::build_allocations()?;
    let mut table = Table::new(&["work", "peer", "instructions", "allocations", "bytes"]);
    for work in Work::ALL {
        for peer in peers.iter().filter(|peer| peer.does(*work)) {
            let count = count::count(*peer, *work)?;
            table.row([
                work.to_string(),
                peer.name().to_owned(),
                number(count.instructions),
                number(count.allocations),
                number(count.bytes),
            ]);
        }
    }
    println!("{table}");
    Ok(true)
}
