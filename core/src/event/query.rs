//! Builds the query string from maps, for sources that do not send it.

use super::json::{JsonError, Members, Reader, read};
use crate::limits::MAX_URI;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use std::collections::HashSet;

/// Whether a source decodes the names and values of a query before it sends them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// They are decoded, and must be encoded again.
    Decoded,
    /// They are as the client sent them.
    Encoded,
}

/// All characters but the unreserved ones of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The separators of a query, which must be encoded in names and values. Characters that are
/// invalid in a URI are encoded later, together with the path.
const VALUE_SEPARATORS: &AsciiSet = &AsciiSet::EMPTY.add(b'&').add(b'#');
const NAME_SEPARATORS: &AsciiSet = &VALUE_SEPARATORS.add(b'=');

/// Builds the query string from two maps. The first map, with several values for each name, takes
/// precedence; the second adds names that have no value in the first. Names and values keep their
/// order.
pub(super) fn from_maps(maps: [Option<&[u8]>; 2], form: Form) -> Result<String, JsonError> {
    let mut query = Query {
        text: String::new(),
        form,
        known: None,
    };
    let [first, second] = maps;
    if let Some(first) = first {
        read(first, |value| value.object(&mut query))?;
    }
    if let Some(second) = second {
        query.known = Known::of(&query.text);
        read(second, |value| value.object(&mut query))?;
    }
    Ok(query.text)
}

struct Query {
    text: String,
    form: Form,
    /// The names of the first map, set while the second one is read.
    known: Option<Known>,
}

/// The names in the first part of a query.
struct Known {
    /// The length of that part.
    end: usize,
    /// The position of the next expected name: a source sends the same names in both maps in the
    /// same order.
    next: usize,
    /// All names; collected when the order differs for the first time.
    names: Option<HashSet<String>>,
}

impl Known {
    fn of(text: &str) -> Option<Self> {
        (!text.is_empty()).then_some(Self {
            end: text.len(),
            next: 0,
            names: None,
        })
    }

    /// Whether an encoded name is present.
    fn has<'n>(&mut self, text: &str, name: impl Iterator<Item = &'n str> + Clone) -> bool {
        let text = text.get(..self.end).unwrap_or_default();
        // Skips all parameters with this name.
        let mut is_next = false;
        while let Some(rest) = text.get(self.next..).filter(|rest| !rest.is_empty())
            && let Some(value) = value_of(rest, name.clone())
        {
            let behind = value
                .find('&')
                .map_or("", |end| value.get(end + 1..).unwrap_or_default());
            self.next = text.len() - behind.len();
            is_next = true;
        }
        is_next
            || self
                .names
                .get_or_insert_with(|| {
                    let parameters = text.split('&').filter_map(|pair| pair.split_once('='));
                    parameters.map(|(name, _)| name.to_owned()).collect()
                })
                .contains(&name.collect::<String>())
    }
}

/// The text after `name=`, if the text begins with it.
fn value_of<'t, 'n>(text: &'t str, name: impl Iterator<Item = &'n str>) -> Option<&'t str> {
    let mut rest = text;
    for part in name {
        rest = rest.strip_prefix(part)?;
    }
    rest.strip_prefix('=')
}

impl<'e> Members<'e> for Query {
    fn member(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), JsonError> {
        let (names, values) = match self.form {
            Form::Decoded => (RESERVED, RESERVED),
            Form::Encoded => (NAME_SEPARATORS, VALUE_SEPARATORS),
        };
        let name = percent_encode(name, names);
        if let Some(known) = &mut self.known
            && known.has(&self.text, name.clone())
        {
            return value.skip();
        }
        value.each(|value| {
            // The URI is too long in any case, so the rest does not matter.
            if self.text.len() > MAX_URI {
                return;
            }
            if !self.text.is_empty() {
                self.text.push('&');
            }
            self.text.extend(name.clone());
            self.text.push('=');
            self.text.extend(percent_encode(&value, values));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(maps: [Option<&str>; 2], form: Form) -> String {
        from_maps(maps.map(|map| map.map(str::as_bytes)), form).unwrap()
    }

    #[test]
    fn decoded_parameters_are_encoded_again() {
        let map = r#"{"a b": ["1&2=3", "+", "%", "ü/?#"], "c": ["-._~"]}"#;
        assert_eq!(
            query([Some(map), None], Form::Decoded),
            "a%20b=1%262%3D3&a%20b=%2B&a%20b=%25&a%20b=%C3%BC%2F%3F%23&c=-._~"
        );
    }

    #[test]
    fn encoded_parameters_are_kept_as_they_are() {
        let map = r#"{"a%20b": "1%262+3", "q": "x=y", "empty": ""}"#;
        assert_eq!(
            query([None, Some(map)], Form::Encoded),
            "a%20b=1%262+3&q=x=y&empty="
        );
    }

    #[test]
    fn a_separator_in_an_encoded_parameter_starts_no_other() {
        let map = r##"{"a=b&c": "1&admin=true#x"}"##;
        assert_eq!(
            query([Some(map), None], Form::Encoded),
            "a%3Db%26c=1%26admin=true%23x"
        );
    }

    #[test]
    fn names_that_only_one_map_has_are_kept() {
        for (multi, single, expected) in [
            (
                r#"{"a": ["1", "2"]}"#,
                r#"{"a": "2", "b": "3"}"#,
                "a=1&a=2&b=3",
            ),
            (
                r#"{"a": ["1"], "b": ["2"], "c": ["3"]}"#,
                r#"{"c": "3", "x": "4", "a": "1", "b": "2"}"#,
                "a=1&b=2&c=3&x=4",
            ),
            (
                r#"{"a": ["1", "2"], "b": ["3", "4"]}"#,
                r#"{"a": "2", "b": "4"}"#,
                "a=1&a=2&b=3&b=4",
            ),
            // Names with a common prefix, and a name that looks like a parameter.
            (
                r#"{"ab": ["1"]}"#,
                r#"{"a": "2", "b": "3"}"#,
                "ab=1&a=2&b=3",
            ),
            (r#"{"a": ["b=1"]}"#, r#"{"b": "2"}"#, "a=b%3D1&b=2"),
            (r#"{"a&b=": ["1"]}"#, r#"{"b": "2"}"#, "a%26b%3D=1&b=2"),
            (r#"{"ü": ["1"]}"#, r#"{"ü": "1", "": "2"}"#, "%C3%BC=1&=2"),
            // Names in a query are case-sensitive.
            (r#"{"a": ["1"]}"#, r#"{"A": "2"}"#, "a=1&A=2"),
            (
                r#"{"a": [], "b": null, "c": ["1"]}"#,
                r#"{"a": "2", "b": "3"}"#,
                "c=1&a=2&b=3",
            ),
            ("{}", r#"{"a": "1", "b": "2"}"#, "a=1&b=2"),
            (r#"{"a": ["1"]}"#, r#"{"b": null}"#, "a=1"),
        ] {
            let maps = [Some(multi), Some(single)];
            assert_eq!(query(maps, Form::Decoded), expected, "{multi} {single}");
        }
        let maps = [
            Some(r#"{"a%20": ["1"]}"#),
            Some(r#"{"a%20": "1", "b%20": "x=y"}"#),
        ];
        assert_eq!(query(maps, Form::Encoded), "a%20=1&b%20=x=y");
    }

    #[test]
    fn many_names_in_another_order_take_no_time() {
        let map = |names: &mut dyn Iterator<Item = u32>| {
            let members: Vec<_> = names.map(|i| format!(r#""{i:x}":"1""#)).collect();
            format!("{{{}}}", members.join(","))
        };
        let (one, other) = (map(&mut (0..8_000)), map(&mut (0..40_000).rev()));
        let query = query([Some(&one), Some(&other)], Form::Decoded);
        assert!(query.len() > MAX_URI);
    }

    #[test]
    fn an_empty_map_falls_back_to_the_other() {
        let (empty, other) = ("{}", r#"{"a": "1"}"#);
        assert_eq!(query([Some(empty), Some(other)], Form::Decoded), "a=1");
        assert_eq!(query([Some(other), Some(other)], Form::Decoded), "a=1");
        assert_eq!(query([None, None], Form::Decoded), "");
    }

    #[test]
    fn null_is_not_a_parameter() {
        let map = r#"{"a": null, "b": [null, "1", null], "c": []}"#;
        assert_eq!(query([Some(map), None], Form::Decoded), "b=1");
    }
}
