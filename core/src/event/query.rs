//! Query strings from the maps of those sources that send no raw one.

use super::json::{Fault, Members, Reader, read};
use crate::limits::MAX_URI;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

/// Whether a source decodes the names and values of a query before it sends them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// They are plain text, and have to be encoded again.
    Decoded,
    /// They are as the client sent them.
    Encoded,
}

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What separates the parts of a query, and so cannot stand in a name or a value. (What no URI
/// can have is encoded later, with the path.)
const VALUE_SEPARATORS: &AsciiSet = &AsciiSet::EMPTY.add(b'&').add(b'#');
const NAME_SEPARATORS: &AsciiSet = &VALUE_SEPARATORS.add(b'=');

/// The query string of the first map that has any parameter; names and values in order.
pub(super) fn from_maps(maps: [Option<&[u8]>; 2], form: Form) -> Result<String, Fault> {
    let mut query = Query {
        text: String::new(),
        form,
    };
    for map in maps.into_iter().flatten() {
        read(map, |value| value.object(&mut query))?;
        if !query.text.is_empty() {
            break;
        }
    }
    Ok(query.text)
}

struct Query {
    text: String,
    form: Form,
}

impl<'e> Members<'e> for Query {
    fn member(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), Fault> {
        let (names, values) = match self.form {
            Form::Decoded => (RESERVED, RESERVED),
            Form::Encoded => (NAME_SEPARATORS, VALUE_SEPARATORS),
        };
        value.each(|value| {
            // No URI can hold it, so that the rest does not matter any more.
            if self.text.len() > MAX_URI {
                return;
            }
            if !self.text.is_empty() {
                self.text.push('&');
            }
            self.text.extend(percent_encode(name, names));
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
    fn an_empty_map_falls_back_to_the_other() {
        let (empty, other) = ("{}", r#"{"a": "1"}"#);
        assert_eq!(query([Some(empty), Some(other)], Form::Decoded), "a=1");
        assert_eq!(query([Some(other), Some(other)], Form::Decoded), "a=1");
        assert_eq!(query([None, None], Form::Decoded), "");
    }

    #[test]
    fn a_null_is_no_parameter() {
        let map = r#"{"a": null, "b": [null, "1", null], "c": []}"#;
        assert_eq!(query([Some(map), None], Form::Decoded), "b=1");
    }
}
