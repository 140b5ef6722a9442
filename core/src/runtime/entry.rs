//! What `#[lambda_api::main]` and `#[api_handler]` on `main` call.

use super::{init_error, lambda, log, panic_hook};
use crate::{
    Api, BoxError, Routes,
    endpoint::Route,
    middleware::{Panic, caught},
};
use std::{error::Error, fmt, future::Future, pin::pin, process::ExitCode};

/// Which tokio runtime a program gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// One thread: the cheapest for a function that handles one invocation at a time.
    CurrentThread,
    /// Several threads, for handlers that compute on more than one.
    MultiThread,
}

/// What a `main` marked `#[lambda_api::main]` returns.
#[diagnostic::on_unimplemented(
    message = "`#[lambda_api::main]` returns an `Api` or a `Result<Api, E>`, not `{Self}`",
    label = "no Api"
)]
pub trait IntoApi {
    /// The Api, or why there is none.
    ///
    /// # Errors
    /// The text of the error of the program's own `main`.
    fn into_api(self) -> Result<Api, String>;
}

impl IntoApi for Api {
    fn into_api(self) -> Result<Api, String> {
        Ok(self)
    }
}

// Not `Into<BoxError>`, which `Box<dyn Error>` and `lambda_api::Error` are not.
impl<E: fmt::Display + fmt::Debug> IntoApi for Result<Api, E> {
    fn into_api(self) -> Result<Api, String> {
        self.map_err(|error| {
            let (text, debug) = (error.to_string(), format!("{error:?}"));
            // What caused it, only Debug tells of every type of error.
            if debug.trim_matches('"') == text {
                text
            } else {
                format!("{text} ({debug})")
            }
        })
    }
}

#[cfg_attr(any(debug_assertions, feature = "local"), allow(dead_code))]
pub(super) const NOT_ON_LAMBDA: &str = "this release build runs on AWS Lambda only: start it with \
    `cargo run` (a debug build), or build it with the feature `local` of lambda-api";

/// The whole program: `start` is the body of the user's `main`.
pub fn main<F>(flavor: Flavor, start: F) -> ExitCode
where
    F: Future,
    F::Output: IntoApi,
{
    let on_lambda = lambda::is_here();
    #[cfg(not(any(debug_assertions, feature = "local")))]
    if !on_lambda {
        eprintln!("error: {NOT_ON_LAMBDA}");
        return ExitCode::from(2);
    }
    panic_hook::install();
    let log = Log { on_lambda };
    let several = flavor == Flavor::MultiThread || (on_lambda && lambda::is_concurrent());
    let mut builder = if several {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    let runtime = match builder.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            drop(log);
            return failed("the tokio runtime", &error);
        }
    };
    // Pinned here: what is handed over by value is copied, all of it, before it begins.
    let program = pin!(async {
        let start = async {
            let begun = {
                // The program's own subscriber goes first, so there is none until here. A panic, or one
                // that the program has caught, is told of after that.
                let _log = log;
                start.await
            };
            // The error's own text may be shown by code that panics.
            begun.into_api()
        };
        match caught(start).await {
            Ok(Ok(api)) => with_api(api, on_lambda).await,
            Ok(Err(error)) => {
                let error = BoxError::from(error);
                not_started("MainFailed", "main", &*error, on_lambda).await
            }
            Err(panic) => not_started("MainPanicked", "main", &panic, on_lambda).await,
        }
    });
    let code = runtime.block_on(program);
    // Not waiting for what blocks a thread of its own: the end is due, whatever the reason.
    runtime.shutdown_background();
    code
}

/// The log, which is there when this goes away, if the program has none of its own.
struct Log {
    on_lambda: bool,
}

impl Drop for Log {
    fn drop(&mut self) {
        if self.on_lambda {
            log::init();
            panic_hook::warn_of_abort();
        }
        #[cfg(any(debug_assertions, feature = "local"))]
        if !self.on_lambda {
            log::init_local();
        }
    }
}

async fn with_api(api: Api, on_lambda: bool) -> ExitCode {
    #[cfg(any(debug_assertions, feature = "local"))]
    if !on_lambda {
        let arguments = std::env::args_os()
            .skip(1)
            .map(|argument| argument.to_string_lossy().into_owned())
            .collect();
        return crate::local::run(api, arguments).await;
    }
    let app = match caught(api.build()).await {
        Ok(Ok(app)) => app,
        Ok(Err(errors)) => {
            return not_started("ApiNotBuilt", "building the API", &errors, on_lambda).await;
        }
        Err(panic) => {
            return not_started("ApiNotBuilt", "building the API", &panic, on_lambda).await;
        }
    };
    match caught(lambda::run(app)).await {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => failed("the Lambda runtime", &*error),
        Err(panic) => failed("the Lambda runtime", &panic),
    }
}

/// The end of a function before it has begun, which Lambda is told about as well.
async fn not_started(
    error_type: &'static str,
    what: &str,
    error: &(dyn Error + Send + Sync + 'static),
    on_lambda: bool,
) -> ExitCode {
    let code = failed(what, error);
    if on_lambda {
        init_error::report(error_type, error).await;
    }
    code
}

/// One record that Lambda's log keeps, and the exit code that makes Lambda start anew.
fn failed(what: &str, error: &(dyn Error + 'static)) -> ExitCode {
    let panic = error.downcast_ref::<Panic>();
    let error = crate::error::Chain(error).to_string();
    let backtrace = panic.and_then(Panic::backtrace);
    tracing::error!(error, backtrace, "{what} failed");
    ExitCode::FAILURE
}

/// The whole program of one handler, named `main`.
pub fn main_of_one(routes: &'static [Route]) -> ExitCode {
    main(Flavor::CurrentThread, async move {
        Api::new().routes(Routes::__new(routes))
    })
}
