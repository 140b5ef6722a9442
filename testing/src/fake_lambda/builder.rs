//! Settings and start of a function.

use super::{
    FakeLambda,
    exit::Exit,
    fault::{Call, Fault},
};
use crate::TrackedFuture;
use std::{
    ffi::{OsStr, OsString},
    future::IntoFuture,
    path::{Path, PathBuf},
    time::Duration,
};

/// Builder of a [`FakeLambda`], which starts when it is awaited.
///
/// ```no_run
/// use lambda_api_testing::FakeLambda;
/// use std::time::Duration;
///
/// # async fn example() {
/// let hash = "01ecfadb13c6d282d5b757e7bd8c2de684355d790b3c5dc5313aa5350e56e8df";
/// let lambda = FakeLambda::for_example("orders")
///     .env("ORDERS_API_KEYS", format!("alice={hash}"))
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
            Err(error) => panic!("{program:?} is not the path of a program: {error}"),
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

    /// How many invocations one process gets at once: 1 by default, more on
    /// [Managed Instances](https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances.html).
    /// Further ones wait.
    pub fn concurrency(mut self, limit: u32) -> Self {
        self.options.concurrency = limit.max(1);
        self
    }

    /// How long an invocation may take, 30 s by default; the process is killed after that. With a
    /// [concurrency](FakeLambdaBuilder::concurrency) above 1 it keeps running, as on Managed Instances,
    /// and a late response gets a 410. The deadline in the context of the function follows from it.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = timeout;
        self
    }

    /// How long the process may take to end after SIGTERM: 500 ms by default, as on Lambda.
    #[doc(hidden)]
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

    /// How long the test waits for anything before it fails, 60 s by default. The panic has what was
    /// waited for, and the log of the function.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.options.limit = limit;
        self
    }

    /// Lets a call fail from the start, as [`FakeLambda::inject`] does later.
    #[doc(hidden)]
    pub fn inject(mut self, call: Call, fault: Fault) -> Self {
        self.options.faults.push((call, fault));
        self
    }

    /// How many lines of the function's log are kept: the last 100,000 by default.
    #[doc(hidden)]
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
    /// The exit of the process, if it ends before it is ready for an invocation.
    ///
    /// # Panics
    /// If there is no such program, or if it is not ready within the
    /// [limit](FakeLambdaBuilder::limit).
    pub fn try_start(self) -> TrackedFuture<'static, Result<FakeLambda, Exit>> {
        TrackedFuture::new(FakeLambda::with(self.options))
    }
}

impl IntoFuture for FakeLambdaBuilder {
    type Output = FakeLambda;
    type IntoFuture = TrackedFuture<'static, FakeLambda>;

    /// Starts the function.
    ///
    /// # Panics
    /// When the function does not start, with the reason and its log.
    fn into_future(self) -> Self::IntoFuture {
        TrackedFuture::new(async move {
            let program = self.options.program.clone();
            let started = FakeLambda::with(self.options).await?;
            started.map_err(|exit| format!("{} did not start: {}", program.display(), exit.story()))
        })
    }
}

/// The settings of a function and of its test.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) program: PathBuf,
    pub(super) name: String,
    pub(super) task_root: PathBuf,
    pub(super) variables: Vec<(OsString, OsString)>,
    pub(super) concurrency: u32,
    pub(super) timeout: Duration,
    pub(super) shutdown_grace: Duration,
    pub(super) limit: Duration,
    pub(super) kept_lines: usize,
    /// What goes wrong from the start.
    pub(super) faults: Vec<(Call, Fault)>,
}

impl Options {
    pub(super) fn new(program: PathBuf) -> Self {
        let name = program.file_stem().unwrap_or_default();
        Self {
            name: name.to_string_lossy().into_owned(),
            task_root: program.parent().map(PathBuf::from).unwrap_or_default(),
            program,
            variables: Vec::new(),
            concurrency: 1,
            timeout: Duration::from_secs(30),
            shutdown_grace: Duration::from_millis(500),
            limit: Duration::from_secs(60),
            kept_lines: 100_000,
            faults: Vec::new(),
        }
    }

    pub(super) fn function_arn(&self) -> String {
        format!(
            "arn:aws:lambda:{REGION}:123456789012:function:{}",
            self.name
        )
    }
}

pub(super) const REGION: &str = "eu-west-1";
pub(super) const VERSION: &str = "$LATEST";
/// What the handler is called for programs that have none to choose.
pub(super) const HANDLER: &str = "bootstrap";
