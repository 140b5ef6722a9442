//! Runs a handler until it ends, panics, or is stopped.

use super::{data::Data, error::EventError, event::Event, taken::note_cause};
use crate::{
    Error,
    catch_unwind::{Panic, catch_unwind},
    deadline::{Elapsed, Limit},
    middleware::timed,
};
use std::future::Future;
use tokio::time::Instant;

/// How a handler did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    Error(Error),
    Panicked(Panic),
    Stopped(Elapsed),
}

/// The time that handlers of an event have, from the first one on.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    started: Instant,
    limit: Option<Limit>,
}

impl Clock {
    pub(super) fn start(data: &Data) -> Self {
        Self {
            started: Instant::now(),
            limit: data.states.timing.limit(&data.invocation),
        }
    }

    /// What is left now.
    fn limit(&self) -> Option<Limit> {
        let elapsed = self.started.elapsed();
        self.limit.map(|limit| Limit {
            left: limit.left.saturating_sub(elapsed),
            gone: limit.gone.saturating_add(elapsed),
            by: limit.by,
        })
    }

    /// Whether nothing may begin any more.
    pub(super) fn is_over(&self) -> bool {
        self.limit().is_some_and(|limit| limit.left.is_zero())
    }
}

/// Runs the handler of an event. Shortly before the deadline of the invocation it is dropped.
pub(crate) async fn run<T>(
    handler: impl Future<Output = Result<T, Error>>,
    event: &Event,
) -> Result<T, Failure> {
    run_within(handler, Clock::start(event.data())).await
}

/// Runs one of the handlers of an event, which share its time.
pub(super) async fn run_within<T>(
    handler: impl Future<Output = Result<T, Error>>,
    clock: Clock,
) -> Result<T, Failure> {
    let limited = timed(handler, || clock.limit());
    match catch_unwind(limited).await {
        Ok(Ok(Ok(value))) => Ok(value),
        Ok(Ok(Err(error))) => Err(Failure::Error(error)),
        Ok(Err(late)) => Err(Failure::Stopped(late)),
        Err(panic) => Err(Failure::Panicked(panic)),
    }
}

impl Failure {
    /// Writes one log record about it.
    #[cold]
    pub(super) fn log(&self) {
        note_cause(|| match self {
            Self::Error(error) => format!("{error:?}"),
            Self::Panicked(panic) => format!("panicked: {}", panic.message),
            Self::Stopped(late) => format!("was {late}"),
        });
        match self {
            Self::Error(error) => tracing::error!(
                target: "lambda_api",
                // The error and its sources.
                cause = ?error,
                "an event handler failed"
            ),
            Self::Panicked(panic) => panic.log("an event handler panicked"),
            Self::Stopped(late) => {
                tracing::error!(target: "lambda_api", "the event handler was {late}");
            }
        }
    }
}

/// Logs how a handler failed, and returns the error of the invocation.
#[cold]
pub(super) fn failed(failure: Failure, handler: &str) -> EventError {
    let (error_type, what) = match failure {
        Failure::Error(error) => match error.into_boxed().downcast::<EventError>() {
            // It says all that the caller of the function may know.
            Ok(error) => return *error,
            Err(error) => {
                Failure::Error(Error::new(error)).log();
                ("HandlerError", "failed".to_owned())
            }
        },
        Failure::Panicked(_) => {
            failure.log();
            ("HandlerPanicked", "panicked".to_owned())
        }
        Failure::Stopped(late) => {
            failure.log();
            ("TimedOut", format!("was {late}"))
        }
    };
    EventError::failed(error_type, format!("the event handler `{handler}` {what}"))
}
