//! A future that is only polled when something happened to it.
//!
//! A connection is polled for each request. Whether it is overdue or the server stops is not worth a
//! look each time.

use pin_project_lite::pin_project;
use std::{
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

pin_project! {
    /// Polls a future only if it has woken its task.
    pub(super) struct Rarely<F> {
        #[pin]
        future: F,
        bell: Arc<Bell>,
        // Rings the bell.
        waker: Waker,
        // The task that the bell wakes.
        task: Option<Waker>,
    }
}

/// Remembers that a future was woken, and wakes its task.
struct Bell {
    has_rung: AtomicBool,
    task: Mutex<Option<Waker>>,
}

impl<F> Rarely<F> {
    pub(super) fn new(future: F) -> Self {
        let bell = Arc::new(Bell {
            // The first poll starts it.
            has_rung: AtomicBool::new(true),
            task: Mutex::default(),
        });
        Self {
            future,
            waker: Arc::clone(&bell).into(),
            bell,
            task: None,
        }
    }
}

impl<F: Future> Future for Rarely<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        // First, so that a bell that rings from now on wakes this task.
        if !this
            .task
            .as_ref()
            .is_some_and(|task| task.will_wake(cx.waker()))
        {
            *this.task = Some(cx.waker().clone());
            this.bell.set_task(cx.waker().clone());
        }
        // Reading is cheaper than writing.
        let bell = &this.bell.has_rung;
        if !bell.load(Ordering::SeqCst) || !bell.swap(false, Ordering::SeqCst) {
            return Poll::Pending;
        }
        this.future.poll(&mut Context::from_waker(this.waker))
    }
}

impl Bell {
    fn set_task(&self, task: Waker) {
        *self.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
    }

    fn task(&self) -> Option<Waker> {
        let task = self.task.lock();
        task.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.has_rung.store(true, Ordering::SeqCst);
        if let Some(task) = self.task() {
            task.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{future::poll_fn, pin::pin};
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn a_future_is_polled_only_when_it_was_woken() {
        let (sender, mut receiver) = oneshot::channel();
        let mut polls = 0;
        {
            let counted = poll_fn(|cx| {
                polls += 1;
                Pin::new(&mut receiver).poll(cx)
            });
            let mut rarely = pin!(Rarely::new(counted));
            for _ in 0..5 {
                let poll = poll_fn(|cx| Poll::Ready(rarely.as_mut().poll(cx))).await;
                assert!(poll.is_pending());
            }
            sender.send(7).unwrap();
            assert_eq!(rarely.await, Ok(7));
        }
        assert_eq!(polls, 2);
    }

    #[tokio::test]
    async fn the_task_that_polled_last_is_woken() {
        let (sender, receiver) = oneshot::channel();
        let mut rarely = Box::pin(Rarely::new(receiver));
        let poll = poll_fn(|cx| Poll::Ready(rarely.as_mut().poll(cx))).await;
        assert!(poll.is_pending());
        let other = tokio::spawn(async move {
            let poll = poll_fn(|cx| Poll::Ready(rarely.as_mut().poll(cx))).await;
            assert!(poll.is_pending());
            sender.send(7).unwrap();
            rarely.await
        });
        assert_eq!(other.await.unwrap(), Ok(7));
    }
}
