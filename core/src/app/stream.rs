//! A response body that is sent while it is made.

use crate::{
    Body, BoxError, Invocation, Problem,
    catch_unwind::catch_unwind_now,
    deadline::Limit,
    error::framework,
    event::{self, current},
    middleware::{find_elapsed, timed},
    timing::Timing,
};
use bytes::{Bytes, BytesMut};
use http::response::Parts;
use http_body::Frame;
use std::{
    collections::VecDeque,
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::Instant;

/// How long a response waits for the first part of its body. Until then, an error still becomes a
/// problem.
const FIRST: Duration = Duration::from_secs(1);

/// The most bytes of small parts that are joined.
const JOINED: usize = 16 * 1024;

/// How long a part may take to make if parts behind it are to be joined with it.
pub(super) const QUICK: Duration = Duration::from_millis(1);

/// When the sending of a response ends at the latest, even if its client does not read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SendingEnd(pub(crate) Instant);

/// The error of a stream that ended early. Its reason is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreamError {
    /// A name for the `errorType` of Lambda.
    pub(crate) kind: &'static str,
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the response ended early; the log has the reason")
    }
}

impl std::error::Error for StreamError {}

/// A response body that is about to be sent.
pub(super) enum Opened {
    Whole(Bytes),
    Stream(Box<Running>),
}

impl Opened {
    /// Reads the first part of a body, if it comes soon. The body has a limit, and all that is sent another one.
    ///
    /// # Errors
    /// Returns the problem of a body that fails before that, or is too long.
    pub(super) async fn new(
        body: Body,
        has_body: bool,
        (most, sent): (usize, usize),
        timing: Timing,
        (parts, invocation): (&Parts, &Invocation),
    ) -> Result<Self, Problem> {
        if !body.is_stream() {
            let body = body.to_bytes();
            return match body.len() {
                _ if !has_body => Ok(Self::Whole(Bytes::new())),
                length if length > most => Err(framework::response_too_large(length, most)),
                _ => Ok(Self::Whole(body)),
            };
        }
        let mut running = Box::new(Running {
            body: Some(body),
            ready: VecDeque::new(),
            next: None,
            failed: None,
            most,
            sent,
            stated: event::stated_length(&parts.headers),
            read: 0,
            timing,
            invocation: invocation.clone(),
        });
        if !has_body {
            return Ok(Self::Whole(Bytes::new()));
        }
        let first = poll_fn(|cx| running.poll_data(cx));
        // Without a timer, the response waits for the first part.
        match timed(first, || Some(Limit::within(FIRST))).await {
            Ok(Some(Ok(data))) => running.ready.push_back(data),
            Ok(Some(Err(problem))) => return Err(problem),
            Ok(None) => return Ok(Self::Whole(Bytes::new())),
            Err(_) => {}
        }
        Ok(Self::Stream(running))
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Whole(body) if body.is_empty())
    }

    /// The whole body, if it is known.
    pub(super) fn whole(&self) -> Option<&[u8]> {
        match self {
            Self::Whole(body) => Some(body),
            Self::Stream(_) => None,
        }
    }

    /// The body that is sent, behind a head.
    pub(super) fn into_body(self, head: Option<Vec<u8>>) -> Body {
        match (self, head) {
            (Self::Whole(body), None) => body.into(),
            (Self::Whole(body), Some(mut head)) => {
                head.extend_from_slice(&body);
                head.into()
            }
            (Self::Stream(mut running), head) => {
                if let Some(head) = head {
                    let rest = running.sent.saturating_sub(head.len());
                    running.most = running.most.min(rest);
                    running.ready.push_front(head.into());
                }
                Body::stream(*running)
            }
        }
    }
}

/// A stream that is being sent.
pub(super) struct Running {
    body: Option<Body>,
    /// What was read before the response began, and the head.
    ready: VecDeque<Bytes>,
    /// A part that was too large to be joined with the one before it.
    next: Option<Bytes>,
    /// The error behind the last part.
    failed: Option<StreamError>,
    /// The maximum length of the body.
    most: usize,
    /// The maximum length of all that is sent: the source counts the head, too.
    sent: usize,
    /// The length that the response states.
    stated: Option<u64>,
    read: u64,
    timing: Timing,
    invocation: Invocation,
}

impl Running {
    /// Polls the body for data that is not empty.
    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Problem>>> {
        loop {
            let Some(body) = &mut self.body else {
                return Poll::Ready(None);
            };
            let invocation = &self.invocation;
            let poll = || catch_unwind_now(|| http_body::Body::poll_frame(Pin::new(body), cx));
            let polled = in_span(invocation, || current::sync_scope(invocation.clone(), poll));
            let next = match polled {
                Ok(polled) => ready!(polled),
                Err(panic) => {
                    self.stop();
                    return Poll::Ready(Some(Err(panic.problem())));
                }
            };
            let problem = match next {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) if !data.is_empty() => {
                        self.read = self.read.saturating_add(data.len() as u64);
                        match self.overrun() {
                            None => return Poll::Ready(Some(Ok(data))),
                            Some(problem) => problem,
                        }
                    }
                    // Empty data would end a chunked body, and trailers are of the handler's own framing.
                    Ok(_) | Err(_) => continue,
                },
                Some(Err(error)) => body_problem(&*error, &self.timing),
                None => {
                    self.stop();
                    match self.stated {
                        Some(stated) if stated != self.read => {
                            framework::wrong_length(stated, self.read)
                        }
                        _ => return Poll::Ready(None),
                    }
                }
            };
            self.stop();
            return Poll::Ready(Some(Err(problem)));
        }
    }

    /// Joins parts that are there already, so that rows that are made at once are not a system call each. The
    /// body is read ahead by `JOINED` and one part, and only while it never waits and is quick: a part that takes
    /// time to make is sent before the next one is made.
    fn joined(&mut self, first: Bytes, started: Instant, cx: &mut Context<'_>) -> Bytes {
        let mut all = BytesMut::new();
        while first.len().max(all.len()) < JOINED && started.elapsed() < QUICK {
            match self.poll_data(cx) {
                Poll::Ready(Some(Ok(next))) => {
                    let room = JOINED.saturating_sub(first.len().max(all.len()));
                    if next.len() > room {
                        self.next = Some(next);
                        break;
                    }
                    if all.is_empty() {
                        all.reserve(JOINED);
                        all.extend_from_slice(&first);
                    }
                    all.extend_from_slice(&next);
                }
                Poll::Ready(Some(Err(problem))) => {
                    self.failed = Some(self.fail(problem));
                    break;
                }
                // The end is found again by the next poll.
                Poll::Ready(None) | Poll::Pending => break,
            }
        }
        match all.is_empty() {
            true => first,
            false => all.freeze(),
        }
    }

    /// The problem of a stream that is too long.
    fn overrun(&self) -> Option<Problem> {
        if self.read > self.most as u64 {
            return Some(framework::stream_too_large(self.most));
        }
        let stated = self.stated.filter(|stated| self.read > *stated)?;
        Some(framework::wrong_length(stated, self.read))
    }

    fn stop(&mut self) {
        let Some(body) = self.body.take() else {
            return;
        };
        let drop = || current::sync_scope(self.invocation.clone(), || discard(body));
        in_span(&self.invocation, drop);
    }

    /// Logs why the stream ends early. The client does not see it.
    #[cold]
    fn fail(&self, mut problem: Problem) -> StreamError {
        problem.set_request_id(&self.invocation);
        in_span(&self.invocation, || problem.log_of_stream());
        let kind = match problem.code() {
            "timed_out" => "StreamTimedOut",
            "response_too_large" => "StreamTooLarge",
            _ => "StreamFailed",
        };
        StreamError { kind }
    }
}

/// The problem of a body that failed.
pub(super) fn body_problem(
    error: &(dyn std::error::Error + Send + Sync + 'static),
    timing: &Timing,
) -> Problem {
    match find_elapsed(error) {
        Some(late) => timing.problem(late),
        None => framework::internal(error),
    }
}

/// Drops a body, which may panic.
pub(super) fn discard(body: Body) {
    if let Err(panic) = catch_unwind_now(|| drop(body)) {
        panic.log("the body of a response panicked when it was dropped");
    }
}

fn in_span<T>(invocation: &Invocation, part: impl FnOnce() -> T) -> T {
    match invocation.span() {
        Some(span) => span.in_scope(part),
        None => part(),
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

impl http_body::Body for Running {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Some(data) = self.ready.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        if let Some(error) = self.failed.take() {
            return Poll::Ready(Some(Err(error.into())));
        }
        let started = Instant::now();
        let next = match self.next.take() {
            Some(next) => Some(Ok(next)),
            None => ready!(self.poll_data(cx)),
        };
        Poll::Ready(next.map(|next| match next {
            Ok(data) => Ok(Frame::data(self.joined(data, started, cx))),
            Err(problem) => Err(self.fail(problem).into()),
        }))
    }
}
