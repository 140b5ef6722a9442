//! On Lambda: the loop over invocations, and each of them answered.

use super::{
    hand_over::{Event, HandOver},
    reply::Reply,
    terminate::Terminate,
};
use crate::{App, BoxError, LambdaContext};
use lambda_http::lambda_runtime::{Context, Diagnostic, LambdaEvent, Runtime};
use std::time::{Duration, SystemTime};
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

/// Answers invocations until Lambda ends the process. Those that are under way at its end go on
/// while the shutdown hooks run.
pub(super) async fn run(app: App) -> Result<(), BoxError> {
    app.prepare(PREPARE).await;
    let terminate = Terminate::listen(app.hooks()).await;
    let handler = app.clone();
    let service = service_fn(move |event: LambdaEvent<Event>| answer(handler.clone(), event));
    let mut runtime = Runtime::new(service).layer(HandOver);
    if let Some(hooks) = app.hooks().snap_start() {
        runtime = runtime.register_snapstart_resource(hooks);
    }
    tokio::select! {
        ended = runtime.run_concurrent() => ended,
        () = terminate.hooks_ran(app.hooks()) => Ok(()),
    }
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
        error_message,
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
