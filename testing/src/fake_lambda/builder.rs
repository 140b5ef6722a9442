//! Settings of a function, and its start.

use super::{
    FakeLambda,
    exit::Exit,
    fault::{Call, Fault},
    options::Options,
};
use crate::AtCaller;
use std::{
    ffi::OsStr,
    future::{Future, IntoFuture},
    path::Path,
    time::Duration,
};

/// A function that is about to start: awaited, it is a [`FakeLambda`].
///
/// ```no_run
/// use lambda_api_testing::FakeLambda;
/// use std::time::Duration;
///
/// # async fn example() {
/// let hash = "01ecfadb13c6d282d5b757e7bd8c2de684355d790b3c5dc5313aa5350e56e8df";
/// let lambda = FakeLambda::for_example("orders")
///     .env("ORDERS_API_KEYS", format!("alice={hash}"))
///     .memory_mb(512)
///     .timeout(Duration::from_secs(3))
///     .concurrency(8)
///     .await;
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a function starts when this is awaited"]
pub struct FakeLambdaBuilder {
    options: Options,
}

impl FakeLambdaBuilder {
    #[track_caller]
    pub(super) fn new(program: &Path) -> Self {
        // The process has a working directory of its own.
        let program = match std::path::absolute(program) {
            Ok(program) => program,
            Err(error) => panic!("{program:?} is no path of a program: {error}"),
        };
        Self {
            options: Options::new(program),
        }
    }

    /// Sets an environment variable, as the configuration of a function does.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        let variable = (name.as_ref().to_owned(), value.as_ref().to_owned());
        self.options.variables.push(variable);
        self
    }

    /// The name of the function; that of the program by default.
    pub fn function_name(mut self, name: &str) -> Self {
        self.options.name = name.to_owned();
        self
    }

    /// The memory that the function is told it has, 128 MB by default. Nothing holds it to that.
    pub fn memory_mb(mut self, memory: u32) -> Self {
        self.options.memory_mb = memory;
        self
    }

    /// How many invocations one process gets at once: 1 by default, more on
    /// [Managed Instances](https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances.html).
    /// Further ones wait.
    pub fn concurrency(mut self, limit: u32) -> Self {
        self.options.concurrency = limit.max(1);
        self
    }

    /// How long an invocation may take, 30 s by default; then the process is killed. With a
    /// [concurrency](FakeLambdaBuilder::concurrency) above 1 it lives on, as on Managed Instances,
    /// and a reply that comes after that is answered with 410. The deadline that the function is told
    /// follows from it.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = timeout;
        self
    }

    /// How long the process may take to end once it got SIGTERM: 500 ms by default, as on Lambda.
    pub fn shutdown_grace(mut self, grace: Duration) -> Self {
        self.options.shutdown_grace = grace;
        self
    }

    /// The directory that the process runs in, and that `LAMBDA_TASK_ROOT` names: that of the
    /// program by default.
    pub fn task_root(mut self, directory: impl AsRef<Path>) -> Self {
        self.options.task_root = directory.as_ref().to_owned();
        self
    }

    /// How long the test waits for anything before it fails, 60 s by default. Whatever waits
    /// longer panics, and says what it waited for and what the function did meanwhile.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.options.limit = limit;
        self
    }

    /// Has a call go wrong from the start, as [`FakeLambda::inject`] does it later: the first one of
    /// this kind, then the second, and so on.
    pub fn inject(mut self, call: Call, fault: Fault) -> Self {
        self.options.faults.push((call, fault));
        self
    }

    /// How many lines of the function's log are kept, 100,000 by default: the last ones. So a test
    /// that invokes it for hours does not run out of memory.
    pub fn kept_lines(mut self, lines: usize) -> Self {
        self.options.kept_lines = lines;
        self
    }

    /// Starts the function, which may fail to.
    ///
    /// ```no_run
    /// # async fn example() {
    /// use lambda_api_testing::FakeLambda;
    ///
    /// let exit = FakeLambda::for_example("orders").try_start().await.unwrap_err();
    /// assert_eq!(exit.code(), Some(1));
    /// # }
    /// ```
    ///
    /// # Errors
    /// The end of the process, when that came before it was ready for an invocation.
    ///
    /// # Panics
    /// When there is no such program, and when it is not ready within the
    /// [limit](FakeLambdaBuilder::limit).
    pub fn try_start(
        self,
    ) -> AtCaller<impl Future<Output = Result<Result<FakeLambda, Exit>, String>> + Send> {
        AtCaller::new(FakeLambda::with(self.options))
    }
}

impl IntoFuture for FakeLambdaBuilder {
    type Output = FakeLambda;
    type IntoFuture = AtCaller<dyn Future<Output = Result<FakeLambda, String>> + Send>;

    /// Starts the function.
    ///
    /// # Panics
    /// When the function does not start, with the reason and its log.
    fn into_future(self) -> Self::IntoFuture {
        AtCaller::boxed(Box::pin(async move {
            let program = self.options.program.clone();
            let started = FakeLambda::with(self.options).await?;
            started.map_err(|exit| format!("{} did not start: {}", program.display(), exit.story()))
        }))
    }
}
