//! Keeps sockets and timers polled while a handler computes.
//!
//! Of tokio's workers, the one that polls the sockets also runs the task whose event it has read. If
//! it reads only one and that computes for long, the other workers sleep, and nobody reads the events
//! that come meanwhile. So, while invocations are in flight and none of them begins or ends, a thread
//! of its own wakes another worker, which then polls the sockets.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, Thread},
    time::Duration,
};
use tokio::runtime::Handle;

/// How long nothing may begin or end before a worker is woken.
const TICK: Duration = Duration::from_millis(2);

/// For how many ticks without an invocation the thread goes on, before it sleeps: to wake it costs
/// more than a tick.
const IDLE_TICKS: u32 = 50;

/// The thread, and what it looks at.
#[derive(Debug)]
pub(super) struct Wake {
    shared: Arc<Shared>,
    thread: Thread,
}

#[derive(Debug, Default)]
struct Shared {
    in_flight: AtomicUsize,
    /// How many invocations have begun or ended.
    steps: AtomicUsize,
    sleeps: AtomicBool,
    is_over: AtomicBool,
}

/// An invocation in flight, until this is dropped.
#[derive(Debug)]
pub(super) struct Running<'a>(&'a Shared);

impl Wake {
    /// Starts the thread; `None` when it cannot be started, or when there is no second worker to wake.
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
                tracing::warn!(target: "lambda_api", error, "handlers that compute will delay others");
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
            // One may have begun before it could see that this sleeps.
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
