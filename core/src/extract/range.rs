//! The range of a content that a request asks for.

use super::FromRequest;
use crate::{
    Invocation, Operation, Request,
    matched_route::{limits_of, states_of},
    response::{
        download::{Longest, PreconditionFailed, Range, RangeNotSatisfiable},
        media_type::ANY,
    },
};
use http::StatusCode;
use std::convert::Infallible;

impl<'r> FromRequest<'r> for Range {
    type Rejection = Infallible;

    const SYNC: Option<fn(&'r Request) -> Result<Self, Infallible>> = Some(|request| {
        // A request that is not from an event has no limit.
        let source = Invocation::of(request).source();
        let extensions = request.extensions();
        let most = limits_of(extensions).response;
        let streams = states_of(extensions).is_some_and(|states| states.timing.streams_to(source));
        let limit = source.map(|source| match source.stream_limit() {
            Some(limit) if streams => Longest::Stream(limit.min(most)),
            _ => Longest::Json(source.response_limit().min(most)),
        });
        Ok(Self::of(request, limit))
    });

    /// Declares the responses that only a handler with this argument has.
    fn describe(operation: &mut Operation) {
        operation.response(StatusCode::PARTIAL_CONTENT, Some(ANY));
        operation.response_header("content-range");
        operation.response(StatusCode::NOT_MODIFIED, None);
        operation.error::<PreconditionFailed>();
        operation.error::<RangeNotSatisfiable>();
    }
}
