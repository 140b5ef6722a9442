//! The request of an event that lambda_http has read: the same path as if it had been read here.
//!
//! lambda_http puts stage and host into the URI, and resolves `..` there. What it keeps of the path
//! beside that is what the gateway sent, and of that the URI is made again.

use super::{
    Shared, Source,
    context::Context,
    decode::{DecodeOptions, Target, rooted, uri},
    detect,
    error::Refusal,
};
use crate::{Invocation, LambdaContext, Problem, error::framework};
use bytes::Bytes;
use std::borrow::Cow;

/// What is known of an event beside the request that was made of it.
pub(crate) struct SecondHand<'e> {
    /// An HTTP API 2.0 may be a function URL: that is told here. `None` for what is not ours to know.
    pub(crate) source: Option<Source>,
    /// As the gateway sent it.
    pub(crate) path: &'e str,
    /// As the client sent it, as far as that can be known.
    pub(crate) query: Cow<'e, str>,
    /// The request context as it was written again: JSON.
    pub(crate) context: &'e [u8],
    pub(crate) lambda: LambdaContext,
    /// Stage variables and path parameters: JSON.
    pub(crate) maps: [Option<Vec<u8>>; 2],
}

/// Gives a request the URI and the [`Invocation`] that it has when its event is read here.
///
/// # Errors
/// The response, when the path is none or over a limit; the `Invocation` is there all the same.
pub(crate) fn take_over(
    head: &mut http::request::Parts,
    event: SecondHand<'_>,
    options: &DecodeOptions,
) -> Result<(), Problem> {
    let seen = Context::read(event.context);
    let source = match event.source {
        Some(Source::HttpApi) => Some(detect::payload_2(&seen)),
        source => source,
    };
    let path = rooted(event.path).unwrap_or(Cow::Borrowed(event.path));
    // Nobody has decoded the path of a function URL, or put a stage before it.
    let rules = source.unwrap_or(Source::FunctionUrl);
    let target = Target::new(rules, &path, &seen, options);
    let none = Bytes::new();
    let uri = uri(&none, event.query, &target, &options.limits).map(|uri| head.uri = uri);
    let received = target.received(&none);
    let [stage_variables, path_parameters] = event.maps;
    let mut invocation = Invocation::second_hand(
        source,
        event.lambda,
        received,
        (
            Shared::part(&none, event.context),
            seen.facts(event.context),
        ),
        [stage_variables, path_parameters].map(|json| json.map(|json| Shared::part(&none, &json))),
    );
    invocation.note_peer(&head.headers);
    head.extensions.insert(invocation);
    uri.map_err(|refusal| match refusal {
        Refusal::Malformed(detail) => framework::malformed_request(detail.into_owned()),
        Refusal::OverLimit(exceeded) => framework::over_limit(exceeded),
    })
}
