//! A future that fails where it is awaited.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// Future of a test step. If the step fails, the future panics at the line that awaits it, as a
/// function with `#[track_caller]` does.
#[must_use = "futures do nothing unless they are awaited"]
pub struct TrackedFuture<'a, T>(Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>);

impl<'a, T> TrackedFuture<'a, T> {
    pub(crate) fn new(future: impl Future<Output = Result<T, String>> + Send + 'a) -> Self {
        Self(Box::pin(future))
    }
}

impl<T> Future for TrackedFuture<'_, T> {
    type Output = T;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match self.0.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(result) => Poll::Ready(unwrap(result)),
        }
    }
}

/// The value, or a panic at the caller.
#[track_caller]
pub(crate) fn unwrap<T>(result: Result<T, String>) -> T {
    match result {
        Ok(value) => value,
        Err(message) => panic!("{message}"),
    }
}

impl<T> fmt::Debug for TrackedFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TrackedFuture")
    }
}
