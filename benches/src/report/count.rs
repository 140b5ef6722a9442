//! Reproducible counts: instructions and allocations of an invocation.

use super::{Error, command};
use crate::{Work, in_process::Peer};
use std::process::Command;

/// The cost of an invocation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count {
    pub(super) instructions: f64,
    /// Calls that allocate or grow memory.
    pub(super) allocations: f64,
    pub(super) bytes: f64,
}

pub(super) fn count(peer: Peer, work: Work) -> Result<Count, Error> {
    let (few, more) = match work {
        Work::Upload => (2, 8),
        _ => (10, 60),
    };
    let one = |n: usize| command::instructions(&["one", peer.key(), work.letter(), &n.to_string()]);
    let instructions = per_step(one, few, more)?;
    let mut allocations = Command::new(command::directory()?.join("allocations"));
    allocations.args([peer.key(), work.letter()]);
    let output = command::run(command::in_lambda(&mut allocations))?;
    let output = String::from_utf8(output.stdout)?;
    let numbers: Vec<f64> = output
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    let [allocations, reallocations, bytes] = numbers[..] else {
        return Err(format!("`allocations` printed {output:?}").into());
    };
    Ok(Count {
        instructions,
        allocations: allocations + reallocations,
        bytes,
    })
}

/// Returns the cost per step: the difference between many and few, which excludes the startup.
pub(super) fn per_step(
    cost: impl Fn(usize) -> Result<u64, Error>,
    few: usize,
    more: usize,
) -> Result<f64, Error> {
    let (low, high) = (cost(few)?, cost(more)?);
    Ok((high as f64 - low as f64) / (more - few) as f64)
}
