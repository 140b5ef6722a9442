//! What each rule accepts, and the violations that it reports.

use super::assert_found;
use lambda_api::{
    Patch, Validate, Violations,
    validate::{Garde, Violation, garde},
};
use serde::Deserialize;
use std::num::NonZeroU32;

macro_rules! text_rules {
    ($($name:ident: $rule:meta, $good:expr, $bad:expr;)*) => { $(
        #[test]
        fn $name() {
            #[derive(Validate)]
            struct Plain(#[$rule] &'static str);
            #[derive(Validate)]
            struct Absent(#[$rule] Option<Patch<Box<str>>>);

            let code = stringify!($name).strip_suffix("_rule").unwrap();
            for good in $good {
                assert_found(&Plain(good), &[]);
                assert_found(&Absent(Some(Patch::Value(good.into()))), &[]);
            }
            for bad in $bad {
                assert_found(&Plain(bad), &[("", code)]);
                assert_found(&Absent(Some(Patch::Value(bad.into()))), &[("", code)]);
                let detail = Violations::of(&Plain(bad));
                let detail = detail.iter().next().unwrap().detail();
                assert!(bad.len() < 3 || !detail.contains(bad), "{detail}");
            }
            for absent in [None, Some(Patch::Absent), Some(Patch::Null)] {
                assert_found(&Absent(absent), &[]);
            }
        }
    )* };
}

text_rules! {
    email_rule: garde(email), ["a@b.example"], ["", "@", "a@", "nobody"];
    ascii_rule: garde(ascii), ["tea", ""], ["th\u{e9}"];
    alphanumeric_rule: garde(alphanumeric), ["tea7"], ["tea 7!"];
    ip_rule: garde(ip), ["127.0.0.1", "::1"], ["localhost", "256.1.1.1"];
    ipv4_rule: garde(ipv4), ["127.0.0.1"], ["::1"];
    ipv6_rule: garde(ipv6), ["::1"], ["127.0.0.1"];
    contains_rule: garde(contains("ea")), ["tea"], ["milk"];
    prefix_rule: garde(prefix("te")), ["tea"], ["a te", "milk"];
    suffix_rule: garde(suffix("ea")), ["tea"], ["ear"];
    pattern_rule: garde(pattern(r"^[a-z]+\d$")), ["tea7"], ["tea", "7"];
    length_rule: garde(length(min = 2, max = 3)), ["te", "th\u{e9}", "\u{1f375}\u{1f375}\u{1f375}"], ["t", "teas"];
}

#[cfg(feature = "validate-url")]
text_rules! {
    url_rule: garde(url), ["https://example.com/a"], ["example", "http://"];
}

#[cfg(feature = "validate-credit-card")]
text_rules! {
    credit_card_rule: garde(credit_card), ["4539571147647251"], ["4539571147647252"];
}

#[derive(Validate)]
struct Numbers {
    #[garde(range(min = 1, max = 9))]
    both: u8,
    #[garde(range(min = -5))]
    min: i64,
    #[garde(range(max = 0.5))]
    max: f64,
    #[garde(range(equal = 7))]
    equal: Option<u32>,
    #[garde(range(max = Self::MOST))]
    constant: NonZeroU32,
}

impl Numbers {
    const MOST: u32 = 3;
}

#[test]
fn numbers_are_within_bounds() {
    let good = |equal| Numbers {
        both: 9,
        min: -5,
        max: 0.5,
        equal,
        constant: NonZeroU32::MIN,
    };
    assert_found(&good(Some(7)), &[]);
    assert_found(&good(None), &[]);
    let bad = Numbers {
        both: 10,
        min: -6,
        max: 0.6,
        equal: Some(8),
        constant: NonZeroU32::new(4).unwrap(),
    };
    assert_found(
        &bad,
        &[
            ("/both", "range"),
            ("/min", "range"),
            ("/max", "range"),
            ("/equal", "range"),
            ("/constant", "range"),
        ],
    );
    let found = Violations::of(&bad);
    let details: Vec<_> = found.iter().take(2).map(Violation::detail).collect();
    assert_eq!(details, ["greater than 9", "lower than -5"]);
}

fn even(number: &u32) -> Result<(), garde::Error> {
    number
        .is_multiple_of(2)
        .then_some(())
        .ok_or_else(|| garde::Error::new("odd"))
}

fn coded(number: &u32) -> Result<(), Violation> {
    match number {
        13 => Err(Violation::new("unlucky", "not this one")),
        _ => Ok(()),
    }
}

fn in_order(stay: &Stay) -> Result<(), Violation> {
    if stay.last < stay.first {
        return Err(Violation::new("order", "before the first night").at("/last"));
    }
    Ok(())
}

#[derive(Validate)]
#[garde(custom(in_order))]
struct Stay {
    #[garde(range(max = 9), custom(even), custom(coded))]
    first: u32,
    #[garde(custom(|last: &u32| if *last == 0 { Err("zero") } else { Ok(()) }))]
    last: u32,
}

#[test]
fn all_violated_rules_of_a_field_are_reported() {
    assert_found(
        &Stay { first: 13, last: 0 },
        &[
            ("/first", "range"),
            ("/first", "custom"),
            ("/first", "unlucky"),
            ("/last", "custom"),
            ("/last", "order"),
        ],
    );
    assert_found(&Stay { first: 2, last: 3 }, &[]);
}

#[derive(Validate)]
struct Account {
    #[garde(required, length(min = 1))]
    name: Option<String>,
    #[garde(required)]
    note: Patch<String>,
    password: String,
    #[garde(matches(password))]
    again: String,
    #[garde(length(max = 2), inner(length(min = 1), ascii))]
    tags: Option<Vec<String>>,
}

#[test]
fn required_matches_and_inner_report_their_field() {
    let account = |note, tags: &[&str]| Account {
        name: None,
        note,
        password: "s3cret".to_owned(),
        again: "secret".to_owned(),
        tags: Some(tags.iter().map(ToString::to_string).collect()),
    };
    assert_found(
        &account(Patch::Null, &["a", "", "\u{e9}"]),
        &[
            ("/name", "required"),
            ("/note", "required"),
            ("/again", "matches"),
            ("/tags", "length"),
            ("/tags/1", "length"),
            ("/tags/2", "ascii"),
        ],
    );
    let found = format!("{:?}", Violations::of(&account(Patch::Absent, &[])));
    assert!(!found.contains("s3cret"), "{found}");
}

#[test]
fn a_large_invalid_value_has_few_violations() {
    #[derive(Validate)]
    struct Many(#[garde(inner(range(max = 0)))] Vec<u32>);

    let found = Violations::of(&Many(vec![1; 1_000_000]));
    assert_eq!(found.iter().count(), Violations::MOST);
}

#[test]
fn types_of_garde_have_the_names_of_rust() {
    #[derive(Deserialize, garde::Validate)]
    #[serde(rename_all = "camelCase")]
    struct Line {
        #[garde(range(min = 1))]
        how_many: u32,
    }

    #[derive(Deserialize, garde::Validate)]
    struct Order {
        #[garde(dive)]
        lines: Vec<Line>,
        #[garde(inner(length(min = 1)))]
        note: Option<String>,
    }

    let json = r#"{"lines": [{"howMany": 1}, {"howMany": 0}], "note": ""}"#;
    let order: Garde<Order> = serde_json::from_str(json).unwrap();
    let expected = [("/lines/1/how_many", "invalid"), ("/note", "invalid")];
    assert_found(&order, &expected);
}
