//! Ctrl-C and SIGTERM, for a server.
//!
//! The first signal asks the server to stop after the responses in flight, the second one ends the
//! process at once. A separate thread waits for them: a handler that blocks its thread blocks the
//! server, too.

#[cfg(unix)]
use super::signal::{INTERRUPT, Signal, TERMINATE};
use std::{
    io, process,
    sync::{
        Arc, Mutex, PoisonError,
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

/// What is said if the server has not stopped some time after the signal, or after the notice
/// before. After the last notice, the process ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notice {
    pub(crate) after: Duration,
    pub(crate) text: &'static str,
}

/// What a signal does.
#[derive(Clone, Debug)]
enum Plan {
    /// Ends the process, as without this module. The first process of a container has no default
    /// action for signals: it would lose them.
    #[cfg(feature = "server")]
    End,
    /// Asks the server to stop.
    Ask(Vec<Notice>),
    /// Nothing.
    #[cfg(feature = "server")]
    Ignore,
}

/// While this exists, the process is ended if the server does not stop when it is asked to.
#[derive(Debug)]
pub(crate) struct Guard {
    plan: Arc<Mutex<Plan>>,
    is_over: Arc<AtomicBool>,
    /// A channel without a sender would look like a signal.
    _sender: Sender<()>,
}

#[cfg(feature = "server")]
impl Guard {
    /// From now on, a signal asks the server to stop.
    pub(crate) fn ask(&self, notices: Vec<Notice>) {
        self.set(Plan::Ask(notices));
    }

    /// From now on, a signal does nothing: the program handles it itself.
    pub(crate) fn ignore(&self) {
        self.set(Plan::Ignore);
    }

    fn set(&self, plan: Plan) {
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = plan;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// Returns a channel with a message for each signal. `say` writes the notices.
///
/// Signals are caught from here on. After the guard is dropped, a signal still ends the program.
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) fn requests(notices: Vec<Notice>, say: fn(&str)) -> (Receiver<()>, Guard) {
    listen(Plan::Ask(notices), say)
}

/// As `requests`, but a signal ends the process until [`Guard::ask`] is called.
#[cfg(feature = "server")]
pub(crate) fn starting(say: fn(&str)) -> (Receiver<()>, Guard) {
    listen(Plan::End, say)
}

fn listen(plan: Plan, say: fn(&str)) -> (Receiver<()>, Guard) {
    let (sender, receiver) = mpsc::channel(1);
    let guard = Guard {
        plan: Arc::new(Mutex::new(plan)),
        is_over: Arc::default(),
        _sender: sender.clone(),
    };
    let plan = Arc::clone(&guard.plan);
    let is_over = Arc::clone(&guard.is_over);
    let (ready, is_ready) = std_mpsc::channel();
    let watch = move || watch(&sender, (&plan, &is_over), ready, say);
    let thread = thread::Builder::new()
        .name("signals".to_owned())
        .spawn(watch);
    let listens = thread.and_then(|_| is_ready.recv().unwrap_or(Ok(())));
    if let Err(error) = listens {
        say(&format!("no signals can be received: {error}"));
    }
    (receiver, guard)
}

impl Plan {
    /// What is said after a signal; `None` if it is ignored. Ends the process if it is to end, with this code.
    fn notices(&self, code: i32) -> Option<Vec<Notice>> {
        match self {
            Plan::Ask(notices) => {
                let _ = code;
                Some(notices.clone())
            }
            #[cfg(feature = "server")]
            Plan::Ignore => None,
            #[cfg(feature = "server")]
            Plan::End => process::exit(code),
        }
    }
}

/// Waits for signals. `ready` gets a message when none can be missed, or the reason why none arrive.
fn watch(
    sender: &Sender<()>,
    (plan, is_over): (&Mutex<Plan>, &AtomicBool),
    ready: std_mpsc::Sender<io::Result<()>>,
    say: fn(&str),
) {
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
        let notices = loop {
            let code = signals.next().await;
            let plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(notices) = plan.notices(code) {
                break notices;
            }
        };
        // A server that is busy receives it later.
        let _ = sender.try_send(());
        for notice in notices {
            match timeout(notice.after, signals.next()).await {
                Ok(code) => process::exit(code),
                Err(_) if is_over.load(Ordering::Relaxed) => break,
                Err(_) => say(notice.text),
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

    /// Waits for a signal and returns the exit code for it.
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

    /// Waits for a signal and returns the exit code for it.
    async fn next(&mut self) -> i32 {
        match tokio::signal::ctrl_c().await {
            Ok(()) => INTERRUPTED,
            Err(_) => std::future::pending().await,
        }
    }
}
