//! What a connection is doing, and how long it may.
//!
//! One timer of each connection looks now and then, so that a request costs no timer and no reading of
//! a clock: a state counts as begun when the timer first sees it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, futures::OwnedNotified},
    time::{Instant, sleep},
};

/// How long a connection may take for a head, and be idle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub(super) head: Duration,
    pub(super) idle: Duration,
}

/// Why a connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overdue {
    /// The head of a request has begun, but not ended.
    Head,
    Idle,
}

/// The state of one connection.
#[derive(Debug)]
pub(super) struct Watch {
    times: Times,
    started: Instant,
    /// Requests whose response has not been sent.
    open: AtomicU32,
    /// HTTP/1: whether bytes arrived since the last request.
    has_begun: AtomicBool,
    /// Whether the timer has not seen the current state.
    is_new: AtomicBool,
    /// When the current state began, in microseconds since the start.
    since: AtomicU64,
    /// Whether a request was not read to its end.
    is_unread: AtomicBool,
    /// Whether a response failed whose end is that of the connection.
    is_broken: AtomicBool,
    /// Whether the connection is cut since the client does not read.
    has_timed_out: AtomicBool,
    /// Whether someone waits until everything is written.
    is_flush_awaited: AtomicBool,
    flushed: Arc<Notify>,
    /// Wakes an HTTP/2 connection whose streams are other tasks, so that it flushes.
    asked: Notify,
}

impl Watch {
    pub(super) fn new(times: Times) -> Self {
        Self {
            times,
            started: Instant::now(),
            open: AtomicU32::new(0),
            has_begun: AtomicBool::new(false),
            is_new: AtomicBool::new(false),
            since: AtomicU64::new(0),
            is_unread: AtomicBool::new(false),
            is_broken: AtomicBool::new(false),
            has_timed_out: AtomicBool::new(false),
            is_flush_awaited: AtomicBool::new(false),
            flushed: Arc::default(),
            asked: Notify::new(),
        }
    }

    /// A request is not read to its end.
    pub(super) fn leave_unread(&self) {
        self.is_unread.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_unread(&self) -> bool {
        self.is_unread.load(Ordering::Relaxed)
    }

    /// A response failed whose end is that of the connection.
    pub(super) fn break_off(&self) {
        self.is_broken.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Relaxed)
    }

    /// The client does not read.
    pub(super) fn time_out(&self) {
        self.has_timed_out.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_timed_out(&self) -> bool {
        self.has_timed_out.load(Ordering::Relaxed)
    }

    /// Becomes ready when everything that was written until now is in the socket.
    pub(super) fn until_flushed(&self) -> OwnedNotified {
        let flushed = Arc::clone(&self.flushed).notified_owned();
        self.is_flush_awaited.store(true, Ordering::SeqCst);
        self.asked.notify_one();
        flushed
    }

    /// Waits until a flush is awaited.
    pub(super) async fn flush_asked(&self) {
        self.asked.notified().await;
    }

    /// Everything is in the socket.
    pub(super) fn flushed(&self) {
        if self.is_flush_awaited.load(Ordering::Acquire) {
            self.is_flush_awaited.store(false, Ordering::SeqCst);
            self.flushed.notify_waiters();
        }
    }

    /// Data of an HTTP/1 connection arrived.
    pub(super) fn read(&self) {
        if self.open.load(Ordering::Relaxed) == 0 && !self.has_begun.load(Ordering::Relaxed) {
            self.has_begun.store(true, Ordering::Relaxed);
            self.is_new.store(true, Ordering::Relaxed);
        }
    }

    /// What arrived was no head.
    pub(super) fn settle(&self) {
        self.has_begun.store(false, Ordering::Relaxed);
        self.is_new.store(true, Ordering::Relaxed);
    }

    /// A request begins.
    pub(super) fn open(&self) {
        self.open.fetch_add(1, Ordering::Relaxed);
    }

    /// The response to a request has been sent, or never will be.
    pub(super) fn close(&self) {
        self.settle();
        // Whoever sees that nothing is open also sees that this is new.
        self.open.fetch_sub(1, Ordering::Release);
    }

    /// The current state begins now.
    pub(super) fn mark(&self) {
        self.is_new.store(false, Ordering::Relaxed);
        let micros = self.started.elapsed().as_micros();
        let micros = u64::try_from(micros).unwrap_or(u64::MAX);
        self.since.store(micros, Ordering::Relaxed);
    }

    /// What is overdue, or how long until something can be.
    fn look(&self) -> Result<Duration, Overdue> {
        if self.open.load(Ordering::Acquire) > 0 {
            return Ok(self.times.head.min(self.times.idle));
        }
        if self.is_new.load(Ordering::Relaxed) {
            self.mark();
        }
        let (limit, overdue) = if self.has_begun.load(Ordering::Relaxed) {
            (self.times.head, Overdue::Head)
        } else {
            (self.times.idle, Overdue::Idle)
        };
        let since = Duration::from_micros(self.since.load(Ordering::Relaxed));
        let left = since
            .saturating_add(limit)
            .saturating_sub(self.started.elapsed());
        if left.is_zero() {
            return Err(overdue);
        }
        // A head may begin meanwhile.
        Ok(left.min(self.times.head))
    }

    /// Waits until something is overdue: at least for its time, and at most for twice as long.
    pub(super) async fn overdue(&self) -> Overdue {
        loop {
            match self.look() {
                Ok(pause) => sleep(pause).await,
                Err(overdue) => return overdue,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch() -> Watch {
        Watch::new(Times {
            head: Duration::from_secs(3),
            idle: Duration::from_secs(20),
        })
    }

    async fn seconds(watch: &Watch) -> (Overdue, u64) {
        let before = Instant::now();
        let overdue = watch.overdue().await;
        (overdue, before.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_and_a_slow_head_are_overdue() {
        let watch = watch();
        assert_eq!(seconds(&watch).await, (Overdue::Idle, 20));
        watch.read();
        assert_eq!(seconds(&watch).await, (Overdue::Head, 3));
        watch.open();
        watch.close();
        assert_eq!(seconds(&watch).await, (Overdue::Idle, 20));
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_is_overdue_though_more_of_it_arrives() {
        let watch = watch();
        let drip = async {
            loop {
                sleep(Duration::from_millis(500)).await;
                watch.read();
            }
        };
        let found = tokio::select! {
            found = seconds(&watch) => found,
            () = drip => unreachable!(),
        };
        assert_eq!(found.0, Overdue::Head);
        assert!((3..=6).contains(&found.1), "{found:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_with_a_request_is_never_overdue() {
        let watch = watch();
        watch.open();
        watch.open();
        watch.close();
        let hour = tokio::time::timeout(Duration::from_secs(3600), watch.overdue());
        assert!(hour.await.is_err());
        watch.close();
        assert_eq!(watch.overdue().await, Overdue::Idle);
    }
}
