//! Keeps sockets and timers polled while a handler is CPU-bound.
//!
//! The tokio worker that polls the sockets also runs the task whose event it has read. If it reads
//! one event and that task is CPU-bound, the other workers sleep and later events are not read. So,
//! while invocations are in flight and none starts or ends, a separate thread wakes another worker,
//! which then polls the sockets.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, Thread},
    time::Duration,
};
use tokio::runtime::Handle;

/// The time without a start or end of an invocation after which a worker is woken.
const TICK: Duration = Duration::from_millis(2);

/// The number of idle ticks before the thread sleeps. Waking the thread costs more than a tick.
const IDLE_TICKS: u32 = 50;

/// The thread and the state that it shares with the pollers.
#[derive(Debug)]
pub(super) struct Wake {
    shared: Arc<Shared>,
    thread: Thread,
}

#[derive(Debug, Default)]
struct Shared {
    in_flight: AtomicUsize,
    /// The number of invocations that have started or ended.
    steps: AtomicUsize,
    sleeps: AtomicBool,
    is_over: AtomicBool,
}

/// An invocation in flight; dropping it ends it.
#[derive(Debug)]
pub(super) struct Running<'a>(&'a Shared);

impl Wake {
    /// Starts the thread. Returns `None` if that fails, or if there is no second worker to wake.
    pub(super) fn start(runtime: Handle) -> Option<Self> {
        if runtime.metrics().num_workers() < 2 {
            return None;
        }
        let shared = Arc::new(Shared::default());
        let seen = Arc::clone(&shared);
        let builder = thread::Builder::new().name("lambda-api-wake".to_owned());
        let spawned = builder
            .stack_size(64 * 1024)
            .spawn(move || seen.run(&runtime));
        match spawned {
            Ok(handle) => Some(Self {
                shared,
                thread: handle.thread().clone(),
            }),
            Err(error) => {
                let error = error.to_string();
                tracing::warn!(target: "lambda_api", error, "starting a thread failed: CPU-bound handlers will delay others");
                None
            }
        }
    }

    pub(super) fn enter(&self) -> Running<'_> {
        self.shared.in_flight.fetch_add(1, Ordering::SeqCst);
        self.shared.steps.fetch_add(1, Ordering::Relaxed);
        if self.shared.sleeps.swap(false, Ordering::SeqCst) {
            self.thread.unpark();
        }
        Running(&self.shared)
    }
}

impl Shared {
    fn run(&self, runtime: &Handle) {
        let (mut last, mut idle) = (0, 0);
        while !self.is_over.load(Ordering::Relaxed) {
            if self.in_flight.load(Ordering::SeqCst) > 0 {
                idle = 0;
                let steps = self.steps.load(Ordering::Relaxed);
                if steps == last {
                    runtime.spawn(async {});
                }
                last = steps;
            } else {
                idle += 1;
            }
            if idle < IDLE_TICKS {
                thread::sleep(TICK);
                continue;
            }
            idle = 0;
            self.sleeps.store(true, Ordering::SeqCst);
            // An invocation may have started before `sleeps` was set.
            if self.in_flight.load(Ordering::SeqCst) == 0 {
                thread::park();
            }
            self.sleeps.store(false, Ordering::SeqCst);
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.steps.fetch_add(1, Ordering::Relaxed);
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Drop for Wake {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        self.thread.unpark();
    }
}
