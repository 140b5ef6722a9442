//! An invocation for tests.

use super::{GatewayContext, event};
use crate::event::{DecodeOptions, Invocation, LambdaContext, Source, decode};
use bytes::Bytes;

impl Invocation {
    /// Creates an invocation with realistic values, for calling a handler in a test: a GET of `/`
    /// through an HTTP API, with half a minute left.
    ///
    /// ```
    /// use lambda_api::Invocation;
    ///
    /// async fn whoami(invocation: Invocation) -> String {
    ///     invocation.source_ip().unwrap_or("nobody").to_owned()
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// assert_eq!(whoami(Invocation::for_test()).await, "192.0.2.1");
    /// # }
    /// ```
    ///
    /// The crate `lambda-api-testing` creates invocations of other requests and sources:
    /// `EventBuilder::to_invocation`.
    #[must_use]
    pub fn for_test() -> Self {
        let request = http::Request::new(Bytes::new());
        let event = event(Source::HttpApi, &request, &GatewayContext::new());
        let lambda = LambdaContext::for_test();
        match decode(event.to_string().into(), lambda, &DecodeOptions::default()) {
            Ok(request) => Self::of(&request).clone(),
            Err(_) => Self::default(),
        }
    }
}
