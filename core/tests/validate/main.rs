//! Validation rules, by the public interface.

#![cfg(feature = "validate")]

mod extractors;
mod garde_agrees;
mod names;
mod rules;

use lambda_api::{Validate, Violations};

/// The pointer and the code of each violation.
fn found<T: Validate>(value: &T) -> Vec<(String, String)> {
    Violations::of(value)
        .iter()
        .map(|violation| (violation.pointer().to_owned(), violation.code().to_owned()))
        .collect()
}

#[track_caller]
fn assert_found<T: Validate>(value: &T, expected: &[(&str, &str)]) {
    let found = found(value);
    let found: Vec<_> = found
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    assert_eq!(found, expected);
}
