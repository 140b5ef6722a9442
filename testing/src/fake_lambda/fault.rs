//! What goes wrong with the Runtime API, when a test wants it to.

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

/// What happens to a call in place of its answer. The call has no other effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It is answered with this status.
    Status(StatusCode),
    /// Its connection is reset.
    Reset,
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
