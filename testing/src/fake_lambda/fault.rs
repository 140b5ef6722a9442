//! What goes wrong with the Runtime API, when a test wants it to.

use super::answer::Spoilt;
use crate::AtCaller;
use http::StatusCode;
use std::future::Future;
use tokio::sync::oneshot;

/// A call of the function to the Runtime API.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Call {
    /// `GET /runtime/invocation/next`: the function asks for an event.
    Next,
    /// `POST /runtime/invocation/{id}/response`: the function replies.
    Response,
    /// `POST /runtime/invocation/{id}/error`: the function reports an error.
    Error,
    /// `POST /runtime/init/error`: the function cannot start.
    InitError,
}

/// What happens to a call of the function.
///
/// | fault | the call | its answer |
/// |---|---|---|
/// | [`Status`](Fault::Status) | has no effect | this status |
/// | [`Reset`](Fault::Reset) | has no effect | none: the connection is reset |
/// | [`GivenUp`](Fault::GivenUp) | is too late | 410 |
/// | [`Cut`](Fault::Cut) | has its effect | its first half, then the connection ends |
/// | [`Huge`](Fault::Huge) | has its effect | its own, much larger |
///
/// For an answer that only takes its time, see [`FakeLambda::hold`](super::FakeLambda::hold).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It is answered with this status, and has no other effect.
    Status(StatusCode),
    /// Its connection is reset, and it has no other effect.
    Reset,
    /// Lambda has given the invocation up meanwhile: its outcome is
    /// [`TimedOut`](super::Outcome::TimedOut), the process lives on, and the call is answered with
    /// 410. Only a reply or an error can come too late; other calls go on.
    GivenUp,
    /// The connection ends in the middle of the answer's body. What the call does is done: a reply
    /// is taken.
    ///
    /// An event that did not arrive whole is handed out again to a function that asks again, as
    /// Lambda does. With a [concurrency](super::FakeLambdaBuilder::concurrency) above 1 it is not:
    /// there the outcome is the error `Runtime.Unknown`.
    Cut,
    /// The answer's body has so many spaces behind it, in bytes. The same JSON stands in it.
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
    pub fn reached(&mut self) -> AtCaller<impl Future<Output = Result<(), String>> + Send> {
        let what = format!("a call of {:?} to be held", self.call);
        AtCaller::new(async move {
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
    /// What it does to the answer, if the call goes on.
    pub(super) fn spoilt(&self) -> Option<Spoilt> {
        match self {
            Plan::Fault(Fault::Cut) => Some(Spoilt::Cut),
            Plan::Fault(Fault::Huge(more)) => Some(Spoilt::Padded(*more)),
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
