//! Handler of local events.

use super::stream::Followed;
use crate::{App, LambdaContext, event::EventResponse, events::EventError};
use bytes::Bytes;
use std::future::Future;
use tokio::sync::mpsc;

/// Handler of events: the built App, or a closure in tests.
pub(super) trait Handle: Send + Sync + 'static {
    fn handle(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> impl Future<Output = Result<EventResponse, EventError>> + Send;
}

impl<F, R, T> Handle for F
where
    F: Fn(Bytes, LambdaContext) -> R + Send + Sync + 'static,
    R: Future<Output = Result<T, EventError>> + Send,
    T: Into<EventResponse>,
{
    fn handle(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> impl Future<Output = Result<EventResponse, EventError>> + Send {
        let response = self(event, lambda);
        async move { response.await.map(Into::into) }
    }
}

/// Handlers of tests return JSON.
#[cfg(test)]
impl From<Vec<u8>> for EventResponse {
    fn from(json: Vec<u8>) -> Self {
        Self::Buffered(json)
    }
}

/// Whether responses may be streams.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Where the source streams.
    OfSource,
    Buffered,
}

/// Handler that also runs the work after each response; the channel closes when all of it is done.
pub(super) fn responding(app: App, mode: Mode) -> (impl Handle, mpsc::Receiver<()>) {
    let (in_flight, responded) = mpsc::channel(1);
    let handle = move |event, lambda: LambdaContext| {
        let (app, in_flight) = (app.clone(), in_flight.clone());
        async move {
            let deadline_ms = lambda.deadline_ms;
            let response = match mode {
                Mode::OfSource => app.stream_event(event, lambda).await,
                Mode::Buffered => {
                    let response = app.respond_to_event(event, lambda).await;
                    response.map(EventResponse::Buffered)
                }
            };
            let after = app.hooks().responded(deadline_ms);
            match response {
                Ok(EventResponse::Stream(body)) => {
                    let body = Followed::body(body, after, in_flight);
                    Ok(EventResponse::Stream(body))
                }
                response => {
                    // The client gets the response meanwhile.
                    if let Some(after) = after {
                        tokio::spawn(async move {
                            after.await;
                            drop(in_flight);
                        });
                    }
                    response
                }
            }
        }
    };
    (handle, responded)
}

#[cfg(test)]
pub(super) fn handler(app: App) -> impl Handle {
    responding(app, Mode::OfSource).0
}
