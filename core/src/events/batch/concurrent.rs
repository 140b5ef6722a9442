//! Several futures in one task.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

/// Runs futures in the task that polls it, at most `limit` of them at once. The futures may borrow, are
/// dropped together, and see the task-local values and the span of the task. A future is polled only
/// if it was woken.
pub(super) struct Concurrent<I, F> {
    limit: usize,
    waiting: I,
    running: Vec<Running<F>>,
    task: Arc<Task>,
}

struct Running<F> {
    future: Pin<Box<F>>,
    wake: Arc<WakeOne>,
    waker: Waker,
}

/// The task in which the futures run.
type Task = Mutex<Option<Waker>>;

/// Marks one future as ready, and wakes the task.
struct WakeOne {
    is_woken: AtomicBool,
    task: Arc<Task>,
}

impl Wake for WakeOne {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_woken.store(true, Ordering::Release);
        let waker = self
            .task
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<I, F> Concurrent<I, F>
where
    I: Iterator<Item = F> + Unpin,
    F: Future<Output = ()>,
{
    pub(super) fn new(limit: usize, futures: I) -> Self {
        Self {
            limit: limit.max(1),
            waiting: futures,
            running: Vec::new(),
            task: Arc::default(),
        }
    }

    fn start(&mut self, future: F) {
        let wake = Arc::new(WakeOne {
            is_woken: AtomicBool::new(true),
            task: Arc::clone(&self.task),
        });
        self.running.push(Running {
            future: Box::pin(future),
            waker: Waker::from(Arc::clone(&wake)),
            wake,
        });
    }
}

impl<F: Future<Output = ()>> Running<F> {
    /// Whether it has ended.
    fn poll(&mut self) -> bool {
        if !self.wake.is_woken.swap(false, Ordering::AcqRel) {
            return false;
        }
        let mut context = Context::from_waker(&self.waker);
        self.future.as_mut().poll(&mut context).is_ready()
    }
}

impl<I, F> Future for Concurrent<I, F>
where
    I: Iterator<Item = F> + Unpin,
    F: Future<Output = ()>,
{
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        *self.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(context.waker().clone());
        loop {
            while self.running.len() < self.limit
                && let Some(future) = self.waiting.next()
            {
                self.start(future);
            }
            if self.running.is_empty() {
                return Poll::Ready(());
            }
            let before = self.running.len();
            self.running.retain_mut(|running| !running.poll());
            if self.running.len() == before {
                return Poll::Pending;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::RefCell, time::Duration};
    use tokio::time::{Instant, sleep};

    #[tokio::test(start_paused = true)]
    async fn no_more_than_the_limit_run_at_once() {
        for (limit, seconds) in [(0, 6), (1, 6), (2, 3), (4, 2), (9, 1)] {
            let (running, most) = (RefCell::new(0), RefCell::new(0));
            let started = Instant::now();
            let one = || async {
                *running.borrow_mut() += 1;
                let now = *running.borrow();
                most.replace_with(|most| now.max(*most));
                sleep(Duration::from_secs(1)).await;
                *running.borrow_mut() -= 1;
            };
            Concurrent::new(limit, (0..6).map(|_| one())).await;
            assert_eq!(most.take(), limit.clamp(1, 6), "{limit}");
            assert_eq!(started.elapsed().as_secs(), seconds, "{limit}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_was_woken_is_polled() {
        let polls = RefCell::new([0; 3]);
        let polls = &polls;
        let one = |index: usize| {
            let mut sleep = Box::pin(sleep(Duration::from_secs(1 + index as u64)));
            std::future::poll_fn(move |context| {
                if let Some(count) = polls.borrow_mut().get_mut(index) {
                    *count += 1;
                }
                sleep.as_mut().poll(context)
            })
        };
        Concurrent::new(3, (0..3).map(one)).await;
        assert_eq!(*polls.borrow(), [2, 2, 2]);
    }

    #[tokio::test]
    async fn a_future_that_wakes_itself_goes_on() {
        let ended = RefCell::new(0);
        let one = || async {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            *ended.borrow_mut() += 1;
        };
        Concurrent::new(2, (0..5).map(|_| one())).await;
        assert_eq!(ended.take(), 5);
    }
}
