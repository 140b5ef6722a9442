//! Reports startup errors to Lambda.
//!
//! Without the report, Lambda only knows that the process has ended.

use super::{
    client::{Address, Client},
    error_document::ErrorDocument,
};
use crate::{catch_unwind::Panic, error::Chain};
use std::error::Error;

/// Posts an error to [`/init/error`] and waits for the response of Lambda.
///
/// [`/init/error`]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-initerror
pub(crate) async fn report(error_type: &'static str, error: &(dyn Error + 'static)) {
    let Some(address) = Address::here() else {
        tracing::warn!(target: "lambda_api", "AWS_LAMBDA_RUNTIME_API is not a valid address");
        return;
    };
    let message = Chain(error).to_string();
    let panic = error.downcast_ref::<Panic>();
    let place = panic.and_then(|panic| panic.location.as_deref());
    let backtrace = panic
        .and_then(|panic| panic.backtrace.as_deref())
        .unwrap_or_default();
    let stack = place.into_iter().chain(backtrace.lines());
    let error = ErrorDocument::new(error_type, &message).with_stack_trace(stack);
    // The status is ignored: Lambda sends it after it has read the error.
    if let Err(error) = Client::new(address).init_error(&error).await {
        let error = error.to_string();
        tracing::warn!(target: "lambda_api", error, "reporting the init error to Lambda failed");
    }
}
