//! The process: where it runs, which tokio it gets, how it starts and ends.
//!
//! The only place that knows the Lambda runtime and the environment.

mod call;
mod entry;
mod extension;
mod hand_over;
mod hooks;
mod init_error;
mod lambda;
pub(crate) mod log;
mod panic_hook;
mod reply;
mod replying;
mod terminate;

pub use entry::{Flavor, IntoApi, main, main_of_one};
pub(crate) use hooks::Hooks;
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
/// No reply is lost without a record in the log, nothing waits for ever, and the process ends only
/// where it is best that Lambda replaces it: an end is what tells Lambda, at once, that the reply
/// will not come. Each end has one record, `the Lambda runtime failed`, and exit code 1.
///
/// "Alone" is a function with one invocation at a time, "among several" one with
/// `AWS_LAMBDA_MAX_CONCURRENCY` above 1, where each of so many workers asks for events.
///
/// | fault | alone | among several |
/// |---|---|---|
/// | the connection is reset while it asks for an event, or the event is cut off | it asks again; after the third time in a row it ends | it asks again; whoever got half an event is a worker less |
/// | the answer to that is no event: 500, 403, a redirect | it ends, as [the API][next] asks for | a worker less |
/// | no deadline, or none that is a number; a client context or a Cognito identity that cannot be read; no request id | it ends | a worker less |
/// | unknown headers, large ones, values that are no text; no trace, no ARN; an empty client context | nothing | nothing |
/// | two invocations with one id | each gets its own reply | each gets its own reply, if Lambda sends `lambda-runtime-invocation-id` |
/// | an event that is no text, no JSON, no HTTP | it reports the error `NotAnHttpEvent` | the same |
/// | the connection is reset while it replies | it ends | a record with the request id; all go on |
/// | the reply is refused: 400, 403, 413, 500 | a record with the request id; it goes on, and ends should Lambda refuse its next question | a record with the request id; all go on |
/// | the reply comes too late: 410 | a record with the request id; it goes on | the same |
/// | the answer to a reply is cut off, slow or huge | nothing | nothing |
/// | the reply is larger than its source takes | a 500 problem, and a record with the size | the same |
///
/// What stands beside an event comes from Lambda, and only who may invoke the function directly can
/// choose its client context: no gateway passes one on. `lambda_runtime` reads it before any code of
/// ours runs. "A worker less" is its decision, too: the others go on, and when the last one is gone,
/// the process ends. An invocation that was lost with a worker is answered by Lambda, when its time is
/// over. Among several, `lambda_runtime` asks again without a pause where nobody listens any more.
///
/// The tests beside the example `faults` show each of these with a real process.
///
/// # Memory
///
/// What a process keeps in memory does not grow with the invocations that it has answered. 200,000 of
/// all sources, with up to 6 MB in and out and one in twenty hostile, lost no reply; resident memory
/// was 27 MB after the first tenth, and from then on between 22 and 37 MB, as large events came and
/// went. With eight invocations at once it was 64 MB, and between 61 and 76 MB; with small events
/// alone, 5 MB from the first to the last. (A release build on x86-64 with glibc;
/// `cargo test --release -p faults --test soak -- --ignored --nocapture` does it again.)
///
/// One thing does grow, and is not ours. Alone, `lambda_runtime` puts the trace id of each invocation
/// into the environment, as `_X_AMZN_TRACE_ID`, where tracing and the AWS SDKs look for it; and
/// glibc never frees what once was in the environment. That is some 150 bytes for each invocation with
/// a trace id of its own: 15 MB in 100,000. musl frees it, and among several nothing is put there. The
/// figures above were taken with one trace id.
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
                init_error::report("ApiNotBuilt", &errors.to_string()).await;
                return Err(errors.into());
            }
            Err(panic) => {
                init_error::report("ApiNotBuilt", &panic.to_string()).await;
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
