//! What a process keeps in memory, over time.

use std::fmt;

/// Samples of the resident memory, in kB, by tenths of the whole.
pub(crate) struct Memory {
    invocations: u64,
    tenths: [Vec<u64>; 10],
}

impl Memory {
    pub(crate) fn new(invocations: u64) -> Self {
        Self {
            invocations,
            tenths: Default::default(),
        }
    }

    /// Looks at the process, about a thousand times in all.
    pub(crate) fn sample(&mut self, n: u64, process: Option<u32>) {
        if !n.is_multiple_of((self.invocations / 1000).max(1)) {
            return;
        }
        let tenth = usize::try_from(n * 10 / self.invocations).unwrap_or(0);
        if let Some(resident) = process.and_then(resident) {
            self.tenths[tenth].push(resident);
        }
    }

    /// The median of a tenth; none where memory cannot be looked at.
    fn median(&self, tenth: usize) -> Option<u64> {
        let mut samples = self.tenths[tenth].clone();
        samples.sort_unstable();
        samples.get(samples.len() / 2).copied()
    }

    fn lowest(&self, tenth: usize) -> Option<u64> {
        self.tenths[tenth].iter().min().copied()
    }

    /// After the first tenth, the memory is what it will be, give or take a tenth.
    pub(crate) fn assert_flat(&self) {
        let (Some(warm), Some(end)) = (self.median(1), self.median(9)) else {
            return;
        };
        assert!(end <= warm + warm / 10, "{end} kB after {warm} kB\n{self}");
    }

    /// Large events make memory go up and down; what is left between them stays the same, give or
    /// take a tenth.
    pub(crate) fn assert_lowest_does_not_rise(&self) {
        let Some(warm) = self.lowest(1) else { return };
        for tenth in 2..10 {
            let lowest = self.lowest(tenth).unwrap_or_default();
            assert!(lowest <= warm + warm / 10, "tenth {}\n{self}", tenth + 1);
        }
    }

    /// By how many bytes each invocation has made the memory grow, after the first tenth.
    pub(crate) fn growth(&self) -> Option<u64> {
        let grown = self.median(9)?.saturating_sub(self.median(1)?);
        Some(grown * 1024 * 10 / (self.invocations * 8))
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "resident memory in kB, by tenths: lowest, median, largest"
        )?;
        for (at, tenth) in self.tenths.iter().enumerate() {
            let (median, largest) = (self.median(at), tenth.iter().max());
            writeln!(
                f,
                "{:>3} {:>8} {:>8} {:>8}",
                at + 1,
                self.lowest(at).unwrap_or_default(),
                median.unwrap_or_default(),
                largest.copied().unwrap_or_default()
            )?;
        }
        Ok(())
    }
}

#[cfg(target_os = "linux")]
fn resident(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

#[cfg(not(target_os = "linux"))]
fn resident(_: u32) -> Option<u64> {
    None
}
