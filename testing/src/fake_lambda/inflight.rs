//! An invocation: queued, in flight, ended.

use super::{
    builder::Options,
    invoke::{INVOCATION_ID, Invoke},
    outcome::Outcome,
    streaming::Reader,
};
use bytes::Bytes;
use http::HeaderMap;
use std::time::{Duration, Instant};
use tokio::{sync::oneshot, task::AbortHandle};

/// An invocation that no process has taken.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) number: u64,
    pub(super) id: String,
    pub(super) invoke: Invoke,
    pub(super) taken: oneshot::Sender<()>,
    /// The test that reads the response while it is sent.
    pub(super) reader: Option<Reader>,
    pub(super) done: oneshot::Sender<Outcome>,
}

/// What the function gets when it asks for an event.
#[derive(Clone, Debug)]
pub(super) struct HandedOut {
    pub(super) number: u64,
    pub(super) headers: HeaderMap,
    pub(super) event: Bytes,
}

/// An invocation that a process has taken.
#[derive(Debug)]
pub(super) struct Inflight {
    pub(super) number: u64,
    pub(super) id: String,
    pub(super) timeout: Duration,
    pub(super) timed_out: bool,
    /// What did not arrive, and is handed out once more.
    pub(super) again: Option<HandedOut>,
    /// Ends the invocation when it takes too long.
    pub(super) timer: Option<AbortOnDrop>,
    pub(super) reader: Option<Reader>,
    /// Whether the response is expected as a stream.
    pub(super) response_stream: bool,
    /// Whether the function sends its response.
    pub(super) is_sent: bool,
    invocation_id: Option<Vec<u8>>,
    pub(super) handed_out: Instant,
    done: oneshot::Sender<Outcome>,
}

impl Job {
    /// What the function gets now, and what is kept of it.
    pub(super) fn hand_out(self, options: &Options) -> (HandedOut, Inflight) {
        let headers = self.invoke.headers_now(self.number, options);
        let inflight = Inflight {
            number: self.number,
            id: self.id,
            timeout: self.invoke.timeout.unwrap_or(options.timeout),
            timed_out: false,
            again: None,
            timer: None,
            reader: self.reader,
            response_stream: self.invoke.response_stream,
            is_sent: false,
            invocation_id: headers.get(INVOCATION_ID).map(|id| id.as_bytes().to_vec()),
            handed_out: Instant::now(),
            done: self.done,
        };
        // Nobody has to wait for it.
        let _ = self.taken.send(());
        let handed_out = HandedOut {
            number: self.number,
            headers,
            event: self.invoke.event,
        };
        (handed_out, inflight)
    }
}

impl Inflight {
    /// Whether a call with this `lambda-runtime-invocation-id` is about it. Old runtimes send none.
    pub(super) fn is_meant_by(&self, invocation_id: Option<&[u8]>) -> bool {
        invocation_id.is_none_or(|id| self.invocation_id.as_deref() == Some(id))
    }

    /// What identifies calls about it after its end.
    pub(super) fn known_as(&self) -> KnownAs {
        KnownAs {
            number: self.number,
            id: self.id.clone(),
            invocation_id: self.invocation_id.clone(),
        }
    }

    pub(super) fn took(&self) -> Duration {
        self.handed_out.elapsed()
    }

    pub(super) fn end(self, outcome: Outcome) {
        // Nobody may be interested.
        let _ = self.done.send(outcome);
    }
}

/// Aborts a task on drop.
#[derive(Debug)]
pub(super) struct AbortOnDrop(pub(super) AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Why a call is about no invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotFound {
    RequestId,
    InvocationId,
    /// It is about one that was given up.
    TooLate,
}

/// The ids of an invocation that is over.
#[derive(Debug)]
pub(super) struct KnownAs {
    pub(super) number: u64,
    id: String,
    invocation_id: Option<Vec<u8>>,
}

impl KnownAs {
    pub(super) fn is_meant_by(&self, id: &str, invocation_id: Option<&[u8]>) -> bool {
        let same = |other| self.invocation_id.as_deref() == Some(other);
        self.id == id && invocation_id.is_none_or(same)
    }
}
