//! Handler of local events.

use crate::{App, LambdaContext, event::DecodeError};
use bytes::Bytes;
use std::future::Future;
use tokio::sync::mpsc;

/// Handler of events: the built App, or a closure in tests.
pub(super) trait Handle: Send + Sync + 'static {
    fn handle(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> impl Future<Output = Result<Vec<u8>, DecodeError>> + Send;
}

impl<F, R> Handle for F
where
    F: Fn(Bytes, LambdaContext) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Vec<u8>, DecodeError>> + Send,
{
    fn handle(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> impl Future<Output = Result<Vec<u8>, DecodeError>> + Send {
        self(event, lambda)
    }
}

/// Handler that also runs the work after each response; the channel closes when all of it is done.
pub(super) fn responding(app: App) -> (impl Handle, mpsc::Receiver<()>) {
    let (in_flight, responded) = mpsc::channel(1);
    let handle = move |event, lambda: LambdaContext| {
        let (app, in_flight) = (app.clone(), in_flight.clone());
        async move {
            let deadline_ms = lambda.deadline_ms;
            let response = app.respond_to_event(event, lambda).await;
            // The client gets the response meanwhile.
            if let Some(after) = app.hooks().responded(deadline_ms) {
                tokio::spawn(async move {
                    after.await;
                    drop(in_flight);
                });
            }
            response
        }
    };
    (handle, responded)
}

#[cfg(test)]
pub(super) fn handler(app: App) -> impl Handle {
    responding(app).0
}
