//! Futures that fail where they are awaited.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// A future whose failure is a panic at the line that awaits it, as `#[track_caller]` does it for
/// functions: an `async fn` would name a line of this crate.
#[must_use = "futures do nothing unless they are awaited"]
pub struct AtCaller<F: ?Sized>(Pin<Box<F>>);

impl<F> AtCaller<F> {
    pub(crate) fn new(future: F) -> Self {
        Self(Box::pin(future))
    }
}

impl<F: ?Sized> AtCaller<F> {
    pub(crate) fn boxed(future: Pin<Box<F>>) -> Self {
        Self(future)
    }
}

impl<F, T> Future for AtCaller<F>
where
    F: Future<Output = Result<T, String>> + ?Sized,
{
    type Output = T;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match self.0.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(value)) => Poll::Ready(value),
            Poll::Ready(Err(message)) => panic!("{message}"),
        }
    }
}

impl<F: ?Sized> fmt::Debug for AtCaller<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AtCaller")
    }
}
