//! The body of a response on its way to the client, and what happens at its end.

use super::{
    access_log::{End, Entry},
    peer::Peer,
};
use crate::{Body, BoxError, catch_unwind::catch_unwind_now};
use bytes::Bytes;
use http::StatusCode;
use http_body::{Frame, SizeHint};
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use tokio::runtime::Handle;
use tracing::Instrument;

/// A request that is being handled. Dropping it ends it.
pub(super) struct Open {
    peer: Arc<Peer>,
    /// Without an entry, nothing is recorded and no hook runs.
    entry: Option<Entry>,
    status: Option<StatusCode>,
    bytes: u64,
    end: End,
    /// Whether the end of the connection may be that of the response.
    ends_with_connection: bool,
}

impl Open {
    pub(super) fn new(peer: Arc<Peer>) -> Self {
        peer.watch.open();
        Self {
            peer,
            entry: None,
            status: None,
            bytes: 0,
            end: End::Cut,
            ends_with_connection: false,
        }
    }

    /// Says whether the end of the connection may be that of the response, as in HTTP/1.0.
    pub(super) fn ends_with_connection(&mut self, ends: bool) {
        self.ends_with_connection = ends;
    }

    pub(super) fn record(&mut self, entry: Entry) {
        self.entry = Some(entry);
    }

    pub(super) fn with_body(mut self, status: StatusCode, body: Body) -> Sent {
        self.status = Some(status);
        if http_body::Body::is_end_stream(&body) {
            self.end = End::Complete;
        }
        Sent {
            body,
            open: self,
            failed: None,
        }
    }

    /// Runs the hooks of `after_response`. The server waits for them before it stops.
    fn run_hooks(&self, entry: &Entry) {
        let shared = &self.peer.shared;
        if !shared.app.hooks().has_after_response() {
            return;
        }
        let Some(after) = shared.app.hooks().responded(shared.hooks_deadline_ms()) else {
            return;
        };
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let id = entry.invocation.lambda().request_id.as_str();
        let span = tracing::error_span!(target: "lambda_api", "after_response", requestId = id);
        let stage = self.peer.stage.clone();
        let hooks = async move {
            after.await;
            drop(stage);
        };
        runtime.spawn(hooks.instrument(span));
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.peer.watch.close();
        if let Some(entry) = self.entry.take() {
            // A panic of a subscriber must not end the connection while it unwinds.
            let _ = catch_unwind_now(|| entry.write(self.status, self.bytes, self.end));
            self.run_hooks(&entry);
        }
    }
}

/// A body that is being sent.
pub(super) struct Sent {
    body: Body,
    open: Open,
    /// The error that ends the body.
    failed: Option<BoxError>,
}

impl http_body::Body for Sent {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if let Some(error) = this.failed.take() {
            return Poll::Ready(Some(Err(error)));
        }
        let frame = ready!(Pin::new(&mut this.body).poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, Bytes::len);
                this.open.bytes = this.open.bytes.saturating_add(length as u64);
                if http_body::Body::is_end_stream(&this.body) {
                    this.open.end = End::Complete;
                }
            }
            None => this.open.end = End::Complete,
            Some(Err(_)) => {
                this.open.end = End::Failed;
                if this.open.ends_with_connection {
                    this.open.peer.watch.break_off();
                }
                // What was written before is sent first: an error drops it.
                this.failed = frame.and_then(Result::err);
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        http_body::Body::is_end_stream(&self.body)
    }

    fn size_hint(&self) -> SizeHint {
        http_body::Body::size_hint(&self.body)
    }
}
