//! The process: where it runs, which tokio it gets, how it starts and ends.
//!
//! The only place that knows the Runtime API and the environment.

mod client;
mod connection;
mod entry;
mod error_document;
mod extension;
mod head;
mod hooks;
mod in_flight;
mod init_error;
mod invoke;
mod lambda;
pub(crate) mod log;
mod panic_hook;
mod poller;
#[cfg(unix)]
pub(crate) mod signal;
mod snapshot;
mod terminate;
mod trace_environment;
mod wake;

pub use entry::{Flavor, IntoApi, main, main_of_one};
pub(crate) use hooks::Hooks;
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use in_flight::InFlight;
#[cfg(test)]
pub(crate) use panic_hook::install as install_panic_hook;

use crate::{Api, BoxError, middleware::caught};

/// Runs an API: on Lambda, through the Lambda Runtime API; elsewhere, in a debug build or with the
/// feature `local`, on `http://127.0.0.1:9000`.
///
/// This is for programs that keep a `main` of their own; [`#[lambda_api::main]`](crate::main) does
/// the same on the cheapest tokio runtime, and reads the command line, which `run` never does: where
/// the first argument is one of its commands, `invoke` say, that is a warning in the log.
///
/// ```no_run
/// use lambda_api::{Api, BoxError};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), BoxError> {
///     lambda_api::run(Api::new()).await
/// }
/// ```
///
/// What `main` does before is its own: an error or a panic there is not reported to Lambda, as
/// [`#[lambda_api::main]`](crate::main) would. It comes back when the process is to end, and what
/// [`Api::on_shutdown`] says was done; or when Lambda cannot be reached any more.
///
/// A tokio runtime of several threads costs a function that handles one invocation at a time 1.5
/// to 3 times the CPU per invocation.
///
/// # When Lambda itself goes wrong
///
/// No response is lost without a record in the log, nothing waits forever, and the process ends only
/// where it is best that Lambda replaces it: its end tells Lambda, at once, that the response will
/// not come. Each end is one record, `the Lambda runtime failed`, and exit code 1.
///
/// "Alone" is a function with one invocation at a time, "among several" one with
/// `AWS_LAMBDA_MAX_CONCURRENCY` above 1, where so many pollers ask for events, each on a connection
/// of its own. A poller never ends alone: when one ends, the process does.
///
/// | fault | alone | among several |
/// |---|---|---|
/// | [`/next`][next]: the connection is refused or reset, the event is cut off, what comes is no HTTP, or its status is not 200 | one warning, and it is asked for again, after 0, 50, 100, 200, 400 and 800 ms; after the seventh time in a row the process ends | the same |
/// | `/next`: 500, "non-recoverable state" | the process ends | the same |
/// | `/next`: an event without a request id, or with one that cannot be a part of an address | one error record, and the next event is asked for, after the same pauses | the same |
/// | an event is handed out twice in a row | the second time, the handler is not called; one error record, and Lambda gets the error `RepeatedInvocation` | the same |
/// | no deadline, trace or ARN; unknown or large headers | what they would say is unknown | the same |
/// | a deadline, client context or Cognito identity that cannot be read | it is unknown; one warning, with the request id and the names of the headers | the same |
/// | an event that is no text, no JSON, no HTTP | Lambda gets the error `NotAnHttpEvent` | the same |
/// | `/response`: the connection is reset, what comes is no HTTP, or the status is 5xx | the response is sent once more, on a new connection; if that fails as well, the process ends | the response is sent once more; if that fails as well, it is one error record |
/// | the same, and the second time the status is 400, 403 or 404 | nothing: the response had arrived, or came too late | the same |
/// | `/response`: no answer until the deadline of the invocation, or for 2 s where less is left | as a connection that is reset | the same |
/// | `/response`: another 4xx (400, 403, 413) | one error record, with the request id and the size | the same |
/// | `/response`: 410, the invocation was given up | one warning, with the request id | the same |
/// | the response is larger than its source takes | a 500 problem, and a record with the size | the same |
/// | `/init/error` or `/restore/error` fails, or has no answer for 2 s | one warning; the process ends, as it would anyway | the same |
/// | `/restore/next` fails, or its status is not 2xx | the process ends | the same |
/// | a SnapStart hook fails, or takes longer than 120 s before the snapshot or 9.5 s after the restore | Lambda gets the error, and the process ends | the same |
/// | the extension for [`Api::on_shutdown`] cannot be registered, or has no answer for 2 s | one warning; the hooks may not run | the same |
///
/// The errors of invocations go to `/error` and are sent as responses are. An invocation is known by
/// `lambda-runtime-invocation-id`, where Lambda sends it, together with its request id. A head has at
/// most 256 KiB and 128 headers, a body 256 MiB. The address in `AWS_LAMBDA_RUNTIME_API` may have a
/// path behind it, as emulators do.
///
/// # Memory
///
/// What a process keeps in memory does not grow with the invocations that it has answered, but for
/// one variable. Alone, the trace id of each invocation is put into the environment as
/// `_X_AMZN_TRACE_ID`, as AWS's contract for runtimes asks for, since tracing and the AWS SDKs look
/// for it there; and glibc never frees what once was in the environment: some 170 bytes for each
/// trace id, 17 MB in 100,000 invocations. musl frees it, and among several invocations nothing is put
/// there. [`Api::trace_environment`] turns it off, and then memory is flat:
/// `cargo test --release -p faults --test soak -- --ignored --nocapture` shows it.
///
/// [next]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next
///
/// # Errors
/// [`BuildErrors`](crate::BuildErrors) when the API cannot be built, and the error of the runtime
/// loop when Lambda cannot be reached any more, or says what the loop cannot read.
pub async fn run(api: Api) -> Result<(), BoxError> {
    if lambda::is_here() {
        log::init();
        panic_hook::install();
        panic_hook::warn_of_abort();
        let app = match caught(api.build()).await {
            Ok(Ok(app)) => app,
            Ok(Err(errors)) => {
                init_error::report("ApiNotBuilt", &errors).await;
                return Err(errors.into());
            }
            Err(panic) => {
                init_error::report("ApiNotBuilt", &panic).await;
                return Err(panic.into());
            }
        };
        return caught(lambda::run(app)).await?;
    }
    #[cfg(any(debug_assertions, feature = "local"))]
    {
        log::init_local();
        panic_hook::install();
        let first = std::env::args_os().nth(1);
        if let Some(warning) = ignored(first.as_deref().and_then(|first| first.to_str())) {
            tracing::warn!("{warning}");
        }
        match crate::local::serve(api).await {
            true => Ok(()),
            false => Err("the local server did not run; the reason stands above".into()),
        }
    }
    #[cfg(not(any(debug_assertions, feature = "local")))]
    {
        drop(api);
        Err(entry::NOT_ON_LAMBDA.into())
    }
}

/// What there is to say of a command that `run` does not look at.
#[cfg(any(debug_assertions, feature = "local"))]
fn ignored(first: Option<&str>) -> Option<String> {
    let command = first.filter(|first| crate::local::is_command(first))?;
    Some(format!(
        "`{command}` is ignored: `lambda_api::run` does not read the command line; a program whose \
         `main` is marked `#[lambda_api::main]` and returns the Api has this command"
    ))
}

#[cfg(test)]
mod tests {
    use super::ignored;

    #[test]
    fn run_says_that_it_ignores_a_command() {
        for command in ["invoke", "routes", "serve"] {
            let warning = ignored(Some(command)).expect(command);
            assert!(warning.contains(command) && warning.contains("#[lambda_api::main]"));
        }
        for other in [None, Some("--config"), Some("import"), Some("")] {
            assert_eq!(ignored(other), None, "{other:?}");
        }
    }
}
