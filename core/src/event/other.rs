//! Events that are not HTTP requests.

use super::{other_kind::OtherKind, shared::share};
use crate::LambdaContext;
use bytes::Bytes;

/// An event that is JSON, and not from an HTTP source.
#[derive(Debug)]
pub(crate) struct OtherEvent {
    /// The event without a byte order mark.
    pub(crate) json: Bytes,
    pub(crate) lambda: LambdaContext,
    pub(crate) kind: OtherKind,
    /// The array `Records` as JSON, if `kind` is that.
    pub(crate) records: Bytes,
}

impl OtherEvent {
    pub(super) fn new(
        json: Bytes,
        lambda: LambdaContext,
        kind: OtherKind,
        records: Option<&[u8]>,
    ) -> Self {
        let records = records.map(|records| share(&json, records));
        Self {
            records: records.unwrap_or_default(),
            json,
            lambda,
            kind,
        }
    }
}
