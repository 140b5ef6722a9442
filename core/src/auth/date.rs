//! Dates of tokens and of gateways.

#[cfg(feature = "jwt")]
use std::time::Duration;

/// The last second of the year 9999, the last that RFC 3339 can write. A later time is one of
/// milliseconds, or of a token that is meant never to end.
#[cfg(feature = "jwt")]
const LAST: u64 = 253_402_300_799;

/// A `NumericDate` ([RFC 7519, section 2](https://www.rfc-editor.org/rfc/rfc7519#section-2)):
/// seconds since the epoch, with or without a fraction. `None` when it is negative, even zero, or
/// after the year 9999.
#[cfg(feature = "jwt")]
pub(crate) fn numeric(number: &str) -> Option<Duration> {
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

/// The seconds since the epoch of a date as Java writes it: `Tue Mar 10 00:03:59 UTC 2020`.
pub(crate) fn java(text: &str) -> Option<u64> {
    let mut words = text.split_ascii_whitespace();
    let _weekday = words.next().filter(|word| word.len() == 3)?;
    let (month, day, time) = (words.next()?, words.next()?, words.next()?);
    let (zone, year) = (words.next()?, words.next()?);
    let is_utc = matches!(zone, "UTC" | "GMT") && words.next().is_none();
    seconds(year, month, day, time).filter(|_| is_utc)
}

/// The seconds since the epoch of a date as certificates have it: `Aug  5 09:36:04 2021 GMT`.
pub(crate) fn certificate(text: &str) -> Option<u64> {
    let mut words = text.split_ascii_whitespace();
    let (month, day, time) = (words.next()?, words.next()?, words.next()?);
    let (year, zone) = (words.next()?, words.next()?);
    let is_utc = matches!(zone, "UTC" | "GMT") && words.next().is_none();
    seconds(year, month, day, time).filter(|_| is_utc)
}

fn seconds(year: &str, month: &str, day: &str, time: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let number = |text: &str, range: std::ops::RangeInclusive<u64>| {
        let is_number = text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        let value = is_number.then(|| text.parse().ok()).flatten()?;
        range.contains(&value).then_some(value)
    };
    let year = number(year, 1970..=9999)?;
    let month = (1..).zip(MONTHS).find(|(_, name)| *name == month)?.0;
    let day = number(day, 1..=31)?;
    let mut clock = time.split(':');
    let hour = number(clock.next()?, 0..=23)?;
    let minute = number(clock.next()?, 0..=59)?;
    let second = number(clock.next()?, 0..=60)?;
    if clock.next().is_some() {
        return None;
    }
    // Four digits at most: nothing overflows.
    Some(((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
}

/// The days since 1970-01-01. Years begin in March here, so that the leap day ends one.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = match month {
        1 | 2 => (year - 1, month + 9),
        _ => (year, month - 3),
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    // 719,468 days from 0000-03-01 until the epoch.
    year * 365 + leap_days + (month * 153 + 2) / 5 + (day - 1) - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_seconds_since_the_epoch() {
        for (text, expected) in [
            ("Thu Jan 01 00:00:00 UTC 1970", 0),
            ("Tue Mar 10 00:03:59 UTC 2020", 1_583_798_639),
            ("Sat Feb 29 00:00:00 GMT 2020", 1_582_934_400),
            ("Sun Mar 01 00:00:00 UTC 2020", 1_583_020_800),
            ("Tue Dec 31 23:59:59 UTC 2024", 1_735_689_599),
        ] {
            assert_eq!(java(text), Some(expected), "{text}");
        }
        assert_eq!(certificate("May 28 12:30:02 2019 GMT"), Some(1_559_046_602));
        assert_eq!(certificate("Aug  5 09:36:04 2021 GMT"), Some(1_628_156_164));
        assert_eq!(certificate("Jan  1 00:00:00 2120 GMT"), Some(4_733_510_400));
    }

    #[test]
    fn other_texts_are_not_dates() {
        for text in [
            "",
            "1583798639",
            "Tue Mar 10 00:03:59 2020",
            "Tue Mar 10 00:03:59 PST 2020",
            "Tue Mar 10 00:03:59 UTC 2020 x",
            "Tue Mar 10 24:03:59 UTC 2020",
            "Tue Mar 10 00:03 UTC 2020",
            "Tue Mar 10 00:03:59:00 UTC 2020",
            "Tue Mrz 10 00:03:59 UTC 2020",
            "Tue Mar 00 00:03:59 UTC 2020",
            "Tue Mar +1 00:03:59 UTC 2020",
            "Tue Mar 10 00:03:59 UTC 1969",
            "Tue Mar 10 00:03:59 UTC 99999999999999999999",
        ] {
            assert_eq!(java(text), None, "{text}");
        }
        assert_eq!(certificate("May 28 12:30:02 GMT 2019"), None);
    }
}
