//! Hooks that run after responses and during the life of the process.

use super::Api;
use crate::Error;
use std::{future::Future, time::Duration};

/// # The life of the process
///
/// [`run`](crate::run) and [`#[lambda_api::main]`](crate::main) call these hooks. Nested APIs can
/// have hooks too.
impl Api {
    /// Runs a function after each response, before the next event is requested, such as to flush
    /// traces and metrics.
    ///
    /// Lambda freezes the process when it is idle. Data that is still in memory then waits for the
    /// next invocation, or is lost. When the function runs, Lambda has received the response, the
    /// caller is not waiting, and the span of the invocation is closed. The time is billed, and
    /// this environment gets no other event meanwhile (with concurrent invocations, only the one
    /// that has responded waits).
    ///
    /// The function runs after every event, including events that are not HTTP requests, and after
    /// a response that Lambda did not accept. If there are several, they run in the order in which
    /// they were added. They have the remaining time of the invocation, up to 100 ms before
    /// Lambda's deadline; a handler that uses nearly all of it leaves little. Functions that have
    /// not finished by then are dropped. This, or a panic, is logged as one error with the
    /// `requestId`, and does not change the response.
    ///
    /// The local server and `invoke` also run it after the response.
    /// [`App::handle_event`](crate::App::handle_event), and so `TestClient`, runs it before it
    /// returns the response. An [`App`](crate::App) that is called as a tower service does not run
    /// it.
    ///
    /// ```
    /// use lambda_api::Api;
    /// # #[derive(Clone)] struct Metrics;
    /// # impl Metrics { fn new() -> Self { Self } async fn flush(&self) {} }
    ///
    /// let metrics = Metrics::new();
    /// let api = Api::new()
    ///     .state(metrics.clone())
    ///     .after_response(move || {
    ///         let metrics = metrics.clone();
    ///         async move { metrics.flush().await }
    ///     });
    /// ```
    pub fn after_response<F, Fut>(mut self, hook: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.hooks.after_response(hook);
        self
    }

    /// Runs a function before the process ends, such as to write out data that is still in memory.
    ///
    /// Lambda sends SIGTERM to an environment that it no longer needs, and kills it [half a second
    /// later](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-shutdown).
    /// All functions start at the signal, concurrently, and invocations in flight continue. Both
    /// have the time of [`Api::shutdown_timeout`]. Those that have not finished by then are dropped
    /// and listed in one log record: functions by type, invocations by request id. A panic is
    /// logged too. The local server does the same on Ctrl-C and SIGTERM.
    ///
    /// Do not rely on it: an environment that crashed, or whose invocation timed out, ends without
    /// it.
    ///
    /// Lambda sends SIGTERM only if an extension is registered. If this function is used, the
    /// library registers an internal extension, which adds two local HTTP calls to the cold start.
    ///
    /// ```
    /// use lambda_api::Api;
    /// # #[derive(Clone)] struct Metrics;
    /// # impl Metrics { fn new() -> Self { Self } async fn flush(&self) {} }
    ///
    /// let metrics = Metrics::new();
    /// let api = Api::new()
    ///     .state(metrics.clone())
    ///     .on_shutdown(async move || metrics.flush().await);
    /// ```
    pub fn on_shutdown<F, Fut>(mut self, hook: F) -> Self
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.hooks.on_shutdown(hook);
        self
    }

    /// Sets how long shutdown hooks and invocations in flight have after SIGTERM. The default is
    /// 500 ms. The last 50 ms are reserved for logging what did not finish.
    ///
    /// Lambda allows 500 ms if the extension of this library is the only one. With external
    /// extensions, they and the process must end within 2 s, and Lambda may kill the process after
    /// 300 ms: set a shorter time then. The setting of a nested API applies if the outer API has
    /// none.
    ///
    /// ```
    /// use lambda_api::Api;
    /// use std::time::Duration;
    ///
    /// let api = Api::new()
    ///     .on_shutdown(async || println!("ended"))
    ///     .shutdown_timeout(Duration::from_millis(300));
    /// ```
    pub fn shutdown_timeout(mut self, limit: Duration) -> Self {
        self.hooks.shutdown_timeout = Some(limit);
        self
    }

    /// Runs a function before Lambda takes the snapshot of a function with
    /// [SnapStart](https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-custom.html),
    /// such as to close connections, which a snapshot does not preserve.
    ///
    /// If there are several, they run in the reverse of the order in which they were added. An
    /// error or a panic is reported to Lambda as an initialization error, and ends the process.
    /// Without SnapStart, the function does not run.
    ///
    /// ```
    /// use lambda_api::Api;
    /// use std::sync::Arc;
    /// # #[derive(Default)] struct Pool;
    /// # impl Pool {
    /// #     async fn close(&self) -> Result<(), std::io::Error> { Ok(()) }
    /// #     async fn connect(&self) -> Result<(), std::io::Error> { Ok(()) }
    /// # }
    ///
    /// let pool = Arc::new(Pool::default());
    /// let (before, after) = (pool.clone(), pool.clone());
    /// let api = Api::new()
    ///     .state(pool)
    ///     .before_snapshot(move || {
    ///         let pool = before.clone();
    ///         async move { pool.close().await }
    ///     })
    ///     .after_restore(move || {
    ///         let pool = after.clone();
    ///         async move { pool.connect().await }
    ///     });
    /// ```
    pub fn before_snapshot<F, Fut, E>(mut self, hook: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Error>,
    {
        self.hooks.before_snapshot(hook);
        self
    }

    /// Runs a function in each environment that Lambda restores from a snapshot, before its first
    /// invocation: to connect, to reload secrets, to create what must differ between environments.
    ///
    /// If there are several, they run in the order in which they were added. Lambda gives them ten
    /// seconds. An error or a panic is reported to Lambda, and ends the process. Without SnapStart,
    /// the function does not run. See [`before_snapshot`](Api::before_snapshot) for an example.
    pub fn after_restore<F, Fut, E>(mut self, hook: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Error>,
    {
        self.hooks.after_restore(hook);
        self
    }

    /// Sets whether the trace id of each invocation is written to the environment variable
    /// `_X_AMZN_TRACE_ID`. The default is `true`.
    ///
    /// AWS's contract for [custom
    /// runtimes](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html) requires it.
    /// The AWS SDKs use it for the trace header of their calls and to detect recursive loops, and
    /// so does `opentelemetry-aws`. It has two disadvantages: glibc keeps every value that was ever
    /// set, some 170 bytes for each invocation with its own trace id; and C code that reads the
    /// environment (`getenv`) on its own thread while an invocation begins is a data race. Rust
    /// code that uses `std::env` is not affected.
    ///
    /// With `false`, the variable does not change and memory does not grow.
    /// [`LambdaContext::trace_id`](crate::LambdaContext::trace_id) has the trace id in any case.
    /// With concurrent invocations (`AWS_LAMBDA_MAX_CONCURRENCY`) the variable is never set,
    /// because one variable cannot hold several ids.
    pub fn trace_environment(mut self, set: bool) -> Self {
        self.hooks.trace_environment = set;
        self
    }
}
