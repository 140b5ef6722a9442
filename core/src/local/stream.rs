//! A streamed response on its way to the client.

use super::log;
use crate::{
    Body, BoxError, BoxFuture,
    error::observed_now,
    event::{
        Source,
        emulate::{self, InvalidResponse},
    },
};
use bytes::{Bytes, BytesMut};
use http::{Method, StatusCode, response::Parts};
use http_body::Frame;
use http_body_util::BodyExt;
use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Instant,
};
use tokio::{runtime::Handle, sync::mpsc};

/// The longest invocation of Lambda, which is how long a response may stream.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
pub(super) const LONGEST: std::time::Duration = std::time::Duration::from_secs(900);

/// A streamed response whose head was read.
pub(super) struct Streamed {
    /// The head as the function sent it, as JSON.
    pub(super) json: Bytes,
    pub(super) head: Parts,
    pub(super) body: Body,
}

/// Why a source cannot read a stream.
#[derive(Debug)]
pub(super) enum Unreadable {
    Invalid(InvalidResponse),
    Ended(BoxError),
    NoHead,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(error) => error.fmt(f),
            Self::Ended(error) => error.fmt(f),
            Self::NoHead => f.write_str("expected the head of a stream, found none"),
        }
    }
}

/// Reads the head of a stream as the source does.
pub(super) async fn read(source: Source, mut body: Body) -> Result<Streamed, Unreadable> {
    let is_whole = !body.is_stream();
    let mut received = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(Unreadable::Ended)?;
        received.extend_from_slice(&frame.into_data().unwrap_or_default());
        let parsed = emulate::parse_prelude(source, &received).map_err(Unreadable::Invalid)?;
        if let Some((head, length)) = parsed {
            let mut json = received.freeze();
            let first = json.split_off(length.min(json.len()));
            // Eight bytes of zero end the head.
            json.truncate(json.len().saturating_sub(8));
            let body = if is_whole {
                first.into()
            } else {
                body.behind(first)
            };
            return Ok(Streamed { json, head, body });
        }
    }
    Err(Unreadable::NoHead)
}

/// A body whose early end is shown in the terminal.
pub(super) struct Watched {
    pub(super) body: Body,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) status: StatusCode,
    pub(super) started: Instant,
    /// The error that comes next.
    pub(super) failed: Option<BoxError>,
}

impl http_body::Body for Watched {
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
        let poll = || Pin::new(&mut this.body).poll_frame(cx);
        let (polled, problems) = observed_now(poll);
        let next = ready!(polled);
        if let Some(Err(error)) = next {
            log::ended_early(&log::Shown {
                method: &this.method,
                path: &this.path,
                status: this.status,
                took: this.started.elapsed(),
                taken: None,
                problems: &problems,
            });
            // hyper drops what it has not written when a body fails, and writes when one is pending. The
            // client should get all parts before the error.
            this.failed = Some(error);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(next)
    }
}

/// A body after which the functions of `after_response` run, also if the client is gone before its end.
pub(super) struct Followed {
    body: Body,
    after: Option<(BoxFuture<'static, ()>, mpsc::Sender<()>)>,
}

impl Followed {
    /// The same body with these functions after it; `in_flight` is dropped when all is done.
    pub(super) fn body(
        body: Body,
        after: Option<BoxFuture<'static, ()>>,
        in_flight: mpsc::Sender<()>,
    ) -> Body {
        let after = after.map(|after| (after, in_flight));
        match after {
            None => body,
            after => Body::stream(Self { body, after }),
        }
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        let Some((after, in_flight)) = self.after.take() else {
            return;
        };
        // The body is dropped first, as on Lambda.
        self.body = Body::empty();
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                after.await;
                drop(in_flight);
            });
        }
    }
}

impl http_body::Body for Followed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }
}
