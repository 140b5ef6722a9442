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
    /// use lambda_api::{Body, api_handler};
    ///
    /// #[api_handler(GET "/rows")]
    /// async fn rows() -> Body {
    ///     let (mut sender, body) = Body::channel();
    ///     tokio::spawn(async move {
    ///         for row in 0..1000 {
    ///             // Fails if the body was dropped: nothing needs the other rows.
    ///             if sender.send(format!("{row}\n")).await.is_err() {
    ///                 break;
    ///             }
    ///         }
    ///     });
    ///     body
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # assert!(rows().await.collect().await.unwrap().starts_with(b"0\n1\n"));
    /// # }
    /// ```
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
/// Dropping it ends the body. So a task that is cancelled, or that returns early, ends it as if it
/// were whole; call [`abort`](Sender::abort) if it is not. A panic of the task is an error of the
/// body.
#[must_use = "dropping the sender ends the body"]
pub struct Sender {
    pieces: mpsc::Sender<Bytes>,
    error: EndError,
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

    /// Ends the body with an error, behind the pieces that were sent.
    pub fn abort(self, error: impl Into<Error>) {
        *locked(&self.error) = Some(error.into().into_boxed());
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        if panicking() {
            *locked(&self.error) = Some("the sender of the body panicked".into());
        }
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
    use tokio::task::yield_now;

    #[tokio::test]
    async fn a_second_piece_waits_until_the_first_is_read() {
        let (mut sender, body) = Body::channel();
        sender.send("a").await.unwrap();
        let second = tokio::spawn(async move {
            sender.send("b").await.unwrap();
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
}
