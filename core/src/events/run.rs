//! Runs a handler until it ends, panics, or is stopped.

use super::{error::EventError, event::Event};
use crate::{
    Error,
    catch_unwind::{Panic, catch_unwind},
    deadline::Elapsed,
    error::Chain,
    middleware::timed,
};
use std::future::Future;

/// How a handler did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    Error(Error),
    Panicked(Panic),
    Stopped(Elapsed),
}

/// Runs a handler. Shortly before the deadline of the invocation it is dropped.
pub(crate) async fn run<T>(
    handler: impl Future<Output = Result<T, Error>>,
    event: &Event,
) -> Result<T, Failure> {
    let data = event.data();
    let limited = timed(handler, || data.states.timing.limit(&data.invocation));
    match catch_unwind(limited).await {
        Ok(Ok(Ok(value))) => Ok(value),
        Ok(Ok(Err(error))) => Err(Failure::Error(error)),
        Ok(Err(late)) => Err(Failure::Stopped(late)),
        Err(panic) => Err(Failure::Panicked(panic)),
    }
}

/// Logs how a handler failed, and returns the error of the invocation.
#[cold]
pub(super) fn failed(failure: Failure, handler: &str) -> EventError {
    match failure {
        Failure::Error(error) => match error.into_boxed().downcast::<EventError>() {
            Ok(error) => *error,
            Err(error) => {
                tracing::error!(
                    target: "lambda_api",
                    cause = Chain(&*error).to_string(),
                    "an event handler failed"
                );
                EventError::failed(
                    "HandlerError",
                    format!("the event handler `{handler}` failed"),
                )
            }
        },
        Failure::Panicked(panic) => {
            panic.log("an event handler panicked");
            EventError::failed(
                "HandlerPanicked",
                format!("the event handler `{handler}` panicked"),
            )
        }
        Failure::Stopped(late) => {
            tracing::error!(target: "lambda_api", "the event handler was {late}");
            EventError::failed(
                "TimedOut",
                format!("the event handler `{handler}` was {late}"),
            )
        }
    }
}
