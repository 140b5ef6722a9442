//! Formats of time in events.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since the epoch; zero for times before it.
pub(crate) fn epoch_millis(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

/// The time in the common log format, in UTC: `04/Mar/2020:19:15:17 +0000`.
pub(crate) fn log_time(millis: u64) -> String {
    let seconds = millis / 1000;
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = clock(seconds);
    format!("{day:02}/{month}/{year:04}:{hour:02}:{minute:02}:{second:02} +0000")
}

/// The time in the format of certificates: `Aug  5 00:28:21 2120 GMT`.
pub(super) fn certificate_time(seconds: u64) -> String {
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = clock(seconds);
    format!("{month} {day:2} {hour:02}:{minute:02}:{second:02} {year} GMT")
}

/// The time in Java's format: `Tue Mar 10 00:03:59 UTC 2020`.
pub(super) fn java_time(seconds: u64) -> String {
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = clock(seconds);
    // The epoch began on a Thursday.
    let weekday = match seconds / 86_400 % 7 {
        0 => "Thu",
        1 => "Fri",
        2 => "Sat",
        3 => "Sun",
        4 => "Mon",
        5 => "Tue",
        _ => "Wed",
    };
    format!("{weekday} {month} {day:02} {hour:02}:{minute:02}:{second:02} UTC {year}")
}

/// The time as in RFC 3339: `2020-03-10T00:03:59Z`.
pub(crate) fn rfc3339(seconds: u64) -> String {
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = clock(seconds);
    let names = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
    ];
    let month = names.iter().take_while(|name| **name != month).count() + 1;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

fn clock(seconds: u64) -> (u64, u64, u64) {
    (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}

/// Year, month and day of a number of days since 1970-01-01.
fn date(mut days: u64) -> (u64, &'static str, u64) {
    // The calendar repeats every 400 years, which are 146,097 days.
    let mut year = 1970 + days / 146_097 * 400;
    days %= 146_097;
    while days >= days_of_year(year) {
        days -= days_of_year(year);
        year += 1;
    }
    let february = days_of_year(year) - 337;
    let months = [
        ("Jan", 31),
        ("Feb", february),
        ("Mar", 31),
        ("Apr", 30),
        ("May", 31),
        ("Jun", 30),
        ("Jul", 31),
        ("Aug", 31),
        ("Sep", 30),
        ("Oct", 31),
        ("Nov", 30),
    ];
    for (month, length) in months {
        if days < length {
            return (year, month, days + 1);
        }
        days -= length;
    }
    (year, "Dec", days + 1)
}

fn days_of_year(year: u64) -> u64 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    if leap { 366 } else { 365 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn times_are_written_in_the_common_log_format() {
        for (seconds, expected) in [
            (0, "01/Jan/1970:00:00:00 +0000"),
            (951_782_400, "29/Feb/2000:00:00:00 +0000"),
            (951_868_800, "01/Mar/2000:00:00:00 +0000"),
            (1_583_349_317, "04/Mar/2020:19:15:17 +0000"),
            (1_587_481_701, "21/Apr/2020:15:08:21 +0000"),
            (1_735_689_599, "31/Dec/2024:23:59:59 +0000"),
            (4_107_542_400, "01/Mar/2100:00:00:00 +0000"),
            (13_569_465_600, "01/Jan/2400:00:00:00 +0000"),
        ] {
            assert_eq!(log_time(seconds * 1000 + 135), expected, "{seconds}");
        }
    }

    #[test]
    fn certificates_tokens_and_albs_format_times_differently() {
        for (seconds, certificate, java, rfc) in [
            (
                0,
                "Jan  1 00:00:00 1970 GMT",
                "Thu Jan 01 00:00:00 UTC 1970",
                "1970-01-01T00:00:00Z",
            ),
            (
                1_583_798_639,
                "Mar 10 00:03:59 2020 GMT",
                "Tue Mar 10 00:03:59 UTC 2020",
                "2020-03-10T00:03:59Z",
            ),
            (
                1_735_689_599,
                "Dec 31 23:59:59 2024 GMT",
                "Tue Dec 31 23:59:59 UTC 2024",
                "2024-12-31T23:59:59Z",
            ),
        ] {
            assert_eq!(certificate_time(seconds), certificate);
            assert_eq!(java_time(seconds), java);
            assert_eq!(rfc3339(seconds), rfc);
        }
    }

    #[test]
    fn a_time_before_the_epoch_is_the_epoch() {
        assert_eq!(epoch_millis(UNIX_EPOCH - Duration::from_secs(5)), 0);
        assert_eq!(epoch_millis(UNIX_EPOCH + Duration::from_millis(7)), 7);
    }

    #[test]
    fn the_farthest_time_is_still_a_date() {
        assert!(log_time(u64::MAX).ends_with(" +0000"));
    }
}
