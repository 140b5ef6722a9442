//! Decimal numbers of DynamoDB, which have up to 38 digits and an exponent.

/// A number, for a type that does not say what it expects.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Decimal {
    Unsigned(u64),
    Signed(i64),
    /// Not an integer, or too large for one; a float with all the digits.
    Float(f64),
}

impl Decimal {
    pub(super) fn of(text: &str) -> Option<Self> {
        let integer = integer(text);
        if let Some(number) = integer.and_then(|number| u64::try_from(number).ok()) {
            return Some(Self::Unsigned(number));
        }
        if let Some(number) = integer.and_then(|number| i64::try_from(number).ok()) {
            return Some(Self::Signed(number));
        }
        float(text)
            .filter(|number| {
                // The shortest digits of the float, or all digits of an integer.
                let spellings = [format!("{number:e}"), format!("{number:.0}")];
                spellings.iter().any(|exact| parts(text) == parts(exact))
            })
            .map(Self::Float)
    }
}

/// The digits of a number without zeros at both ends, and the exponent of the last one.
fn parts(text: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let is_negative = mantissa.starts_with('-');
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{}{fraction}", whole.trim_start_matches(['+', '-']));
    let shown = digits.trim_end_matches('0');
    let zeros = i64::try_from(digits.len() - shown.len()).ok()?;
    let exponent = exponent.parse::<i64>().ok()?;
    let exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    let exponent = exponent.checked_add(zeros)?;
    let shown = shown.trim_start_matches('0');
    match shown.is_empty() {
        true => Some((false, String::new(), 0)),
        false => Some((is_negative, shown.to_owned(), exponent)),
    }
}

/// The integer with this value, however it is written: `100`, `1E+2`, `1.00E2`.
pub(super) fn integer(text: &str) -> Option<i128> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    // An exponent that is too large overflows below.
    let zeros = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    match u32::try_from(zeros) {
        Ok(zeros) => digits.checked_mul(10_i128.checked_pow(zeros)?),
        Err(_) => {
            let divisor = 10_i128.checked_pow(zeros.unsigned_abs())?;
            (digits % divisor == 0).then_some(digits / divisor)
        }
    }
}

/// The nearest float.
pub(super) fn float(text: &str) -> Option<f64> {
    // `parse` also takes `inf` and `nan`.
    let is_number = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse()
        .ok()
        .filter(|number: &f64| is_number && number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_exact_in_every_spelling() {
        for (text, expected) in [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("100", Some(100)),
            ("1E+2", Some(100)),
            ("1.00e2", Some(100)),
            ("120E-1", Some(12)),
            ("-1.5E1", Some(-15)),
            ("7.0", Some(7)),
            ("7.", Some(7)),
            ("1.5", None),
            ("1E-1", None),
            ("1E+99", None),
            ("1E99999999999", None),
            ("1E-2147483648", None),
            ("", None),
            (".", None),
            ("1.-5", None),
            ("inf", None),
        ] {
            assert_eq!(integer(text), expected, "{text}");
        }
    }

    #[test]
    fn other_numbers_are_floats_with_all_digits() {
        for (text, expected) in [
            ("18446744073709551615", Some(Decimal::Unsigned(u64::MAX))),
            ("-9223372036854775808", Some(Decimal::Signed(i64::MIN))),
            (
                "18446744073709551616",
                Some(Decimal::Float(18446744073709551616.0)),
            ),
            ("0.1", Some(Decimal::Float(0.1))),
            ("-0.10", Some(Decimal::Float(-0.1))),
            ("12.5E-1", Some(Decimal::Float(1.25))),
            ("12345678901234567890123", None),
            ("0.12345678901234567890", None),
            ("1E-999", None),
            ("1.5E-9223372036854775808", None),
            ("00E9223372036854775807", None),
            ("1E+99", Some(Decimal::Float(1e99))),
            ("inf", None),
            ("NaN", None),
            ("1E999", None),
            ("", None),
        ] {
            assert_eq!(Decimal::of(text), expected, "{text}");
        }
    }
}
