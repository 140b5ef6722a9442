//! The invocations in flight, which the shutdown waits for.

use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;

/// The request ids of the invocations in flight.
#[derive(Debug, Default)]
pub(crate) struct InFlight {
    ids: Mutex<Vec<String>>,
    left: Notify,
}

/// An invocation in flight; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Entered<'a> {
    all: &'a InFlight,
    id: String,
}

impl InFlight {
    pub(crate) fn enter(&self, id: &str) -> Entered<'_> {
        self.with(|ids| ids.push(id.to_owned()));
        Entered {
            all: self,
            id: id.to_owned(),
        }
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.with(|ids| ids.clone())
    }

    /// Waits until no invocation is in flight.
    pub(crate) async fn none(&self) {
        loop {
            // Registered before the check, so that an end between the two is not missed.
            let left = self.left.notified();
            if self.with(|ids| ids.is_empty()) {
                return;
            }
            left.await;
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Vec<String>) -> T) -> T {
        work(&mut self.ids.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.all.with(|ids| {
            if let Some(at) = ids.iter().position(|id| *id == self.id) {
                ids.swap_remove(at);
            }
        });
        self.all.left.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        future::Future,
        pin::pin,
        task::{Context, Poll, Waker},
    };

    #[test]
    fn none_is_ready_when_the_last_one_has_left() {
        let all = InFlight::default();
        let first = all.enter("1");
        let second = all.enter("2");
        let mut none = pin!(all.none());
        let mut poll = || none.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(poll(), Poll::Pending);
        drop(first);
        assert_eq!(poll(), Poll::Pending);
        assert_eq!(all.ids(), ["2"]);
        drop(second);
        assert_eq!(poll(), Poll::Ready(()));
    }
}
