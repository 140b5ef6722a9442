//! What an API wants to do after each response, and at turns of the process' life.

use super::Api;
use crate::Error;
use std::{future::Future, time::Duration};

/// # The life of the process
///
/// What is given here is called by [`run`](crate::run) and [`#[lambda_api::main]`](crate::main).
/// Nested APIs may have some of their own.
impl Api {
    /// Runs a function after each response, before the next event is asked for: to send what
    /// exporters of traces and metrics have collected, say.
    ///
    /// Lambda freezes the process when it has nothing to do, and what is in memory then waits for the
    /// next invocation, or is lost. Here Lambda has the response already, the caller does not wait,
    /// and the span of the invocation is closed. The time counts: it is paid for, and this
    /// environment gets no other event meanwhile (of several invocations at once, only the one that
    /// was answered waits).
    ///
    /// It runs after every event, also one that is no HTTP request, and after a response that Lambda
    /// did not take. Of several functions, the first one runs first. They have what is left of the
    /// invocation's time, up to 100 ms before Lambda's deadline; a handler that used up nearly all
    /// of it leaves them next to none. What is not done by then is dropped. That, or a panic, is one
    /// error record of the log, with the `requestId`, and changes nothing of the response.
    ///
    /// The local server and `invoke` do the same once they have the response.
    /// [`App::handle_event`](crate::App::handle_event), and with it `TestClient`, does it before it
    /// returns the response; an [`App`](crate::App) that is called as a tower service does not do it.
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

    /// Runs a function before the process ends, to write out what is still in memory, say.
    ///
    /// Lambda ends an environment that it needs no more with SIGTERM, and kills it
    /// [half a second later](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-shutdown).
    /// The functions start at the signal, all at once, and invocations in flight go on beside them.
    /// Both have the time of [`Api::shutdown_timeout`]; what has not ended then is given up, and
    /// named in one record of the log: functions by their type, invocations by their request id. A
    /// panic is a record as well. The local server does the same on Ctrl-C and SIGTERM.
    ///
    /// Do not rely on it: an environment that crashed, or whose invocation timed out, ends without.
    ///
    /// Lambda sends SIGTERM only where an extension is registered. With a function here, and only
    /// then, an internal one is, which costs the cold start two calls to Lambda's own address.
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

    /// How long shutdown hooks and invocations in flight have after SIGTERM: half a second, unless
    /// this says otherwise. The last 50 ms of it are left for the record of what is given up.
    ///
    /// Lambda gives 500 ms where this library registers the only extension. Where external extensions
    /// are registered as well, they have to end within 2 s together with the process, and Lambda
    /// may kill the process after 300 ms: then less is right. The setting of a nested API counts where
    /// the outer one has none.
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
    /// [SnapStart](https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-custom.html):
    /// to close connections, which no snapshot keeps.
    ///
    /// Of several, the last one runs first. An error, or a panic, is reported to Lambda as one of
    /// the start, and ends the process. Without SnapStart nothing is run.
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

    /// Runs a function in each environment that Lambda has made of a snapshot, before its first
    /// invocation: to connect, to read secrets anew, to make what must differ between environments.
    ///
    /// Of several, the first one runs first. Lambda gives them ten seconds. An error, or a panic, is
    /// reported to Lambda, and ends the process. Without SnapStart nothing is run. See
    /// [`before_snapshot`](Api::before_snapshot) for an example.
    pub fn after_restore<F, Fut, E>(mut self, hook: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Error>,
    {
        self.hooks.after_restore(hook);
        self
    }

    /// Whether the trace id of each invocation is put into the environment, as `_X_AMZN_TRACE_ID`;
    /// it is, unless this says otherwise.
    ///
    /// AWS's contract for [custom runtimes](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html)
    /// asks for it. The AWS SDKs take it from there for the trace header of their calls and for the
    /// detection of recursive loops, and so does `opentelemetry-aws`. Two things speak against it:
    /// glibc keeps every value that was ever set, some 170 bytes for each invocation with a trace id
    /// of its own; and C code that reads the environment (`getenv`) on a thread of its own, while an
    /// invocation begins, races with it. Rust code that uses `std::env` does not.
    ///
    /// With `false` the variable is left alone, and memory does not grow. The trace id is in
    /// [`LambdaContext::trace_id`](crate::LambdaContext::trace_id) in any case. With several
    /// invocations at once (`AWS_LAMBDA_MAX_CONCURRENCY`) the variable is never set: one variable
    /// cannot tell of several invocations.
    pub fn trace_environment(mut self, set: bool) -> Self {
        self.hooks.trace_environment = set;
        self
    }
}
