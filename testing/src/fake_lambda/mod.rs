//! A function as a process, behind a Lambda Runtime API on loopback: [`FakeLambda`].
//!
//! This is what a test inside the program cannot see: how it starts, and how fast; what it reads from
//! its environment; what it writes; that one invocation leaves the next one alone; how it ends.
//!
//! | what happens | what the test sees |
//! |---|---|
//! | the function replies | [`Outcome::Reply`], whole or collected from a stream |
//! | it reports an error | [`Outcome::Error`] with type and message |
//! | it panics, exits or is killed | [`Outcome::Crash`] with exit status and log, and a new process for the next invocation |
//! | it takes too long | [`Outcome::TimedOut`], and a new process for the next invocation |
//! | it does not start | [`try_start`](FakeLambdaBuilder::try_start) with exit status, log and init error |
//! | it calls what no runtime should call | [`refused_calls`](FakeLambda::refused_calls) |
//! | nothing | a panic after the [limit](FakeLambdaBuilder::limit), with all that is known |
//!
//! What Lambda may do to a function can be chosen: headers of an invocation ([`Invoke`]), faults and
//! delays of the Runtime API ([`FakeLambda::inject`], [`FakeLambda::hold`]), the end of the
//! environment ([`FakeLambda::terminate`]).
//!
//! # Faults
//!
//! [`Fault`] says what happens to a call, [`Call`] to which one. Faults are planned one by one, for
//! the next call of a kind; so a test says exactly what goes wrong, and when:
//!
//! ```no_run
//! # async fn example() {
//! use lambda_api_testing::{FakeLambda, fake_lambda::{Call, Fault}};
//! use serde_json::json;
//!
//! // The second time that it asks for an event, the connection breaks.
//! let lambda = FakeLambda::for_example("hello").await;
//! lambda.inject(Call::Next, Fault::Reset);
//! let outcome = lambda.invoke(json!({"Records": []})).await;
//! assert_eq!(outcome.error().error_type, "NotAnHttpEvent");
//! assert_eq!(lambda.starts(), 1, "it has ended");
//! # }
//! ```
//!
//! # Several at once
//!
//! Several invocations at once, as on Managed Instances:
//!
//! ```no_run
//! # async fn example() {
//! use lambda_api::event::Source;
//! use lambda_api_testing::{EventBuilder, FakeLambda};
//!
//! let lambda = FakeLambda::for_example("hello").concurrency(8).await;
//! let pending: Vec<_> = (0..100)
//!     .map(|n| lambda.invoke(EventBuilder::new(Source::HttpApi).path(&format!("/hello/{n}"))))
//!     .collect();
//! for (n, pending) in pending.into_iter().enumerate() {
//!     let reply = pending.await.reply().http(Source::HttpApi);
//!     assert_eq!(reply.body(), &format!("Hello, {n}!"));
//! }
//! # }
//! ```
//!
//! # A failed expectation
//!
//! Asked for the reply of a function that has exited, `outcome.reply()` panics with
//!
//! ```text
//! expected a reply, found the end of the process: Runtime exited with error: exit status 3
//! its log:
//!   stdout | {"timestamp":"2025-01-01T12:00:00Z","level":"INFO","message":"placing","requestId":"..."}
//!   stderr | out of paper
//! ```
//!
//! # Unlike Lambda
//!
//! Of a process that can have several invocations at once, one that takes too long ends alone; so it
//! is on Managed Instances. There is one process at a time, which is started at once, as with provisioned concurrency, and is
//! never frozen. A start that fails is not tried twice. Extensions are internal ones; there is no
//! Telemetry API, and no snapshot where a function asks for one. Memory and CPU are those of the
//! machine. Credentials in the
//! environment are those of nobody.

mod answer;
mod builder;
mod connection;
mod engine;
mod environment;
mod exit;
mod extension;
mod fault;
mod invoke;
mod locate;
mod log;
mod options;
mod outcome;
mod pending;
mod posted;
mod process;
mod reply;
mod restore;
mod server;
mod shared;
mod state;
mod under_way;

pub use builder::FakeLambdaBuilder;
pub use exit::Exit;
pub use fault::{Call, Fault, Hold};
pub use invoke::Invoke;
pub use log::{LogLine, LogStream};
pub use outcome::{FunctionError, Outcome};
pub use pending::Pending;
pub use reply::Reply;
pub use state::ColdStart;

use crate::{AtCaller, EventBuilder};
use bytes::Bytes;
use engine::Engine;
use fault::Plan;
use http::Response;
use options::Options;
use shared::Shared;
use state::Stop;
use std::{fmt, future::Future, path::Path, sync::Arc};
use tokio::{runtime, sync::oneshot};
use under_way::{AbortOnDrop, Job};

/// Runs a compiled program as Lambda does, and drives it.
///
/// The program is started with the environment that Lambda gives it, and nothing of yours but what
/// a program needs to run. It finds a Lambda Runtime API on loopback, and gets its invocations
/// there. What it replies, reports and writes, and how it ends, is for the test to look at.
///
/// ```no_run
/// use lambda_api::event::Source;
/// use lambda_api_testing::{EventBuilder, FakeLambda};
///
/// #[tokio::test]
/// # async fn not_run() {}
/// async fn the_program_says_hello() {
///     // In a test of the package that has the program: FakeLambda::start(env!("CARGO_BIN_EXE_hello"))
///     let lambda = FakeLambda::for_example("hello").await;
///
///     let reply = lambda.send(&EventBuilder::new(Source::HttpApi).path("/hello/world")).await;
///     assert_eq!(reply.status(), 200);
///     assert_eq!(reply.body(), "Hello, world!");
///
///     let error = lambda.invoke(serde_json::json!({"Records": []})).await.error();
///     assert_eq!(error.error_type, "NotAnHttpEvent");
/// }
/// ```
///
/// As on Lambda, a process that has ended is followed by another when the next invocation comes;
/// [`starts`](FakeLambda::starts) counts them. Unlike on Lambda, there is one process at a time,
/// and it is not frozen between invocations.
///
/// A clone is the same function. The process is killed with the last one. Nothing here depends on
/// the clock or the threads of the test's own tokio runtime.
#[derive(Clone)]
pub struct FakeLambda {
    shared: Arc<Shared>,
    runtime: runtime::Handle,
    /// Only held: it ends the process with the last clone.
    _engine: Arc<Engine>,
}

impl FakeLambda {
    /// Starts a program: `FakeLambda::start(env!("CARGO_BIN_EXE_hello")).await`.
    ///
    /// Cargo sets `CARGO_BIN_EXE_*` for the integration tests of the package that has the program,
    /// and builds it before they run.
    ///
    /// # Panics
    /// When the path is empty. When awaited: if the program cannot be started, or ends before it is
    /// ready.
    #[track_caller]
    pub fn start(program: impl AsRef<Path>) -> FakeLambdaBuilder {
        FakeLambdaBuilder::new(program.as_ref())
    }

    /// Starts a program of another package of the workspace, or an example of any: the one of the
    /// same profile, `target/debug/NAME` or `target/debug/examples/NAME`.
    ///
    /// Cargo builds all examples of a package for `cargo test`, but not for `cargo test --test NAME`,
    /// and programs of other packages for neither: then one may be missing, or be an old one.
    ///
    /// # Panics
    /// When the program was not built; the message has the command that builds it. When awaited, as
    /// after [`start`](FakeLambda::start).
    #[track_caller]
    pub fn for_example(name: &str) -> FakeLambdaBuilder {
        match locate::example(name) {
            Ok(program) => FakeLambdaBuilder::new(&program),
            Err(error) => panic!("{error}"),
        }
    }

    /// The function, or the end of a process that was never ready; an error when neither comes.
    async fn with(options: Options) -> Result<Result<Self, Exit>, String> {
        let shared = Arc::new(Shared::new(options));
        for (call, fault) in shared.options.faults.clone() {
            shared.update(|state| state.plan(call, Plan::Fault(fault)));
        }
        let (engine, runtime) = Engine::start(shared.clone());
        let lambda = Self {
            shared,
            runtime,
            _engine: Arc::new(engine),
        };
        let started = lambda.started().await?;
        Ok(started.map(|()| lambda))
    }

    /// Invokes the function: with a [`serde_json::Value`], an [`EventBuilder`], text, bytes, or an
    /// [`Invoke`] that says more.
    ///
    /// The invocation is in the queue at once. To await what is returned is to wait for its
    /// outcome; several can be under way.
    ///
    /// # Panics
    /// When the event is larger than the 6 MB that Lambda takes. When awaited: if there is no
    /// outcome within the [limit](FakeLambdaBuilder::limit).
    #[track_caller]
    pub fn invoke(&self, event: impl Into<Invoke>) -> Pending {
        let invoke = event.into();
        let size = invoke.event.len();
        assert!(
            size <= EVENT_LIMIT,
            "the event has {size} bytes, and Lambda takes {EVENT_LIMIT}"
        );
        let (taken_sender, taken) = oneshot::channel();
        let (done, outcome) = oneshot::channel();
        let mut request_id = String::new();
        self.shared.update(|state| {
            state.enqueue(|number| {
                request_id = invoke.id(number);
                Job {
                    number,
                    id: request_id.clone(),
                    invoke,
                    taken: taken_sender,
                    done,
                }
            });
            if state.fatal.is_some() {
                state.give_up(state.fatal.clone().unwrap_or_default());
            }
        });
        Pending {
            request_id,
            taken: Some(taken),
            outcome,
            limit: self.limit(),
            lambda: self.clone(),
        }
    }

    /// Sends an event, and reads the reply as its source would: as the client sees it.
    ///
    /// # Panics
    /// When the function does not reply, with what it did instead; and when the source could not
    /// read the reply.
    pub fn send(
        &self,
        event: &EventBuilder,
    ) -> AtCaller<impl Future<Output = Result<Response<Bytes>, String>> + Send> {
        AtCaller::new(async move {
            let outcome = self.invoke(event).outcome().await?;
            outcome.try_reply()?.read(event.source())
        })
    }

    /// All lines that the function wrote, of all its processes, in the order in which they came; of
    /// very many, the [last ones](FakeLambdaBuilder::kept_lines).
    ///
    /// A line comes a moment after it was written, which may be after the reply: wait with
    /// [`log`](FakeLambda::log) for one that is to come.
    #[must_use]
    pub fn logs(&self) -> Vec<LogLine> {
        self.shared.read(|state| state.logs.all())
    }

    /// The first line that matches, of those that are there and those that come.
    ///
    /// ```no_run
    /// # async fn example(lambda: lambda_api_testing::FakeLambda) {
    /// let line = lambda.log(|line| line.contains("order placed")).await;
    /// assert_eq!(line.json().unwrap()["cold_start"], true);
    /// # }
    /// ```
    ///
    /// # Panics
    /// When none comes within the [limit](FakeLambdaBuilder::limit).
    pub fn log(
        &self,
        mut matches: impl FnMut(&LogLine) -> bool,
    ) -> AtCaller<impl Future<Output = Result<LogLine, String>>> {
        let mut seen = 0;
        let found = async move {
            loop {
                let new = self.shared.until(|state| {
                    let (new, all) = state.logs.since(seen);
                    (!new.is_empty()).then_some((new, all))
                });
                let (new, all) = new.await;
                seen = all;
                // The test's own code runs while nothing is locked.
                for line in new {
                    if matches(&line) {
                        return line;
                    }
                }
            }
        };
        AtCaller::new(self.bounded("a line of the log", found))
    }

    /// How long the start of the last process took.
    ///
    /// # Panics
    /// When that process was never ready for an invocation.
    #[must_use]
    #[track_caller]
    pub fn cold_start(&self) -> ColdStart {
        match self.shared.read(|state| state.cold_start) {
            Some(cold_start) => cold_start,
            None => panic!("no start was completed: {}", self.story()),
        }
    }

    /// How many processes were started.
    #[must_use]
    pub fn starts(&self) -> u64 {
        self.shared.read(|state| state.started)
    }

    /// The id of the process, while there is one.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.shared.read(|state| state.process.as_ref()?.id)
    }

    /// The calls that were refused because no runtime should make them: a reply to an invocation
    /// that is not under way, or with the `lambda-runtime-invocation-id` of another, say.
    #[must_use]
    pub fn refused_calls(&self) -> Vec<String> {
        self.shared.read(|state| state.refused.clone())
    }

    /// Has a call go wrong: the next one of this kind, or the one that waits. Several faults
    /// happen one after the other.
    ///
    /// ```no_run
    /// # async fn example(lambda: lambda_api_testing::FakeLambda) {
    /// use lambda_api_testing::fake_lambda::{Call, Fault};
    ///
    /// lambda.inject(Call::Response, Fault::Reset);
    /// let outcome = lambda.invoke(serde_json::json!({})).await;
    /// # }
    /// ```
    pub fn inject(&self, call: Call, fault: Fault) {
        self.shared
            .update(|state| state.plan(call, Plan::Fault(fault)));
    }

    /// Holds a call as long as the test wants: the next one of this kind, or the one that
    /// waits. So the order of what happens can be chosen, where otherwise it would be chance.
    ///
    /// ```no_run
    /// # async fn example(lambda: lambda_api_testing::FakeLambda) {
    /// use lambda_api_testing::fake_lambda::Call;
    ///
    /// let mut reply = lambda.hold(Call::Response);
    /// let pending = lambda.invoke(serde_json::json!({}));
    /// reply.reached().await;
    /// // The function has replied, and Lambda is slow to take it.
    /// reply.release();
    /// let outcome = pending.await;
    /// # }
    /// ```
    pub fn hold(&self, call: Call) -> Hold {
        let (reached_sender, reached) = oneshot::channel();
        let (release, release_receiver) = oneshot::channel();
        let plan = Plan::Hold {
            reached: reached_sender,
            release: release_receiver,
        };
        self.shared.update(|state| state.plan(call, plan));
        Hold {
            lambda: self.clone(),
            call,
            reached,
            release,
        }
    }

    /// Ends the process as Lambda ends one that it needs no more: with SIGTERM and
    /// [500 ms](FakeLambdaBuilder::shutdown_grace) if an extension is registered, else at once,
    /// with SIGKILL.
    ///
    /// # Panics
    /// When there is no process.
    pub fn terminate(&self) -> AtCaller<impl Future<Output = Result<Exit, String>> + Send> {
        AtCaller::new(async move {
            let number = self.shared.update(|state| {
                let number = state.process.as_ref()?.number;
                state.stop = Some(Stop::Shutdown);
                Some(number)
            });
            match number {
                Some(number) => self.end_of(number).await,
                None => Err(format!("there is no process to end: {}", self.story())),
            }
        })
    }

    /// Waits until the process has ended by itself. When there is none, this is the end of the last
    /// one.
    ///
    /// # Panics
    /// When it does not end within the [limit](FakeLambdaBuilder::limit).
    pub fn ended(&self) -> AtCaller<impl Future<Output = Result<Exit, String>> + Send> {
        AtCaller::new(async move {
            let number = self.shared.read(|state| state.started);
            self.end_of(number).await
        })
    }

    async fn end_of(&self, number: u64) -> Result<Exit, String> {
        let ended = self
            .shared
            .until(|state| state.ended_since(number).cloned());
        self.bounded("the process to end", ended).await
    }

    /// Kills the process and starts another: a cold start.
    ///
    /// # Panics
    /// When the new one does not start, with the reason and its log.
    pub fn restart(&self) -> AtCaller<impl Future<Output = Result<(), String>> + Send> {
        AtCaller::new(async move {
            self.started().await?.map_err(|exit| {
                let program = self.shared.options.program.display();
                format!("{program} did not start: {}", exit.story())
            })
        })
    }

    /// Starts a process in place of the one that there may be, and waits until it is ready.
    async fn started(&self) -> Result<Result<(), Exit>, String> {
        let number = self.shared.update(|state| {
            if state.process.is_some() {
                state.stop = Some(Stop::Kill);
            }
            state.start_wanted = true;
            state.started + 1
        });
        let ready = self.shared.until(|state| {
            if let Some(exit) = state.ended_since(number) {
                return Some(Ok(Err(exit.clone())));
            }
            if let Some(fatal) = &state.fatal {
                return Some(Err(fatal.clone()));
            }
            let is_ready = state
                .process
                .as_ref()
                .is_some_and(|process| process.number >= number && process.is_ready());
            is_ready.then_some(Ok(Ok(())))
        });
        self.bounded("the function to be ready", ready).await?
    }

    /// Waits, but not longer than the test wants to.
    async fn bounded<T>(&self, what: &str, waiting: impl Future<Output = T>) -> Result<T, String> {
        let limit = self.limit();
        let _ends_with_this = AbortOnDrop(limit.abort_handle());
        tokio::select! {
            biased;
            value = waiting => Ok(value),
            _ = limit => Err(self.failure(what)),
        }
    }

    /// Ends when the test has waited long enough; not on its own clock, which it may have paused.
    fn limit(&self) -> tokio::task::JoinHandle<()> {
        let limit = self.shared.options.limit;
        self.runtime
            .spawn(async move { tokio::time::sleep(limit).await })
    }

    fn story(&self) -> String {
        self.shared.read(|state| state.story(&self.shared.options))
    }

    /// What is said of a wait that was in vain.
    fn failure(&self, what: &str) -> String {
        let limit = self.shared.options.limit;
        format!(
            "waited for {what}, and not longer than {limit:?}: {}",
            self.story()
        )
    }
}

impl fmt::Debug for FakeLambda {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeLambda")
            .field("program", &self.shared.options.program)
            .field("starts", &self.starts())
            .field("process_id", &self.process_id())
            .finish_non_exhaustive()
    }
}

/// The largest event, in bytes.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const EVENT_LIMIT: usize = 6 * 1024 * 1024;

#[cfg(test)]
mod tests;
