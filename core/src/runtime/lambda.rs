//! On Lambda: the loop over invocations, and each of them answered.

use super::{
    hand_over::{Event, HandOver},
    reply::Reply,
    replying::{NotReplied, Replying},
    terminate::Terminate,
};
use crate::{
    App, BoxError, LambdaContext,
    error::{Chain, bounded},
    middleware::caught,
};
use lambda_http::lambda_runtime::{Context, Diagnostic, LambdaEvent, Runtime};
use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};
use tower::service_fn;

/// Whether this process was started by Lambda, or by an emulator of it.
pub(super) fn is_here() -> bool {
    std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some()
}

/// Whether Lambda sends several invocations at once (Managed Instances).
pub(super) fn is_concurrent() -> bool {
    std::env::var("AWS_LAMBDA_MAX_CONCURRENCY")
        .ok()
        .and_then(|limit| limit.parse::<u32>().ok())
        .is_some_and(|limit| limit > 1)
}

/// For how long the start waits for keys. Lambda gives it ten seconds in all.
const PREPARE: Duration = Duration::from_secs(2);

/// How often the next event is asked for once more, when it did not arrive.
const ASKED_AGAIN: u32 = 2;

/// Answers invocations until Lambda ends the process, or should. Those that are under way at its end
/// go on while the shutdown hooks run.
pub(super) async fn run(app: App) -> Result<(), BoxError> {
    app.prepare(PREPARE).await;
    let terminate = Terminate::listen(app.hooks()).await;
    let mut answering = pin!(answer_all(&app));
    tokio::select! {
        ended = &mut answering => return ended,
        () = terminate.signalled() => {}
    }
    beside(answering, app.hooks().shut_down()).await;
    Ok(())
}

/// Runs the hooks while invocations under way go on. The end of the loop, for which there are
/// reasons now, does not cut the hooks off.
async fn beside(answering: impl Future<Output = Result<(), BoxError>>, hooks: impl Future) {
    let answering = async {
        if let Err(error) = answering.await {
            let error = Chain(&*error).to_string();
            tracing::warn!(target: "lambda_api", error, "the Lambda runtime failed while the process ended");
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        _ = hooks => {}
        () = answering => {}
    }
}

async fn answer_all(app: &App) -> Result<(), BoxError> {
    let arrived = Arc::new(AtomicBool::new(false));
    let mut failures = 0;
    loop {
        arrived.store(false, Ordering::Relaxed);
        let error = match caught(serve(app.clone(), arrived.clone())).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error,
            // An answer that is no event: Lambda asks for a prompt end after a 500.
            Err(panic) => return Err(panic.into()),
        };
        // Lambda hands an event that did not arrive out again. After a reply that did not arrive it
        // would do the same, and the handler would run twice: then the end of the process tells
        // Lambda, and Lambda the caller.
        let is_over = is_concurrent() || is_restored() || has_arrived(&error);
        if arrived.swap(false, Ordering::Relaxed) {
            failures = 0;
        }
        failures += 1;
        if is_over || failures > ASKED_AGAIN {
            return Err(error);
        }
        let error = Chain(&*error).to_string();
        tracing::warn!(target: "lambda_api", error, "an event did not arrive, and is asked for again");
    }
}

/// The loop of the runtime, which ends when something is wrong with Lambda.
async fn serve(app: App, arrived: Arc<AtomicBool>) -> Result<(), BoxError> {
    let hooks = app.hooks().snap_start();
    let replying = Replying {
        app: app.clone(),
        is_concurrent: is_concurrent(),
        arrived,
    };
    let service = service_fn(move |event: LambdaEvent<Event>| answer(app.clone(), event));
    let mut runtime = Runtime::new(service).layer(HandOver).layer(replying);
    if let Some(hooks) = hooks {
        runtime = runtime.register_snapstart_resource(hooks);
    }
    runtime.run_concurrent().await
}

/// Whether the error is about an event that is here: one that was not replied to, or one that the
/// runtime cannot read what stands beside.
fn has_arrived(error: &BoxError) -> bool {
    error.is::<NotReplied>()
        || error.is::<http::header::ToStrError>()
        || error.is::<serde_json::Error>()
        || error.is::<std::num::ParseIntError>()
}

/// Whether the process was restored from a snapshot, which happens once, when the loop begins.
fn is_restored() -> bool {
    std::env::var("AWS_LAMBDA_INITIALIZATION_TYPE").is_ok_and(|kind| kind == "snap-start")
}

async fn answer(app: App, event: LambdaEvent<Event>) -> Result<Reply, Diagnostic> {
    let Event(bytes) = event.payload;
    match app.handle_event_text(bytes, context(event.context)).await {
        Ok(reply) => Ok(Reply(reply)),
        // Not an HTTP invocation, so there is nobody to answer with a problem.
        Err(error) => Err(diagnostic("NotAnHttpEvent", error.to_string())),
    }
}

fn diagnostic(error_type: &str, error_message: String) -> Diagnostic {
    Diagnostic {
        error_type: error_type.to_owned(),
        error_message: bounded(error_message),
    }
}

fn context(context: Context) -> LambdaContext {
    LambdaContext {
        request_id: context.request_id,
        deadline_ms: Some(context.deadline),
        function_arn: Some(context.invoked_function_arn).filter(|arn| !arn.is_empty()),
        trace_id: context.xray_trace_id,
        tenant_id: context.tenant_id,
        received: Some(SystemTime::now()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::log::capture;

    #[test]
    fn hooks_run_to_their_end_though_the_loop_ends_before() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        let mut done = false;
        let records = capture(|| {
            runtime.block_on(async {
                let hooks = async {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    done = true;
                };
                beside(async { Err(BoxError::from("reset")) }, hooks).await;
            });
        });
        assert!(done);
        assert_eq!(records.len(), 1, "{records:?}");
        assert_eq!(records[0]["error"], "reset");
    }
}
