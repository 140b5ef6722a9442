//! Strategies of requests and responses that an event source carries without a loss, and of events
//! that are damaged.

mod hostile;
mod lossy;
mod responses;

pub use hostile::hostile_events;
pub use lossy::{lossy, lossy_response};
pub use responses::{responses, responses_of};

use bytes::Bytes;
use http::Request;
use lambda_api::event::Source;
use lambda_api_testing::strategies::requests;
use proptest::strategy::Strategy;

/// Requests that a source carries without a loss: what arrives is what was sent.
///
/// They are [`requests`] without all that the source changes, as [`lossy`] says.
///
/// ```
/// use lambda_api::{LambdaContext, event::{self, Source, emulate}};
/// use lambda_api_testing_internal::strategies;
/// use proptest::prelude::*;
///
/// proptest!(|(request in strategies::requests_of(Source::FunctionUrl))| {
///     let event = emulate::event(Source::FunctionUrl, &request, &emulate::GatewayContext::new());
///     let arrived = event::decode(event.to_string().into(), LambdaContext::default(), &Default::default())?;
///     prop_assert_eq!(arrived.uri(), request.uri());
///     prop_assert_eq!(arrived.body().bytes(), request.body());
/// });
/// ```
pub fn requests_of(source: Source) -> impl Strategy<Value = Request<Bytes>> {
    requests().prop_map(move |mut request| {
        // To them the source adds an address.
        request.headers_mut().remove("x-forwarded-for");
        // What is left of a path that was decoded can be decoded once more.
        loop {
            let arrived = lossy(source, &request);
            if arrived.uri() == request.uri() {
                return arrived;
            }
            request = arrived;
        }
    })
}
