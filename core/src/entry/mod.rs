//! The functions that `#[lambda_api::main]` and `#[api_handler]` on `main` call.

#[cfg(any(debug_assertions, feature = "local", feature = "server"))]
mod command;
mod place;
mod run;

pub use run::run;

#[cfg(any(debug_assertions, feature = "local"))]
use crate::local;
#[cfg(feature = "server")]
use crate::server;
use crate::{
    Api, App, BoxError, Routes,
    catch_unwind::{Panic, catch_unwind, install_panic_hook, warn_of_abort},
    endpoint::Route,
    environment::is_concurrent,
    error::Chain,
    log,
    runtime::{init_error, lambda},
};
use place::Place;
use std::{error::Error, fmt, future::Future, pin::pin, process::ExitCode};

/// The kind of tokio runtime that a program runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// One thread: the cheapest for a function that handles one invocation at a time.
    CurrentThread,
    /// Several threads, for concurrent handlers that are CPU-bound.
    MultiThread,
}

/// The return type of a `main` marked `#[lambda_api::main]`.
#[diagnostic::on_unimplemented(
    message = "`main` must return `Api` or `Result<Api, E>`, not `{Self}`",
    label = "not an `Api`"
)]
pub trait IntoApi {
    /// Returns the API.
    ///
    /// # Errors
    /// Returns the text of the error that the program's `main` returned.
    fn into_api(self) -> Result<Api, String>;
}

impl IntoApi for Api {
    fn into_api(self) -> Result<Api, String> {
        Ok(self)
    }
}

// Not `Into<BoxError>`: `Box<dyn Error>` and `lambda_api::Error` do not implement it.
impl<E: fmt::Display + fmt::Debug> IntoApi for Result<Api, E> {
    fn into_api(self) -> Result<Api, String> {
        self.map_err(|error| {
            let (text, debug) = (error.to_string(), format!("{error:?}"));
            // For an arbitrary error type, only `Debug` shows the source.
            if debug.trim_matches('"') == text {
                text
            } else {
                format!("{text} ({debug})")
            }
        })
    }
}

/// Runs a whole program. `start` is the body of the user's `main`.
pub fn main<F>(flavor: Flavor, start: F) -> ExitCode
where
    F: Future,
    F::Output: IntoApi,
{
    let place = match Place::here() {
        Ok(place) => place,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    install_panic_hook();
    let log = Log {
        is_deployed: place.is_deployed(),
    };
    // Before anything takes time: the first process of a container loses signals that it does not catch.
    #[cfg(feature = "server")]
    let signals = place.is_server().then(server::catch_signals);
    let several = flavor == Flavor::MultiThread
        || place.is_server()
        || (place.is_lambda() && is_concurrent());
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
    // Pinned here, because passing the future by value would copy it before it is polled.
    let program = pin!(async {
        let start = async {
            let begun = {
                // The program may install its own subscriber, so the default one is installed after
                // `start`. A panic of `start` or inside a `catch_unwind` of the program is logged
                // after that.
                let _log = log;
                start.await
            };
            // The error's `Display` implementation may panic.
            begun.into_api()
        };
        match catch_unwind(start).await {
            Ok(Ok(api)) => {
                let program = with_api(
                    api,
                    &place,
                    #[cfg(feature = "server")]
                    signals,
                );
                program.await
            }
            Ok(Err(error)) => {
                let error = BoxError::from(error);
                not_started("MainFailed", "main", &*error, &place).await
            }
            Err(panic) => not_started("MainPanicked", "main", &panic, &place).await,
        }
    });
    let code = runtime.block_on(program);
    // Does not wait for blocking threads: the process has to end.
    runtime.shutdown_background();
    code
}

/// Installs the log when dropped, unless the program has installed a subscriber.
struct Log {
    is_deployed: bool,
}

impl Drop for Log {
    fn drop(&mut self) {
        if self.is_deployed {
            log::init();
            warn_of_abort();
        }
        #[cfg(any(debug_assertions, feature = "local"))]
        if !self.is_deployed {
            log::init_local(local::Human::new());
        }
    }
}

async fn with_api(
    api: Api,
    place: &Place,
    #[cfg(feature = "server")] signals: Option<server::Signals>,
) -> ExitCode {
    #[cfg(any(debug_assertions, feature = "local"))]
    if !place.is_deployed() {
        let arguments = std::env::args_os()
            .skip(1)
            .map(|argument| argument.to_string_lossy().into_owned())
            .collect();
        return local::run(api, arguments).await;
    }
    #[cfg(feature = "server")]
    if let Place::Server(address) = place
        && let Some(warning) = command::ignored(Some(address.variable()))
    {
        tracing::warn!(target: "lambda_api", "{warning}");
    }
    let app = match build(api).await {
        Ok(app) => app,
        Err(error) => {
            return not_started("ApiNotBuilt", "building the API", &*error, place).await;
        }
    };
    #[cfg(feature = "server")]
    if let (Place::Server(address), Some(signals)) = (place, signals) {
        return match server::start(app, address, signals).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed("the server", &error),
        };
    }
    match catch_unwind(lambda::run(app)).await {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => failed("the Lambda runtime", &*error),
        Err(panic) => failed("the Lambda runtime", &panic),
    }
}

/// Builds the API. A panic is an error.
async fn build(api: Api) -> Result<App, BoxError> {
    Ok(catch_unwind(api.build()).await??)
}

/// Logs an error at startup and, on Lambda, reports it to Lambda.
async fn not_started(
    error_type: &'static str,
    what: &str,
    error: &(dyn Error + Send + Sync + 'static),
    place: &Place,
) -> ExitCode {
    let code = failed(what, error);
    if place.is_lambda() {
        init_error::report(error_type, error).await;
    }
    code
}

/// Logs the error and returns the exit code that makes Lambda start a new process.
fn failed(what: &str, error: &(dyn Error + 'static)) -> ExitCode {
    let panic = error.downcast_ref::<Panic>();
    let error = Chain(error).to_string();
    let backtrace = panic.and_then(|panic| panic.backtrace.as_deref());
    tracing::error!(error, backtrace, "{what} failed");
    ExitCode::FAILURE
}

/// Runs a program whose only handler is named `main`.
pub fn main_of_one(routes: &'static [Route]) -> ExitCode {
    main(Flavor::CurrentThread, async move {
        Api::new().routes(Routes::__new(routes))
    })
}
