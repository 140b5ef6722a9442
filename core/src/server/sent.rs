//! The body of a response on its way to the client, and what happens at its end.

use super::{
    access_log::{End, Entry},
    finished::Finished,
    flow,
    peer::Peer,
};
use crate::{Body, BoxError};
use bytes::Bytes;
use http::{StatusCode, Version};
use http_body::{Frame, SizeHint};
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use tokio::sync::{OwnedSemaphorePermit, futures::OwnedNotified};

/// The maximum length of a part in HTTP/2: that of a frame. hyper takes a part before there is room for
/// it, and h2 keeps it until then.
const PART: usize = 16 << 10;

/// A request that is being handled. Dropping it ends it.
pub(super) struct Open {
    peer: Arc<Peer>,
    version: Version,
    finished: Option<Finished>,
}

impl Open {
    pub(super) fn new(peer: Arc<Peer>, version: Version) -> Self {
        peer.watch.open();
        Self {
            peer,
            version,
            finished: Some(Finished {
                entry: None,
                status: None,
                bytes: 0,
                end: End::Client,
                place: None,
            }),
        }
    }

    pub(super) fn record(&mut self, entry: Entry) {
        let entry = Box::new(entry);
        self.update(|finished| finished.entry = Some(entry));
    }

    /// Keeps the place of this request until it ends.
    pub(super) fn hold(&mut self, place: OwnedSemaphorePermit) {
        self.update(|finished| finished.place = Some(place));
    }

    pub(super) fn with_body(mut self, status: StatusCode, body: Body) -> Sent {
        let is_end = http_body::Body::is_end_stream(&body);
        self.update(|finished| {
            finished.status = Some(status);
            if is_end {
                finished.end = End::Complete;
            }
        });
        Sent {
            body,
            rest: Bytes::new(),
            open: self,
            failed: None,
        }
    }

    fn update(&mut self, change: impl FnOnce(&mut Finished)) {
        if let Some(finished) = &mut self.finished {
            change(finished);
        }
    }

    fn is_http1(&self) -> bool {
        self.version < Version::HTTP_2
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let Some(mut finished) = self.finished.take() else {
            return;
        };
        if std::thread::panicking() {
            finished.end = End::Failed;
        } else if !self.is_http1() && flow::is_cut() {
            finished.end = End::Timeout;
        }
        if finished.end == End::Complete && self.is_http1() {
            // hyper has the rest of it, and may write for minutes.
            self.peer.finish_when_sent(finished);
        } else {
            self.peer.finish(finished);
        }
    }
}

/// A body that is being sent.
pub(super) struct Sent {
    body: Body,
    /// What remains of the current part of the body.
    rest: Bytes,
    open: Open,
    /// The error that ends the body.
    failed: Option<(BoxError, Pin<Box<OwnedNotified>>)>,
}

impl Sent {
    fn poll_part(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.open.is_http1() {
            return http_body::Body::poll_frame(Pin::new(&mut self.body), cx);
        }
        if self.rest.is_empty() {
            let frame = match ready!(http_body::Body::poll_frame(Pin::new(&mut self.body), cx)) {
                Some(Ok(frame)) => frame,
                other => return Poll::Ready(other),
            };
            match frame.into_data() {
                Ok(data) => self.rest = data,
                Err(frame) => return Poll::Ready(Some(Ok(frame))),
            }
        }
        let part = self.rest.split_to(self.rest.len().min(PART));
        Poll::Ready(Some(Ok(Frame::data(part))))
    }
}

impl http_body::Body for Sent {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if !this.open.is_http1() {
            flow::wait_for_data();
        }
        if this.failed.is_none() {
            let frame = match ready!(this.poll_part(cx)) {
                Some(Ok(frame)) => frame,
                Some(Err(error)) => {
                    // What was written before is sent first: an error drops it.
                    let flushed = Box::pin(this.open.peer.watch.until_flushed());
                    this.failed = Some((error, flushed));
                    return self.poll_frame(cx);
                }
                None => {
                    this.open.update(|finished| finished.end = End::Complete);
                    return Poll::Ready(None);
                }
            };
            let length = frame.data_ref().map_or(0, Bytes::len);
            let is_end = this.is_end_stream();
            this.open.update(|finished| {
                finished.bytes = finished.bytes.saturating_add(length as u64);
                if is_end {
                    finished.end = End::Complete;
                }
            });
            if !this.open.is_http1() {
                flow::wait_for_room();
            }
            return Poll::Ready(Some(Ok(frame)));
        }
        if let Some((_, flushed)) = &mut this.failed {
            ready!(flushed.as_mut().poll(cx));
        }
        this.open.update(|finished| finished.end = End::Failed);
        if this.open.version <= Version::HTTP_10 {
            // Otherwise the end of the connection would look like that of the body.
            this.open.peer.watch.break_off();
        }
        Poll::Ready(this.failed.take().map(|(error, _)| Err(error)))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.failed.is_none() && http_body::Body::is_end_stream(&self.body)
    }

    fn size_hint(&self) -> SizeHint {
        let hint = http_body::Body::size_hint(&self.body);
        let rest = self.rest.len() as u64;
        let mut sum = SizeHint::new();
        sum.set_lower(hint.lower().saturating_add(rest));
        if let Some(upper) = hint.upper() {
            sum.set_upper(upper.saturating_add(rest));
        }
        sum
    }
}
