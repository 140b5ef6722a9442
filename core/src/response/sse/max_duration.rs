//! The regular end of events after a time.

use crate::{Body, BoxError};
use bytes::Bytes;
use http_body::Frame;
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::{Instant, Sleep, sleep};

/// Events that end after a time. Each frame is a whole event or comment, so the end is between two of them.
pub(super) struct MaxDuration {
    /// `None` at the end.
    events: Option<Body>,
    duration: Duration,
    /// Set when the first event is read.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl MaxDuration {
    pub(super) fn new(events: Body, duration: Duration) -> Self {
        Self {
            events: Some(events),
            duration,
            sleep: None,
        }
    }
}

impl http_body::Body for MaxDuration {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        let Some(events) = &mut this.events else {
            return Poll::Ready(None);
        };
        let duration = this.duration;
        let sleep = this.sleep.get_or_insert_with(|| Box::pin(sleep(duration)));
        // Of events that are always ready, the timer would never be asked.
        if Instant::now() < sleep.deadline() {
            match Pin::new(events).poll_frame(cx) {
                Poll::Ready(next) => return Poll::Ready(next),
                Poll::Pending => ready!(sleep.as_mut().poll(cx)),
            }
        }
        this.events = None;
        Poll::Ready(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use http_body_util::BodyExt;
    use std::convert::Infallible;
    use tokio::time::advance;

    const TEN: Duration = Duration::from_secs(10);

    /// The events of a body and the second at which it ended.
    async fn read(mut body: MaxDuration) -> (usize, u64) {
        let started = Instant::now();
        let mut events = 0;
        while let Some(frame) = body.frame().await {
            assert_eq!(frame.unwrap().into_data().unwrap(), "data: a\n\n");
            events += 1;
        }
        assert!(body.frame().await.is_none(), "the end is the end");
        (events, started.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn events_end_after_the_time_without_an_error() {
        // Seconds before each event, and what is read of them until when.
        for (waits, expected) in [
            (&[0, 4, 4, 4][..], (3, 10)),
            (&[4, 4], (2, 8)),
            (&[5, 5], (1, 10)),
            (&[60], (0, 10)),
            (&[], (0, 0)),
        ] {
            let events = stream::unfold(waits.iter(), |mut waits| async {
                sleep(Duration::from_secs(*waits.next()?)).await;
                Some((Ok::<_, Infallible>("data: a\n\n"), waits))
            });
            let body = MaxDuration::new(Body::from_stream(events), TEN);
            assert_eq!(read(body).await, expected, "{waits:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn events_that_are_always_ready_end_as_well() {
        let events = stream::repeat(Ok::<_, Infallible>("data: a\n\n"));
        let mut body = MaxDuration::new(Body::from_stream(events), TEN);
        let mut seconds = 0;
        while body.frame().await.is_some() {
            advance(Duration::from_secs(1)).await;
            seconds += 1;
            assert!(seconds <= 10, "the events go on");
        }
        assert_eq!(seconds, 10);
    }

    #[tokio::test(start_paused = true)]
    async fn the_source_of_the_events_is_dropped_at_the_end() {
        let (sender, body) = Body::channel();
        let mut body = MaxDuration::new(body, TEN);
        assert!(body.frame().await.is_none());
        sender.closed().await;
    }
}
