//! Times of streams.

use std::time::{Duration, SystemTime};

/// The time so many seconds after the epoch; `None` if there is none.
pub(super) fn since_epoch(seconds: f64) -> Option<SystemTime> {
    // The digits that an `f64` has: the services write milliseconds.
    let elapsed = Duration::try_from_secs_f64(seconds).ok()?;
    let rounded = elapsed.checked_add(Duration::from_nanos(500))?;
    let micros = Duration::new(rounded.as_secs(), 0)
        .checked_add(Duration::from_micros(rounded.subsec_micros().into()))?;
    SystemTime::UNIX_EPOCH.checked_add(micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_out_of_range_are_none() {
        for (seconds, millis) in [
            (1.5, Some(1500)),
            (1_545_084_650.987, Some(1_545_084_650_987)),
            (1_428_537_600.0, Some(1_428_537_600_000)),
            (-1.0, None),
            (f64::NAN, None),
            (1e300, None),
        ] {
            let expected = millis.map(|ms| SystemTime::UNIX_EPOCH + Duration::from_millis(ms));
            assert_eq!(since_epoch(seconds), expected, "{seconds}");
        }
    }
}
