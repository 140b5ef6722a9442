//! Times in claims.

use std::time::Duration;

/// The last second of the year 9999, the last that RFC 3339 can write. Whoever writes a later time
/// has written milliseconds, or wants a token that never ends.
const LAST: u64 = 253_402_300_799;

/// Reads a `NumericDate` ([RFC 7519, section 2](https://www.rfc-editor.org/rfc/rfc7519#section-2)):
/// seconds since the epoch, with or without a fraction. `None` when it is negative, even zero, or
/// after the year 9999.
pub(crate) fn read(number: &str) -> Option<Duration> {
    if number.starts_with('-') {
        return None;
    }
    if number.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds = number.parse().ok().filter(|seconds| *seconds <= LAST)?;
        return Some(Duration::from_secs(seconds));
    }
    let seconds: f64 = number.parse().ok()?;
    let date = Duration::try_from_secs_f64(seconds).ok()?;
    (date <= Duration::from_secs(LAST)).then_some(date)
}
