//! Bodies whose pieces a task sends.

use crate::{Body, BoxError, Error};
use bytes::Bytes;
use http_body::Frame;
use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    thread::panicking,
};
use tokio::sync::mpsc;

impl Body {
    /// Creates a body, and the sender of its pieces.
    ///
    /// ```
    /// use lambda_api::{Body, api_handler, response::Closed};
    ///
    /// #[api_handler(GET "/rows")]
    /// async fn rows() -> Body {
    ///     let (mut sender, body) = Body::channel();
    ///     tokio::spawn(async move {
    ///         for row in 0..1000 {
    ///             // Fails if the body was dropped: nothing needs the other rows.
    ///             sender.send(format!("{row}\n")).await?;
    ///         }
    ///         sender.finish();
    ///         Ok::<_, Closed>(())
    ///     });
    ///     body
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # assert!(rows().await.collect().await.unwrap().starts_with(b"0\n1\n"));
    /// # }
    /// ```
    ///
    /// [`finish`](Sender::finish) ends the body. A sender that is dropped without it, since the task
    /// returned early, panicked or was cancelled, is an error of the body: half of the content never
    /// looks whole.
    ///
    /// The channel holds one piece: [`send`](Sender::send) waits until the piece before it was read.
    /// So the sender belongs in a task of its own; a handler that sends two pieces before it returns
    /// the body waits until its deadline.
    pub fn channel() -> (Sender, Self) {
        let (pieces, receiver) = mpsc::channel(1);
        let error = Arc::default();
        let sender = Sender {
            pieces,
            error: Arc::clone(&error),
            has_ended: false,
        };
        let body = Receiver {
            pieces: receiver,
            error,
        };
        (sender, Self::stream(body))
    }
}

/// The error that ends a body, behind the pieces in the channel.
type EndError = Arc<Mutex<Option<BoxError>>>;

fn locked(error: &EndError) -> MutexGuard<'_, Option<BoxError>> {
    error.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sender of the pieces of a [`Body::channel`].
///
/// [`finish`](Sender::finish) ends the body, and [`abort`](Sender::abort) ends it with an error.
/// Dropping the sender without either is an error of the body as well: a task that is cancelled, that
/// returns early or that panics has not sent all of it.
#[must_use = "dropping the sender without `finish` is an error of the body"]
pub struct Sender {
    pieces: mpsc::Sender<Bytes>,
    error: EndError,
    has_ended: bool,
}

impl Sender {
    /// Sends a piece, after the piece before it was read.
    ///
    /// # Errors
    /// Fails if the body was dropped: it exceeded a limit or its deadline, or the request has no use
    /// for it, as `HEAD`.
    pub async fn send(&mut self, piece: impl Into<Bytes>) -> Result<(), Closed> {
        let sent = self.pieces.send(piece.into()).await;
        sent.map_err(|_| Closed(()))
    }

    /// Waits until the body was dropped, to stop work whose result nothing reads.
    pub async fn closed(&self) {
        self.pieces.closed().await;
    }

    /// Ends the body behind the pieces that were sent: it is whole.
    pub fn finish(mut self) {
        self.has_ended = true;
    }

    /// Ends the body with an error, behind the pieces that were sent.
    pub fn abort(mut self, error: impl Into<Error>) {
        self.has_ended = true;
        *locked(&self.error) = Some(error.into().into_boxed());
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        let error = match panicking() {
            true => "the sender of the body panicked",
            false => "the sender of the body was dropped without `finish`",
        };
        *locked(&self.error) = Some(error.into());
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("is_closed", &self.pieces.is_closed())
            .finish_non_exhaustive()
    }
}

/// Error of [`Sender::send`]: the body was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body was dropped before its end")]
pub struct Closed(());

struct Receiver {
    pieces: mpsc::Receiver<Bytes>,
    error: EndError,
}

impl http_body::Body for Receiver {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let piece = ready!(self.pieces.poll_recv(cx));
        Poll::Ready(match piece {
            Some(piece) => Some(Ok(Frame::data(piece))),
            None => locked(&self.error).take().map(Err),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use tokio::task::yield_now;

    #[tokio::test]
    async fn a_second_piece_waits_until_the_first_is_read() {
        let (mut sender, body) = Body::channel();
        sender.send("a").await.unwrap();
        let second = tokio::spawn(async move {
            sender.send("b").await.unwrap();
            sender.finish();
        });
        for _ in 0..8 {
            yield_now().await;
        }
        assert!(!second.is_finished());
        assert_eq!(body.collect().await.unwrap(), "ab");
        second.await.unwrap();
    }

    #[tokio::test]
    async fn sending_fails_once_the_body_is_dropped() {
        let (mut sender, body) = Body::channel();
        sender.send("a").await.unwrap();
        let waits = tokio::spawn(async move {
            let sent = sender.send("b").await;
            sender.closed().await;
            sent
        });
        yield_now().await;
        drop(body);
        let error = waits.await.unwrap().unwrap_err();
        assert_eq!(error.to_string(), "the body was dropped before its end");
    }

    #[tokio::test]
    async fn an_error_comes_behind_the_pieces() {
        let (mut sender, body) = Body::channel();
        sender.send("a").await.unwrap();
        sender.abort("lost");
        let mut body = std::pin::pin!(body);
        let mut frames = Vec::new();
        while let Some(frame) = http_body_util::BodyExt::frame(&mut body).await {
            frames.push(match frame {
                Ok(frame) => frame.into_data().unwrap(),
                Err(error) => error.to_string().into(),
            });
        }
        assert_eq!(frames, ["a", "lost"]);
    }

    #[tokio::test]
    async fn a_panic_of_the_task_is_an_error_of_the_body() {
        let (sender, body) = Body::channel();
        let task = tokio::spawn(async move {
            let _sender = sender;
            panic!("secret");
        });
        let error = body.collect().await.unwrap_err();
        assert_eq!(error.to_string(), "the sender of the body panicked");
        assert!(task.await.is_err());
    }

    #[tokio::test]
    async fn a_sender_dropped_without_an_end_is_an_error() {
        const DROPPED: &str = "the sender of the body was dropped without `finish`";
        // A task that returns early.
        let (mut sender, body) = Body::channel();
        tokio::spawn(async move {
            sender.send("a").await.unwrap();
        });
        assert_eq!(body.collect().await.unwrap_err().to_string(), DROPPED);
        // A task that is cancelled.
        let (mut sender, body) = Body::channel();
        let task = tokio::spawn(async move {
            sender.send("a").await.unwrap();
            pending::<()>().await;
            sender.finish();
        });
        yield_now().await;
        task.abort();
        assert_eq!(body.collect().await.unwrap_err().to_string(), DROPPED);
        // A task that has sent everything, even if that is nothing.
        let (sender, body) = Body::channel();
        sender.finish();
        assert_eq!(body.collect().await.unwrap(), "");
    }
}
