//! What a URI cannot have, percent-encoded. All else is the test's own business: `%` stays.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What neither a path nor a query can have (RFC 3986, section 3.3), but for `%`.
pub(crate) const FORBIDDEN: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

pub(crate) fn encoded(path_or_query: &str) -> String {
    utf8_percent_encode(path_or_query, FORBIDDEN).to_string()
}
