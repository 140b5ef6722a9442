//! Entry point for programs with their own `main`.

#[cfg(any(debug_assertions, feature = "local", feature = "server"))]
use super::command;
use super::place::Place;
#[cfg(any(debug_assertions, feature = "local"))]
use crate::local;
#[cfg(feature = "server")]
use crate::server;
use crate::{
    Api, BoxError,
    catch_unwind::{catch_unwind, install_panic_hook, warn_of_abort},
    log,
    runtime::{init_error, lambda},
};

/// Runs an API.
///
/// On Lambda, `run` handles invocations through the Lambda Runtime API. With the feature `server` and the
/// variable `AWS_LAMBDA_HTTP_ENDPOINT` or `PORT`, it is an [HTTP server](crate::server) with the settings
/// of `Api::server`. Otherwise, in a debug build or with the feature `local`, it serves HTTP on
/// `http://127.0.0.1:9000`.
///
/// Use `run` in programs that have their own `main` function. [`#[lambda_api::main]`](crate::main)
/// does the same on the cheapest tokio runtime and also reads the command line. `run` ignores the
/// command line and logs a warning if the first argument is a command such as `invoke`.
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
/// An error or a panic in `main` before `run` is called is not reported to Lambda. With
/// [`#[lambda_api::main]`](crate::main), it is. `run` returns when the process should end, after
/// the hooks of [`Api::on_shutdown`] have run, or when Lambda can no longer be reached.
///
/// On a multi-threaded tokio runtime, a function that handles one invocation at a time uses 1.5 to
/// 3 times the CPU per invocation.
///
/// # When Lambda fails
///
/// Every lost response is recorded in the log, no call waits forever except the poll for an event,
/// and the process ends only where Lambda should replace it: Lambda then knows immediately that no
/// response will come. Before such an end, the record `the Lambda runtime failed` is written. The
/// exit code is 1.
///
/// "One at a time" is a function that handles one invocation at a time. "Concurrent" is a function
/// with `AWS_LAMBDA_MAX_CONCURRENCY` above 1. It has that many pollers, each with its own
/// connection. When one poller ends, the process ends.
///
/// | error | one at a time | concurrent |
/// |---|---|---|
/// | [`/next`][next]: the connection is rejected or reset, the event is truncated, the response is not HTTP, or its status is not 200 | a warning and a retry, after 0, 50, 100, 200, 400 and 800 ms; after the seventh failure in a row the process ends | the same |
/// | `/next`: 500, "non-recoverable state" | the process ends | the same |
/// | `/next`: the event has no request id, or one that is not valid in a URL path | one error record, then the next event is requested, after the same pauses | the same |
/// | the same event is received twice in a row | the handler is not called the second time; one error record, and Lambda gets the error `RepeatedInvocation` | the same |
/// | no deadline, trace or ARN; unknown headers | missing values are `None`, unknown headers are ignored | the same |
/// | an invalid deadline, client context or Cognito identity | the value is `None`; one warning with the request id and the names of the headers | the same |
/// | the event is not UTF-8, not JSON, or neither an HTTP event nor one that a handler of [`Api::events`](crate::Api::events) takes (but for `invokeCompletionStatus`, see below) | Lambda gets the error `UnsupportedEvent` | the same |
/// | `/response`: the connection is reset, Lambda's response is not HTTP, or the status is 5xx | a response in memory is sent once more, on a new connection; if that fails too, the process ends | the response is sent once more; if that fails too, one error record |
/// | the same, and the second status is 400, 403 or 404 | nothing: the response had arrived, or came too late | the same |
/// | `/response`: no response from Lambda until the deadline of the invocation, or for 2 s if less time is left | as if the connection were reset | the same |
/// | `/response`: another 4xx (400, 403, 413) | one error record with the request id and the size | the same |
/// | `/response`: 410, Lambda has ended the invocation | one warning with the request id | the same |
/// | `/response` of a stream: the connection is reset, or the status is 5xx | the stream is dropped, since it cannot be sent again, and the process ends | the stream is dropped; one error record |
/// | the same, for a stream whose body is in memory | as for other responses | the same |
/// | a stream is not read: 5 s after its timeout, or shortly before the deadline, a part was not written | body and connection are dropped, so that the response is not whole; one warning with the request id and the size | the same |
/// | `/response` of a stream: 4xx before its end | the stream is dropped; records as above | the same |
/// | a stream ends early: an error, a panic, the deadline, its timeout or its limit | one error record; the trailers of the call have an error document without the reason | the same |
/// | an event with `invokeCompletionStatus`, after a stream to a REST API | it is acknowledged with `null`; a warning, once, if `rest` is not a source that [streams](crate::Api::stream_on) | the same |
/// | the response exceeds the size limit of its source | a 500 problem, and a record with the size | the same |
/// | `/init/error` or `/restore/error` fails, or does not respond within 2 s | one warning; the process ends, as it would anyway | the same |
/// | `/restore/next` fails, or its status is not 2xx | the process ends | the same |
/// | a SnapStart hook fails, or takes longer than 120 s before the snapshot or 9.5 s after the restore | Lambda gets the error, and the process ends | the same |
/// | the extension for [`Api::on_shutdown`] cannot be registered, or Lambda does not respond within 2 s | one warning; the hooks may not run | the same |
///
/// Invocation errors are sent to `/error`, with the same retries as responses. An invocation is
/// identified by its request id and, if Lambda sends it, `lambda-runtime-invocation-id`. The head
/// of a response of the Runtime API has at most 256 KiB and 128 headers, its body at most 256 MiB.
/// The address in `AWS_LAMBDA_RUNTIME_API` may include a path, as with some emulators.
///
/// # Memory
///
/// Memory use does not grow with the number of invocations, with one exception. In a function that
/// handles one invocation at a time, the trace id of each invocation is set as the environment
/// variable `_X_AMZN_TRACE_ID`. AWS requires this of runtimes; tracing and the AWS SDKs read it.
/// glibc never frees the values of environment variables: about 170 bytes for each trace id, 17 MB
/// in 100,000 invocations. musl frees them, and a concurrent function does not set the variable.
/// With [`Api::trace_environment`] turned off, memory use is constant, as
/// `cargo test --release -p faults --test soak -- --ignored --nocapture` shows.
///
/// [next]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next
///
/// # Errors
/// Returns [`BuildErrors`](crate::api::BuildErrors) if the API cannot be built, or the error of the
/// runtime loop if Lambda can no longer be reached or sends an invalid response.
pub async fn run(api: Api) -> Result<(), BoxError> {
    let place = Place::here()?;
    #[cfg(feature = "server")]
    if let Place::Server(address) = &place {
        let signals = server::catch_signals();
        log::init();
        install_panic_hook();
        warn_of_abort();
        if let Some(warning) = command::ignored(Some(address.variable())) {
            tracing::warn!(target: "lambda_api", "{warning}");
        }
        let app = super::build(api).await?;
        return Ok(server::start(app, address, signals).await?);
    }
    if place.is_lambda() {
        log::init();
        install_panic_hook();
        warn_of_abort();
        let app = match super::build(api).await {
            Ok(app) => app,
            Err(error) => {
                init_error::report("ApiNotBuilt", &*error).await;
                return Err(error);
            }
        };
        return catch_unwind(lambda::run(app)).await?;
    }
    #[cfg(any(debug_assertions, feature = "local"))]
    {
        log::init_local(local::Human::new());
        install_panic_hook();
        if let Some(warning) = command::ignored(None) {
            tracing::warn!("{warning}");
        }
        match local::serve(api).await {
            true => Ok(()),
            false => Err("the local server failed; see the error above".into()),
        }
    }
    #[cfg(not(any(debug_assertions, feature = "local")))]
    {
        drop(api);
        Err(super::place::NOWHERE.into())
    }
}
