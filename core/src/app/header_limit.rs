//! The warning of header fields that a source may reject.

use crate::{Invocation, event::Source};
use http::HeaderMap;

/// Warns of a response whose header fields are near the limit of its source.
pub(super) fn check_header_limit(
    source: Source,
    found: usize,
    headers: &HeaderMap,
    invocation: &Invocation,
) {
    if let Some(limit) = source.response_header_limit()
        && found > limit / 5 * 4
    {
        warn_of_headers(found, limit, headers, invocation);
    }
}

/// Warns that a source may reject a response for its header fields, since nothing in the response
/// shows it. Values may be secrets and are not logged.
#[cold]
fn warn_of_headers(found: usize, limit: usize, headers: &HeaderMap, invocation: &Invocation) {
    let longest = headers.iter().max_by_key(|(_, value)| value.len());
    tracing::warn!(
        target: "lambda_api",
        request_id = invocation.request_id(),
        source = invocation.source().map(Source::name),
        header_bytes = found,
        limit,
        longest = longest.map(|(name, _)| name.as_str()),
        "the header fields of the response are near or over the limit of the source"
    );
}
