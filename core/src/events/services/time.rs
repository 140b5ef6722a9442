//! Times, as the services write them.

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

/// A time in UTC as RFC 3339: `2026-01-02T03:04:05.678Z`. `None` if it is another text, or before the epoch.
pub(super) fn rfc3339(text: &str) -> Option<SystemTime> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [year, month, day] = three(date, '-')?;
    let [hour, minute, second] = three(time, ':')?;
    let fits = (1970..=9999).contains(&year) && hour < 24 && minute < 60 && second <= 60;
    let day_of_month = (1..=days_of(year, month)?).contains(&day);
    if !fits || !day_of_month || !(1..=9).contains(&fraction.len()) {
        return None;
    }
    let nanos = number(&format!("{fraction:0<9}"))?;
    let leap_days = leap_days(year) - leap_days(1970);
    let months: u64 = (1..month).filter_map(|month| days_of(year, month)).sum();
    let days = (year - 1970) * 365 + leap_days + months + day - 1;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    let since = Duration::from_secs(seconds).checked_add(Duration::from_nanos(nanos))?;
    SystemTime::UNIX_EPOCH.checked_add(since)
}

fn three(text: &str, separator: char) -> Option<[u64; 3]> {
    let mut parts = text.split(separator).map(number);
    let three = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(three)
}

/// A number of digits alone.
fn number(text: &str) -> Option<u64> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// How many days before this year are a 29th of February.
fn leap_days(year: u64) -> u64 {
    let before = year - 1;
    before / 4 - before / 100 + before / 400
}

fn days_of(year: u64, month: u64) -> Option<u64> {
    Some(match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    })
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

    #[test]
    fn texts_are_times_or_none() {
        for (text, millis) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("1970-01-01T00:00:00.000Z", Some(0)),
            ("2026-01-02T03:04:05.678Z", Some(1_767_323_045_678)),
            ("2024-02-29T23:59:59Z", Some(1_709_251_199_000)),
            ("2024-03-01T00:00:00.5Z", Some(1_709_251_200_500)),
            ("2000-12-31T00:00:00Z", Some(978_220_800_000)),
            ("2100-03-01T00:00:00Z", Some(4_107_542_400_000)),
            ("9999-12-31T23:59:59Z", Some(253_402_300_799_000)),
            ("2023-02-29T00:00:00Z", None),
            ("2100-02-29T00:00:00Z", None),
            ("2026-00-01T00:00:00Z", None),
            ("2026-13-01T00:00:00Z", None),
            ("2026-01-00T00:00:00Z", None),
            ("2026-01-02T24:00:00Z", None),
            ("2026-01-02T00:60:00Z", None),
            ("2026-01-02T00:00:61Z", None),
            ("1969-12-31T23:59:59Z", None),
            ("0000-01-01T00:00:00Z", None),
            ("99999999999999999999-01-01T00:00:00Z", None),
            ("2026-01-02T03:04:05", None),
            ("2026-01-02T03:04:05+01:00", None),
            ("2026-01-02T03:04:05.Z", None),
            ("2026-01-02T03:04:05.0000000001Z", None),
            ("2026-01-02T03:04:+5Z", None),
            ("2026-01-02T03:04:05:06Z", None),
            ("2026-01-02", None),
            ("Z", None),
            ("", None),
        ] {
            let expected = millis.map(|ms| SystemTime::UNIX_EPOCH + Duration::from_millis(ms));
            assert_eq!(rfc3339(text), expected, "{text}");
        }
    }
}
