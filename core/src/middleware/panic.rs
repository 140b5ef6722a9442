//! Keeps a panic from taking the process, or the reply, with it.
//!
//! While code of an application runs, the thread is watched. The process' panic hook, where the
//! [runtime](crate::runtime) has installed one, then tells nothing by itself, but leaves here what
//! it knows, so that the panic becomes one record of the log, with its place.

use crate::{
    Problem,
    error::{Trace, framework},
};
use pin_project_lite::pin_project;
use std::{
    any::Any,
    backtrace::{Backtrace, BacktraceStatus},
    cell::{Cell, RefCell},
    fmt,
    future::Future,
    mem,
    panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

/// A panic that was caught.
#[derive(Clone, Debug)]
pub(crate) struct Panic {
    message: String,
    /// Where it happened: file, line and column; known where a hook was there to see it.
    location: Option<String>,
    /// What led there, where the environment asks for it.
    backtrace: Option<String>,
}

impl Panic {
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    pub(crate) fn backtrace(&self) -> Option<&str> {
        self.backtrace.as_deref()
    }

    /// The panic with this message; the others that the hook has seen on the way were caught before.
    fn caught(message: String, mut seen: Vec<Panic>) -> Self {
        // Not always the last one: another may have come and gone while this one unwound, and this one
        // may have been caught and thrown on.
        let caught = match seen.iter().rposition(|panic| panic.message == message) {
            Some(at) => seen.remove(at),
            None => Self {
                message,
                location: None,
                backtrace: None,
            },
        };
        log_swallowed(&seen);
        caught
    }

    /// The reply to a request whose handling ended so.
    pub(crate) fn problem(self) -> Problem {
        framework::panicked(&self.message).with_trace(self.into_trace())
    }

    /// The same of the hook that restyles problems: only for the log.
    pub(crate) fn hook_problem(self) -> Problem {
        framework::hook_panicked(&self.message).with_trace(self.into_trace())
    }

    fn into_trace(self) -> Trace {
        Trace {
            location: self.location,
            backtrace: self.backtrace,
            elapsed: None,
        }
    }

    /// One that the application's own code has caught. Without a record nobody would know of it.
    #[cold]
    fn log_swallowed(&self) {
        tracing::warn!(
            target: "lambda_api",
            cause = self.message(),
            location = self.location(),
            backtrace = self.backtrace(),
            "a panic was caught by the application"
        );
    }

    /// One that nothing catches.
    #[cold]
    fn log_last(&self) {
        self.log("the process ends with a panic");
    }

    /// One for which there is no reply to turn it into.
    #[cold]
    pub(crate) fn log(&self, what: &'static str) {
        tracing::error!(
            target: "lambda_api",
            cause = self.message(),
            location = self.location(),
            backtrace = self.backtrace(),
            "{what}"
        );
    }
}

/// `panicked at src/main.rs:7:5: the message`.
impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Some(location) => write!(f, "panicked at {location}: {}", self.message),
            None => write!(f, "panicked: {}", self.message),
        }
    }
}

impl std::error::Error for Panic {}

/// The text of a panic, for the log.
fn text(payload: &(dyn Any + Send)) -> &str {
    if let Some(text) = payload.downcast_ref::<&'static str>() {
        text
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text
    } else {
        "a panic without a message"
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Watch {
    /// No code of the application runs on this thread that a panic is caught around.
    Off,
    On,
    /// The hook has seen a panic since.
    Panicked,
}

thread_local! {
    static WATCH: Cell<Watch> = const { Cell::new(Watch::Off) };
    /// The panics that the hook has seen since this thread was last watched anew, until one is caught
    /// or the part that was watched is through.
    static SEEN: RefCell<Vec<Panic>> = const { RefCell::new(Vec::new()) };
}

/// A thread whose application catches one panic after the other keeps no more than these.
const SEEN_LIMIT: usize = 8;

fn take_seen() -> Vec<Panic> {
    put_seen(Vec::new())
}

fn put_seen(panics: Vec<Panic>) -> Vec<Panic> {
    // At the end of a thread there may be no such thing any more.
    SEEN.try_with(|seen| Some(mem::replace(&mut *seen.try_borrow_mut().ok()?, panics)))
        .ok()
        .flatten()
        .unwrap_or_default()
}

fn log_swallowed(seen: &[Panic]) {
    for panic in seen {
        panic.log_swallowed();
    }
}

/// For the panic hook: whether the panic will be caught and told of here, and so is nothing that
/// the hook would have to tell.
pub(crate) fn witness(info: &PanicHookInfo<'_>) -> bool {
    if WATCH.get() == Watch::Off {
        return false;
    }
    WATCH.set(Watch::Panicked);
    let backtrace = Backtrace::capture();
    let panic = Panic {
        message: text(info.payload()).to_owned(),
        location: info.location().map(ToString::to_string),
        backtrace: (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string()),
    };
    if cfg!(panic = "abort") {
        // There is no later.
        panic.log_last();
        return false;
    }
    let mut seen = take_seen();
    if is_last(info) {
        // So are those that led here: the one that unwound, and the one in the drop of something of it.
        let under_way = seen.split_off(seen.len().saturating_sub(2));
        log_swallowed(&seen);
        for panic in &under_way {
            panic.log_last();
        }
        if under_way.is_empty() {
            panic.log_last();
        }
        return false;
    }
    // Whether the earlier ones were caught, or unwind still, only what follows can tell.
    seen.push(panic);
    if seen.len() > SEEN_LIMIT {
        seen.remove(0).log_swallowed();
    }
    put_seen(seen);
    true
}

/// Whether the process ends with this panic, though panics unwind: it is the compiler's own, of a
/// panic that left a drop while another one unwound, or a function that must not be left so.
fn is_last(info: &PanicHookInfo<'_>) -> bool {
    // Others name the place of the code that panics, never this one.
    let own = |path: &str| path.replace('\\', "/").ends_with("core/src/panicking.rs");
    info.location().is_some_and(|place| own(place.file()))
        || text(info.payload()).starts_with("unsafe precondition(s) violated")
}

/// Runs a part of the application, or of what it is made of, to its end or its panic.
///
/// What it had borrowed or shared may be half changed after a panic; what outlives it are values
/// that are safe to share between threads, and so guard themselves.
pub(crate) fn caught_now<T>(part: impl FnOnce() -> T) -> Result<T, Panic> {
    let before = WATCH.replace(Watch::On);
    // Those of the part around this one, which may be unwinding right now.
    let outer = match before {
        Watch::Panicked => take_seen(),
        Watch::Off | Watch::On => Vec::new(),
    };
    let result = catch_unwind(AssertUnwindSafe(part)).map_err(message_of);
    let after = WATCH.replace(before);
    let seen = match (before, after) {
        (Watch::Panicked, _) | (_, Watch::Panicked) => put_seen(outer),
        _ => Vec::new(),
    };
    match result {
        Ok(value) => {
            log_swallowed(&seen);
            Ok(value)
        }
        Err(message) => Err(Panic::caught(message, seen)),
    }
}

/// What is left of a panic's payload, which may be of any type: dropping it may panic as well, and once
/// more is enough.
fn message_of(payload: Box<dyn Any + Send>) -> String {
    let message = text(&*payload).to_owned();
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(second);
        let mut seen = take_seen();
        seen.pop();
        put_seen(seen);
    }
    message
}

pin_project! {
    /// A future whose panics are its value.
    pub(crate) struct Caught<F> {
        #[pin]
        future: Option<F>,
    }
}

/// The same for a future: its panics, and those of its end.
pub(crate) fn caught<F: Future>(future: F) -> Caught<F> {
    Caught {
        future: Some(future),
    }
}

impl<F: Future> Future for Caught<F> {
    type Output = Result<F::Output, Panic>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut slot = self.project().future;
        let Some(future) = slot.as_mut().as_pin_mut() else {
            return Poll::Pending;
        };
        let result = match caught_now(|| future.poll(cx)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(value)) => Ok(value),
            Err(panic) => Err(panic),
        };
        Poll::Ready(match (result, caught_now(|| slot.set(None))) {
            (result, Ok(())) => result,
            (Ok(_), Err(panic)) => Err(panic),
            (Err(first), Err(second)) => {
                second.log("another panic followed");
                Err(first)
            }
        })
    }
}

#[cfg(test)]
mod tests;
