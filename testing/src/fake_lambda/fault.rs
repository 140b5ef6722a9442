//! Errors of the Runtime API that a test scripts.

use super::messages::Corruption;
use crate::TrackedFuture;
use http::StatusCode;
use tokio::sync::oneshot;

/// A call of the function to the Runtime API.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Call {
    /// `GET /runtime/invocation/next`: the function asks for an event.
    Next,
    /// `POST /runtime/invocation/{id}/response`: the function responds.
    Response,
    /// `POST /runtime/invocation/{id}/error`: the function reports an error.
    Error,
    /// `POST /runtime/init/error`: the function cannot start.
    #[doc(hidden)]
    InitError,
}

/// What happens to a call of the function.
///
/// | fault | the call | the response |
/// |---|---|---|
/// | [`Status`](Fault::Status) | has no effect | this status |
/// | [`Reset`](Fault::Reset) | has no effect | none: the connection is reset |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The call gets this status, and has no other effect.
    Status(StatusCode),
    /// The connection is reset, and the call has no other effect.
    Reset,
    /// Lambda has given the invocation up meanwhile: its outcome is
    /// [`TimedOut`](super::Outcome::TimedOut), the process keeps running, and the call gets a 410.
    /// Only a response or an error can come too late; other calls go on.
    #[doc(hidden)]
    GivenUp,
    /// The connection ends in the middle of the response's body. The call has its effect.
    ///
    /// An event that did not arrive whole is handed out again to a function that asks again, as
    /// Lambda does. With a [concurrency](super::FakeLambdaBuilder::concurrency) above 1 it is not:
    /// there the outcome is the error `Runtime.Unknown`.
    #[doc(hidden)]
    Cut,
    /// The response's body is followed by this many spaces, so that its JSON stays the same.
    #[doc(hidden)]
    Huge(usize),
}

/// A call that waits for the test: see [`FakeLambda::hold`](super::FakeLambda::hold).
///
/// It goes on when this is released or dropped.
#[derive(Debug)]
#[must_use = "a call is held as long as this lives"]
pub struct Hold {
    pub(super) lambda: super::FakeLambda,
    pub(super) call: Call,
    pub(super) reached: oneshot::Receiver<()>,
    pub(super) release: oneshot::Sender<()>,
}

impl Hold {
    /// Waits until the function has made the call.
    ///
    /// # Panics
    /// When it did not within the [limit](super::FakeLambdaBuilder::limit).
    pub fn reached(&mut self) -> TrackedFuture<'_, ()> {
        let what = format!("a call of {:?} to be held", self.call);
        TrackedFuture::new(async move {
            let reached = self.lambda.bounded(&what, &mut self.reached).await?;
            reached.map_err(|_| format!("waited for {what}, which it never will"))
        })
    }

    /// Lets the call go on.
    pub fn release(self) {
        // The function may be gone.
        let _ = self.release.send(());
    }
}

/// What is to happen to a call.
#[derive(Debug)]
pub(super) enum Plan {
    Fault(Fault),
    Hold {
        reached: oneshot::Sender<()>,
        release: oneshot::Receiver<()>,
    },
}

impl Plan {
    /// What it does to the response, if the call goes on.
    pub(super) fn corruption(&self) -> Option<Corruption> {
        match self {
            Plan::Fault(Fault::Cut) => Some(Corruption::Cut),
            Plan::Fault(Fault::Huge(more)) => Some(Corruption::Padded(*more)),
            Plan::Fault(_) | Plan::Hold { .. } => None,
        }
    }

    /// Whether it needs no event to be handed out.
    pub(super) fn is_due_at_once(&self) -> bool {
        !matches!(
            self,
            Plan::Fault(Fault::Cut | Fault::Huge(_) | Fault::GivenUp)
        )
    }
}
