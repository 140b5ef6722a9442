//! The hooks of an application: after each response, at shutdown, and around a snapshot.

mod in_flight;

pub(crate) use in_flight::InFlight;

use crate::{
    BoxError, BoxFuture, Error, LambdaContext,
    catch_unwind::catch_unwind,
    deadline::{Limit, LimitedBy},
    error::bounded,
    middleware::timed,
};
#[cfg(feature = "server")]
use std::any::Any;
use std::{
    fmt,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};
use tokio::{
    task::JoinSet,
    time::{Instant, timeout_at},
};

/// Lambda kills the process half a second after SIGTERM.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(500);

/// The part of the shutdown time that is reserved for the record of what was cancelled.
const SHUTDOWN_MARGIN: Duration = Duration::from_millis(50);

/// Longer than a process lives.
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The part of an invocation's time that is reserved for the record of a cancelled hook.
const MARGIN: Duration = Duration::from_millis(100);

type AfterResponse = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// A hook and its type name.
type Shutdown = (
    &'static str,
    Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>,
);
type SnapStart = Arc<dyn Fn() -> BoxFuture<'static, Result<(), BoxError>> + Send + Sync>;

/// The hooks and process settings of an application.
pub(crate) struct Hooks {
    /// Whether the trace id of each invocation is set as an environment variable.
    pub(crate) trace_environment: bool,
    /// The time limit at shutdown, for hooks and for invocations in flight.
    pub(crate) shutdown_timeout: Option<Duration>,
    after_response: Vec<AfterResponse>,
    /// Each hook runs once.
    shutdown: Mutex<Vec<Shutdown>>,
    before_snapshot: Vec<SnapStart>,
    after_restore: Vec<SnapStart>,
    /// The settings of the server, whose type is only known there.
    #[cfg(feature = "server")]
    server: Mutex<Vec<Box<dyn Any + Send>>>,
}

impl Default for Hooks {
    fn default() -> Self {
        Self {
            trace_environment: true,
            shutdown_timeout: None,
            after_response: Vec::new(),
            shutdown: Mutex::default(),
            before_snapshot: Vec::new(),
            after_restore: Vec::new(),
            #[cfg(feature = "server")]
            server: Mutex::default(),
        }
    }
}

impl Hooks {
    pub(crate) fn after_response<F, Fut>(&mut self, hook: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let hook = Arc::new(hook);
        // The hook is called in the first poll, here and below, so that `catch_unwind` catches its
        // panic.
        self.after_response.push(Arc::new(move || {
            let hook = Arc::clone(&hook);
            Box::pin(async move { hook().await })
        }));
    }

    pub(crate) fn on_shutdown<F, Fut>(&mut self, hook: F)
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let name = std::any::type_name::<F>();
        let hook = Box::new(|| Box::pin(async move { hook().await }) as BoxFuture<'static, ()>);
        self.shutdown_mut().push((name, hook));
    }

    pub(crate) fn before_snapshot<F, Fut, E>(&mut self, hook: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Error>,
    {
        self.before_snapshot.push(snap_start(hook));
    }

    pub(crate) fn after_restore<F, Fut, E>(&mut self, hook: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Error>,
    {
        self.after_restore.push(snap_start(hook));
    }

    pub(crate) fn append(&mut self, mut other: Self) {
        self.trace_environment &= other.trace_environment;
        self.shutdown_timeout = self.shutdown_timeout.or(other.shutdown_timeout);
        let shutdown = std::mem::take(other.shutdown_mut());
        self.shutdown_mut().extend(shutdown);
        self.after_response.append(&mut other.after_response);
        self.before_snapshot.append(&mut other.before_snapshot);
        self.after_restore.append(&mut other.after_restore);
    }

    fn shutdown_mut(&mut self) -> &mut Vec<Shutdown> {
        self.shutdown
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn take_shutdown(&self) -> Vec<Shutdown> {
        std::mem::take(&mut self.shutdown.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns a future that runs the hooks one after the other, up to this deadline. Returns
    /// `None` if there are no hooks.
    pub(crate) fn responded(&self, deadline_ms: Option<u64>) -> Option<BoxFuture<'static, ()>> {
        if self.after_response.is_empty() {
            return None;
        }
        let hooks = self.after_response.clone();
        let lambda = LambdaContext {
            deadline_ms,
            ..LambdaContext::default()
        };
        let stop = lambda.deadline().and_then(|at| at.checked_sub(MARGIN));
        Some(Box::pin(async move {
            let started = SystemTime::now();
            let all = async {
                for hook in hooks {
                    if let Err(panic) = catch_unwind(hook()).await {
                        panic.log("an after_response hook panicked");
                    }
                }
            };
            let limit = || {
                Some(Limit {
                    left: stop?.duration_since(SystemTime::now()).unwrap_or_default(),
                    gone: started.elapsed().unwrap_or_default(),
                    by: LimitedBy::Deadline,
                })
            };
            if let Err(late) = timed(all, limit).await {
                tracing::error!(
                    target: "lambda_api",
                    elapsed_ms = u64::try_from(late.after.as_millis()).unwrap_or(u64::MAX),
                    "the after_response hooks exceeded the time limit and were cancelled"
                );
            }
        }))
    }

    /// Adds settings of the server. Those of nested APIs do not count.
    #[cfg(feature = "server")]
    pub(crate) fn set_server(&mut self, set: Box<dyn Any + Send>) {
        self.server
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .push(set);
    }

    #[cfg(feature = "server")]
    pub(crate) fn take_server(&self) -> Vec<Box<dyn Any + Send>> {
        std::mem::take(&mut self.server.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether there are hooks after responses.
    #[cfg(feature = "server")]
    pub(crate) fn has_after_response(&self) -> bool {
        !self.after_response.is_empty()
    }

    /// Whether there are shutdown hooks.
    pub(crate) fn has_shutdown(&self) -> bool {
        let hooks = self.shutdown.lock().unwrap_or_else(PoisonError::into_inner);
        !hooks.is_empty()
    }

    /// Runs all shutdown hooks concurrently while invocations in flight continue. One time limit
    /// applies to all; hooks and invocations that exceed it are named in a record.
    pub(crate) async fn shut_down(&self, in_flight: &InFlight) {
        self.shut_down_within(in_flight, self.shutdown_limit())
            .await;
    }

    /// The time limit of the shutdown.
    pub(crate) fn shutdown_limit(&self) -> Duration {
        self.shutdown_timeout.unwrap_or(SHUTDOWN_TIMEOUT)
    }

    /// The same within this time.
    pub(crate) async fn shut_down_within(&self, in_flight: &InFlight, limit: Duration) {
        // An instant beyond the clock would be a panic.
        let limit = limit.min(YEAR);
        let until = Instant::now() + limit.saturating_sub(SHUTDOWN_MARGIN);
        let hooks = self.run_shutdown(until).await;
        // Invocations continued meanwhile, and new ones may have started.
        let _ = timeout_at(until, in_flight.none()).await;
        let requests = in_flight.ids();
        if !hooks.is_empty() || !requests.is_empty() {
            tracing::warn!(
                target: "lambda_api",
                limit_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
                hooks = (!hooks.is_empty()).then(|| hooks.join(", ")),
                request_ids = (!requests.is_empty()).then(|| requests.join(", ")),
                "shutdown exceeded the time limit: unfinished hooks and invocations were cancelled"
            );
        }
    }

    /// Runs the shutdown hooks until `until` and returns the names of those that did not finish.
    async fn run_shutdown(&self, until: Instant) -> Vec<&'static str> {
        let mut tasks = JoinSet::new();
        let mut running = Vec::new();
        for (name, hook) in self.take_shutdown() {
            let task = tasks.spawn(async move {
                if let Err(panic) = catch_unwind(hook()).await {
                    panic.log("a shutdown hook panicked");
                }
            });
            running.push((task.id(), name));
        }
        let all = async {
            while let Some(ended) = tasks.join_next_with_id().await {
                let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
                running.retain(|(running, _)| *running != id);
            }
        };
        let _ = timeout_at(until, all).await;
        running.into_iter().map(|(_, name)| name).collect()
    }

    /// Runs the hooks before a snapshot, in reverse order of registration, so that a later hook is
    /// undone before the earlier ones it may depend on.
    pub(crate) async fn run_before_snapshot(&self) -> Result<(), BoxError> {
        in_turn(self.before_snapshot.iter().rev()).await
    }

    /// Runs the hooks after a restore, in order of registration.
    pub(crate) async fn run_after_restore(&self) -> Result<(), BoxError> {
        in_turn(self.after_restore.iter()).await
    }
}

fn snap_start<F, Fut, E>(hook: F) -> SnapStart
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<(), E>> + Send + 'static,
    E: Into<Error>,
{
    let hook = Arc::new(hook);
    Arc::new(move || {
        let hook = Arc::clone(&hook);
        Box::pin(async move { hook().await.map_err(|error| error.into().into_boxed()) })
    })
}

/// Runs the hooks in order, up to the first that fails. The text of the error is bounded, because
/// the runtime sends it to Lambda with all of its sources.
async fn in_turn(hooks: impl Iterator<Item = &SnapStart>) -> Result<(), BoxError> {
    for hook in hooks {
        let failed = match catch_unwind(hook()).await {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => bounded(error),
            Err(panic) => bounded(panic),
        };
        return Err(failed.into());
    }
    Ok(())
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hooks")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::capture;

    fn run(hooks: &Hooks) -> Vec<serde_json::Value> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        capture(|| runtime.block_on(hooks.shut_down(&InFlight::default())))
    }

    #[test]
    fn after_a_response_hooks_run_in_order_within_the_deadline() {
        let ran = Arc::new(Mutex::new(Vec::new()));
        let mut hooks = Hooks::default();
        assert!(hooks.responded(None).is_none());
        for name in ["first", "panics", "hangs", "never"] {
            let ran = Arc::clone(&ran);
            hooks.after_response(move || {
                ran.lock().unwrap().push(name);
                assert_ne!(name, "panics", "on purpose");
                async move {
                    if name == "hangs" {
                        std::future::pending::<()>().await;
                    }
                }
            });
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        let deadline = LambdaContext::for_test().deadline_ms;
        let records = capture(|| runtime.block_on(hooks.responded(deadline).expect("hooks")));
        assert_eq!(*ran.lock().unwrap(), ["first", "panics", "hangs"]);
        let [panicked, late] = &records[..] else {
            panic!("{records:?}");
        };
        assert!(panicked["message"].as_str().unwrap().ends_with("panicked"));
        assert!(late["message"].as_str().unwrap().ends_with("cancelled"));
        let elapsed = late["elapsed_ms"].as_u64().unwrap();
        assert!((25_000..30_000).contains(&elapsed), "{elapsed}");
    }

    #[test]
    fn all_hooks_run_at_the_end_once_even_if_one_panics() {
        let ran = Arc::new(Mutex::new(Vec::new()));
        let mut hooks = Hooks::default();
        for name in ["first", "second"] {
            let ran = Arc::clone(&ran);
            hooks.on_shutdown(async move || {
                tokio::time::sleep(Duration::from_millis(300)).await;
                ran.lock().unwrap().push(name);
                assert_eq!(name, "second", "on purpose");
            });
        }
        let records = run(&hooks);
        assert_eq!(*ran.lock().unwrap(), ["first", "second"]);
        assert_eq!(records.len(), 1, "{records:?}");
        assert_eq!(records[0]["message"], "a shutdown hook panicked");
        assert!(!hooks.has_shutdown());
        assert!(run(&hooks).is_empty());
    }

    #[test]
    fn a_hook_that_takes_too_long_is_given_up() {
        let mut hooks = Hooks::default();
        hooks.on_shutdown(std::future::pending);
        let records = run(&hooks);
        assert_eq!(records.len(), 1, "{records:?}");
        assert_eq!(records[0]["limit_ms"], 500);
        let name = records[0]["hooks"].as_str().expect("a name");
        assert!(name.contains("pending"), "{name}");
    }

    #[tokio::test]
    async fn hooks_around_a_snapshot_nest_and_a_panic_is_an_error() {
        let ran = Arc::new(Mutex::new(Vec::new()));
        let mut hooks = Hooks::default();
        let mut nested = Hooks::default();
        for (hooks, name) in [(&mut hooks, "outer"), (&mut nested, "inner")] {
            let note = |what: &'static str| {
                let ran = Arc::clone(&ran);
                move || {
                    let ran = Arc::clone(&ran);
                    async move {
                        ran.lock().unwrap().push((what, name));
                        Ok::<(), BoxError>(())
                    }
                }
            };
            hooks.before_snapshot(note("before"));
            hooks.after_restore(note("after"));
        }
        hooks.append(nested);
        hooks.run_before_snapshot().await.unwrap();
        hooks.run_after_restore().await.unwrap();
        let order = [
            ("before", "inner"),
            ("before", "outer"),
            ("after", "outer"),
            ("after", "inner"),
        ];
        assert_eq!(*ran.lock().unwrap(), order);

        hooks.after_restore(|| -> std::future::Ready<Result<(), BoxError>> { panic!("no table") });
        let error = hooks.run_after_restore().await;
        assert!(error.unwrap_err().to_string().contains("no table"));
    }
}
