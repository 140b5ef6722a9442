//! Stops futures and bodies that exceed their time limit.

use crate::{
    Body, BoxError, Response,
    catch_unwind::catch_unwind_now,
    deadline::{Elapsed, Limit},
};
use bytes::Bytes;
use http_body::Frame;
use pin_project_lite::pin_project;
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    runtime::Handle,
    task::{coop::Unconstrained, unconstrained},
    time::{Instant, Sleep, sleep},
};

/// A timer that is set when there is something to wait for: a handler that is ready at once never
/// sets one.
struct LazySleep<L> {
    limit: L,
    state: State,
    looks: Looks,
}

enum State {
    NotSet,
    /// There is no limit, or no timer.
    Never,
    Set(Pin<Box<Set>>),
}

pin_project! {
    struct Set {
        // The handler may exhaust tokio's cooperative budget of the task; the timer must still run.
        #[pin]
        sleep: Unconstrained<Sleep>,
        limit: Limit,
        set_at: Instant,
    }
}

impl<L: Fn() -> Option<Limit>> LazySleep<L> {
    fn new(limit: L) -> Self {
        Self {
            limit,
            state: State::NotSet,
            looks: Looks::default(),
        }
    }

    #[cold]
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Elapsed> {
        let Some(set) = self.set() else {
            return Poll::Pending;
        };
        ready!(set.as_mut().project().sleep.poll(cx));
        Poll::Ready(set.elapsed())
    }

    /// Checks the clock, for code that never waits and so never lets the timer fire.
    #[cold]
    fn look(&mut self) -> Option<Elapsed> {
        let set = self.set()?;
        let (now, is_over) = (Instant::now(), set.set_at.elapsed() >= set.limit.left);
        let late = is_over.then(|| set.elapsed());
        self.looks.looked(now);
        late
    }

    fn set(&mut self) -> Option<&mut Pin<Box<Set>>> {
        if let State::NotSet = self.state {
            self.state = match (self.limit)() {
                Some(limit) => set(limit),
                None => State::Never,
            };
        }
        match &mut self.state {
            State::Set(set) => Some(set),
            State::NotSet | State::Never => None,
        }
    }
}

impl Set {
    fn elapsed(&self) -> Elapsed {
        Elapsed {
            after: self.limit.gone.saturating_add(self.set_at.elapsed()),
            by: self.limit.by,
        }
    }
}

/// Decides when to check the clock among frames that are ready at once: at the second one, then at
/// every other, fourth, eighth, while they come fast. A body of one frame costs nothing, many small
/// ones next to nothing; slow frames are checked each time.
struct Looks {
    /// The frames since the last check.
    unseen: u32,
    /// The maximum of `unseen` before the next check.
    most: u32,
    last: Option<Instant>,
}

impl Default for Looks {
    fn default() -> Self {
        Self {
            unseen: 0,
            most: 1,
            last: None,
        }
    }
}

impl Looks {
    /// The maximum number of frames between two checks.
    const MOST: u32 = 64;
    /// If frames take longer than this, together since the last check, they are slow.
    const SLOW: Duration = Duration::from_millis(1);

    /// Whether to check the clock now.
    fn is_due(&mut self) -> bool {
        let is_due = self.unseen >= self.most;
        self.unseen = if is_due { 0 } else { self.unseen + 1 };
        is_due
    }

    fn looked(&mut self, now: Instant) {
        let is_slow = self
            .last
            .is_some_and(|last| now.duration_since(last) > Self::SLOW);
        self.most = if is_slow {
            0
        } else {
            (self.most * 2).clamp(1, Self::MOST)
        };
        self.last = Some(now);
    }
}

fn set(limit: Limit) -> State {
    match timer(limit.left) {
        Some(sleep) => State::Set(Box::pin(Set {
            sleep: unconstrained(sleep),
            limit,
            set_at: Instant::now(),
        })),
        None => State::Never,
    }
}

/// A timer, if there is a tokio runtime with a timer.
fn timer(left: Duration) -> Option<Sleep> {
    Handle::try_current().ok()?;
    // There is no way to ask a runtime for its timer: `sleep` panics if there is none.
    match catch_unwind_now(|| sleep(left)) {
        Ok(sleep) => Some(sleep),
        Err(_) => {
            tracing::warn!(
                target: "lambda_api",
                "deadlines are not enforced: the tokio runtime has no timer (`enable_time`)"
            );
            None
        }
    }
}

pin_project! {
    /// A future that is dropped when its time is over.
    pub(crate) struct Timed<F, L> {
        #[pin]
        future: Option<F>,
        sleep: LazySleep<L>,
    }
}

/// Limits the time of a future. `limit` is called when the future first has to wait.
pub(crate) fn timed<F, L>(future: F, limit: L) -> Timed<F, L>
where
    F: Future,
    L: Fn() -> Option<Limit>,
{
    Timed {
        future: Some(future),
        sleep: LazySleep::new(limit),
    }
}

impl<F: Future, L: Fn() -> Option<Limit>> Future for Timed<F, L> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let Some(future) = this.future.as_mut().as_pin_mut() else {
            return Poll::Pending;
        };
        if let Poll::Ready(value) = future.poll(cx) {
            return Poll::Ready(Ok(value));
        }
        let late = ready!(this.sleep.poll(cx));
        if let Err(panic) = catch_unwind_now(|| this.future.set(None)) {
            panic.log("a handler that was stopped panicked when it was dropped");
        }
        Poll::Ready(Err(late))
    }
}

pin_project! {
    /// A body that fails when its time is over.
    struct TimedBody<L> {
        body: Option<Body>,
        sleep: LazySleep<L>,
    }
}

/// Limits the time of a response body that may be a stream.
pub(crate) fn timed_body<L>(response: Response, limit: L) -> Response
where
    L: Fn() -> Option<Limit> + Send + 'static,
{
    if !response.body().is_stream() {
        return response;
    }
    response.map(|body| {
        Body::stream(TimedBody {
            body: Some(body),
            sleep: LazySleep::new(limit),
        })
    })
}

impl<L: Fn() -> Option<Limit>> http_body::Body for TimedBody<L> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.project();
        let Some(body) = this.body else {
            return Poll::Ready(None);
        };
        let late = match Pin::new(body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                match this.sleep.looks.is_due().then(|| this.sleep.look()) {
                    Some(Some(late)) => late,
                    None | Some(None) => return Poll::Ready(Some(Ok(frame))),
                }
            }
            Poll::Ready(end) => return Poll::Ready(end),
            Poll::Pending => ready!(this.sleep.poll(cx)),
        };
        if let Err(panic) = catch_unwind_now(|| drop(this.body.take())) {
            panic.log("a body that was stopped panicked when it was dropped");
        }
        Poll::Ready(Some(Err(late.into())))
    }
}

/// The time limit that made a body fail; layers may have wrapped it in their own errors.
pub(crate) fn find_elapsed(error: &(dyn std::error::Error + 'static)) -> Option<Elapsed> {
    let mut next = Some(error);
    // A longer chain is assumed to be a cycle.
    for _ in 0..32 {
        let error = next?;
        if let Some(late) = error.downcast_ref::<Elapsed>() {
            return Some(*late);
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{deadline::LimitedBy, log::capture};
    use std::{fmt, future::pending};

    fn limit() -> Option<Limit> {
        Some(Limit {
            left: Duration::ZERO,
            gone: Duration::from_millis(1500),
            by: LimitedBy::Deadline,
        })
    }

    #[test]
    fn only_a_pending_handler_needs_a_timer() {
        // This runtime has no timer, and panics when asked for one.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let records = capture(|| {
            runtime.block_on(async {
                assert_eq!(timed(std::future::ready(7), limit).await, Ok(7));
            });
        });
        assert!(records.is_empty(), "{records:?}");
        let records = capture(|| {
            runtime.block_on(async {
                let mut hangs = std::pin::pin!(timed(pending::<()>(), limit));
                let mut context = Context::from_waker(std::task::Waker::noop());
                for _ in 0..2 {
                    assert!(hangs.as_mut().poll(&mut context).is_pending());
                }
            });
        });
        assert_eq!(records.len(), 1, "{records:?}");
        assert_eq!(records[0]["level"], "WARN");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stopped_handler_logs_its_full_duration() {
        let begun_earlier = || {
            Some(Limit {
                left: Duration::from_secs(2),
                ..limit()?
            })
        };
        let late = timed(pending::<()>(), begun_earlier).await.unwrap_err();
        let after = late.after.as_millis();
        assert!((3500..3510).contains(&after), "{after}");
    }

    #[derive(Debug)]
    struct Wrapped(Elapsed);

    impl fmt::Display for Wrapped {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("of a layer")
        }
    }

    impl std::error::Error for Wrapped {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn a_body_timeout_is_found_through_layer_errors() {
        let reason = Elapsed {
            after: Duration::from_secs(1),
            by: LimitedBy::Deadline,
        };
        assert_eq!(find_elapsed(&Wrapped(reason)), Some(reason));
        assert_eq!(find_elapsed(&std::io::Error::other("cut")), None);
    }
}
