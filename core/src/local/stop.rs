//! Ctrl-C and SIGTERM.
//!
//! The first one asks the server to end when responses that are under way are finished, the second
//! one ends the process at once. A thread of its own watches for them: a handler that blocks its
//! thread blocks the server, which then notices nothing.

use super::{log, serve::PATIENCE};
#[cfg(unix)]
use crate::runtime::signal::{INTERRUPT, Signal, TERMINATE};
use std::{
    io, process,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc as std_mpsc,
    },
    thread,
    time::Duration,
};
use tokio::{
    runtime::Builder,
    sync::mpsc::{self, Receiver, Sender},
    time::timeout,
};

/// How long the first request to end may take before the developer is told what it waits for.
const NOTICE: Duration = Duration::from_secs(1);

/// How much longer than responses may take the end itself may: for hooks, and for a thread that
/// notices late.
const SLACK: Duration = Duration::from_secs(2);

/// While this lives, the process is ended should the server not end itself when it is asked to.
pub(super) struct Guard {
    is_over: Arc<AtomicBool>,
    /// A channel without sender would look like a request.
    _sender: Sender<()>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// A message for the first signal that asks the program to end.
///
/// Signals are caught from here on. When the guard is dropped, the program goes on as it likes; a
/// signal still ends it.
pub(super) fn requests() -> (Receiver<()>, Guard) {
    let (sender, receiver) = mpsc::channel(1);
    let guard = Guard {
        is_over: Arc::default(),
        _sender: sender.clone(),
    };
    let is_over = Arc::clone(&guard.is_over);
    let (ready, is_ready) = std_mpsc::channel();
    let watch = move || watch(&sender, &is_over, ready);
    let thread = thread::Builder::new()
        .name("signals".to_owned())
        .spawn(watch);
    let listens = thread.and_then(|_| is_ready.recv().unwrap_or(Ok(())));
    if let Err(error) = listens {
        log::line(&format!("warning: no signals can be received: {error}"));
    }
    (receiver, guard)
}

/// Waits for signals; `ready` is told when none is missed any more, or why none can be seen.
fn watch(sender: &Sender<()>, is_over: &AtomicBool, ready: std_mpsc::Sender<io::Result<()>>) {
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(ready.send(Err(error))),
    };
    runtime.block_on(async {
        let mut signals = match Signals::listen() {
            Ok(signals) => signals,
            Err(error) => return drop(ready.send(Err(error))),
        };
        let _ = ready.send(Ok(()));
        drop(ready);
        signals.next().await;
        // A server that does not take it up finds it later.
        let _ = sender.try_send(());
        for (patience, text) in [
            (
                NOTICE,
                "waiting for responses that are under way; once more ends the program at once",
            ),
            (
                PATIENCE + SLACK - NOTICE,
                "a handler blocks its thread: the program ends without its response",
            ),
        ] {
            match timeout(patience, signals.next()).await {
                Ok(code) => process::exit(code),
                Err(_) if is_over.load(Ordering::Relaxed) => break,
                Err(_) => log::line(text),
            }
        }
        if !is_over.load(Ordering::Relaxed) {
            process::exit(1);
        }
        process::exit(signals.next().await);
    });
}

/// The exit codes that shells use for SIGINT and SIGTERM.
const INTERRUPTED: i32 = 130;
#[cfg(unix)]
const TERMINATED: i32 = 143;

#[cfg(unix)]
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: Signal::listen(INTERRUPT)?,
            terminate: Signal::listen(TERMINATE)?,
        })
    }

    /// Waits for one; the exit code of a process that it ends.
    async fn next(&mut self) -> i32 {
        tokio::select! {
            () = self.interrupt.recv() => INTERRUPTED,
            () = self.terminate.recv() => TERMINATED,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// Waits for one; the exit code of a process that it ends.
    async fn next(&mut self) -> i32 {
        match tokio::signal::ctrl_c().await {
            Ok(()) => INTERRUPTED,
            Err(_) => std::future::pending().await,
        }
    }
}
