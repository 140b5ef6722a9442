//! A response that a test reads while the function sends it.

use super::{FakeLambda, fault::Fault, pending::Pending};
use crate::TrackedFuture;
use bytes::Bytes;
use std::{
    future::{IntoFuture, pending},
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};

/// Part of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Chunk {
    /// The data, as it arrived: mostly what the function has written at once.
    pub bytes: Bytes,
    /// From the invocation's being handed out to the reading, which waits for the test to take the part before it.
    pub at: Duration,
}

/// Response that is read while the function sends it.
///
/// Nothing is read ahead: while the test does not ask for the next [`chunk`](StreamingResponse::chunk), the connection
/// to the function fills up, and the function has to wait.
///
/// Awaiting it reads the rest and returns the outcome, with all bytes of the response. Dropping it is a client that
/// goes away: as on Lambda, the function does not notice, and runs to its end.
#[derive(Debug)]
#[must_use = "it has chunks, and an outcome when it is awaited"]
pub struct StreamingResponse {
    pub(super) lambda: FakeLambda,
    pub(super) pending: Pending,
    pub(super) chunks: mpsc::Receiver<Chunk>,
    pub(super) fault: Option<oneshot::Sender<Fault>>,
}

impl StreamingResponse {
    /// The id of the invocation, which the function knows as `request_id`.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.pending.request_id()
    }

    /// Waits for the next part of the response; `None` at its end, also if it ended early. The head of a stream comes
    /// first, and then the eight NULs behind it.
    ///
    /// # Panics
    /// When there is none within the [limit](super::FakeLambdaBuilder::limit).
    pub fn chunk(&mut self) -> TrackedFuture<'_, Option<Chunk>> {
        TrackedFuture::new(async move {
            let what = format!("a part of the response to {}", self.pending.request_id());
            self.lambda.bounded(&what, self.chunks.recv()).await
        })
    }

    /// Lets the call of the function fail now, in the middle of its response.
    ///
    /// # Panics
    /// When called twice.
    #[doc(hidden)]
    #[track_caller]
    pub fn fail(&mut self, fault: Fault) {
        match self.fault.take() {
            // The response may be over.
            Some(sender) => drop(sender.send(fault)),
            None => panic!("the call has failed already"),
        }
    }
}

impl IntoFuture for StreamingResponse {
    type Output = super::Outcome;
    type IntoFuture = Pending;

    fn into_future(self) -> Pending {
        self.pending
    }
}

/// What the Runtime API needs of the test that reads a response.
#[derive(Debug)]
pub(super) struct Reader {
    chunks: mpsc::Sender<Chunk>,
    /// `None` once there will be none.
    fault: Option<oneshot::Receiver<Fault>>,
}

/// The two ends.
pub(super) fn channel() -> (Reader, mpsc::Receiver<Chunk>, oneshot::Sender<Fault>) {
    let (chunks, received) = mpsc::channel(1);
    let (sender, fault) = oneshot::channel();
    let reader = Reader {
        chunks,
        fault: Some(fault),
    };
    (reader, received, sender)
}

impl Reader {
    /// Waits until the test has taken the previous part. A test that reads no further takes all.
    ///
    /// # Errors
    /// Returns the fault that the test wants meanwhile.
    pub(super) async fn take(&mut self, bytes: Bytes, at: Duration) -> Result<(), Fault> {
        let chunks = self.chunks.clone();
        tokio::select! {
            _ = chunks.send(Chunk { bytes, at }) => Ok(()),
            fault = self.fault() => Err(fault),
        }
    }

    /// Waits for a fault, for ever if there is none.
    pub(super) async fn fault(&mut self) -> Fault {
        match &mut self.fault {
            Some(fault) => {
                if let Ok(fault) = fault.await {
                    return fault;
                }
                self.fault = None;
                pending().await
            }
            None => pending().await,
        }
    }
}
