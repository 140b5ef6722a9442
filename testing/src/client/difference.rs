//! Differences of JSON values and of texts.

use serde_json::Value;
use std::fmt::Write;

/// How much of one value a line shows.
const SHOWN: usize = 72;

/// How many differences are shown.
const LINES: usize = 20;

/// What an expectation asks of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fields {
    /// They have the fields that are expected, and no others.
    Exactly,
    /// They have the fields that are expected.
    AtLeast,
}

/// One place where a value is not what was expected.
#[derive(Debug, PartialEq)]
pub(super) struct Difference {
    path: String,
    expected: Option<String>,
    found: Option<String>,
}

impl Difference {
    pub(super) fn new(path: &str, expected: &Value, found: Option<&Value>) -> Self {
        Self {
            path: path.to_owned(),
            expected: Some(short(expected)),
            found: found.map(short),
        }
    }
}

/// All differences, in the order of the expected value.
pub(super) fn differences(expected: &Value, found: &Value, fields: Fields) -> Vec<Difference> {
    let mut all = Vec::new();
    compare("", Some(expected), Some(found), fields, &mut all);
    all
}

fn compare(
    path: &str,
    expected: Option<&Value>,
    found: Option<&Value>,
    fields: Fields,
    all: &mut Vec<Difference>,
) {
    match (expected, found) {
        (Some(Value::Object(expected)), Some(Value::Object(found))) => {
            for (name, value) in expected {
                compare(
                    &field(path, name),
                    Some(value),
                    found.get(name),
                    fields,
                    all,
                );
            }
            if fields == Fields::Exactly {
                for (name, value) in found {
                    if !expected.contains_key(name) {
                        compare(&field(path, name), None, Some(value), fields, all);
                    }
                }
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(found))) => {
            for index in 0..expected.len().max(found.len()) {
                let path = format!("{path}[{index}]");
                compare(&path, expected.get(index), found.get(index), fields, all);
            }
        }
        (expected, found) if expected == found => {}
        (expected, found) => all.push(Difference {
            path: path.to_owned(),
            expected: expected.map(short),
            found: found.map(short),
        }),
    }
}

/// `a.b`, or `a["b c"]` if the name is not a word.
fn field(path: &str, name: &str) -> String {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || !name.chars().all(word) {
        return format!("{path}[{name:?}]");
    }
    let dot = if path.is_empty() { "" } else { "." };
    format!("{path}{dot}{name}")
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => {
            let start = text.get(..end).unwrap_or(&text);
            format!("{start}.. ({} characters)", text.chars().count())
        }
        None => text,
    }
}

/// A heading that counts, and a line for each difference.
pub(super) fn table(what: &str, all: &[Difference]) -> String {
    let places = match all.len() {
        1 => "in one place".to_owned(),
        count => format!("in {count} places"),
    };
    let mut text = format!("{what} differs {places}");
    let name = |difference: &Difference| match difference.path.as_str() {
        "" => "(all of it)".to_owned(),
        path => path.to_owned(),
    };
    let shown = all.get(..LINES).unwrap_or(all);
    let width = shown.iter().map(|it| name(it).chars().count()).max();
    let width = width.unwrap_or(0).min(40);
    for difference in shown {
        let expected = difference.expected.as_deref().unwrap_or("nothing");
        let found = difference.found.as_deref().unwrap_or("nothing");
        let name = name(difference);
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n  {name:width$}  expected {expected}, found {found}"
        );
    }
    match all.len().saturating_sub(LINES) {
        0 => {}
        more => {
            let _ = write!(text, "\n  and {more} more");
        }
    }
    text
}

/// The first line that differs, or both texts when they are one line each.
pub(super) fn text_difference(expected: &str, found: &str) -> String {
    let several = expected.contains('\n') || found.contains('\n');
    if !several {
        return text_table("the text differs", Some(expected), Some(found));
    }
    let mut lines = (expected.split('\n'), found.split('\n'));
    for number in 1_usize.. {
        let (expected, found) = (lines.0.next(), lines.1.next());
        if expected != found || expected.is_none() {
            return text_table(
                &format!("the text differs in line {number}"),
                expected,
                found,
            );
        }
    }
    "the text differs".to_owned()
}

fn text_table(heading: &str, expected: Option<&str>, found: Option<&str>) -> String {
    let show = |line: Option<&str>| match line {
        Some(line) => format!("{line:?}"),
        None => "the end".to_owned(),
    };
    let (expected, found) = (show(expected), show(found));
    format!("{heading}\n  expected  {expected}\n  found     {found}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(expected: &Value, found: &Value, fields: Fields) -> String {
        table("the JSON", &differences(expected, found, fields))
    }

    #[test]
    fn equal_values_do_not_differ() {
        let value = json!({"a": [1, {"b": null}], "c": "x"});
        for fields in [Fields::Exactly, Fields::AtLeast] {
            assert_eq!(differences(&value, &value, fields), []);
        }
    }

    #[test]
    fn each_difference_has_its_path() {
        let expected = json!({"id": 1, "items": [{"sku": "tea"}, {"sku": "milk"}], "note": null});
        let found = json!({"id": "1", "items": [{"sku": "ten"}], "x y": true});
        assert_eq!(
            text(&expected, &found, Fields::Exactly),
            "\
the JSON differs in 5 places
  id            expected 1, found \"1\"
  items[0].sku  expected \"tea\", found \"ten\"
  items[1]      expected {\"sku\":\"milk\"}, found nothing
  note          expected null, found nothing
  [\"x y\"]       expected nothing, found true"
        );
    }

    #[test]
    fn a_subset_may_lack_fields_and_no_elements() {
        let expected = json!({"items": [{"sku": "tea"}]});
        let more = json!({"id": 1, "items": [{"sku": "tea", "n": 1}]});
        assert_eq!(differences(&expected, &more, Fields::AtLeast), []);
        let longer = json!({"items": [{"sku": "tea"}, {"sku": "milk"}]});
        assert_eq!(
            text(&expected, &longer, Fields::AtLeast),
            "\
the JSON differs in one place
  items[1]  expected nothing, found {\"sku\":\"milk\"}"
        );
        assert_ne!(differences(&json!({}), &json!([]), Fields::AtLeast), []);
    }

    #[test]
    fn a_whole_value_has_no_path() {
        assert_eq!(
            text(&json!([1]), &json!({}), Fields::Exactly),
            "\
the JSON differs in one place
  (all of it)  expected [1], found {}"
        );
    }

    #[test]
    fn long_values_and_long_lists_are_cut() {
        let long = json!("é".repeat(100));
        let text_of_long = text(&long, &json!(1), Fields::Exactly);
        let shown = format!("expected \"{}.. (102 characters), found 1", "é".repeat(71));
        assert!(text_of_long.ends_with(&shown), "{text_of_long}");
        let expected = json!(vec![0; 100]);
        let many = text(&expected, &json!(vec![1; 100]), Fields::Exactly);
        assert_eq!(many.lines().count(), 22);
        assert!(many.ends_with("  and 80 more"), "{many}");
    }

    #[test]
    fn the_first_line_that_differs_is_shown() {
        for (expected, found, message) in [
            (
                "ok",
                "OK",
                "the text differs\n  expected  \"ok\"\n  found     \"OK\"",
            ),
            (
                "a\nb\nc",
                "a\nB\nC",
                "the text differs in line 2\n  expected  \"b\"\n  found     \"B\"",
            ),
            (
                "a",
                "a\n",
                "the text differs in line 2\n  expected  the end\n  found     \"\"",
            ),
            (
                "a\r\nb",
                "a\nb",
                "the text differs in line 1\n  expected  \"a\\r\"\n  found     \"a\"",
            ),
        ] {
            assert_eq!(text_difference(expected, found), message);
        }
    }
}
