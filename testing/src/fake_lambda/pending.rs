//! An invocation without an outcome yet.

use super::{FakeLambda, outcome::Outcome};
use crate::TrackedFuture;
use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::{sync::oneshot, task::JoinHandle};

/// Future of an invocation's [`Outcome`].
///
/// The invocation is queued whether or not the future is awaited.
///
/// # Panics
/// When there is no outcome within the [limit](super::FakeLambdaBuilder::limit).
#[derive(Debug)]
#[must_use = "it has an outcome"]
pub struct Pending {
    pub(super) lambda: FakeLambda,
    pub(super) request_id: String,
    pub(super) taken: Option<oneshot::Receiver<()>>,
    pub(super) outcome: oneshot::Receiver<Outcome>,
    pub(super) limit: JoinHandle<()>,
}

impl Pending {
    /// The id of the invocation, which the function knows as `request_id`.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Waits until the function has received the event.
    ///
    /// # Panics
    /// If it does not receive the event within the limit.
    pub fn taken(&mut self) -> TrackedFuture<'_, ()> {
        TrackedFuture::new(async move {
            let Some(taken) = self.taken.take() else {
                return Ok(());
            };
            let what = format!("the function to take invocation {}", self.request_id);
            let taken = self.lambda.bounded(&what, taken).await?;
            taken.map_err(|_| self.lambda.failure(&format!("{what}, which it never will")))
        })
    }
}

impl Future for Pending {
    type Output = Outcome;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        match self.poll_outcome(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(outcome)) => Poll::Ready(outcome),
            Poll::Ready(Err(failure)) => panic!("{failure}"),
        }
    }
}

impl Pending {
    /// The outcome; an error when there is none.
    pub(super) async fn outcome(mut self) -> Result<Outcome, String> {
        poll_fn(|cx| self.poll_outcome(cx)).await
    }

    fn poll_outcome(&mut self, cx: &mut Context<'_>) -> Poll<Result<Outcome, String>> {
        let outcome = match Pin::new(&mut self.outcome).poll(cx) {
            Poll::Ready(outcome) => outcome.ok(),
            Poll::Pending => {
                ready!(Pin::new(&mut self.limit).poll(cx)).ok();
                None
            }
        };
        let what = || format!("the response to invocation {}", self.request_id);
        Poll::Ready(outcome.ok_or_else(|| self.lambda.failure(&what())))
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.limit.abort();
    }
}
