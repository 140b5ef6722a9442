//! Tells Lambda why a function does not start.
//!
//! Without it, Lambda knows no more than that the process has ended.

use super::{
    client::{Address, Client},
    error_document::ErrorDocument,
};
use crate::{error::Chain, middleware::Panic};
use std::error::Error;

/// Posts an error to [`/init/error`], and waits until Lambda has taken it.
///
/// [`/init/error`]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-initerror
pub(super) async fn report(error_type: &'static str, error: &(dyn Error + 'static)) {
    let Some(address) = Address::here() else {
        tracing::warn!(target: "lambda_api", "AWS_LAMBDA_RUNTIME_API is no address");
        return;
    };
    let message = Chain(error).to_string();
    let panic = error.downcast_ref::<Panic>();
    let place = panic.and_then(Panic::location);
    let backtrace = panic.and_then(Panic::backtrace).unwrap_or_default();
    let stack = place.into_iter().chain(backtrace.lines());
    let error = ErrorDocument::new(error_type, &message).with_stack_trace(stack);
    // Whatever the status is, it comes after the error was read.
    if let Err(error) = Client::new(address).init_error(&error).await {
        let error = error.to_string();
        tracing::warn!(target: "lambda_api", error, "the init error could not be reported to Lambda");
    }
}
