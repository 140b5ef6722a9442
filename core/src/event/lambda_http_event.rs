//! Restores the request of an event that lambda_http has decoded, so that it has the same path as
//! if it was decoded here.
//!
//! lambda_http adds stage and host to the URI, and resolves `..` in it. It also keeps the path that
//! the gateway sent, from which the URI is built again.

use super::{
    Shared, Source,
    context::Context,
    decode::{DecodeOptions, Target, rooted, uri},
    detect,
    rejection::Rejection,
};
use crate::{Invocation, LambdaContext, Problem, error::framework};
use bytes::Bytes;
use std::borrow::Cow;

/// What is known of a decoded event besides the request.
pub(crate) struct LambdaHttpEvent<'e> {
    /// `HttpApi` may also be a function URL, which is detected here. `None` for a source that this
    /// crate does not support.
    pub(crate) source: Option<Source>,
    /// The path as the gateway sent it.
    pub(crate) path: &'e str,
    /// The query as the client sent it, if known.
    pub(crate) query: Cow<'e, str>,
    /// The request context, serialized again as JSON.
    pub(crate) context: &'e [u8],
    pub(crate) lambda: LambdaContext,
    /// Stage variables and path parameters as JSON.
    pub(crate) maps: [Option<Vec<u8>>; 2],
}

/// Sets the URI and the [`Invocation`] of a request as if its event was decoded here.
///
/// # Errors
/// Returns the response if the path is invalid or exceeds a limit. The `Invocation` is set even
/// then.
pub(crate) fn take_over(
    head: &mut http::request::Parts,
    event: LambdaHttpEvent<'_>,
    options: &DecodeOptions,
) -> Result<(), Problem> {
    let parsed_context = Context::read(event.context);
    let source = match event.source {
        Some(Source::HttpApi) => Some(detect::payload_2(&parsed_context)),
        source => source,
    };
    let path = rooted(event.path).unwrap_or(Cow::Borrowed(event.path));
    // The path of a function URL is neither decoded nor prefixed with a stage.
    let rules = source.unwrap_or(Source::FunctionUrl);
    let target = Target::new(rules, &path, &parsed_context, options);
    let none = Bytes::new();
    let uri = uri(&none, event.query, &target, &options.limits).map(|uri| head.uri = uri);
    let received = target.received(&none);
    let [stage_variables, path_parameters] = event.maps;
    let mut invocation = Invocation::lambda_http_event(
        source,
        event.lambda,
        received,
        (
            Shared::part(&none, event.context),
            parsed_context.facts(event.context),
        ),
        [stage_variables, path_parameters].map(|json| json.map(|json| Shared::part(&none, &json))),
    );
    invocation.note_peer(&head.headers);
    head.extensions.insert(invocation);
    uri.map_err(|rejection| match rejection {
        Rejection::Malformed(detail) => framework::malformed_request(detail.into_owned()),
        Rejection::LimitExceeded(exceeded) => framework::over_limit(exceeded),
    })
}
