//! Lambda Runtime API on loopback that runs a compiled function: [`FakeLambda`].
//!
//! Such a test sees what a test inside the program cannot: how the process starts and how fast, what
//! it reads from its environment, what it logs, and how it ends.
//!
//! | what happens | what the test sees |
//! |---|---|
//! | the function responds | [`Outcome::Response`], whole or collected from a stream |
//! | it reports an error | [`Outcome::Error`] with type and message |
//! | it exits or is killed | [`Outcome::Crash`] with exit status and log, and a new process for the next invocation |
//! | it takes too long | [`Outcome::TimedOut`], and a new process for the next invocation |
//! | it does not start | [`try_start`](FakeLambdaBuilder::try_start) with exit status, log and init error |
//! | nothing happens | a panic after the [limit](FakeLambdaBuilder::limit), with the state and the log |
//!
//! What Lambda may do to a function can be chosen: headers of an invocation ([`Invoke`]), faults
//! of the Runtime API ([`FakeLambda::inject`]), the end of the
//! environment ([`FakeLambda::terminate`]).
//!
//! # Faults
//!
//! A [`Fault`] happens to the next [`Call`] of a kind. Several faults of one kind happen in the order in
//! which they were injected:
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
//! assert_eq!(outcome.error().error_type, "UnsupportedEvent");
//! assert_eq!(lambda.starts(), 1, "it has ended");
//! # }
//! ```
//!
//! # Several at once
//!
//! A process gets several invocations at once, as on Managed Instances, with a
//! [`concurrency`](FakeLambdaBuilder::concurrency) above 1:
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
//!     let response = pending.await.response().http(Source::HttpApi);
//!     assert_eq!(response.body(), &format!("Hello, {n}!"));
//! }
//! # }
//! ```
//!
//! # Streams
//!
//! [`Invoke::response_stream`] and [`EventBuilder::response_stream`](crate::EventBuilder::response_stream) invoke the
//! function as a function URL or a REST API does that streams, and
//! [`invoke_streaming`](FakeLambda::invoke_streaming) reads the response while the function sends it. If the function sends
//! the format of the other mode, the client receives what [`emulate`](lambda_api::event::emulate#streams) says.
//!
//! # A failed expectation
//!
//! Asked for the response of a function that has exited, `outcome.response()` panics with
//!
//! ```text
//! expected a response, found the end of the process: Runtime exited with error: exit status 3
//! its log:
//!   stdout | {"timestamp":"2025-01-01T12:00:00Z","level":"INFO","message":"placing","requestId":"..."}
//!   stderr | out of paper
//! ```
//!
//! # Differences from Lambda
//!
//! There is one process at a time. It is started at once, as with provisioned concurrency, and is never
//! frozen. A start that fails is not repeated. Only internal extensions are supported; there is no
//! Telemetry API and no snapshot. Memory and CPU are those of the machine. The credentials in the
//! environment are invalid.

mod builder;
mod connection;
mod environment;
mod exit;
mod extension;
mod fault;
mod inflight;
mod invoke;
mod locate;
mod log;
mod messages;
mod outcome;
mod pending;
mod process;
mod response;
mod restore;
mod runtime_thread;
mod server;
mod shared;
mod state;
mod streaming;

pub use builder::FakeLambdaBuilder;
pub use exit::Exit;
#[doc(hidden)]
pub use fault::Hold;
pub use fault::{Call, Fault};
pub use invoke::Invoke;
pub use log::{LogLine, LogStream};
pub use outcome::{FunctionError, Outcome};
pub use pending::Pending;
pub use response::InvocationResponse;
pub use streaming::{Chunk, StreamingResponse};

use crate::{EventBuilder, TrackedFuture};
use builder::Options;
use bytes::Bytes;
use fault::Plan;
use http::Response;
use inflight::{AbortOnDrop, Job};
use runtime_thread::RuntimeThread;
use shared::Shared;
use state::Stop;
use std::{fmt, future::Future, path::Path, sync::Arc, time::Duration};
use streaming::Reader;
use tokio::{runtime, sync::oneshot};

/// Compiled function, run as Lambda runs it.
///
/// The program is started with the environment variables of Lambda, and with those of the test only as
/// far as a program needs them to run. It gets its invocations from a Lambda Runtime API on loopback.
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
///     let response = lambda.send(&EventBuilder::new(Source::HttpApi).path("/hello/world")).await;
///     assert_eq!(response.status(), 200);
///     assert_eq!(response.body(), "Hello, world!");
///
///     let error = lambda.invoke(serde_json::json!({"Records": []})).await.error();
///     assert_eq!(error.error_type, "UnsupportedEvent");
/// }
/// ```
///
/// If the process has ended, the next invocation starts another; [`starts`](FakeLambda::starts) counts
/// them. Clones share the function, and the process is killed when the last clone is dropped. The
/// function does not depend on the clock or the threads of the test's tokio runtime.
#[derive(Clone)]
pub struct FakeLambda {
    shared: Arc<Shared>,
    runtime: runtime::Handle,
    /// Only held: it ends the process with the last clone.
    _engine: Arc<RuntimeThread>,
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

    /// The function, or the end of a process that was never ready; an error if neither comes.
    async fn with(options: Options) -> Result<Result<Self, Exit>, String> {
        let shared = Arc::new(Shared::new(options));
        for (call, fault) in shared.options.faults.clone() {
            shared.update(|state| state.plan(call, Plan::Fault(fault)));
        }
        let (runtime_thread, runtime) = RuntimeThread::start(shared.clone());
        let lambda = Self {
            shared,
            runtime,
            _engine: Arc::new(runtime_thread),
        };
        let started = lambda.started().await?;
        Ok(started.map(|()| lambda))
    }

    /// Invokes the function: with a [`serde_json::Value`], an [`EventBuilder`], text, bytes, or an
    /// [`Invoke`] that says more.
    ///
    /// The invocation is queued at once. Awaiting the returned future waits for its outcome; there can
    /// be several invocations at a time.
    ///
    /// # Panics
    /// When the event is larger than the 6 MB that Lambda takes. When awaited: if there is no
    /// outcome within the [limit](FakeLambdaBuilder::limit).
    #[track_caller]
    pub fn invoke(&self, event: impl Into<Invoke>) -> Pending {
        self.enqueue(event.into(), None)
    }

    /// Invokes the function as a source does that streams, and reads the response while the function sends it:
    /// see [`Invoke::response_stream`].
    ///
    /// ```no_run
    /// # async fn example(lambda: lambda_api_testing::FakeLambda) {
    /// use lambda_api::event::Source;
    /// use lambda_api_testing::EventBuilder;
    ///
    /// let event = EventBuilder::new(Source::FunctionUrl).path("/progress");
    /// let mut response = lambda.invoke_streaming(event);
    /// let head = response.chunk().await.unwrap();
    /// assert!(head.bytes.starts_with(br#"{"statusCode":200"#));
    /// let nuls = response.chunk().await.unwrap();
    /// // The function is still at work.
    /// let first = response.chunk().await.unwrap();
    /// let outcome = response.await;
    /// # }
    /// ```
    ///
    /// # Panics
    /// As [`invoke`](FakeLambda::invoke).
    #[track_caller]
    pub fn invoke_streaming(&self, event: impl Into<Invoke>) -> StreamingResponse {
        let (reader, chunks, fault) = streaming::channel();
        let pending = self.enqueue(event.into().response_stream(), Some(reader));
        StreamingResponse {
            lambda: self.clone(),
            pending,
            chunks,
            fault: Some(fault),
        }
    }

    #[track_caller]
    fn enqueue(&self, invoke: Invoke, reader: Option<Reader>) -> Pending {
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
                    reader,
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

    /// Sends an event, and returns the response that the client of its source receives.
    ///
    /// # Panics
    /// If the function does not respond, or if the source cannot read the response.
    pub fn send<'a>(&'a self, event: &'a EventBuilder) -> TrackedFuture<'a, Response<Bytes>> {
        TrackedFuture::new(async move {
            let outcome = self.invoke(event).outcome().await?;
            outcome.try_response()?.read(event.source())
        })
    }

    /// The lines that all processes of the function have written, in order: the last 100,000.
    ///
    /// A line may arrive after the response that it belongs to. [`log`](FakeLambda::log) waits for one.
    #[must_use]
    pub fn logs(&self) -> Vec<LogLine> {
        self.shared.read(|state| state.logs.all())
    }

    /// Returns the first line that matches, and waits for it if necessary.
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
    pub fn log<'a>(
        &'a self,
        mut matches: impl FnMut(&LogLine) -> bool + Send + 'a,
    ) -> TrackedFuture<'a, LogLine> {
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
        TrackedFuture::new(self.bounded("a line of the log", found))
    }

    /// How long the last start took, from the start of the process to its first call for an event.
    ///
    /// # Panics
    /// If that process was never ready for an invocation.
    #[must_use]
    #[track_caller]
    pub fn cold_start(&self) -> Duration {
        match self.shared.read(|state| state.cold_start) {
            Some(cold_start) => cold_start.init,
            None => panic!("no start was completed: {}", self.story()),
        }
    }

    /// How long the first invocation of the process took.
    #[doc(hidden)]
    #[must_use]
    pub fn first_response(&self) -> Option<Duration> {
        self.shared.read(|state| state.cold_start)?.first_response
    }

    /// How many processes were started.
    #[must_use]
    pub fn starts(&self) -> u64 {
        self.shared.read(|state| state.started)
    }

    /// The id of the process, while there is one.
    #[must_use]
    #[doc(hidden)]
    pub fn process_id(&self) -> Option<u32> {
        self.shared.read(|state| state.process.as_ref()?.id)
    }

    /// The calls that were rejected because no runtime should make them, such as a response to an
    /// unknown invocation.
    #[must_use]
    #[doc(hidden)]
    pub fn rejected_calls(&self) -> Vec<String> {
        self.shared.read(|state| state.rejected.clone())
    }

    /// Lets the next call of this kind fail, or the one that is waiting. Several faults happen in
    /// order.
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

    /// Holds the next call of this kind, or the one that is waiting, until it is released.
    ///
    /// ```no_run
    /// # async fn example(lambda: lambda_api_testing::FakeLambda) {
    /// use lambda_api_testing::fake_lambda::Call;
    ///
    /// let mut response = lambda.hold(Call::Response);
    /// let pending = lambda.invoke(serde_json::json!({}));
    /// response.reached().await;
    /// // The function has responded, and Lambda is slow to take it.
    /// response.release();
    /// let outcome = pending.await;
    /// # }
    /// ```
    #[doc(hidden)]
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

    /// Ends the process as Lambda does: with SIGTERM and 500 ms of time if an extension is registered,
    /// with SIGKILL otherwise.
    ///
    /// # Panics
    /// When there is no process.
    pub fn terminate(&self) -> TrackedFuture<'_, Exit> {
        TrackedFuture::new(async move {
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

    /// Waits until the process has ended by itself. If none is running, returns the last end.
    ///
    /// # Panics
    /// When it does not end within the [limit](FakeLambdaBuilder::limit).
    pub fn ended(&self) -> TrackedFuture<'_, Exit> {
        TrackedFuture::new(async move {
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
    pub fn restart(&self) -> TrackedFuture<'_, ()> {
        TrackedFuture::new(async move {
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

    /// The message of a wait that has reached its limit.
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
