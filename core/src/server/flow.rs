//! HTTP/2 streams whose client gives them no room.
//!
//! A client of HTTP/2 says how much of each response it takes, so the socket of one that takes nothing
//! never stalls. hyper runs each stream as a task; it is dropped, and so reset, if it has waited too
//! long for room. The other streams of the connection may be those of other clients of a proxy.

use hyper::rt::Executor;
use std::{
    cell::Cell,
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};
use tokio::time::{Sleep, sleep};

tokio::task_local! {
    static FLOW: Flow;
}

/// What the response of a stream waits for.
#[derive(Default)]
struct Flow {
    waits_for_room: Cell<bool>,
    /// How many parts were taken.
    parts: Cell<u64>,
    is_cut: Cell<bool>,
}

/// The current stream waits for the handler, or for the next part of a body.
pub(super) fn wait_for_data() {
    let _ = FLOW.try_with(|flow| flow.waits_for_room.set(false));
}

/// The current stream has a part, and waits until it may be sent.
pub(super) fn wait_for_room() {
    let _ = FLOW.try_with(|flow| {
        flow.waits_for_room.set(true);
        flow.parts.set(flow.parts.get().wrapping_add(1));
    });
}

/// Whether the current stream is being dropped, since its client gave it no room.
pub(super) fn is_cut() -> bool {
    FLOW.try_with(|flow| flow.is_cut.get()).unwrap_or(false)
}

/// Runs the streams of a connection, each as a task.
#[derive(Clone, Copy, Debug)]
pub(super) struct Streams {
    /// How long a stream may have no room.
    pub(super) patience: Duration,
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Streams {
    fn execute(&self, stream: F) {
        tokio::spawn(FLOW.scope(Flow::default(), run(stream, self.patience)));
    }
}

async fn run(stream: impl Future<Output = ()>, patience: Duration) {
    let mut stream = pin!(Some(stream));
    let mut seen = 0;
    let mut stalled: Option<Pin<Box<Sleep>>> = None;
    poll_fn(|cx| {
        if let Some(stream) = stream.as_mut().as_pin_mut()
            && stream.poll(cx).is_pending()
        {
            let parts = FLOW.with(|flow| flow.waits_for_room.get().then(|| flow.parts.get()));
            let Some(parts) = parts else {
                stalled = None;
                return Poll::Pending;
            };
            if parts != seen {
                seen = parts;
                stalled = None;
            }
            let stalled = stalled.get_or_insert_with(|| Box::pin(sleep(patience)));
            if stalled.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            FLOW.with(|flow| flow.is_cut.set(true));
        }
        stream.set(None);
        Poll::Ready(())
    })
    .await;
}
