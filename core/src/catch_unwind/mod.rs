//! Turns panics into problems.
//!
//! While code of an application runs, the thread is watched. The process' panic hook, if
//! [`install_panic_hook`] was called, then prints nothing, but stores the panic here, so that it
//! becomes one log record with its location.

mod panic_hook;

pub(crate) use panic_hook::{install as install_panic_hook, warn_of_abort};

use pin_project_lite::pin_project;
use std::{
    any::Any,
    backtrace::{Backtrace, BacktraceStatus},
    cell::{Cell, RefCell},
    fmt,
    future::Future,
    mem,
    panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind as std_catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

/// A panic that was caught.
#[derive(Clone, Debug)]
pub(crate) struct Panic {
    pub(crate) message: String,
    /// The file, line and column, if a hook has seen the panic.
    pub(crate) location: Option<String>,
    /// The backtrace, if the environment enables it.
    pub(crate) backtrace: Option<String>,
}

impl Panic {
    /// Finds the panic with this message; other panics that the hook has seen were caught before.
    fn caught(message: String, mut seen: Vec<Panic>) -> Self {
        // It is not always the last one: another panic may have come and gone during this
        // unwinding, and this one may have been caught and resumed.
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

    /// Logs a panic that the application's own code has caught, which would otherwise go unnoticed.
    #[cold]
    fn log_swallowed(&self) {
        tracing::warn!(
            target: "lambda_api",
            cause = self.message,
            location = self.location.as_deref(),
            backtrace = self.backtrace.as_deref(),
            "a panic was caught by the application"
        );
    }

    /// Logs a panic that nothing catches.
    #[cold]
    fn log_last(&self) {
        self.log("the process ends with a panic");
    }

    /// Logs a panic that has no response.
    #[cold]
    pub(crate) fn log(&self, what: &'static str) {
        tracing::error!(
            target: "lambda_api",
            cause = self.message,
            location = self.location.as_deref(),
            backtrace = self.backtrace.as_deref(),
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
    /// This thread runs no code of the application.
    Off,
    On,
    /// The hook has seen a panic since.
    Panicked,
}

thread_local! {
    static WATCH: Cell<Watch> = const { Cell::new(Watch::Off) };
    /// The panics that the hook has seen since this thread was last watched, until one is caught or
    /// the watched code has finished.
    static SEEN: RefCell<Vec<Panic>> = const { RefCell::new(Vec::new()) };
}

/// The maximum for a thread whose application catches many panics.
const SEEN_LIMIT: usize = 8;

fn take_seen() -> Vec<Panic> {
    put_seen(Vec::new())
}

fn put_seen(panics: Vec<Panic>) -> Vec<Panic> {
    // While a thread ends, its thread-locals may already be destroyed.
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

/// Called by the panic hook: whether the panic will be caught and logged here, so that the hook
/// must not report it.
pub(crate) fn record_panic(info: &PanicHookInfo<'_>) -> bool {
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
        // The process aborts, so this is the last chance.
        panic.log_last();
        return false;
    }
    let mut seen = take_seen();
    if is_last(info) {
        // The panics that led here end the process too: the one that unwound, and the one in a drop
        // during it.
        let in_flight = seen.split_off(seen.len().saturating_sub(2));
        log_swallowed(&seen);
        for panic in &in_flight {
            panic.log_last();
        }
        if in_flight.is_empty() {
            panic.log_last();
        }
        return false;
    }
    // Only later events show whether the earlier ones were caught or are still unwinding.
    seen.push(panic);
    if seen.len() > SEEN_LIMIT {
        seen.remove(0).log_swallowed();
    }
    put_seen(seen);
    true
}

/// Whether this panic ends the process even with unwinding. Then it is the compiler's own, for a
/// panic in a drop during unwinding, or in a function that must not unwind.
fn is_last(info: &PanicHookInfo<'_>) -> bool {
    // Other panics have the location of the code that panics, never this one.
    let own = |path: &str| path.replace('\\', "/").ends_with("core/src/panicking.rs");
    info.location().is_some_and(|place| own(place.file()))
        || text(info.payload()).starts_with("unsafe precondition(s) violated")
}

/// Runs code of the application, and catches a panic.
///
/// Data that it borrowed or shared may be inconsistent after a panic. Only values that can be
/// shared between threads outlive it, and those protect themselves.
pub(crate) fn catch_unwind_now<T>(part: impl FnOnce() -> T) -> Result<T, Panic> {
    let before = WATCH.replace(Watch::On);
    // The panics of the code around this one, which may be unwinding right now.
    let outer = match before {
        Watch::Panicked => take_seen(),
        Watch::Off | Watch::On => Vec::new(),
    };
    let result = std_catch_unwind(AssertUnwindSafe(part)).map_err(message_of);
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

/// The message of a panic's payload. The payload may be of any type, so dropping it may panic too;
/// the payload of that second panic is forgotten.
fn message_of(payload: Box<dyn Any + Send>) -> String {
    let message = text(&*payload).to_owned();
    if let Err(second) = std_catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(second);
        let mut seen = take_seen();
        seen.pop();
        put_seen(seen);
    }
    message
}

pin_project! {
    /// A future that returns its panics as errors.
    pub(crate) struct CatchUnwind<F> {
        #[pin]
        future: Option<F>,
    }
}

/// Catches the panics of a future, including those of its drop.
pub(crate) fn catch_unwind<F: Future>(future: F) -> CatchUnwind<F> {
    CatchUnwind {
        future: Some(future),
    }
}

impl<F: Future> Future for CatchUnwind<F> {
    type Output = Result<F::Output, Panic>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut slot = self.project().future;
        let Some(future) = slot.as_mut().as_pin_mut() else {
            return Poll::Pending;
        };
        let result = match catch_unwind_now(|| future.poll(cx)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(value)) => Ok(value),
            Err(panic) => Err(panic),
        };
        Poll::Ready(match (result, catch_unwind_now(|| slot.set(None))) {
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
