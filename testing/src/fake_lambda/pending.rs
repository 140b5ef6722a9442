//! An invocation that has no outcome yet.

use super::{FakeLambda, outcome::Outcome};
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::{sync::oneshot, task::JoinHandle};

/// An invocation on its way; awaited, it is its [`Outcome`].
///
/// It is in the queue from the start, whether or not anybody awaits it.
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

    /// Waits until the function has taken the invocation, so that it is under way.
    ///
    /// # Panics
    /// When it has not within the limit, and when it never will.
    pub async fn taken(&mut self) {
        if let Some(taken) = self.taken.take() {
            let what = format!("the function to take invocation {}", self.request_id);
            if self.lambda.bounded(&what, taken).await.is_err() {
                self.lambda.fail(&format!("{what}, which it never will"));
            }
        }
    }
}

impl Future for Pending {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        if let Poll::Ready(outcome) = Pin::new(&mut self.outcome).poll(cx) {
            return match outcome {
                Ok(outcome) => Poll::Ready(outcome),
                Err(_) => self.fail(),
            };
        }
        match Pin::new(&mut self.limit).poll(cx) {
            Poll::Ready(_) => self.fail(),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl Pending {
    fn fail(&self) -> ! {
        let what = format!("the outcome of invocation {}", self.request_id);
        self.lambda.fail(&what)
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.limit.abort();
    }
}
