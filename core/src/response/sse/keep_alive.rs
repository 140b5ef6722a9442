//! Comments between events that are far apart.

use crate::{Body, BoxError};
use bytes::Bytes;
use http_body::Frame;
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::{Sleep, sleep};

const COMMENT: &[u8] = b":\n\n";

/// Events with a comment after each interval without one.
pub(super) struct KeepAlive {
    events: Body,
    interval: Duration,
    /// Set while no event is ready.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl KeepAlive {
    pub(super) fn new(events: Body, interval: Duration) -> Self {
        Self {
            events,
            interval,
            sleep: None,
        }
    }
}

impl http_body::Body for KeepAlive {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let next = match Pin::new(&mut self.events).poll_frame(cx) {
            Poll::Ready(next) => next,
            Poll::Pending => {
                let interval = self.interval;
                let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep(interval)));
                ready!(sleep.as_mut().poll(cx));
                Some(Ok(Frame::data(Bytes::from_static(COMMENT))))
            }
        };
        self.sleep = None;
        Poll::Ready(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn a_comment_follows_each_interval_of_silence() {
        let (mut sender, body) = Body::channel();
        tokio::spawn(async move {
            for seconds in [0, 14, 31, 10] {
                sleep(Duration::from_secs(seconds)).await;
                sender.send("data: a\n\n").await.unwrap();
            }
            sender.finish();
        });
        let started = Instant::now();
        let mut body = KeepAlive::new(body, Duration::from_secs(15));
        let mut frames = Vec::new();
        while let Some(frame) = http_body_util::BodyExt::frame(&mut body).await {
            let is_comment = frame.unwrap().into_data().unwrap() == COMMENT;
            frames.push((started.elapsed().as_secs(), is_comment));
        }
        let comments: Vec<_> = frames.iter().filter(|frame| frame.1).collect();
        assert_eq!(comments, [&(29, true), &(44, true)]);
        assert_eq!(frames.len(), 6);
    }
}
